"""The two sweeps over tickets: what is marked is worked out, what is due is announced; any number of workers at once.

A batch is claimed across all providers, under the platform's role, by locking what nobody else has locked; then it is
worked out provider by provider in the same transaction. Killed within it, nothing of the batch is left, and the rows
are found again.
"""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope, take
from tickets.working_out import work_out

BATCH = 250
log = structlog.get_logger(__name__)
_MARKED = """
SELECT id, provider_id FROM tickets_ticket WHERE mark IS NOT NULL ORDER BY mark, marked_at
LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
# What cannot be worked out stands in nobody's way: it is tried again after a while, and the log says why.
_PUT_OFF = "UPDATE tickets_ticket SET mark = NULL, act_at = %s + interval '5 minutes' WHERE id = %s"
_DUE = """
SELECT id, provider_id FROM tickets_ticket WHERE act_at <= %(now)s ORDER BY act_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""


def sweep_marked(*, at: datetime | None = None, most: int = BATCH) -> int:
    """Works out one batch of marked tickets, what somebody just did first; how many there were.

    `at` stands for the database's clock.
    """
    return _sweep(_MARKED, most, at)


def sweep_due(*, at: datetime | None = None, most: int = BATCH) -> int:
    """Announces what became true by itself: warnings, breaches, solvings after silence, closings; how many tickets."""
    return _sweep(_DUE, most, at)


def sweep(*each: Callable[..., int], at: datetime | None = None, seconds: int) -> int:
    """A batch of each in turn, until none is full or the time is up; how many rows.

    In turn, since what has become due cannot wait until a long backlog of the others is worked off.
    """
    began, done = time.monotonic(), 0
    while True:
        batches = [one(at=at) for one in each]
        done += sum(batches)
        if max(batches) < BATCH or time.monotonic() - began >= seconds:
            return done


def _sweep(statement: str, most: int, at: datetime | None) -> int:
    with scope(PLATFORM):
        now = at or database_now()
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": now, "most": most})
            claimed = cursor.fetchall()
        for provider_id, rows in groupby(sorted(claimed, key=itemgetter(1, 0)), key=itemgetter(1)):
            take(STAFF, provider=provider_id)
            _work_out([pk for pk, _ in rows], provider_id, now)
    return len(claimed)


def _work_out(tickets: list[int], provider_id: int, now: datetime) -> None:
    """All of them, or where one of them fails each by itself."""
    try:
        with transaction.atomic():
            work_out(tickets, provider_id=provider_id, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database went away, or two met: all is found again
    except Exception:
        log.exception("tickets_not_worked_out", tickets=tickets[:1] if len(tickets) == 1 else len(tickets))
        if len(tickets) > 1:
            for pk in tickets:
                _work_out([pk], provider_id, now)
            return
        with connection.cursor() as cursor:
            cursor.execute(_PUT_OFF, [now, tickets[0]])
