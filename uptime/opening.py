"""Opening periods: what each pins, and what becomes of the open ones when terms, versions or coverage change.

A period pins what was agreed at the start of its active part. That is worked out anew from terms and versions each
time, so a period that has begun keeps its pin, and one that has not gets the new one (docs/uptime.md).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from contracts.models import PolicyVersion, Subscription, Term
from contracts.policy.agreement import Agreement
from contracts.policy.durations import Duration
from contracts.policy.periods import Kind, Period, period_at
from contracts.policy.windows import after
from contracts.queries import last_with_plan
from slaportal.intervals import Instant, instant_of, moment_of
from uptime.facts import ENDLESS
from uptime.marking import mark_periods
from uptime.models import SubscriptionPeriod

CLOSE_AFTER = Duration("5d", days=5)
PINNED = (
    "version_id",
    "plan",
    "kind",
    "fee_monthly",
    "fee_annual",
    "currency",
    "policy_digest",
    "active_from",
    "active_to",
)
SPAN = ("starts_at", "ends_at", "closes_at")
READ = ("provider_id", "tenant_id", "subscription_id", "text", "revision", "worked_out_at", "closed_at")


def open_periods(subscription: Subscription, *, until: datetime, at: datetime) -> int:
    """Makes the missing periods from the first term through the one that contains `until`, or the next where none does.

    Those that are there are pinned anew as far as they are open and something changed; of a closed one the next
    revision is made. What is new or changed is marked. Returns how many. In the staff's scope.
    """
    return open_for([subscription.pk], until=until, at=at)


def open_for(subscriptions: Sequence[int], *, until: datetime, at: datetime) -> int:
    """The same for many subscriptions of one provider, with four statements to read."""
    there = _there(subscriptions)
    wanted = list(Subscription.objects.filter(pk__in=subscriptions))
    made = _Made(at)
    for subscription, planned in plans_of(wanted, until_each(there, instant_of(until))):
        made.settle(subscription, there[subscription.pk], planned)
    return made.write()


def until_each(there: Mapping[int, Mapping[str, SubscriptionPeriod]], until: Instant) -> Mapping[int, Instant]:
    """Up to where the periods of each subscription are planned: at least to the last that is there."""
    ends = {pk: max(instant_of(row.ends_at) - 1 for row in rows.values()) for pk, rows in there.items() if rows}
    return defaultdict(lambda: until, {pk: max(until, end) for pk, end in ends.items()})


def plans_of(
    subscriptions: Sequence[Subscription], until: Mapping[int, Instant]
) -> Iterator[tuple[Subscription, Iterator["Planned"]]]:
    """Each with the periods that its terms and its policy's versions come to: two statements for all."""
    terms: dict[int, list[Term]] = defaultdict(list)
    for term in Term.objects.filter(subscription__in=subscriptions).order_by("starts_at"):
        terms[term.subscription_id].append(term)
    versions: dict[str, list[PolicyVersion]] = defaultdict(list)
    of_policies = PolicyVersion.objects.filter(policy__in={one.policy for one in subscriptions})
    for version in of_policies.order_by("effective_from"):
        versions[version.policy].append(version)
    for one in subscriptions:
        yield one, planned_periods(terms[one.pk], versions[one.policy], until=until[one.pk])


def _there(subscriptions: Sequence[int]) -> dict[int, dict[str, SubscriptionPeriod]]:
    """The latest revision of each period, by subscription and text; locked, since a worker may be about to close it."""
    rows: QuerySet[SubscriptionPeriod] = (
        SubscriptionPeriod.objects.select_for_update(of=("self",))
        .filter(subscription__in=subscriptions)
        .only("id", *READ, *PINNED, *SPAN)
        .order_by("pk")
    )
    there: dict[int, dict[str, SubscriptionPeriod]] = defaultdict(dict)
    for row in rows:
        known = there[row.subscription_id].get(row.text)
        if known is None or known.revision < row.revision:
            there[row.subscription_id][row.text] = row
    return there


@dataclass(frozen=True, slots=True)
class Planned:
    """A period as it is to be: its bounds, and the columns that pin what was agreed."""

    period: Period
    pinned: dict[str, Any]
    closes_at: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """All columns that follow from the contract."""
        period = self.period
        span = {"starts_at": moment_of(period.start), "ends_at": moment_of(period.end), "closes_at": self.closes_at}
        return {**self.pinned, **span}


def planned_periods(terms: Sequence[Term], versions: Sequence[PolicyVersion], *, until: Instant) -> Iterator[Planned]:
    """The periods of a subscription in order, from its first term until one ends after `until` or no term runs.

    Every promised hour lies in one of them and in no other. Where a change of terms makes them longer or shorter, the
    first of the new kind is active from the end of the last of the old one on; where only the zone changed, the next
    one begins there, a few hours before or after the midnight of its calendar.
    """
    spans = [(instant_of(term.starts_at), _end(term)) for term in terms]
    cursor, last = 0, None
    for term, (term_start, term_end) in zip(terms, spans, strict=True):
        while cursor < term_end:
            start = max(cursor, term_start)
            version, agreement = _agreed(versions, term, start)
            promise = agreement.terms.availability
            kind: Kind = "month" if promise is None else promise.period
            period = period_at(start, kind, agreement.zone)
            if last is not None and last.text == period.text:  # the zone moved west, it would end once more
                period = replace(period_at(period.end, kind, agreement.zone), start=last.end)
            elif last is not None and last.kind == kind:
                period = replace(period, start=max(period.start, last.end))
            cursor = period.end
            floor = period.start if last is None else max(period.start, last.end)
            yield Planned(
                period,
                {**_pin(version, term), **_active(spans, floor, period)},
                moment_of(after(period.end, CLOSE_AFTER if promise is None else promise.close_after, agreement.zone)),
            )
            last = period
            if period.end > until:
                return


def _end(term: Term) -> Instant:
    return ENDLESS if term.ends_at is None else instant_of(term.ends_at)


def _agreed(versions: Sequence[PolicyVersion], term: Term, start: Instant) -> tuple[PolicyVersion, Agreement]:
    """The version in force then; if it dropped the plan, the last one before it that has it: what was sold is kept."""
    in_force = [version for version in versions if instant_of(version.effective_from) <= start]
    return last_with_plan(reversed(in_force or versions[:1]), term.plan)


def _pin(version: PolicyVersion, term: Term) -> dict[str, Any]:
    return {
        "version_id": version.pk,
        "policy_digest": version.digest,
        "plan": term.plan,
        "kind": term.kind,
        "fee_monthly": term.fee_monthly,
        "fee_annual": term.fee_annual,
        "currency": term.currency,
    }


def _active(spans: Sequence[tuple[Instant, Instant]], floor: Instant, period: Period) -> dict[str, datetime | None]:
    """From the first to the last term that meets the period; None where that reaches beyond it."""
    meeting = [(start, end) for start, end in spans if start < period.end and end > floor]
    first, last = max(floor, min(start for start, _ in meeting)), max(end for _, end in meeting)
    return {
        "active_from": None if first <= period.start else moment_of(first),
        "active_to": None if last >= period.end else moment_of(last),
    }


def differing(row: SubscriptionPeriod, columns: Mapping[str, Any]) -> list[str]:
    """Which of the columns the row has otherwise; the bounds of a closed one stay as they were."""
    compared = PINNED if row.closed_at is not None else (*PINNED, *SPAN)
    return [name for name in compared if name in columns and getattr(row, name) != columns[name]]


def without_active_part(row: SubscriptionPeriod) -> dict[str, Any]:
    """The columns of a period that no term reaches any more."""
    return {"active_from": row.starts_at, "active_to": row.starts_at}


@dataclass
class _Made:
    """What is to be written for all the subscriptions of a batch."""

    at: datetime
    new: list[SubscriptionPeriod] = field(default_factory=list)
    changed: list[SubscriptionPeriod] = field(default_factory=list)
    gone: list[SubscriptionPeriod] = field(default_factory=list)

    def settle(
        self, subscription: Subscription, rows: dict[str, SubscriptionPeriod], planned: Iterator[Planned]
    ) -> None:
        left = dict(rows)
        for one in planned:
            row = left.pop(one.period.text, None)
            if row is None:
                self.new.append(
                    SubscriptionPeriod(
                        provider_id=subscription.provider_id,
                        tenant_id=subscription.tenant_id,
                        subscription_id=subscription.pk,
                        text=one.period.text,
                        marked_at=self.at,
                        **one.columns,
                    )
                )
            else:
                self._change(row, one.columns)
        for row in left.values():  # nothing of it is active any more
            if row.worked_out_at is None and row.revision == 1:
                self.gone.append(row)
            else:
                self._change(row, without_active_part(row))

    def _change(self, row: SubscriptionPeriod, columns: dict[str, Any]) -> None:
        if not differing(row, columns):
            return
        if row.closed_at is None:
            for name, value in columns.items():
                setattr(row, name, value)
            self.changed.append(row)
            return
        kept = {name: getattr(row, name) for name in (*READ[:4], *PINNED, *SPAN)}
        self.new.append(SubscriptionPeriod(**{**kept, **columns}, revision=row.revision + 1, marked_at=self.at))

    def write(self) -> int:
        SubscriptionPeriod.objects.bulk_create(self.new, ignore_conflicts=True)
        for row in self.gone:
            try:
                with transaction.atomic():
                    row.delete()
            except IntegrityError:  # a customer has claimed on it: it stays, and says that it is not active
                self._change(row, without_active_part(row))
        if self.changed:
            SubscriptionPeriod.objects.bulk_update(self.changed, [*PINNED, *SPAN])
            mark_periods([row.pk for row in self.changed], at=self.at)
        return len(self.new) + len(self.changed) + len(self.gone)
