"""Reminders: seven, three and one days before a claim window closes, each once, however many workers look."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

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


ReminderRow: TypeAlias = tuple[int, int, Instant]


@dataclass(frozen=True, slots=True)
class DueReminder:
    """That a window is open and closes in at most `days` days; `assessment` is the row that it is a window of."""

    period: SubscriptionPeriod
    known: Known
    closing: Closing
    days: int
    assessment: int

    @property
    def row(self) -> ReminderRow:
        """What is written of it: which assessment, how many days, when the window closes."""
        return self.assessment, self.days, self.closing.closes_at


Judged: TypeAlias = Iterable[tuple[SubscriptionPeriod, Known, Judgement]]


def remind(judged: Judged, ids: Mapping[tuple[int, int], int], *, now: datetime) -> int:
    """Sends the reminders that are due for open windows; how many rows are new. In the scope of the provider's staff.

    The row is the promise: whoever inserts it leaves the mail, in the same transaction.
    """
    due = due_reminders(judged, ids, now=now)
    if not due:
        return 0
    new = _insert(due, now)
    _tell([of for of in due if of.row in new])
    return len(new)


def due_reminders(judged: Judged, ids: Mapping[tuple[int, int], int], *, now: datetime) -> list[DueReminder]:
    """The reminders of these periods that are due at `now`, sent or not; `ids` of the rows by period and position.

    Of several that are due only the nearest: who learns of a failure a day before the window closes is told once, not
    three times.
    """
    at = instant_of(now)
    due = [
        DueReminder(period, known, closing, days, ids[period.pk, closing.position])
        for period, known, judgement in judged
        for closing in judgement.closings
        if (days := due_reminder(closing.closes_at, known.agreement, at)) is not None
    ]
    corrected = [of.assessment for of in due if of.period.revision > 1]
    if not corrected:
        return due
    told = _told(corrected)
    return [of for of in due if of.row not in told]


def _told(assessments: Sequence[int]) -> set[ReminderRow]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [list(assessments)])
        return {(assessment, days, instant_of(closes_at)) for assessment, days, closes_at in cursor.fetchall()}


def _insert(due: Sequence[DueReminder], now: datetime) -> set[ReminderRow]:
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


def _tell(new: Sequence[DueReminder]) -> None:
    """One mail for each window and address, whatever the number of rules that it closes for."""
    if not new:
        return
    groups: dict[tuple[int, Instant, int], list[DueReminder]] = defaultdict(list)
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


def _window(together: Sequence[DueReminder], subscription: str) -> ClosingWindow:
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
