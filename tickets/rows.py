"""Writing what was worked out, many tickets in one statement each; nothing is written that stands there already."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection

# An instant of the calculation as the database's timestamp: a whole number of microseconds, exact.
_AT = "'epoch'::timestamptz + %s * interval '1 microsecond'"
_CLOCK = (
    "severity, cycle, state, outcome, due_at, soon_at, aim_at, since_at, stopped_at, breached_at, breaches, "
    "elapsed_us, remaining_us"
)

# (tenant, ticket, clock, severity, cycle, state, outcome, due, soon, aim, since, stopped, breached, breaches,
#  elapsed, remaining): instants and lengths in microseconds
ClockRow: TypeAlias = tuple[Any, ...]
# (tenant, ticket, subscription, clock, number, severity, breached)
BreachRow: TypeAlias = tuple[int, int, int, str, int, str, int]
# (tenant, ticket, clock, cycle, severity, percent, reached)
WarningRow: TypeAlias = tuple[int, int, str, int, str, int, int]
# (tenant, ticket, clock, cycle, severity, moment, acts joined by blanks, reached)
EscalationRow: TypeAlias = tuple[int, int, str, int, str, str, str, int]
# (ticket, worked out, next due, act, standing, standing since, rank of the severity, status, severity, resolution,
#  solved, closed)
TicketRow: TypeAlias = tuple[int, int, int | None, int | None, int, int, int, str, str, str, int | None, int | None]

_WRITE_CLOCKS = f"""
INSERT INTO tickets_ticketclock AS c (provider_id, tenant_id, ticket_id, clock, {_CLOCK})
SELECT %s, u.tenant, u.ticket, u.clock, u.severity, u.cycle, u.state, u.outcome, {_AT % "u.due"},
  {_AT % "u.soon"}, {_AT % "u.aim"},
  {_AT % "u.since"}, {_AT % "u.stopped"}, {_AT % "u.breached"}, u.breaches, u.elapsed, u.remaining
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[],
  %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bigint[])
  AS u (tenant, ticket, clock, severity, cycle, state, outcome, due, soon, aim, since, stopped, breached, breaches,
    elapsed, remaining)
ON CONFLICT (ticket_id, clock) DO UPDATE SET ({_CLOCK}) = (
  EXCLUDED.{", EXCLUDED.".join(_CLOCK.split(", "))})
WHERE (c.{", c.".join(_CLOCK.split(", "))}) IS DISTINCT FROM (
  EXCLUDED.{", EXCLUDED.".join(_CLOCK.split(", "))})
"""  # noqa: S608 - column names only
_CLOCKS_GONE = """
DELETE FROM tickets_ticketclock WHERE ticket_id = ANY(%s)
  AND (ticket_id, clock) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""
_WRITE_BREACHES = f"""
INSERT INTO tickets_breach (provider_id, announced_at, tenant_id, ticket_id, subscription_id, clock, number, severity,
  breached_at, cause, excuse)
SELECT %s, %s, u.tenant, u.ticket, u.subscription, u.clock, u.number, u.severity, {_AT % "u.breached"}, '', ''
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::bigint[])
  AS u (tenant, ticket, subscription, clock, number, severity, breached)
ON CONFLICT (ticket_id, clock, number) DO NOTHING RETURNING id
"""  # noqa: S608
_WRITE_WARNINGS = f"""
INSERT INTO tickets_clockwarning (provider_id, announced_at, tenant_id, ticket_id, clock, cycle, severity, percent,
  reached_at)
SELECT %s, %s, u.tenant, u.ticket, u.clock, u.cycle, u.severity, u.percent, {_AT % "u.reached"}
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::int[], %s::bigint[])
  AS u (tenant, ticket, clock, cycle, severity, percent, reached)
ON CONFLICT (ticket_id, clock, cycle, severity, percent) DO NOTHING RETURNING id
"""  # noqa: S608
_WRITE_ESCALATIONS = f"""
INSERT INTO tickets_escalation (provider_id, announced_at, told, tenant_id, ticket_id, clock, cycle, severity, moment,
  acts, reached_at)
SELECT %s, %s, '{{}}', u.tenant, u.ticket, u.clock, u.cycle, u.severity, u.moment, string_to_array(u.acts, ' '),
  {_AT % "u.reached"}
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[])
  AS u (tenant, ticket, clock, cycle, severity, moment, acts, reached)
ON CONFLICT (ticket_id, clock, cycle, severity, moment) DO NOTHING RETURNING id
"""  # noqa: S608
_WRITE_TICKETS = f"""
UPDATE tickets_ticket t SET mark = NULL, marked_at = NULL, worked_out_at = {_AT % "u.worked_out"},
  next_due_at = {_AT % "u.due"}, act_at = {_AT % "u.act"}, standing = u.standing,
  standing_at = {_AT % "u.standing_at"}, severity_rank = u.rank, status = u.status, severity = u.severity,
  resolution = u.resolution, solved_at = {_AT % "u.solved"}, closed_at = {_AT % "u.closed"}
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::smallint[],
  %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
  AS u (id, worked_out, due, act, standing, standing_at, rank, status, severity, resolution, solved, closed)
WHERE t.id = u.id
"""  # noqa: S608


def write_clocks(provider_id: int, rows: Sequence[ClockRow], tickets: Sequence[int]) -> None:
    """The clocks of these tickets are these rows and no others."""
    columns = _columns(rows, 16)
    with connection.cursor() as cursor:
        if rows:
            cursor.execute(_WRITE_CLOCKS, [provider_id, *columns])
        cursor.execute(_CLOCKS_GONE, [list(tickets), columns[1], columns[2]])


def write_breaches(provider_id: int, rows: Sequence[BreachRow], now: datetime) -> list[int]:
    """Adds the breaches that are not there yet; their ids."""
    return _added(_WRITE_BREACHES, provider_id, now, _columns(rows, 7)) if rows else []


def write_warnings(provider_id: int, rows: Sequence[WarningRow], now: datetime) -> list[int]:
    """Adds the warnings that were not given yet; their ids."""
    return _added(_WRITE_WARNINGS, provider_id, now, _columns(rows, 7)) if rows else []


def write_escalations(provider_id: int, rows: Sequence[EscalationRow], now: datetime) -> list[int]:
    """Adds the escalations that were not acted on yet; their ids."""
    return _added(_WRITE_ESCALATIONS, provider_id, now, _columns(rows, 8)) if rows else []


def write_tickets(rows: Sequence[TicketRow]) -> None:
    """What the log says of each, when it was worked out, is due next and is to be looked at next; no mark is left."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_TICKETS, _columns(rows, 12))


def write_settled(tickets: Iterable[int], now: datetime) -> None:
    """Nothing may be recorded for these before now any more: what was late by now has been announced."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_ticket SET settled_at = %s WHERE id = ANY(%s)", [now, list(tickets)])


def _added(statement: str, provider_id: int, now: datetime, columns: list[list[Any]]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [provider_id, now, *columns])
        return sorted(row[0] for row in cursor.fetchall())


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]
