"""How attempts ended, written many at once: delivered, later again, given up; and what it says of the endpoints."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import groupby

import structlog
from django.db import connection
from django.db.models import Q

from slaportal.outbox.insisting import surely
from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, State
from slaportal.outbox.webhooks.posting import Answer
from slaportal.outbox.webhooks.switching import WORKER, let_go, switch_off
from slaportal.tenancy.scope import STAFF, database_now, scope

# After the first attempt, which is made at once (Standard Webhooks 1.0.0).
BACK_OFF = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
LONGEST_RETRY_AFTER = timedelta(hours=24)
# Nothing but failure for so long, and nothing more is sent there.
FAILS_FOR = timedelta(days=3)
NOTED_EVERY = timedelta(minutes=1)
# Who takes longer than this to answer gets one at a time, until they answer sooner.
QUICK_MS = 2000
_ENDED = """
UPDATE outbox_eventdelivery d SET state = n.state, next_attempt_at = COALESCE(n.next, d.next_attempt_at), claim = NULL,
  last_status = n.status, last_error = n.error, ended_at = n.ended
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[])
  AS n (id, state, next, status, error, ended)
WHERE d.id = n.id AND d.claim = %s AND d.state = 'sending'
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt of a delivery, which began at `at`, and how it ended."""

    delivery: EventDelivery
    at: datetime
    answer: Answer


def write(tried: Sequence[Tried], claim: uuid.UUID, *, at: datetime | None = None) -> int:
    """Writes them, each provider's in a transaction of its own; how many still belonged to the claim."""
    held = 0
    for _provider, ones in groupby(sorted(tried, key=_owner), key=_owner):
        of_one = list(ones)
        held += surely(partial(_write, of_one, claim, at))
    if held < len(tried):
        log.warning("event_claim_lost", deliveries=len(tried) - held)
    return held


def _owner(tried: Tried) -> int:
    return tried.delivery.provider_id


def _write(tried: Sequence[Tried], claim: uuid.UUID, at: datetime | None) -> int:
    with scope(STAFF, provider=tried[0].delivery.provider_id):
        now = at or database_now()
        Attempt.objects.bulk_create([_attempt(one) for one in tried])
        with connection.cursor() as cursor:
            cursor.execute(_ENDED, [*map(list, zip(*(_end(one, now) for one in tried), strict=True)), claim])
            held = int(cursor.rowcount)
        _note_health(tried, now)
    return held


def _attempt(tried: Tried) -> Attempt:
    delivery, answer = tried.delivery, tried.answer
    return Attempt(
        provider_id=delivery.provider_id,
        tenant_id=delivery.tenant_id,
        delivery_id=delivery.pk,
        began_at=tried.at,
        duration_ms=answer.duration_ms,
        address=answer.address,
        request=answer.request,
        status=answer.status,
        head=answer.head,
        answer=answer.text,
        error=answer.error,
    )


def _end(tried: Tried, now: datetime) -> tuple[int, str, datetime | None, int | None, str, datetime | None]:
    """(id, state, next attempt, status, error, ended): what becomes of the delivery."""
    pk, answer = tried.delivery.pk, tried.answer
    if not answer.error:
        return pk, State.SENT, None, answer.status, "", now
    delay = delay_after(tried.delivery.attempts, answer.retry_after, now)
    if delay is None or answer.error == "gone":
        return pk, State.GIVEN_UP, None, answer.status, answer.error, now
    return pk, State.WAITING, now + delay, answer.status, answer.error, None


def delay_after(attempts: int, retry_after: str, now: datetime) -> timedelta | None:
    """How long until the next attempt after so many; longer where the endpoint asked for it, a day at most.

    None when there is none any more.
    """
    if attempts > len(BACK_OFF):
        return None
    return max(BACK_OFF[attempts - 1], min(asked_for(retry_after, now), LONGEST_RETRY_AFTER))


def asked_for(retry_after: str, now: datetime) -> timedelta:
    """What a Retry-After header comes to: seconds, or a date; nothing where it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after), 10**6))
    try:
        when = parsedate_to_datetime(retry_after)
    except (ValueError, IndexError):
        return timedelta(0)
    return max((when if when.tzinfo else when.replace(tzinfo=UTC)) - now, timedelta(0))


def _note_health(tried: Sequence[Tried], now: datetime) -> None:
    """One that took something is well; of others the first failure is noted, and after three days nothing more goes."""
    took: dict[int, int] = {}
    for one in tried:
        if not one.answer.error:
            took[one.delivery.endpoint_id] = max(took.get(one.delivery.endpoint_id, 0), one.answer.duration_ms)
    well = set(took)
    stale = Q(failing_since__isnull=False) | Q(last_success_at=None) | Q(last_success_at__lt=now - NOTED_EVERY)
    for slow in (False, True):
        if these := sorted(pk for pk, ms in took.items() if (ms > QUICK_MS) == slow):
            found = Endpoint.objects.filter(stale | Q(slow=not slow), pk__in=these)
            found.update(failing_since=None, last_success_at=now, slow=slow)
    failed = [one for one in tried if one.answer.error]
    ill = {one.delivery.endpoint_id: one.at for one in reversed(failed) if one.delivery.endpoint_id not in well}
    gone = {one.delivery.endpoint_id for one in failed if one.answer.error == "gone"}
    for pk, since in sorted(ill.items()):
        Endpoint.objects.filter(pk=pk, failing_since=None).update(failing_since=since)
    for endpoint in Endpoint.objects.filter(pk__in={*ill, *gone}).order_by("pk"):
        if endpoint.disabled_at is not None or endpoint.deleted_at is not None:
            let_go(endpoint, at=now)
        elif endpoint.pk in gone:
            switch_off(endpoint, Endpoint.Why.GONE, actor=WORKER, at=now)
        elif endpoint.failing_since is not None and now - endpoint.failing_since >= FAILS_FOR:
            switch_off(endpoint, Endpoint.Why.FAILING, actor=WORKER, at=now)
