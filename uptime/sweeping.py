"""What the workers do: claim marked and due periods across all providers, and work them out provider by provider."""

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import structlog
from django.db import InterfaceError, OperationalError, connection

from contracts.actions.changes import providers_with_changes
from slaportal.arrays import as_array
from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope, take
from uptime.changes import READER, work_through_changes
from uptime.closing import close_periods
from uptime.opening import open_for
from uptime.working_out import put_off, work_out

BATCH = 500
SECONDS = 20

MARKED = """
SELECT provider_id, id FROM uptime_subscriptionperiod WHERE marked_at IS NOT NULL
ORDER BY marked_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
DUE = """
SELECT provider_id, id FROM uptime_subscriptionperiod WHERE look_at <= %(now)s
ORDER BY look_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
# Only who holds the last period opens what follows: of two workers that hold one each of the same subscription, and
# want all of them to open the next, both would wait for the other.
ENDED = """
SELECT p.id, p.subscription_id, p.closed_at IS NULL AND p.closes_at <= %(now)s,
  NOT EXISTS (SELECT 1 FROM uptime_subscriptionperiod q WHERE q.subscription_id = p.subscription_id
    AND q.ends_at > p.ends_at)
FROM uptime_subscriptionperiod p WHERE p.id = ANY(%(ids)s::bigint[]) AND p.ends_at <= %(now)s
"""

log = structlog.get_logger(__name__)


def sweep_marked(*, at: datetime | None = None, most: int = BATCH) -> int:
    """Works out what is marked, batch after batch, until nothing is left or the time is up; returns how many.

    `at` stands for the database's clock.
    """
    return _sweep(MARKED, at, most)


def sweep_look(*, at: datetime | None = None, most: int = BATCH) -> int:
    """Works out what changes by itself by now, opens the next period of those that ended, closes what is due."""
    return _sweep(DUE, at, most)


def sweep_changes(*, at: datetime | None = None) -> int:
    """Works through what changed in the contracts, provider by provider; returns how many chunks."""
    began, done = time.monotonic(), 0
    with scope(PLATFORM):
        providers, now = providers_with_changes(READER), at or database_now()
    for provider in providers:
        more = True
        while more and time.monotonic() - began < SECONDS:
            with scope(STAFF, provider=provider):
                more = work_through_changes(provider, at=now)
            done += more
    return done


def _sweep(claim: str, at: datetime | None, most: int) -> int:
    began, done = time.monotonic(), 0
    while True:
        claimed = _batch(claim, at, most)
        done += claimed
        if claimed < most or time.monotonic() - began > SECONDS:
            return done


def _batch(claim: str, at: datetime | None, most: int) -> int:
    """One batch in one transaction. If something in it fails, each by itself, and what fails again is put off."""
    claimed: list[tuple[int, int]] = []
    try:
        with scope(PLATFORM):
            now = at or database_now()
            claimed = _claim(claim, now, most)
            for provider, rows in groupby(claimed, key=itemgetter(0)):
                take(STAFF, provider=provider)
                work_on([pk for _provider, pk in rows], now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if not claimed:
            raise
        log.exception("batch_failed", periods=len(claimed))
        for provider, pk in claimed:
            _alone(provider, pk, at)
    return len(claimed)


def _alone(provider: int, pk: int, at: datetime | None) -> None:
    try:
        with scope(STAFF, provider=provider):
            work_on([pk], now=at or database_now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("period_failed", period=pk)
        with scope(STAFF, provider=provider):
            put_off([pk], now=at or database_now())


def _claim(claim: str, now: datetime, most: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(claim, {"now": now, "most": most})
        return sorted(cursor.fetchall())


def work_on(ids: Sequence[int], *, now: datetime) -> None:
    """Closes what is to be closed, works the rest out, opens what follows a period that ended; in the staff's scope."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED, {"ids": as_array(ids), "now": now})
        ended = cursor.fetchall()
    closing = {pk for pk, _subscription, closes, _last in ended if closes}
    without_next = {subscription for _pk, subscription, _closes, last in ended if last}
    if closing:
        close_periods(closing, now=now)
    work_out([pk for pk in ids if pk not in closing], now=now)
    if without_next:
        open_for(sorted(without_next), until=now, at=now)
