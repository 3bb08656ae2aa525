"""Whether the periods that are there, and what they pin, are the ones that terms and versions come to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from contracts.models import Subscription
from slaportal.intervals import Instant
from uptime.models import SubscriptionPeriod
from uptime.opening import differing, plans_of, until_each, without_active_part


def pins_otherwise(subscriptions: Sequence[Subscription], *, until: Instant) -> Iterator[tuple[int, str]]:
    """The subscription and a sentence for each period that is missing, is one too many, or pins something else.

    Each subscription is to have its periods up to the one that contains `until`. In the staff's scope.
    """
    there, revisions = _there(subscriptions)
    for subscription, planned in plans_of(subscriptions, until_each(there, until)):
        rows = dict(there[subscription.pk])
        for one in planned:
            row = rows.pop(one.period.text, None)
            if row is None:
                yield subscription.pk, f"{subscription.pk} {one.period.text}: is missing"
                continue
            for name in differing(row, one.columns):
                yield subscription.pk, f"{_named(row)}: {name} is {getattr(row, name)}, agreed is {one.columns[name]}"
        for row in rows.values():
            if differing(row, without_active_part(row)):
                yield subscription.pk, f"{_named(row)}: no term reaches it"
        for row in there[subscription.pk].values():
            if revisions[row.subscription_id, row.text] != row.revision:
                yield subscription.pk, f"{_named(row)}: a revision before it is missing"


def _there(
    subscriptions: Sequence[Subscription],
) -> tuple[dict[int, dict[str, SubscriptionPeriod]], dict[tuple[int, str], int]]:
    """The latest revision of each period, by subscription and text, and how many revisions there are."""
    there: dict[int, dict[str, SubscriptionPeriod]] = defaultdict(dict)
    revisions: dict[tuple[int, str], int] = defaultdict(int)
    rows = SubscriptionPeriod.objects.filter(subscription__in=subscriptions).defer("figures", "evidence")
    for row in rows.order_by("revision"):
        there[row.subscription_id][row.text] = row
        revisions[row.subscription_id, row.text] += 1
    return there, revisions


def _named(row: SubscriptionPeriod) -> str:
    return f"{row.subscription_id} {row.text} (period {row.pk}, revision {row.revision})"
