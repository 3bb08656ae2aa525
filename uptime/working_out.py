"""Working periods out: their figures as of now are written, many at once, and when to look at them again."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from django.db import connection

from contracts.policy.durations import MINUTE
from slaportal.arrays import as_array
from slaportal.intervals import Instant, instant_of
from slaportal.refusal import Refusal
from uptime.facts import Facts, facts_of
from uptime.figures import figures_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod

log = structlog.get_logger(__name__)

encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

# What is calculated with, and what the evidence and the announcement of a closed one name.
LOCKED = """
SELECT id, provider_id, tenant_id, subscription_id, version_id, plan, kind, text, revision, starts_at, ends_at,
  active_from, active_to, fee_monthly, fee_annual, currency, closes_at
FROM uptime_subscriptionperiod WHERE id = ANY(%s::bigint[]) AND closed_at IS NULL ORDER BY id FOR UPDATE
"""
WRITE = """
WITH n AS MATERIALIZED (
  SELECT id, percent, met, figures::jsonb, 'epoch'::timestamptz + look * interval '1 microsecond' AS look_at
  FROM unnest(%s::bigint[], %s::numeric[], %s::boolean[], string_to_array(%s, chr(10)), %s::bigint[])
    u(id, percent, met, figures, look)
)
UPDATE uptime_subscriptionperiod p SET percent = n.percent, met = n.met, figures = n.figures,
  measurement = p.measurement + (p.measurement = 0 OR p.figures <> n.figures)::int,
  worked_out_at = %s, marked_at = NULL, look_at = n.look_at
FROM n WHERE p.id = n.id AND p.closed_at IS NULL
"""
CLEAR = """
UPDATE uptime_subscriptionperiod SET marked_at = NULL, look_at = NULL
WHERE id = ANY(%s) AND closed_at IS NOT NULL AND (marked_at IS NOT NULL OR look_at IS NOT NULL)
"""
PUT_OFF = """
UPDATE uptime_subscriptionperiod SET marked_at = NULL, look_at = %s + interval '1 hour' WHERE id = ANY(%s)
"""


class Worked(NamedTuple):
    """A period with its facts and what they come to, ready to be written."""

    period: SubscriptionPeriod
    facts: Facts
    percent: str | None
    met: bool | None
    figures: dict[str, Any]
    look: Instant


def work_out(ids: Iterable[int], *, now: datetime) -> int:
    """Writes the figures of these periods as of `now`; in the staff's scope. Closed ones stay as they are.

    `measurement` counts up only where the figures changed. Returns how many were worked out.
    """
    worked = worked_out(ids, now=now)
    write(worked, now=now)
    return len(worked)


def worked_out(ids: Iterable[int], *, now: datetime) -> list[Worked]:
    """What the open ones among these periods come to, their rows locked until the end of the transaction."""
    wanted = sorted(set(ids))
    rows = list(SubscriptionPeriod.objects.raw(LOCKED, [as_array(wanted)]))
    if len(rows) < len(wanted):
        with connection.cursor() as cursor:
            cursor.execute(CLEAR, [wanted])
    facts, instant = facts_of(rows), instant_of(now)
    worked, refused = [], []
    for row in rows:
        try:
            worked.append(_worked(row, facts[row.pk], instant))
        except Refusal as refusal:  # a calendar that ends: one period must not keep the others
            log.error("period_refused", period=row.pk, reason=refusal.message)
            refused.append(row.pk)
    if refused:
        with connection.cursor() as cursor:
            cursor.execute(PUT_OFF, [now, refused])
    return worked


def write(worked: Sequence[Worked], *, now: datetime) -> None:
    """All of them in one statement."""
    if not worked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                as_array(one.period.pk for one in worked),
                as_array(one.percent for one in worked),
                as_array(one.met for one in worked),
                "\n".join([encode(one.figures) for one in worked]),  # a fifth faster than an array of texts
                as_array(one.look for one in worked),
                now,
            ],
        )


def put_off(ids: Sequence[int], *, now: datetime) -> None:
    """Periods that could not be worked out are looked at again in an hour."""
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, [now, list(ids)])


def _worked(period: SubscriptionPeriod, facts: Facts, now: Instant) -> Worked:
    measured, metrics = measure(period, facts, now)
    figures = figures_of(measured, metrics, outages=facts.outages, windows=facts.windows, now=now)
    shown = figures["availability"] or {}
    look = next_look(facts, now, closes=instant_of(period.closes_at))
    return Worked(period, facts, shown.get("percent"), shown.get("met"), figures, look)


def next_look(facts: Facts, now: Instant, *, closes: Instant) -> Instant:
    """The next instant at which the figures change by themselves; while something goes on, a minute from now."""
    if now >= facts.period.end:
        return closes
    look, goes_on = facts.period.end, now + MINUTE
    spans: list[tuple[Instant, Instant | None]] = [(outage.start, outage.end) for outage in facts.outages]
    for start, end in (*spans, *facts.unmonitored) if facts.unmonitored else spans:
        if start > now:
            look = min(look, start)
        elif end is None or end > now:
            look = min(look, goes_on) if end is None else min(look, goes_on, end)
    for window in facts.windows:
        if window.announced is not None and window.announced > now:
            look = min(look, window.announced)
        if window.start > now:
            look = min(look, window.start)
        elif window.end > now:
            # One that nobody announced is excluded only as far as it has come.
            look = min(look, window.end) if window.announced is not None else min(look, window.end, goes_on)
    return look
