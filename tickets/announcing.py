"""What webhooks are told of tickets and their clocks: what customers read too, but for what is the desk's own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from slaportal.outbox.webhooks.announcing import Happening, announce
from tickets.models import Breach, ClockWarning, Side, Ticket, TicketEvent

KIND_OF = {
    "opened": "ticket.opened",
    "agent_reply": "ticket.replied",
    "customer_reply": "ticket.replied",
    "severity": "ticket.severity_changed",
    "status_request": "ticket.status_asked",
    "resolved": "ticket.resolved",
    "reopened": "ticket.reopened",
    "closed": "ticket.closed",
    "assigned": "ticket.assigned",
}


def announce_added(ticket: Ticket, added: Sequence[TicketEvent], *, was: str) -> None:
    """What was just added to a ticket's log, and that its status is another one than it `was`.

    The words that were said are not sent along, nor anything that the customer does not see.
    """
    announce(ticket.provider_id, _added(ticket, added, was))


def announce_clocks(
    provider_id: int,
    breaches: Sequence[Breach],
    warnings: Sequence[ClockWarning],
    dues: Mapping[tuple[int, str], datetime | None],
) -> None:
    """Clocks that were late, and clocks of which a share is used up, with their deadlines by ticket and clock."""
    announce(provider_id, _clocks(breaches, warnings, dues))


def announce_excuse(breach: Breach) -> None:
    """A breach that was excused, with the cause that the customer reads."""
    announce(breach.provider_id, _excused(breach))


def _added(ticket: Ticket, added: Sequence[TicketEvent], was: str) -> Iterator[Happening]:
    for event in added:
        kind = KIND_OF.get(event.type)
        if kind is not None:
            told: dict[str, Any] = {"event": _event(event)}
            if kind == "ticket.assigned":
                told["assignee"] = ticket.assignee.name if ticket.assignee else None
            yield _of(ticket, kind, event.at, told)
        if event.type == "customer_reply" and was == "solved" and ticket.solved_at is None:
            yield _of(ticket, "ticket.reopened", event.at, {"event": _event(event)})
    if added and ticket.status != was:
        told = {"event": _event(added[-1]), "before": was}
        yield _of(ticket, "ticket.status_changed", added[-1].at, told)


def _clocks(
    breaches: Sequence[Breach],
    warnings: Sequence[ClockWarning],
    dues: Mapping[tuple[int, str], datetime | None],
) -> Iterator[Happening]:
    for breach in breaches:
        yield _of(breach.ticket, "clock.breached", breach.breached_at, {"clock": _breach(breach)})
    for warning in warnings:
        due_at = dues[warning.ticket_id, warning.clock]
        clock = {"name": warning.clock, "severity": warning.severity or None, "percent": warning.percent}
        told = {"clock": {**clock, "due_at": due_at}}
        yield _of(warning.ticket, "clock.warned", warning.reached_at, told, to_tenant=False)


def _excused(breach: Breach) -> Iterator[Happening]:
    assert breach.excused_at is not None
    told = {"clock": {**_breach(breach), "cause": breach.cause, "reason": breach.excuse}}
    yield _of(breach.ticket, "clock.excused", breach.excused_at, told)


def _of(ticket: Ticket, kind: str, at: datetime, more: Mapping[str, Any], *, to_tenant: bool = True) -> Happening:
    data = {"ticket": _ticket(ticket), **more}
    path = reverse("ticket", args=[ticket.number])
    return Happening(kind, at, data, path, tenant_id=ticket.tenant_id, to_tenant=to_tenant)


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "severity": ticket.severity or None,
        "resolution": ticket.resolution or None,
        "opened_at": ticket.opened_at,
        "solved_at": ticket.solved_at,
        "closed_at": ticket.closed_at,
        "customer": {"id": ticket.tenant_id, "name": ticket.tenant.name},
        "subscription": {"id": ticket.subscription_id, "name": ticket.subscription.name},
    }


def _event(event: TicketEvent) -> dict[str, Any]:
    return {"number": event.ordinal, "type": event.type, "by": event.author_name, "side": str(Side(event.side))}


def _breach(breach: Breach) -> dict[str, Any]:
    return {
        "name": breach.clock,
        "severity": breach.severity or None,
        "number": breach.number,
        "due_at": breach.breached_at,
    }
