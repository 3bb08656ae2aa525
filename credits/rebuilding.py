"""Working every assessment out anew: stored credits are projections, compared with what comes out, or marked for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection

from credits.figures import AssessedRow
from credits.judging import judge
from credits.loading import Stored, load, stored_rows
from credits.models import AssessedPeriod, Reminder
from credits.moving import newer_revisions
from credits.reminding import DueReminder, due_reminders
from credits.writing import not_judged
from slaportal.intervals import instant_of, moment_of
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
# How long a worker may take for what waits for it.
OVERDUE = timedelta(hours=1)
_LEFT_LYING = """
SELECT p.id, p.text, CASE
  WHEN p.assessed < p.measurement THEN 'its figures of ' || p.worked_out_at || ' are not assessed'
  WHEN a.marked_at IS NOT NULL THEN 'is marked since ' || a.marked_at
  WHEN a.worked_out_at IS NULL THEN 'nothing says when it was assessed'
  ELSE 'was to be looked at at ' || a.look_at END
FROM uptime_subscriptionperiod p LEFT JOIN credits_assessedperiod a ON a.period_id = p.id
WHERE (%(ids)s::bigint[] IS NULL OR p.id = ANY(%(ids)s)) AND p.measurement > 0
  AND (p.revision = 1 OR p.closed_at IS NOT NULL) AND CASE
    WHEN p.assessed < p.measurement THEN COALESCE(p.closed_at, p.worked_out_at) <= %(late)s
    WHEN a.marked_at IS NOT NULL THEN a.marked_at <= %(late)s
    ELSE a.worked_out_at IS NULL OR a.look_at <= %(late)s END
ORDER BY p.id
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
    up to `now`), and superseded revisions, whose rows stay as they were, are passed by; what waits for more than an
    hour is named. In the staff's scope; nothing is written.
    """
    wanted = None if period_ids is None else list(period_ids)
    yield from _left_lying(wanted, now)
    settled = AssessedPeriod.objects.filter(worked_out_at__isnull=False, marked_at=None)
    if wanted is not None:
        settled = settled.filter(period_id__in=wanted)
    place = 0
    while batch := list(settled.filter(period_id__gt=place).order_by("period_id")[:BATCH]):
        place = batch[-1].period_id
        yield from _of_batch([of for of in batch if of.look_at is None or of.look_at > now])


def _left_lying(wanted: list[int] | None, now: datetime) -> Iterator[str]:
    """What no worker takes up, or nobody would ever look at."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_LYING, {"ids": wanted, "late": now - OVERDUE})
        for pk, text, why in cursor.fetchall():
            yield f"{text} (period {pk}): {why}"


def _of_batch(batch: Sequence[AssessedPeriod]) -> Iterator[str]:
    newer = newer_revisions(of.period_id for of in batch)
    of_period = {of.period_id: of for of in batch if of.period_id not in newer}
    found = SubscriptionPeriod.objects.filter(pk__in=of_period).order_by("pk")
    periods = [period for period in found if period.assessed >= period.measurement]
    stored = stored_rows([period.pk for period in periods])
    in_time = sorted(periods, key=lambda period: (_worked_out_at(of_period[period.pk]), period.pk))
    for at, together in groupby(in_time, key=lambda period: _worked_out_at(of_period[period.pk])):
        yield from _of_instant(list(together), of_period, stored, at)


def _worked_out_at(of: AssessedPeriod) -> datetime:
    assert of.worked_out_at is not None
    return of.worked_out_at


def _of_instant(
    periods: Sequence[SubscriptionPeriod], of_period: Mapping[int, AssessedPeriod], stored: Stored, at: datetime
) -> Iterator[str]:
    names = {period.pk: f"{period.text} (period {period.pk})" for period in periods}
    all_known = load(periods, stored, now=at)
    judgements = [judge(known, instant_of(at)) for known in all_known]
    for known, judgement in zip(all_known, judgements, strict=True):
        name = names[known.period]
        anew = {row.position: row for row in judgement.rows}
        there = {position: row for position, row in known.stored.items() if not not_judged(row)}
        for position in sorted({*anew, *there}):
            yield from _between(f"{name}, credit {position}", there.get(position), anew.get(position))
        look_at = None if judgement.look is None else moment_of(judgement.look)
        if look_at != of_period[known.period].look_at:
            yield f"{name}: look_at is {of_period[known.period].look_at}, comes out as {look_at}"
    # Of a row that is missing nobody can have been reminded: that it is missing was said.
    complete = [
        (period, known, judgement)
        for period, known, judgement in zip(periods, all_known, judgements, strict=True)
        if all((period.pk, row.position) in stored.ids for row in judgement.rows)
    ]
    yield from _not_reminded(due_reminders(complete, stored.ids, now=at))


def _not_reminded(due: Sequence[DueReminder]) -> Iterator[str]:
    rows = Reminder.objects.filter(assessment__in={of.assessment for of in due})
    sent = {(pk, days, instant_of(at)) for pk, days, at in rows.values_list("assessment", "days", "closes_at")}
    for of in due:
        if of.row not in sent:
            what = f"{of.period.text} (period {of.period.pk}), credit {of.closing.position}"
            yield f"{what}: nobody was reminded {of.days} days before {moment_of(of.closing.closes_at)}"


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
