"""Reminders: seven, three and one days before a claim window closes, each once, however many workers look."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from contracts.models import Subscription
from credits.informing import leave
from credits.judging import Closing, Judgement, Known, due_reminder
from credits.notices import ClosingWindow, reminder_notice
from credits.queries import addresses_for_money
from slaportal.intervals import Instant, instant_of, moment_of
from uptime.models import SubscriptionPeriod

_REMIND = """
INSERT INTO credits_reminder (provider_id, tenant_id, assessment_id, days, closes_at, reminded_at)
SELECT %s, n.tenant, n.assessment, n.days, n.closes_at, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[]) AS n (tenant, assessment, days, closes_at)
ON CONFLICT (assessment_id, closes_at, days) DO NOTHING RETURNING assessment_id, days, closes_at
"""
# Of what a correction replaced the customer was told already.
_TOLD = """
SELECT n.id, r.days, r.closes_at FROM credits_assessment n JOIN uptime_subscriptionperiod p ON p.id = n.period_id
JOIN uptime_subscriptionperiod o ON o.subscription_id = p.subscription_id AND o.text = p.text
  AND o.revision < p.revision
JOIN credits_assessment a ON a.period_id = o.id AND a.position = n.position
JOIN credits_reminder r ON r.assessment_id = a.id WHERE n.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class _Due:
    period: SubscriptionPeriod
    known: Known
    closing: Closing
    days: int
    assessment: int


def remind(
    judged: Iterable[tuple[SubscriptionPeriod, Known, Judgement]], ids: Mapping[tuple[int, int], int], *, now: datetime
) -> int:
    """Sends the reminders that are due for open windows; how many rows are new. In the scope of the provider's staff.

    Of several that are due only the nearest is sent: who learns of a failure a day before the window closes is told
    once, not three times. The row is the promise: whoever inserts it leaves the mail, in the same transaction.
    """
    at = instant_of(now)
    due = [
        _Due(period, known, closing, days, ids[period.pk, closing.position])
        for period, known, judgement in judged
        for closing in judgement.closings
        if (days := due_reminder(closing.closes_at, known.agreement, at)) is not None
    ]
    corrected = [of.assessment for of in due if of.period.revision > 1]
    if corrected:
        told = _told(corrected)
        due = [of for of in due if (of.assessment, of.days, of.closing.closes_at) not in told]
    if not due:
        return 0
    new = _insert(due, now)
    _tell([of for of in due if (of.assessment, of.days, of.closing.closes_at) in new])
    return len(new)


def _told(assessments: Sequence[int]) -> set[tuple[int, int, Instant]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [list(assessments)])
        return {(assessment, days, instant_of(closes_at)) for assessment, days, closes_at in cursor.fetchall()}


def _insert(due: Sequence[_Due], now: datetime) -> set[tuple[int, int, Instant]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _REMIND,
            [
                due[0].period.provider_id,
                now,
                [of.period.tenant_id for of in due],
                [of.assessment for of in due],
                [of.days for of in due],
                [moment_of(of.closing.closes_at) for of in due],
            ],
        )
        return {(assessment, days, instant_of(closes_at)) for assessment, days, closes_at in cursor.fetchall()}


def _tell(new: Sequence[_Due]) -> None:
    """One mail for each window and address, whatever the number of rules that it closes for."""
    if not new:
        return
    groups: dict[tuple[int, Instant, int], list[_Due]] = defaultdict(list)
    for of in new:
        groups[of.period.pk, of.closing.closes_at, of.days].append(of)
    addresses = addresses_for_money(of.period.tenant_id for of in new)
    names = dict(
        Subscription.objects.filter(pk__in={of.period.subscription_id for of in new}).values_list("pk", "name")
    )
    for together in groups.values():
        first = together[0]
        notice = reminder_notice(_window(together, names[first.period.subscription_id]))
        key = f"claim-reminder-{first.assessment}-{first.closing.closes_at}-{first.days}"
        for number, address in enumerate(addresses[first.period.tenant_id]):
            leave("claim_reminder", address, notice, key=f"{key}-{number}", of=first.period)


def _window(together: Sequence[_Due], subscription: str) -> ClosingWindow:
    first = together[0]
    return ClosingWindow(
        subscription=subscription,
        month=first.period.text,
        closes_at=moment_of(first.closing.closes_at),
        zone=first.known.agreement.zone,
        amounts=[(of.closing.row.amount, of.closing.row.currency) for of in together],
        covered=any(of.closing.covered for of in together),
        discretionary=any(of.closing.discretionary for of in together),
    )
