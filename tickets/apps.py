"""The tickets app: what was asked and by when it is due."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from slaportal.audit.words import ACTIONS, FIELDS, KINDS, VALUES, in_words
from slaportal.outbox.webhooks.kinds import GROUPS, EventKind
from slaportal.outbox.webhooks.kinds import KINDS as EVENTS


class TicketsConfig(AppConfig):
    """Tickets, their histories and their clocks."""

    name = "tickets"
    label = "tickets"

    def ready(self) -> None:
        """The audit gets the words for what is done here."""
        ACTIONS.update(
            breach_excused=_("Breach excused"),
            ticket_assigned=_("Ticket assigned"),
            ticket_closed=_("Ticket closed"),
            ticket_noted=_("Internal note left"),
            ticket_opened=_("Ticket opened"),
            ticket_reopened=_("Ticket reopened"),
            ticket_replied=_("Reply sent"),
            ticket_severity_set=_("Severity changed"),
            ticket_solved=_("Ticket solved"),
            ticket_status_asked=_("Status asked for"),
            ticket_status_set=_("Status changed"),
        )
        KINDS.update(ticket=_("Ticket"))
        FIELDS.update(
            assignee=_("Assigned to"),
            cause=_("Cause"),
            clock=_("Clock"),
            event=_("Entry in the log"),
            number=_("Number"),
            plan=_("Plan"),
            resolution=_("Solved by"),
            severity=_("Severity"),
            status=_("Status"),
            subject=_("Subject"),
        )
        VALUES.update(dict.fromkeys(("clock", "plan", "resolution", "severity", "status"), in_words))
        GROUPS.update(ticket=_("Tickets"), clock=_("Clocks"))
        EVENTS.update(
            {
                "clock.breached": EventKind(_("Clock breached")),
                "clock.excused": EventKind(_("Breach excused")),
                "clock.warned": EventKind(_("Clock due soon"), for_tenants=False),
                "ticket.assigned": EventKind(_("Ticket assigned"), for_tenants=False),
                "ticket.closed": EventKind(_("Ticket closed")),
                "ticket.opened": EventKind(_("Ticket opened")),
                "ticket.reopened": EventKind(_("Ticket reopened")),
                "ticket.replied": EventKind(_("Public reply on a ticket")),
                "ticket.resolved": EventKind(_("Ticket solved")),
                "ticket.severity_changed": EventKind(_("Severity changed")),
                "ticket.status_asked": EventKind(_("Customer asked how a ticket stands")),
                "ticket.status_changed": EventKind(_("Status changed")),
            }
        )
