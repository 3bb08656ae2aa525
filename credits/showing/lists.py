"""Months in lists: a line for each, with availability, verdict and where its credits stand; a handful of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.models import Service, Subscription
from contracts.policy.agreement import Agreement
from credits.covering import turned, with_claims
from credits.models import Assessment, Claim
from credits.queries import COUNTING
from credits.showing.amounts import percent_cut
from credits.showing.claims import Standing, counting, standing_of
from credits.showing.month import Verdict, verdict_of
from slaportal.intervals import instant_of
from tickets.queries import agreements_of
from uptime.models import SubscriptionPeriod
from uptime.queries import latest_periods
from uptime.words import period_in_words

BACK = timedelta(days=400)
MOST = 12


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of a subscription."""

    period: SubscriptionPeriod
    pk: int
    name: str
    percent: str
    verdict: Verdict
    standing: Standing | None
    running: bool
    closed: bool
    revision: int


@dataclass(frozen=True, slots=True)
class SubscriptionMonths:
    """A subscription with its months, the newest first."""

    subscription: Subscription
    months: tuple[MonthLine, ...]


def months_of(subscriptions: Sequence[Subscription], now: datetime) -> list[SubscriptionMonths]:
    """The last twelve months of each. Four queries, however many."""
    ids = [subscription.pk for subscription in subscriptions]
    rows = latest_periods().filter(subscription__in=ids, starts_at__lte=now, starts_at__gt=now - BACK)
    by_subscription: dict[int, list[SubscriptionPeriod]] = defaultdict(list)
    for row in rows.defer("evidence", "figures").order_by("-starts_at"):
        of = by_subscription[row.subscription_id]
        if len(of) < MOST:
            of.append(row)
    lines = lines_of([row for of in by_subscription.values() for row in of], now)
    return [SubscriptionMonths(one, tuple(lines[row.pk] for row in by_subscription[one.pk])) for one in subscriptions]


def lines_of(periods: Sequence[SubscriptionPeriod], now: datetime) -> dict[int, MonthLine]:
    """A line for each of these periods, by id. Three queries, and one more until a new claim is assessed."""
    pinned = agreements_of((period.version_id, period.plan) for period in periods)
    agreements = {period.pk: pinned[period.version_id, period.plan] for period in periods}
    owed = _owed(periods, agreements, now)
    return {
        period.pk: MonthLine(
            period=period,
            pk=period.pk,
            name=period_in_words(period.text),
            percent="" if period.percent is None else percent_cut(f"{period.percent:f}"),
            verdict=verdict_of(period, now),
            standing=standing_of(owed[period.pk], agreements[period.pk].zone, now),
            running=period.ends_at > now,
            closed=period.closed_at is not None,
            revision=period.revision,
        )
        for period in periods
    }


def _owed(
    periods: Sequence[SubscriptionPeriod], agreements: Mapping[int, Agreement], now: datetime
) -> dict[int, list[Assessment]]:
    """The credits of each period as they stand by the claims that there are; figures are read of few."""
    ids = [period.pk for period in periods]
    made: dict[int, list[Claim]] = defaultdict(list)
    for claim in Claim.objects.filter(period__in=ids, state__in=COUNTING).only("period_id", "at", "state"):
        made[claim.period_id].append(claim)
    claimed = {pk: counting(made[pk]) for pk in ids}
    rows = list(Assessment.objects.filter(period__in=ids).defer("figures").order_by("position"))
    newly = [row.pk for row in rows if claimed[row.period_id] and turned(row, claimed[row.period_id])]
    whole = Assessment.objects.in_bulk(newly) if newly else {}
    owed: dict[int, list[Assessment]] = {pk: [] for pk in ids}
    for row in rows:
        owed[row.period_id].append(whole.get(row.pk, row))
    at = instant_of(now)
    return {
        period.pk: with_claims(period, agreements[period.pk], owed[period.pk], claimed[period.pk], at=at)
        for period in periods
    }


def services_by_key(subscriptions: Sequence[int]) -> dict[str, str]:
    """The names of the services that these subscriptions cover, by key."""
    covered = Service.objects.filter(coverages__subscription__in=subscriptions).distinct()
    return dict(covered.values_list("key", "name"))
