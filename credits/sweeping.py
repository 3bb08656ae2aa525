"""Looking for periods whose credits are to be worked out, provider by provider, in batches, each its own transaction.

Four reasons, each with its own index: figures that are newer than the credits, marks, an instant that has come, and
breaches that the credits do not know. Claimed as the platform, which sees ids and marks alone; worked on as staff.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection

from contracts.actions.changes import move_on, next_change, providers_with_changes
from contracts.models import Change, PolicyVersion, Reader, Subscription, Term
from credits.assessing import assess_periods
from slaportal.tenancy.providers import all_providers
from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope, take
from tickets.actions.counted import mark_counted, take_uncounted
from uptime.changes import READER as BELOW

BATCH = 500
SECONDS = 45
READER = "credits"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why periods are to be worked out: where they are found (`{now}` is an argument), and by what order."""

    name: str
    table: str
    period: str
    order: str
    where: str
    needs_now: bool = False

    def providers(self) -> str:
        return f"SELECT DISTINCT provider_id FROM {self.table} WHERE {self.where}"  # noqa: S608 - made of constants

    def claim(self, *, further: bool) -> str:
        """Those behind the place that was come to, so that what cannot be worked out does not hold up the others."""
        behind = f" AND ({self.order}, id) > (%s, %s)" if further else ""
        return (
            f"SELECT {self.period}, {self.order}, id FROM {self.table} WHERE provider_id = %s AND {self.where}{behind}"  # noqa: S608
            f" ORDER BY {self.order}, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
        )


_UNASSESSED = _Reason("unassessed", "uptime_subscriptionperiod", "id", "id", "assessed < measurement")
_MARKED = _Reason("marked", "credits_assessedperiod", "period_id", "marked_at", "marked_at IS NOT NULL")
_LOOK = _Reason("look", "credits_assessedperiod", "period_id", "look_at", "look_at <= %s", needs_now=True)

# Closed periods too, as long as a credit of theirs is not settled.
_MARK_UNSETTLED = """
UPDATE credits_assessedperiod SET marked_at = COALESCE(marked_at, %s) WHERE id IN (
  SELECT a.id FROM credits_assessedperiod a JOIN uptime_subscriptionperiod p ON p.id = a.period_id
  WHERE p.subscription_id = ANY(%s) AND p.ends_at > %s AND (p.closed_at IS NULL OR EXISTS (
    SELECT 1 FROM credits_assessment s WHERE s.period_id = p.id AND s.status NOT IN ('none', 'granted', 'expired')))
  ORDER BY a.id FOR NO KEY UPDATE OF a)
"""
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
# The periods whose credits breaches belong to, none where there is none; whether they were assessed before.
_OF_BREACHES = """
SELECT b.id, p.id, p.assessed > 0 FROM tickets_breach b LEFT JOIN uptime_subscriptionperiod p
  ON p.subscription_id = b.subscription_id AND b.breached_at >= p.starts_at AND b.breached_at < p.ends_at
  AND (p.revision = 1 OR p.closed_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM uptime_subscriptionperiod n WHERE n.subscription_id = p.subscription_id
    AND n.text = p.text AND n.revision > p.revision AND n.closed_at IS NOT NULL)
WHERE b.id = ANY(%s)
"""
_MARK_PERIODS = """
UPDATE credits_assessedperiod SET marked_at = COALESCE(marked_at, %s) WHERE id IN (
  SELECT id FROM credits_assessedperiod WHERE period_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
"""
_UNKNOWN_BREACHES = """
SELECT DISTINCT s.period_id FROM credits_assessment s JOIN uptime_subscriptionperiod p ON p.id = s.period_id
JOIN LATERAL (SELECT count(*) AS made, count(b.excused_at) AS excused FROM tickets_breach b
  WHERE b.subscription_id = p.subscription_id AND b.clock = s.credit_for
    AND b.breached_at >= p.starts_at AND b.breached_at < p.ends_at) b ON true
WHERE s.credit_for NOT IN ('availability', 'performance') AND s.reason <> 'not_judged'
  AND (b.made, b.excused) IS DISTINCT FROM (COALESCE((s.figures #>> '{breaches,all}')::bigint, 0),
    COALESCE((s.figures #>> '{breaches,excused}')::bigint, 0))
  AND NOT EXISTS (SELECT 1 FROM uptime_subscriptionperiod n WHERE n.subscription_id = p.subscription_id
    AND n.text = p.text AND n.revision > p.revision AND n.closed_at IS NOT NULL)
ORDER BY s.period_id
"""


def sweep_unassessed(*, at: datetime | None = None) -> int:
    """Works out the credits of periods whose figures changed; how many. `at` stands for the database's clock."""
    return _sweep(_UNASSESSED, at)


def sweep_marked(*, at: datetime | None = None) -> int:
    """Those of which a claim, a breach or the account's standing changed."""
    return _sweep(_MARKED, at)


def sweep_look(*, at: datetime | None = None) -> int:
    """Those of which something changes by itself: a reminder is due, a window closed, a period ended."""
    return _sweep(_LOOK, at)


def sweep_breaches(*, at: datetime | None = None, everything: bool = False) -> int:
    """Those whose tickets have breaches or excuses that their credits do not know; how many were worked out.

    The breaches say so themselves (`counted`); `everything` compares the counts of all periods instead.
    """
    of_provider = _compare_breaches if everything else _read_breaches
    # Whether there is something new of a provider is an index scan; which ones have breaches would be all of them.
    return sum(of_provider(provider_id, at) for provider_id in all_providers())


def _compare_breaches(provider_id: int, at: datetime | None) -> int:
    with scope(STAFF, provider=provider_id):
        ids = [row[0] for row in _rows(_UNKNOWN_BREACHES, [])]
    return sum(_assess(ids[start : start + BATCH], provider_id, at) for start in range(0, len(ids), BATCH))


def _read_breaches(provider_id: int, at: datetime | None) -> int:
    """Marks the periods of what is new, and works them out at once; what is left marked, `sweep_marked` finds."""
    began, done, place = time.monotonic(), 0, 0
    while time.monotonic() - began < SECONDS:
        with scope(STAFF, provider=provider_id):
            taken = take_uncounted(provider_id, after=place, most=BATCH)
            ids = _mark_periods_of(taken, at or database_now()) if taken else []
        done += _assess(ids, provider_id, at) if ids else 0
        if len(taken) < BATCH:
            break
        place = taken[-1]
    return done


def _mark_periods_of(breaches: Sequence[int], now: datetime) -> list[int]:
    """The mark waits for a worker who began before the breach was there, so it outlasts that worker's figures.

    A period that was never assessed cannot be marked so: its breaches stay new until it was.
    """
    found = _rows(_OF_BREACHES, [list(breaches)])
    waiting = {breach for breach, period, assessed in found if period is not None and not assessed}
    ids = sorted({period for _, period, assessed in found if assessed})
    with connection.cursor() as cursor:
        cursor.execute(_MARK_PERIODS, [now, ids])
    mark_counted(set(breaches) - waiting)
    return ids


def sweep_changes(*, at: datetime | None = None) -> int:
    """Reads what changed of the contracts: account, terms and versions mark the periods that are not settled.

    A period is pinned anew by `uptime`, so a term or a version waits until that has read it. How many were read.
    """
    with scope(PLATFORM):
        providers = providers_with_changes(READER)
    read = 0
    for provider_id in providers:
        while _read_next(provider_id, at):
            read += 1
    return read


def _read_next(provider_id: int, at: datetime | None) -> bool:
    with scope(STAFF, provider=provider_id):
        found = next_change(READER, provider_id=provider_id)
        if found is None:
            return False
        reader, change = found
        now = at or database_now()
        if change.what in (Change.What.TERM, Change.What.POLICY) and not _read_below(change):
            return False
        subscriptions, since = _touched(change)
        if subscriptions:
            with connection.cursor() as cursor:
                cursor.execute(_MARK_UNSETTLED, [now, subscriptions, since])
        move_on(reader, change, cursor=None, at=now)
        return True


def _read_below(change: Change) -> bool:
    place = Reader.objects.filter(provider_id=change.provider_id, name=BELOW)
    come_to = place.values_list("transaction", "change_id").first()
    return come_to is not None and come_to >= (change.transaction, change.pk)


def _touched(change: Change) -> tuple[list[int], datetime]:
    """The subscriptions whose credits the change may touch, in periods that end after an instant."""
    if change.what == Change.What.ACCOUNT:
        return [change.target_id], _ALWAYS
    if change.what == Change.What.TERM:
        return list(Term.objects.filter(pk=change.target_id).values_list("subscription_id", flat=True)), _ALWAYS
    if change.what == Change.What.POLICY:
        policy = PolicyVersion.objects.filter(pk=change.target_id).values("policy")
        return list(Subscription.objects.filter(policy__in=policy).values_list("pk", flat=True)), change.since
    return [], _ALWAYS


def _sweep(reason: _Reason, at: datetime | None) -> int:
    """A batch of each provider in turn, until less than a whole one is left of each or the time is up."""
    began, done = time.monotonic(), 0
    with scope(PLATFORM):
        arguments = [at or database_now()] if reason.needs_now else []
        places: dict[int, tuple[Any, int] | None] = {row[0]: None for row in _rows(reason.providers(), arguments)}
    while places and time.monotonic() - began < SECONDS:
        for provider_id, place in list(places.items()):
            claimed, worked = _batch(reason, provider_id, place, at)
            done += worked
            if len(claimed) < BATCH:
                del places[provider_id]
            else:
                places[provider_id] = claimed[-1][1:]
    return done


def _batch(
    reason: _Reason, provider_id: int, place: tuple[Any, int] | None, at: datetime | None
) -> tuple[list[Any], int]:
    claimed: list[Any] = []
    try:
        with scope(PLATFORM):
            now = at or database_now()
            arguments = [provider_id, *([now] if reason.needs_now else []), *(place or ()), BATCH]
            claimed = _rows(reason.claim(further=place is not None), arguments)
            if not claimed:
                return [], 0
            take(STAFF, provider=provider_id)
            return claimed, assess_periods([row[0] for row in claimed], now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the task tries again
    except Exception:
        log.exception("credits_batch_failed", reason=reason.name, provider=provider_id)
    return claimed, _one_by_one([row[0] for row in claimed], provider_id, at)


def _assess(ids: Sequence[int], provider_id: int, at: datetime | None) -> int:
    try:
        with scope(STAFF, provider=provider_id):
            return assess_periods(ids, now=at or database_now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("credits_batch_failed", reason="breaches", provider=provider_id)
    return _one_by_one(ids, provider_id, at)


def _one_by_one(ids: Sequence[int], provider_id: int, at: datetime | None) -> int:
    """A period that cannot be worked out must not keep the others from it."""
    done = 0
    for pk in ids:
        try:
            with scope(STAFF, provider=provider_id):
                done += assess_periods([pk], now=at or database_now())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("credits_of_period_failed", period=pk, provider=provider_id)
    return done


def _rows(sql: str, arguments: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        found: list[Any] = cursor.fetchall()
    return found
