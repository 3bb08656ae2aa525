"""The app of how people come in and go: sign-in, invitations, members, tokens."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS


class PeopleConfig(AppConfig):
    """Sign-in, invitations, members, tokens."""

    name = "slaportal.people"
    label = "people"

    def ready(self) -> None:
        """The audit gets the words for what is done here."""
        ACTIONS["member_address_changed"] = _("Address of a member changed")
