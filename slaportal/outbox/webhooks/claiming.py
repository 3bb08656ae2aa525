"""Which deliveries a worker takes: of each endpoint a few at once; of one that fails, or is slow, or is new, one.

So one that hangs has a few of the worker's threads at most, all that are not known to be quick have half of them, and
the others go on beside them. The endpoint that was attended to longest ago goes first.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db import connection

from slaportal.outbox.models import EventDelivery, State
from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope, take

# At once, of one endpoint, over all workers; and of one that is not known to be quick.
AT_ONCE, AT_ONCE_UNPROVEN = 10, 1
LEASE = timedelta(minutes=2)
_UNFINISHED = "d.state IN ('waiting', 'sending') AND d.next_attempt_at <= %(now)s"
_QUICK = "(e.failing_since IS NULL AND e.last_success_at IS NOT NULL AND NOT e.slow)"
_ENDPOINTS = f"""
SELECT e.id, r.room FROM outbox_endpoint e CROSS JOIN LATERAL (SELECT %(at_once)s - count(*) AS room
  FROM outbox_eventdelivery b WHERE b.endpoint_id = e.id AND b.state = 'sending' AND b.next_attempt_at > %(now)s) r
WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL AND {_QUICK} = %(quick)s AND r.room > 0
  AND EXISTS (SELECT 1 FROM outbox_eventdelivery d WHERE d.endpoint_id = e.id AND {_UNFINISHED})
ORDER BY e.served_at NULLS FIRST, e.id LIMIT %(most)s FOR NO KEY UPDATE OF e SKIP LOCKED
"""  # noqa: S608 - no value is put in
# Materialized: joined as it stands, it may be asked again for each row, and then passes over what it just took.
_TAKE = f"""
WITH c AS MATERIALIZED (
  SELECT p.id FROM unnest(%(endpoints)s::bigint[], %(rooms)s::bigint[]) WITH ORDINALITY AS e (id, room, turn)
  CROSS JOIN LATERAL (SELECT d.id, d.next_attempt_at FROM outbox_eventdelivery d WHERE d.endpoint_id = e.id
    AND {_UNFINISHED} ORDER BY d.next_attempt_at, d.id LIMIT e.room FOR NO KEY UPDATE SKIP LOCKED) p
  ORDER BY e.turn, p.next_attempt_at, p.id LIMIT %(most)s)
UPDATE outbox_eventdelivery t SET state = 'sending', claim = %(claim)s, claimed_at = %(now)s,
  next_attempt_at = %(until)s, attempts = t.attempts + 1
FROM c WHERE t.id = c.id RETURNING t.provider_id, t.id, t.endpoint_id
"""  # noqa: S608
_SERVED = "UPDATE outbox_endpoint SET served_at = %s WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Deliveries with their endpoints, this worker's until its lease ends; the ids of endpoints not known as quick."""

    number: uuid.UUID
    at: datetime
    deliveries: tuple[EventDelivery, ...] = ()
    unproven: frozenset[int] = frozenset()


def claim_due(most: int, *, unproven: int | None = None, at: datetime | None = None) -> Claimed:
    """Takes up to `most` due deliveries and counts the attempt; committed when it returns. `at` is the database's now.

    Up to `unproven` of them (all, where it is not said) are for endpoints that are not known to be quick. A row whose
    lease ran out is due like one that waits.
    """
    number, few = uuid.uuid4(), most if unproven is None else min(most, unproven)
    with scope(PLATFORM):
        now = at or database_now()
        others = _endpoints(now, few, quick=False) if few > 0 else []
        turns = [*others, *_endpoints(now, most, quick=True)]
        taken = _taken(number, now, most, turns) if turns else []
        return Claimed(number, now, tuple(_contents(taken, number)), frozenset(pk for pk, _room in others))


def _endpoints(now: datetime, most: int, *, quick: bool) -> list[tuple[int, int]]:
    """(id, room) of endpoints for which something is due, in their turn, locked."""
    at_once = AT_ONCE if quick else AT_ONCE_UNPROVEN
    with connection.cursor() as cursor:
        cursor.execute(_ENDPOINTS, {"now": now, "most": most, "at_once": at_once, "quick": quick})
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def _taken(number: uuid.UUID, now: datetime, most: int, turns: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    asked = {"endpoints": [pk for pk, _room in turns], "rooms": [room for _pk, room in turns]}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"now": now, "most": most, **asked, "claim": number, "until": now + LEASE})
        taken: list[tuple[int, int, int]] = cursor.fetchall()
        cursor.execute(_SERVED, [now, sorted({endpoint for _provider, _pk, endpoint in taken})])
    return taken


def _contents(taken: list[tuple[int, int, int]], number: uuid.UUID) -> Iterator[EventDelivery]:
    """Read as staff of one provider after the other, in the transaction of the claim."""
    for provider_id, rows in groupby(sorted(taken), key=itemgetter(0)):
        take(STAFF, provider=provider_id)
        mine = EventDelivery.objects.filter(pk__in=[pk for _provider, pk, _endpoint in rows], claim=number)
        yield from mine.filter(state=State.SENDING).select_related("endpoint").order_by("pk")
