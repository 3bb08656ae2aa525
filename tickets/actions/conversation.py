"""What is said on a ticket: replies, the desk's own notes, a customer's question how it stands."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.intervals import instant_of
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tickets.actions.fitting import refuse_long_text, refuse_unfit_text, refuse_unknown_status
from tickets.history import Status
from tickets.lifecycle import reopen_until
from tickets.log import Log, Said, open_log
from tickets.models import Ticket, TicketEvent
from tickets.notices import tell_requester


def reply(
    ticket: Ticket,
    text: str,
    *,
    actor: Membership,
    at: datetime,
    status: Status | None = None,
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """A public reply; support may set the status in the same act. The customer's, on a solved ticket, reopens it.

    Refuses `text_needed`, `text_too_long`, `status_unknown`, `changed_meanwhile` (to support only: a customer's words
    are never turned away for that), `reopen_window_over`, `ticket_closed` for a customer's reply to a closed ticket.
    """
    refuse_unfit_text(text)
    if status is not None:
        refuse_unknown_status(status)
    kind = "agent_reply" if actor.is_staff else "customer_reply"
    log = open_log(ticket, at=at, seen=seen if actor.is_staff else None, token=token, kind=kind)
    if log.submitted is not None:
        return log.submitted
    if not actor.is_staff:
        refuse_late_reopening(log, at)
    event = log.add(kind, Said(actor, text, token=token), at)
    if actor.is_staff:
        if status is not None and status != log.history.status:
            log.add("status", Said(actor), at, status=status)
        tell_requester(log.ticket, event)
    log.save()
    record("ticket_replied", log.ticket, actor=actor, after={"event": event.ordinal, "status": log.ticket.status})
    return event


def note(ticket: Ticket, text: str, *, actor: Membership, at: datetime, token: uuid.UUID | None = None) -> TicketEvent:
    """For the desk's eyes only; it changes no clock and no status. Refuses customers (`role_not_allowed`)."""
    require_staff(actor)
    refuse_unfit_text(text)
    log = open_log(ticket, at=at, token=token, kind="internal_note")
    if log.submitted is not None:
        return log.submitted
    event = log.add("internal_note", Said(actor, text, token=token), at, public=False)
    log.save()
    record("ticket_noted", log.ticket, actor=actor, after={"event": event.ordinal})
    return event


def ask_for_status(
    ticket: Ticket, *, actor: Membership, at: datetime, text: str = "", token: uuid.UUID | None = None
) -> TicketEvent:
    """The customer asks how it stands; the clock for the answer runs where the policy has one.

    Support may note that somebody asked by phone. Refuses `text_too_long`, `event_does_not_fit` on a solved ticket.
    """
    refuse_long_text(text)
    log = open_log(ticket, at=at, token=token, kind="status_request")
    if log.submitted is not None:
        return log.submitted
    event = log.add("status_request", Said(actor, text, token=token), at)
    log.save()
    record("ticket_status_asked", log.ticket, actor=actor, after={"event": event.ordinal})
    return event


def require_staff(actor: Membership) -> None:
    """Refuses customers."""
    if not actor.is_staff:
        raise Refusal("role_not_allowed", _("Only support may do this."), status=403)


def refuse_late_reopening(log: Log, at: datetime) -> None:
    """A closed ticket takes no reply of a customer, a solved one only as long as the policy lets it be reopened."""
    if log.history.status == "closed":
        said = _("This ticket is closed. Open a new one and name number %(number)s.") % {"number": log.ticket.number}
        raise Refusal("ticket_closed", said, status=409)
    until = reopen_until(log.agreement, log.history)
    if until is not None and instant_of(at) > until:
        said = _("The time to reopen this ticket is over. Open a new one and name number %(number)s.")
        raise Refusal("reopen_window_over", said % {"number": log.ticket.number}, status=409)
