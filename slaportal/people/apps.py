"""The app of how people come in and go: sign-in, invitations, members, tokens."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS, FIELDS


class PeopleConfig(AppConfig):
    """Sign-in, invitations, members, tokens."""

    name = "slaportal.people"
    label = "people"

    def ready(self) -> None:
        """The audit gets the words for what is done here."""
        ACTIONS.update(
            member_address_changed=_("Address of a member changed"),
            provider_colour_changed=_("Colour of the provider changed"),
            provider_logo_changed=_("Logo of the provider changed"),
            provider_logo_removed=_("Logo of the provider removed"),
        )
        FIELDS.update(colour=_("Colour"), digest=_("Fingerprint of the picture"))
