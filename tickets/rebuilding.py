"""Whether the stored clocks, breaches and deadlines are what the logs say: everything worked out anew and compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.policy.agreement import Agreement
from slaportal.intervals import Instant, instant_of, moment_of
from tickets.history import Event
from tickets.models import Breach, Escalation, Mark, Ticket, TicketClock
from tickets.queries import agreements_of, logs_of
from tickets.working_out import Followed, figures_of, follow

BLOCK = 500


def differences(*, now: datetime) -> Iterator[str]:
    """A line for every stored figure that is not what the log of its ticket comes to at `now`.

    Tickets that a worker has not got to yet are named too: they are late, or a sweep does not run. In the scope of a
    provider's staff.
    """
    last = 0
    while block := list(Ticket.objects.filter(pk__gt=last).order_by("pk")[:BLOCK]):
        last = block[-1].pk
        yield from _differences(block, now)


def mark_all(now: datetime) -> int:
    """Marks every ticket of the scope, so that the workers write anew what the logs come to; how many."""
    return Ticket.objects.filter(mark=None).update(mark=Mark.IN_TURN, marked_at=now)


def _differences(tickets: Sequence[Ticket], now: datetime) -> Iterator[str]:
    ids = [ticket.pk for ticket in tickets]
    logs = logs_of(ids)
    agreements = agreements_of((ticket.version_id, ticket.plan) for ticket in tickets)
    stored: dict[int, dict[str, TicketClock]] = {pk: {} for pk in ids}
    for row in TicketClock.objects.filter(ticket__in=ids):
        stored[row.ticket_id][row.clock] = row
    breaches: dict[int, set[tuple[str, int, datetime, str]]] = {pk: set() for pk in ids}
    for breach in Breach.objects.filter(ticket__in=ids):
        breaches[breach.ticket_id].add((breach.clock, breach.number, breach.breached_at, breach.severity))
    noted: dict[int, set[tuple[str, int, str, str]]] = {pk: set() for pk in ids}
    for one in Escalation.objects.filter(ticket__in=ids):
        noted[one.ticket_id].add((one.clock, one.cycle, one.severity, one.moment))
    for ticket in tickets:
        agreement, held = (
            agreements[ticket.version_id, ticket.plan],
            _Stored(stored[ticket.pk], breaches[ticket.pk], noted[ticket.pk]),
        )
        yield from _of_ticket(ticket, agreement, logs[ticket.pk], held, now)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored of one ticket beside its log."""

    clocks: dict[str, TicketClock]
    breaches: set[tuple[str, int, datetime, str]]
    escalations: set[tuple[str, int, str, str]]


def _of_ticket(
    ticket: Ticket, agreement: Agreement, events: list[Event], stored: _Stored, now: datetime
) -> Iterator[str]:
    name = f"ticket #{ticket.number}"
    at = max(instant_of(now), instant_of(ticket.last_event_at))
    result = follow(agreement, events, at)
    if ticket.mark is not None:
        yield f"{name}: is marked and was not worked out"
    elif ticket.act_at is not None and ticket.act_at <= now:
        yield f"{name}: something was due at {ticket.act_at.isoformat()} and was not announced"
    for key, told, found in (
        ("next_due_at", ticket.next_due_at, _moment(result.next_due)),
        ("act_at", ticket.act_at, _moment(result.act)),
        ("standing", ticket.standing, result.standing),
        ("standing_at", ticket.standing_at, moment_of(result.standing_at)),
        ("severity_rank", ticket.severity_rank, result.rank),
    ):
        if told != found:
            yield f"{name}: {key} is stored as {told}, the log says {found}"
    yield from _of_clocks(name, result, stored.clocks)
    yield from _of_escalations(name, result, stored.escalations)
    late: set[tuple[str, int, datetime, str]] = {
        (clock.name, number, moment_of(instant), severity)
        for clock in result.clocks
        for number, (instant, severity) in enumerate(clock.late, 1)
    }
    for of, number, instant, _ in sorted(late - stored.breaches):
        yield f"{name}: breach {number} of {of} at {instant.isoformat()} is not stored"
    for of, number, instant, _ in sorted(stored.breaches - late):
        yield f"{name}: breach {number} of {of} at {instant.isoformat()} is stored, the log has none"


def _of_escalations(name: str, result: Followed, stored: set[tuple[str, int, str, str]]) -> Iterator[str]:
    """Those of clocks that run; what was noted of a clock that has stopped since says nothing of now."""
    for clock, rule, reached in result.escalations:
        if (clock.name, clock.cycle, clock.target.severity, rule.name) not in stored:
            at = moment_of(reached).isoformat()
            yield f"{name}: the escalation of {clock.name} at {rule.name}, {at}, is not stored"


def _of_clocks(name: str, result: Followed, stored: dict[str, TicketClock]) -> Iterator[str]:
    found = {clock.name: _as_stored(figures_of(clock)) for clock in result.clocks}
    for clock_name in sorted(found.keys() | stored.keys()):
        row = stored.get(clock_name)
        if row is None or clock_name not in found:
            yield f"{name}: {clock_name} is {'not ' if row is None else ''}stored, the log says otherwise"
            continue
        for figure, value in found[clock_name].items():
            if getattr(row, figure) != value:
                yield f"{name}: {clock_name}.{figure} is stored as {getattr(row, figure)}, the log says {value}"


def _as_stored(figures: dict[str, Any]) -> dict[str, Any]:
    """With instants as the database gives them."""
    return {name: _moment(value) if name.endswith("_at") else value for name, value in figures.items()}


def _moment(instant: Instant | None) -> datetime | None:
    return None if instant is None else moment_of(instant)
