"""Closing periods: worked out a last time and frozen, with all that went in as evidence."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from slaportal.audit.record import record
from uptime.announcing import announce_closed
from uptime.evidence import digest_of, evidence_of
from uptime.models import SubscriptionPeriod
from uptime.working_out import Worked, worked_out, write

WORKER = "Worker"
CLOSE = """
UPDATE uptime_subscriptionperiod p SET closed_at = %s, look_at = NULL, evidence = n.evidence::jsonb,
  inputs_digest = n.digest
FROM unnest(%s::bigint[], %s::text[], %s::text[]) n(id, evidence, digest) WHERE p.id = n.id AND p.closed_at IS NULL
"""
BEFORE = """
SELECT p.id, q.inputs_digest FROM uptime_subscriptionperiod p JOIN uptime_subscriptionperiod q
  ON q.subscription_id = p.subscription_id AND q.text = p.text AND q.revision = p.revision - 1
WHERE p.id = ANY(%s)
"""


def close_periods(ids: Iterable[int], *, now: datetime) -> int:
    """Works these periods out as of `now` and closes them; in the staff's scope. Returns how many were closed.

    A further revision whose evidence is that of the one before it is gone again: what came late changed nothing. Those
    that are closed already, or not yet to be closed by `now`, are left alone.
    """
    due = SubscriptionPeriod.objects.filter(pk__in=list(ids), closed_at=None, closes_at__lte=now)
    worked = worked_out(due.values_list("pk", flat=True), now=now)
    evidences = {one.period.pk: evidence_of(one.period, one.facts) for one in worked}
    digests = {pk: digest_of(evidence) for pk, evidence in evidences.items()}
    equal = {pk for pk in _equal_to_the_one_before(worked, digests) if _gone(pk)}
    closing = [one for one in worked if one.period.pk not in equal]
    write(closing, now=now)
    _close(closing, [json.dumps(evidences[one.period.pk]) for one in closing], digests, now)
    return len(closing)


def _equal_to_the_one_before(worked: Sequence[Worked], digests: dict[int, str]) -> set[int]:
    later = [one.period.pk for one in worked if one.period.revision > 1]
    if not later:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [later])
        return {pk for pk, digest in cursor.fetchall() if digests[pk] == digest}


def _gone(pk: int) -> bool:
    """Deletes the revision, unless a claim for it came in already: then it is closed like any other."""
    try:
        with transaction.atomic():
            SubscriptionPeriod.objects.filter(pk=pk, closed_at=None).delete()
    except IntegrityError:
        return False
    return True


def _close(closing: Sequence[Worked], evidences: Sequence[str], digests: dict[int, str], now: datetime) -> None:
    if not closing:
        return
    ids = [one.period.pk for one in closing]
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [now, ids, list(evidences), [digests[pk] for pk in ids]])
    for one in closing:
        if one.period.revision > 1:  # what came late is told; that months close is no act of anybody
            record(
                "period_revised",
                one.period,
                actor=WORKER,
                after={"revision": one.period.revision, "percent": one.percent, "inputs": digests[one.period.pk]},
            )
    announce_closed([(one.period, one.percent, one.met) for one in closing], digests, at=now)
