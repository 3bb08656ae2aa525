"""Whether the stored clocks, breaches and deadlines are what the logs say: everything worked out anew and compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import Count, Max, Q

from contracts.policy.agreement import Agreement
from slaportal.intervals import Instant, instant_of, moment_of
from tickets.history import Event
from tickets.models import Breach, ClockWarning, Escalation, Mark, Ticket, TicketClock, TicketEvent
from tickets.queries import agreements_of, logs_of
from tickets.working_out import Followed, figures_of, follow

BLOCK = 500

# (warning or escalation, clock, cycle, severity, moment, when it was reached)
Noted: TypeAlias = tuple[str, str, int, str, str, datetime]


def differences(*, now: datetime) -> Iterator[str]:
    """A line for every stored figure that is not what the log of its ticket comes to at `now`.

    Tickets that a worker has not got to yet are named too: they are late, or a sweep does not run. In the scope of a
    provider's staff.
    """
    last = 0
    while block := list(Ticket.objects.filter(pk__gt=last).order_by("pk")[:BLOCK]):
        last = block[-1].pk
        yield from of_tickets(block, now=now)


def mark_all(now: datetime) -> int:
    """Marks every ticket of the scope, so that the workers write anew what the logs come to; how many.

    Not `last_event_at` and `revision`: an addition to the log that is being written goes by them.
    """
    return Ticket.objects.filter(mark=None).update(mark=Mark.IN_TURN, marked_at=now)


@dataclass(slots=True)
class _Stored:
    """What is stored of one ticket, beside those events of its log of which the clocks are made."""

    clocks: dict[str, TicketClock] = field(default_factory=dict)
    breaches: set[tuple[str, int, datetime, str]] = field(default_factory=set)
    noted: set[Noted] = field(default_factory=set)
    last_event_at: datetime | None = None
    revision: int = 0
    retimed: bool = False


def _stored(ids: Sequence[int]) -> dict[int, _Stored]:
    found = {pk: _Stored() for pk in ids}
    for row in TicketClock.objects.filter(ticket__in=ids):
        found[row.ticket_id].clocks[row.clock] = row
    for breach in Breach.objects.filter(ticket__in=ids):
        found[breach.ticket_id].breaches.add((breach.clock, breach.number, breach.breached_at, breach.severity))
    for one in ClockWarning.objects.filter(ticket__in=ids):
        of_clock = (one.clock, one.cycle, one.severity)
        found[one.ticket_id].noted.add(("warning", *of_clock, f"{one.percent}%", one.reached_at))
    for each in Escalation.objects.filter(ticket__in=ids):
        of_clock = (each.clock, each.cycle, each.severity)
        found[each.ticket_id].noted.add(("escalation", *of_clock, each.moment, each.reached_at))
    logged = TicketEvent.objects.filter(ticket__in=ids).order_by().values_list("ticket")
    retimed = Count("pk", filter=Q(type="retimed"))
    for pk, at, ordinal, times in logged.annotate(last=Max("at"), count=Max("ordinal"), retimed=retimed):
        found[pk].last_event_at, found[pk].revision, found[pk].retimed = at, ordinal, times > 0
    return found


def of_tickets(tickets: Sequence[Ticket], *, now: datetime) -> Iterator[str]:
    """The same for these tickets, a few hundred at most."""
    ids = [ticket.pk for ticket in tickets]
    logs, stored = logs_of(ids), _stored(ids)
    agreements = agreements_of((ticket.version_id, ticket.plan) for ticket in tickets)
    for ticket in tickets:
        agreement, events = agreements[ticket.version_id, ticket.plan], logs[ticket.pk]
        result = follow(agreement, events, max(instant_of(now), events[-1].at))
        name, held = f"ticket #{ticket.number}", stored[ticket.pk]
        yield from _of_ticket(name, ticket, result, held, now)
        yield from _of_clocks(name, result, held.clocks)
        yield from _of_noted(name, result, held.noted)
        if not held.retimed:  # else they may come from the version before
            yield from _without_ground(name, agreement, events, held.noted)
        yield from _of_breaches(name, result, held.breaches)


def _of_ticket(name: str, ticket: Ticket, result: Followed, stored: _Stored, now: datetime) -> Iterator[str]:
    if ticket.mark is not None:
        yield f"{name}: is marked and was not worked out"
    elif ticket.act_at is not None and ticket.act_at <= now:
        yield f"{name}: something was due at {ticket.act_at.isoformat()} and was not announced"
    for key, found in (
        ("next_due_at", _moment(result.next_due)),
        ("act_at", _moment(result.act)),
        ("standing", result.standing),
        ("standing_at", moment_of(result.standing_at)),
        ("severity_rank", result.rank),
        ("status", result.became.status),
        ("severity", result.became.severity),
        ("resolution", result.became.resolution),
        ("solved_at", _moment(result.became.solved)),
        ("closed_at", _moment(result.became.closed)),
        ("last_event_at", stored.last_event_at),
        ("revision", stored.revision),
    ):
        told = getattr(ticket, key)
        if told != found:
            yield f"{name}: {key} is stored as {told}, the log says {found}"


def _of_breaches(name: str, result: Followed, stored: set[tuple[str, int, datetime, str]]) -> Iterator[str]:
    late: set[tuple[str, int, datetime, str]] = {
        (clock.name, number, moment_of(instant), severity)
        for clock in result.clocks
        for number, (instant, severity) in enumerate(clock.late, 1)
    }
    for of, number, instant, _ in sorted(late - stored):
        yield f"{name}: breach {number} of {of} at {instant.isoformat()} is not stored"
    for of, number, instant, _ in sorted(stored - late):
        yield f"{name}: breach {number} of {of} at {instant.isoformat()} is stored, the log has none"


def _noted_by(result: Followed) -> set[Noted]:
    """The warnings and escalations of clocks that run, whose moment has come."""
    moments = [
        *(("warning", clock, f"{percent}%", reached) for clock, percent, reached in result.warnings),
        *(("escalation", clock, rule.name, reached) for clock, rule, reached in result.escalations),
    ]
    return {
        (what, clock.name, clock.cycle, clock.target.severity, moment, moment_of(reached))
        for what, clock, moment, reached in moments
    }


def _of_noted(name: str, result: Followed, stored: set[Noted]) -> Iterator[str]:
    there = {one[:-1] for one in stored}
    for what, *of_clock, moment, at in sorted(one for one in _noted_by(result) if one[:-1] not in there):
        yield f"{name}: the {what} of {of_clock[0]} at {moment}, {at.isoformat()}, is not stored"


def _without_ground(name: str, agreement: Agreement, events: list[Event], stored: set[Noted]) -> Iterator[str]:
    """Those that the log never gave, however far it had come by then: what came after them takes none of them away.

    A moment may lie before the event that brought it: a severity under which the share was used up already.
    """
    for one in sorted(stored):
        what, clock, *_, moment, at = one
        reached = instant_of(at)
        # The nearest first: it is most often the one.
        counts = sorted(range(1, len(events) + 1), key=lambda count: abs(events[count - 1].at - reached))
        if not any(
            one in _noted_by(follow(agreement, events[:count], max(reached, events[count - 1].at))) for count in counts
        ):
            yield f"{name}: the {what} of {clock} at {moment}, {at.isoformat()}, is stored, the log has none"


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
