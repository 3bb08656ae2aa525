"""Solving, reopening and closing a ticket."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tickets.actions.conversation import refuse_late_reopening, require_staff
from tickets.actions.fitting import refuse_long_text
from tickets.history import RESOLUTIONS, Resolution
from tickets.log import Said, open_log
from tickets.models import Ticket, TicketEvent
from tickets.notices import tell_requester


def resolve(
    ticket: Ticket,
    resolution: Resolution,
    *,
    actor: Membership,
    at: datetime,
    text: str = "",
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """Solved: by a fix, a workaround, a restored service, or as agreed; the customer is told.

    Refuses `resolution_unknown`, `text_too_long`, `changed_meanwhile`, `event_does_not_fit` on a ticket that is solved.
    """
    require_staff(actor)
    if resolution not in RESOLUTIONS:
        said = _("Say how it was solved: %(kinds)s.") % {"kinds": ", ".join(RESOLUTIONS)}
        raise Refusal("resolution_unknown", said, fields={"resolution": said})
    refuse_long_text(text)
    log = open_log(ticket, at=at, seen=seen, token=token, kind="resolved")
    if log.submitted is not None:
        return log.submitted
    event = log.add("resolved", Said(actor, text, token=token), at, resolution=resolution)
    log.save()
    tell_requester(log.ticket, event)
    record("ticket_solved", log.ticket, actor=actor, after={"resolution": resolution})
    return event


def reopen(
    ticket: Ticket,
    *,
    actor: Membership,
    at: datetime,
    text: str = "",
    seen: int | None = None,
    token: uuid.UUID | None = None,
) -> TicketEvent:
    """A solved ticket is open again; its resolution clock goes on where it stood.

    A customer may as long as the policy says (`reopen_window_over`); support always may, until it is closed. Refuses
    `text_too_long`, `event_does_not_fit` on a ticket that is not solved.
    """
    refuse_long_text(text)
    log = open_log(ticket, at=at, seen=seen if actor.is_staff else None, token=token, kind="reopened")
    if log.submitted is not None:
        return log.submitted
    if not actor.is_staff:
        refuse_late_reopening(log, at)
    event = log.add("reopened", Said(actor, text, token=token), at)
    log.save()
    record("ticket_reopened", log.ticket, actor=actor, after={"event": event.ordinal})
    return event


def close(
    ticket: Ticket, *, actor: Membership, at: datetime, seen: int | None = None, token: uuid.UUID | None = None
) -> TicketEvent:
    """A solved ticket is closed for good, by support or by the customer who is satisfied."""
    log = open_log(ticket, at=at, seen=seen if actor.is_staff else None, token=token, kind="closed")
    if log.submitted is not None:
        return log.submitted
    event = log.add("closed", Said(actor, token=token), at)
    log.save()
    record("ticket_closed", log.ticket, actor=actor, after={"event": event.ordinal})
    return event
