"""Reading all that the credits of many periods are made of, a handful of queries for all of them."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from credits.assessment import Fee, Miss
from credits.figures import AssessedRow
from credits.judging import GRANTED, HeldClaim, Known
from slaportal.intervals import instant_of
from tickets.queries import agreements_of
from uptime.availability import MeasuredAvailability, NoAvailability
from uptime.evidence import facts_in
from uptime.facts import facts_of, versions_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod
from uptime.performance import MeasuredMetric

# What still counts; withdrawn, rejected and superseded claims do not.
COUNTING = ("submitted", "under_review", "approved")

_CLAIMS = """
SELECT period_id, id, at, state, amount FROM credits_claim
WHERE period_id = ANY(%s) AND state = ANY(%s) ORDER BY period_id, at, id
"""
# By when the month was closed first: a correction gives no second chance to excuse.
_BREACHES = """
SELECT p.id, b.clock, b.severity, b.breached_at, b.excused_at IS NOT NULL,
  b.excused_at IS NOT NULL AND (f.closed_at IS NULL OR b.excused_at <= f.closed_at)
FROM uptime_subscriptionperiod p
JOIN uptime_subscriptionperiod f ON f.subscription_id = p.subscription_id AND f.text = p.text AND f.revision = 1
JOIN tickets_breach b ON b.subscription_id = p.subscription_id
  AND b.breached_at >= p.starts_at AND b.breached_at < p.ends_at
WHERE p.id = ANY(%s) ORDER BY p.id, b.breached_at, b.id
"""
_GRANTED_BEFORE = """
SELECT p.id, a.position FROM uptime_subscriptionperiod p
JOIN uptime_subscriptionperiod o ON o.subscription_id = p.subscription_id AND o.text = p.text
  AND o.revision < p.revision
JOIN credits_assessment a ON a.period_id = o.id AND a.status = 'granted' WHERE p.id = ANY(%s)
"""
_ACCOUNTS = "SELECT id, account_current FROM contracts_subscription WHERE id = ANY(%s)"
_STORED = """
SELECT period_id, id, position, credit_for, missed, status, amount, currency, claim_by, reason, measurement, figures
FROM credits_assessment WHERE period_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows of periods as they are: by period and position, and their ids by the same."""

    rows: dict[int, dict[int, AssessedRow]]
    ids: dict[tuple[int, int], int]


@dataclass(slots=True)
class _Breaches:
    misses: list[Miss]
    counts: dict[str, dict[str, int]]


def load(periods: Sequence[SubscriptionPeriod], stored: Stored, *, now: datetime) -> list[Known]:
    """Everything known of these periods at `now`, in their order. In the scope of the provider's staff.

    A breach that was excused counts apart and pays nothing; an excuse that came after the month was closed takes
    nothing back, in no correction either.
    """
    ids = [period.pk for period in periods]
    claims, breaches = _claims(ids), _breaches(ids)
    accounts = dict(_rows(_ACCOUNTS, [period.subscription_id for period in periods]))
    agreements = agreements_of((period.version_id, period.plan) for period in periods)
    measured = _measured(periods, now)
    granted = _granted(periods, stored)
    known = []
    for period in periods:
        availability, performance = measured[period.pk]
        late = breaches.get(period.pk)
        known.append(
            Known(
                period=period.pk,
                measurement=period.measurement,
                closed=period.closed_at is not None,
                agreement=agreements[period.version_id, period.plan],
                availability=availability,
                performance=performance,
                fee=Fee(period.fee_monthly, period.fee_annual, period.currency),
                misses=late.misses if late else (),
                breaches=late.counts if late else {},
                claims=claims.get(period.pk, ()),
                account_current=accounts[period.subscription_id],
                stored=stored.rows.get(period.pk, {}),
                granted=granted[period.pk],
            )
        )
    return known


def _measured(
    periods: Sequence[SubscriptionPeriod], now: datetime
) -> dict[int, tuple[MeasuredAvailability | NoAvailability, tuple[MeasuredMetric, ...]]]:
    """The figures of each period; of a closed one out of its evidence, as of when it was worked out for good."""
    closed = [period for period in periods if period.closed_at is not None and period.evidence is not None]
    frozen = {period.pk for period in closed}
    facts = facts_of(period for period in periods if period.pk not in frozen)
    versions = versions_of(closed) if closed else {}
    facts.update((period.pk, facts_in(period.evidence or {}, versions[period.version_id])) for period in closed)
    return {
        period.pk: measure(period, facts[period.pk], (period.pk in frozen and period.worked_out_at) or now)
        for period in periods
    }


def stored_rows(periods: Sequence[int]) -> Stored:
    """What was worked out of these periods before."""
    rows: dict[int, dict[int, AssessedRow]] = defaultdict(dict)
    ids = {}
    for period, pk, position, *values, figures in _rows(_STORED, periods):
        credit_for, missed, status, amount, currency, claim_by, reason, measurement = values
        rows[period][position] = AssessedRow(
            position,
            credit_for,
            missed,
            status,
            amount,
            currency,
            None if claim_by is None else instant_of(claim_by),
            reason,
            measurement,
            json.loads(figures),
        )
        ids[period, position] = pk
    return Stored(rows, ids)


def _claims(periods: Sequence[int]) -> dict[int, list[HeldClaim]]:
    claims: dict[int, list[HeldClaim]] = defaultdict(list)
    for period, pk, at, state, amount in _rows(_CLAIMS, periods, list(COUNTING)):
        claims[period].append(HeldClaim(pk, instant_of(at), state, amount))
    return claims


def _granted(periods: Sequence[SubscriptionPeriod], stored: Stored) -> dict[int, set[int]]:
    """The positions of what was granted for each month, in its rows and in those of the revisions before it."""
    granted = {
        period.pk: {pos for pos, row in stored.rows.get(period.pk, {}).items() if row.status == GRANTED}
        for period in periods
    }
    corrections = [period.pk for period in periods if period.revision > 1]
    if corrections:
        for period_id, position in _rows(_GRANTED_BEFORE, corrections):
            granted[period_id].add(position)
    return granted


def _breaches(periods: Sequence[int]) -> dict[int, _Breaches]:
    """The misses that count, and how many breaches and excused ones there are of each clock."""
    found: dict[int, _Breaches] = {}
    for period, clock, severity, at, excused, pays_nothing in _rows(_BREACHES, periods):
        of = found.setdefault(period, _Breaches([], {}))
        counts = of.counts.setdefault(clock, {"all": 0, "excused": 0})
        counts["all"] += 1
        counts["excused"] += excused
        if not pays_nothing:
            of.misses.append(Miss(clock, severity, instant_of(at)))
    return found


def _rows(sql: str, *arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(argument) for argument in arguments])
        found: list[Any] = cursor.fetchall()
    return found
