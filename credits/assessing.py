"""Assessing: the credits of many periods worked out and written in one go, their customers reminded and told.

Everything comes from rows: the figures of `uptime`, the breaches of `tickets`, the claims, the account. That it was
done sooner or later changes no amount and no status.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from credits.announcing import announce_credits
from credits.informing import tell_leads
from credits.judging import judge
from credits.loading import load, stored_rows
from credits.models import AssessedPeriod
from credits.moving import move_claims, newer_revisions
from credits.reminding import remind
from credits.writing import Owner, write_rows, write_worked_out
from slaportal.intervals import instant_of
from uptime.actions.assessed import mark_assessed
from uptime.models import SubscriptionPeriod

_MAKE = """
INSERT INTO credits_assessedperiod (provider_id, tenant_id, period_id)
SELECT p.provider_id, p.tenant_id, p.id FROM uptime_subscriptionperiod p
WHERE p.id = ANY(%s) AND (p.revision = 1 OR p.closed_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM credits_assessedperiod a WHERE a.period_id = p.id)
ORDER BY p.id ON CONFLICT (period_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Locked:
    periods: list[SubscriptionPeriod]
    marked: list[int]


def assess_periods(period_ids: Iterable[int], *, now: datetime) -> int:
    """Works out the credits of these periods at `now` and writes what is different; how many periods were worked out.

    In the scope of the staff of one provider. A period that somebody else has locked just now is left as it was, and
    so found again. A period with a newer revision hands its claims over to that one, which is worked out with it; its
    own rows stay as they are.
    """
    wanted = sorted(set(period_ids))
    newer = newer_revisions(wanted)
    locked = _lock(sorted({*wanted, *newer.values()}))
    there = {period.pk for period in locked.periods}
    handing_over = [period for period in locked.periods if newer.get(period.pk) in there]
    current = [period for period in locked.periods if period.pk not in newer and _counts(period)]
    if current:
        _assess(current, locked.marked, now)
    if handing_over:
        write_worked_out([(period.pk, None) for period in handing_over], now=now)
        mark_assessed([(period.pk, period.measurement) for period in handing_over])
    return len(current) + len(handing_over)


def _counts(period: SubscriptionPeriod) -> bool:
    """A correction counts once it is closed; one that changes nothing is gone again by then."""
    return period.revision == 1 or period.closed_at is not None


def _assess(periods: Sequence[SubscriptionPeriod], marked: Sequence[int], now: datetime) -> None:
    ids, provider_id = [period.pk for period in periods], periods[0].provider_id
    if any(period.revision > 1 for period in periods):
        move_claims(ids, now=now)
    stored = stored_rows(ids)
    known = load(periods, stored, now=now)
    at = instant_of(now)
    judgements = [judge(of, at) for of in known]
    owners = {period.pk: Owner(period.tenant_id, period.measurement) for period in periods}
    rows = write_rows(judgements, stored, owners, provider_id=provider_id)
    announce_credits(periods, judgements, stored, at=now)
    remind(zip(periods, known, judgements, strict=True), rows, now=now)
    if marked:
        tell_leads(marked, provider_id=provider_id)
    write_worked_out([(judgement.period, judgement.look) for judgement in judgements], now=now)
    mark_assessed([(period.pk, period.measurement) for period in periods])


def _lock(ids: Sequence[int]) -> _Locked:
    """The periods that nobody else works on, ours until the transaction ends. Nothing here waits, so nothing locks up.

    Keys are left free (NO KEY): a claim that is just being made points to its period and need not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [list(ids)])
    mine = AssessedPeriod.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    marks = dict(mine.filter(period_id__in=ids).order_by("period_id").values_list("period_id", "marked_at"))
    periods = SubscriptionPeriod.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list(periods.filter(pk__in=marks).defer("figures").order_by("pk"))
    there = {period.pk for period in found}
    return _Locked(found, [pk for pk, marked_at in marks.items() if marked_at is not None and pk in there])
