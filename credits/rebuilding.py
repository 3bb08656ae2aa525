"""Working every assessment out anew: stored credits are projections, compared with what comes out, or marked for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import groupby

from django.db import connection

from credits.figures import AssessedRow
from credits.judging import judge
from credits.loading import Stored, load, stored_rows
from credits.models import AssessedPeriod
from credits.moving import newer_revisions
from credits.writing import not_judged
from slaportal.intervals import instant_of
from uptime.models import SubscriptionPeriod

BATCH = 500
# Also of what was never assessed; what a correction replaced stays as it is.
_MARK = """
INSERT INTO credits_assessedperiod AS there (provider_id, tenant_id, period_id, marked_at)
SELECT p.provider_id, p.tenant_id, p.id, %s
FROM uptime_subscriptionperiod p LEFT JOIN credits_assessedperiod a ON a.period_id = p.id
WHERE p.measurement > 0 AND (p.revision = 1 OR p.closed_at IS NOT NULL) AND (p.closed_at IS NULL) = (p.evidence IS NULL)
  AND NOT EXISTS (SELECT 1 FROM uptime_subscriptionperiod n WHERE n.subscription_id = p.subscription_id
    AND n.text = p.text AND n.revision > p.revision AND n.closed_at IS NOT NULL)
ORDER BY a.id, p.id ON CONFLICT (period_id) DO UPDATE SET marked_at = COALESCE(there.marked_at, EXCLUDED.marked_at)
"""


def mark_all(now: datetime) -> int:
    """Marks every period of the scope, closed ones too, so that the workers write its credits anew; how many.

    Their figures come out of the facts, those of a closed one out of its evidence. In the staff's scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [now])
        return int(cursor.rowcount)


def differences(period_ids: Iterable[int] | None, *, now: datetime) -> Iterator[str]:
    """What of these periods (None: of all) comes out otherwise than it is stored, a sentence for each field.

    As of when each was worked out. Those that wait to be worked out, that changed by themselves meanwhile (`look_at`
    up to `now`), and superseded revisions, whose rows stay as they were, are passed by. In the staff's scope; nothing
    is written.
    """
    settled = AssessedPeriod.objects.filter(worked_out_at__isnull=False, marked_at=None)
    if period_ids is not None:
        settled = settled.filter(period_id__in=list(period_ids))
    place = 0
    while batch := list(settled.filter(period_id__gt=place).order_by("period_id")[:BATCH]):
        place = batch[-1].period_id
        yield from _of_batch([of for of in batch if of.look_at is None or of.look_at > now])


def _of_batch(batch: Sequence[AssessedPeriod]) -> Iterator[str]:
    newer = newer_revisions(of.period_id for of in batch)
    instants = {of.period_id: of.worked_out_at for of in batch if of.worked_out_at and of.period_id not in newer}
    found = SubscriptionPeriod.objects.filter(pk__in=instants).order_by("pk")
    periods = [period for period in found if period.assessed >= period.measurement]
    stored = stored_rows([period.pk for period in periods])
    in_time = sorted(periods, key=lambda period: (instants[period.pk], period.pk))
    for at, together in groupby(in_time, key=lambda period: instants[period.pk]):
        if at is not None:
            yield from _of_instant(list(together), stored, at)


def _of_instant(periods: Sequence[SubscriptionPeriod], stored: Stored, at: datetime) -> Iterator[str]:
    names = {period.pk: f"{period.text} (period {period.pk})" for period in periods}
    for known in load(periods, stored, now=at):
        anew = {row.position: row for row in judge(known, instant_of(at)).rows}
        there = {position: row for position, row in known.stored.items() if not not_judged(row)}
        for position in sorted({*anew, *there}):
            what = f"{names[known.period]}, credit {position}"
            yield from _between(what, there.get(position), anew.get(position))


def _between(what: str, stored: AssessedRow | None, anew: AssessedRow | None) -> Iterator[str]:
    if stored is None:
        yield f"{what}: is missing"
    elif anew is None:
        yield f"{what}: is stored and not judged"
    else:
        for field in fields(AssessedRow):
            was, comes = getattr(stored, field.name), getattr(anew, field.name)
            if was != comes:
                yield f"{what}: {field.name} is {was}, comes out as {comes}"
