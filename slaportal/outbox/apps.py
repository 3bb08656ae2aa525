"""The app of what is to be delivered: mail and webhooks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS, FIELDS, KINDS


class OutboxConfig(AppConfig):
    """Messages and events are rows until they are sent."""

    name = "slaportal.outbox"
    label = "outbox"

    def ready(self) -> None:
        """The audit gets the words for what is done here."""
        ACTIONS.update(
            endpoint_added=_("Webhook added"),
            endpoint_changed=_("Webhook changed"),
            endpoint_deleted=_("Webhook deleted"),
            endpoint_disabled=_("Webhook switched off"),
            endpoint_enabled=_("Webhook switched on"),
            endpoint_secret_rotated=_("New secret for a webhook"),
            event_resent=_("Event sent again"),
            events_resent=_("Events sent again"),
        )
        KINDS.update(endpoint=_("Webhook"), eventdelivery=_("Event"))
        FIELDS.update(
            address=_("Address"),
            count=_("How many"),
            both_until=_("Both secrets sign until"),
            description=_("Description"),
            events=_("Events"),
            why=_("Why"),
        )
