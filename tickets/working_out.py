"""Working tickets out: from their logs to clock rows, breaches, warnings, and when they are to be looked at again.

Everything here comes from the log and the pinned agreement; that it was done sooner or later changes no row but
`announced_at`. The tickets are locked by whoever claimed them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from contracts.policy.agreement import Agreement
from slaportal.intervals import Instant, instant_of
from tickets.announcing import announce_clocks
from tickets.approaching import Rule, escalations_of, soon_at, warnings_of
from tickets.clocks import Clock, read_clocks
from tickets.escalating import escalate
from tickets.history import Became, Event, History, read_history
from tickets.lifecycle import next_act
from tickets.log import open_log
from tickets.models import Breach, ClockWarning, Standing, Ticket, TicketClock
from tickets.notices import leads_of, tell_of_breach, tell_of_warning
from tickets.queries import agreements_of, logs_of
from tickets.rows import (
    BreachRow,
    ClockRow,
    EscalationRow,
    TicketRow,
    WarningRow,
    write_breaches,
    write_clocks,
    write_escalations,
    write_settled,
    write_tickets,
    write_warnings,
)
from tickets.timing import timing_of

_TICKETS = """
SELECT id, tenant_id, subscription_id, version_id, plan FROM tickets_ticket
WHERE id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a log comes to at `now`: its clocks, the next deadline, and when something becomes true by itself.

    `acts` says that the latter is not later than now, and is a solving or closing. `warnings` and `escalations` are
    those whose moment has come. `became` is what stands with the ticket too.
    """

    now: Instant
    clocks: tuple[Clock, ...]
    warnings: tuple[tuple[Clock, int, Instant], ...]
    escalations: tuple[tuple[Clock, Rule, Instant], ...]
    next_due: Instant | None
    act: Instant | None
    acts: bool
    standing: Standing
    standing_at: Instant
    rank: int
    became: Became


@dataclass(frozen=True, slots=True)
class Worked:
    """A ticket, by its ids, with what its log comes to."""

    ticket: int
    tenant: int
    subscription: int
    result: Followed


@dataclass(slots=True)
class Announced:
    """What became known by a working out: how many tickets, and the ids of new breaches, warnings and escalations."""

    tickets: int = 0
    breaches: list[int] = field(default_factory=list)
    warnings: list[int] = field(default_factory=list)
    escalations: list[int] = field(default_factory=list)


def work_out(tickets: Sequence[int], *, provider_id: int, now: datetime) -> Announced:
    """Writes what the logs of these tickets come to at `now` and tells whom it concerns, each thing once.

    In the scope of the provider's staff, in the transaction that locked the tickets.
    """
    rows = _read(tickets, instant_of(now))
    acting = {worked.ticket for worked in rows if worked.result.acts}
    if acting:
        _settle(acting, now)
        again = {worked.ticket: worked for worked in _read(sorted(acting), instant_of(now))}
        rows = [again.get(worked.ticket, worked) for worked in rows]
    write_clocks(provider_id, [_clock_row(worked, clock) for worked in rows for clock in worked.result.clocks], tickets)
    announced = Announced(
        len(rows),
        write_breaches(provider_id, [row for worked in rows for row in _breach_rows(worked)], now),
        write_warnings(provider_id, [row for worked in rows for row in _warning_rows(worked)], now),
        write_escalations(provider_id, [row for worked in rows for row in _escalation_rows(worked)], now),
    )
    if announced.escalations:
        escalate(provider_id, announced.escalations, now)  # marks its tickets: what follows takes the marks away
    write_tickets([_ticket_row(worked) for worked in rows])
    if announced.breaches or announced.warnings:
        _tell(provider_id, announced, now)
    return announced


def _read(tickets: Sequence[int], now: Instant) -> list[Worked]:
    with connection.cursor() as cursor:
        cursor.execute(_TICKETS, [list(tickets)])
        found = cursor.fetchall()
    agreements = agreements_of((row[3], row[4]) for row in found)
    logs = logs_of([row[0] for row in found])
    worked = []
    for pk, tenant, subscription, version, plan in found:
        # A web server's clock may go ahead of the database's: what is in the log has happened.
        result = follow(agreements[version, plan], logs[pk], max(now, logs[pk][-1].at))
        worked.append(Worked(pk, tenant, subscription, result))
    return worked


def follow(agreement: Agreement, events: list[Event], now: Instant) -> Followed:
    """One ticket's log at `now`, by the calculation alone."""
    timing = timing_of(agreement)
    history = read_history(events, severities=timing.severities, default=timing.default, now=now)
    clocks = tuple(read_clocks(timing, history, now).values())
    dues = [clock.due for clock in clocks if clock.stopped_at is None and clock.due is not None and clock.due >= now]
    act = next_act(agreement, events, history)
    # Late is after due, so a breach is looked for just after it.
    instants = [due + 1 for due in dues]
    warnings = [(clock, *found) for clock in clocks for found in warnings_of(clock)]
    instants += [reached for _, _, reached in warnings if reached > now]
    escalations = [(clock, *found) for clock in clocks for found in escalations_of(agreement, clock)]
    instants += [reached for _, _, reached in escalations if reached > now]
    if act is not None:
        instants.append(act.at)
    return Followed(
        now,
        clocks,
        # Of what is late already nobody is warned.
        tuple(found for found in warnings if found[2] <= now and found[0].due is not None and found[0].due >= now),
        tuple(found for found in escalations if found[2] <= now),
        min(dues, default=None),
        min(instants, default=None),
        act is not None and act.at <= now,
        *_standing(history, clocks, now),
        timing.severities.index(severity) if (severity := history.severities[-1][2]) in timing.severities else 0,
        history.became(),
    )


def _standing(history: History, clocks: Sequence[Clock], now: Instant) -> tuple[Standing, Instant]:
    """The next deadline goes first, then what is late and has none, then what is not timed, then what is paused."""
    going = [clock for clock in clocks if clock.stopped_at is None]
    dues = [clock.due for clock in going if clock.due is not None]
    ahead = [due for due in dues if due >= now]
    if ahead:
        return Standing.DUE, min(ahead)
    if dues:
        return Standing.BREACHED, min(dues)
    if going:
        return Standing.PAUSED, history.statuses[-1][1]
    return Standing.UNTIMED, history.statuses[0][1]


def _settle(tickets: set[int], now: datetime) -> None:
    """What these became by themselves is added to their logs, at its own instant."""
    for ticket in Ticket.objects.filter(pk__in=tickets):
        log = open_log(ticket, at=now)
        log.save()


def _ticket_row(worked: Worked) -> TicketRow:
    result, became = worked.result, worked.result.became
    times = (result.now, result.next_due, result.act)
    stands = (int(result.standing), result.standing_at, result.rank)
    said = (became.status, became.severity, became.resolution, became.solved, became.closed)
    return (worked.ticket, *times, *stands, *said)


def _clock_row(worked: Worked, clock: Clock) -> ClockRow:
    return (worked.tenant, worked.ticket, clock.name, *figures_of(clock).values())


def figures_of(clock: Clock) -> dict[str, Any]:
    """What is stored of a clock, by column, in the order of its row; instants and lengths in microseconds.

    A clock that runs has no `elapsed_us`: it would be another one at every look.
    """
    still = clock.state != "running"
    return {
        "severity": clock.target.severity,
        "cycle": clock.cycle,
        "state": clock.state,
        "outcome": clock.outcome,
        "due_at": clock.due,
        "soon_at": soon_at(clock),
        "aim_at": clock.aim,
        "since_at": clock.since,
        "stopped_at": clock.stopped_at,
        "breached_at": clock.breached_at,
        "breaches": clock.breaches,
        "elapsed_us": clock.elapsed if still else None,
        "remaining_us": clock.remaining if still else None,
    }


def _breach_rows(worked: Worked) -> Iterator[BreachRow]:
    for clock in worked.result.clocks:
        for number, (at, severity) in enumerate(clock.late, 1):
            yield (worked.tenant, worked.ticket, worked.subscription, clock.name, number, severity, at)


def _warning_rows(worked: Worked) -> Iterator[WarningRow]:
    for clock, percent, reached in worked.result.warnings:
        of_clock = (clock.name, clock.cycle, clock.target.severity)
        yield (worked.tenant, worked.ticket, *of_clock, percent, reached)


def _escalation_rows(worked: Worked) -> Iterator[EscalationRow]:
    """Also of what is late already: somebody can still act on it."""
    for clock, rule, reached in worked.result.escalations:
        of_clock = (clock.name, clock.cycle, clock.target.severity)
        yield (worked.tenant, worked.ticket, *of_clock, rule.name, " ".join(rule.acts), reached)


def _tell(provider_id: int, announced: Announced, now: datetime) -> None:
    """The mails of new breaches and warnings, and the webhooks; of two warnings at once the later share's alone."""
    leads = leads_of(provider_id)
    of_ticket = [f"ticket__{name}" for name in ("assignee", "tenant", "subscription")]
    breaches = Breach.objects.filter(pk__in=announced.breaches).select_related(*of_ticket).order_by("pk")
    for breach in breaches:
        tell_of_breach(breach.ticket, breach, leads)
    write_settled({breach.ticket_id for breach in breaches}, now)
    warnings = ClockWarning.objects.filter(pk__in=announced.warnings).select_related(*of_ticket)
    latest = {(w.ticket_id, w.clock): w for w in warnings.order_by("percent")}
    clocks = TicketClock.objects.filter(ticket__in={ticket for ticket, _ in latest})
    dues = {(ticket, clock): due_at for ticket, clock, due_at in clocks.values_list("ticket_id", "clock", "due_at")}
    for key, warning in sorted(latest.items()):
        due_at = dues[key]
        if due_at is not None:
            tell_of_warning(warning.ticket, warning, due_at, leads)
    announce_clocks(provider_id, list(breaches), [warning for _key, warning in sorted(latest.items())], dues)
