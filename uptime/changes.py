"""Working through what changed in the contracts: periods are opened, pinned anew and marked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from contracts.actions.changes import move_on, next_change, unread_changes
from contracts.models import Change, Coverage, PolicyVersion, Subscription, Term
from uptime.marking import mark_periods
from uptime.models import SubscriptionPeriod
from uptime.opening import open_for

READER = "uptime"
CHUNK = 500


def work_through_changes(provider_id: int, *, at: datetime, chunk: int = CHUNK) -> bool:
    """One chunk of the provider's next change; False when there is none, or another worker is at it.

    In the scope of the provider's staff, one transaction a chunk. A version is worked through subscription by
    subscription, a term and a coverage at once; the standing of an account is a matter of the credits.
    """
    found = next_change(READER, provider_id=provider_id)
    if found is None:
        return False
    reader, change = found
    if change.what == Change.What.POLICY:
        ids = _subscribed(change, after=reader.cursor)[:chunk]
        open_for(ids, until=at, at=at)
        move_on(reader, change, cursor=ids[-1] if len(ids) == chunk else None, done=len(ids), at=at)
        return True
    if change.what == Change.What.TERM:
        open_for(list(Term.objects.filter(pk=change.target_id).values_list("subscription", flat=True)), until=at, at=at)
    elif change.what == Change.What.COVERAGE:
        _cover(change, at)
    elif change.what == Change.What.UNCOVERED:
        _mark_open([change.target_id], at)
    move_on(reader, change, cursor=None, done=1, at=at)
    return True


def lately_changed(provider_id: int, *, since: datetime) -> set[int]:
    """The subscriptions that a change of after `since` concerns which is not worked through yet."""
    targets: dict[str, set[int]] = defaultdict(set)
    for change in unread_changes(READER, provider_id=provider_id).filter(created_at__gt=since):
        targets[change.what].add(change.target_id)
    policies = PolicyVersion.objects.filter(pk__in=targets[Change.What.POLICY]).values("policy")
    concerned = (
        Q(terms__in=targets[Change.What.TERM])
        | Q(coverages__in=targets[Change.What.COVERAGE])
        | Q(pk__in=targets[Change.What.UNCOVERED])
        | Q(policy__in=policies)
    )
    found = Subscription.objects.filter(concerned, provider_id=provider_id)
    return set(found.values_list("pk", flat=True))


def _subscribed(change: Change, *, after: int) -> list[int]:
    """The subscriptions of that policy that have a period which a version of since then may concern."""
    version = PolicyVersion.objects.get(pk=change.target_id)
    subscriptions = Subscription.objects.filter(
        policy=version.policy, pk__gt=after, periods__ends_at__gt=version.effective_from
    )
    return list(subscriptions.order_by("pk").distinct().values_list("pk", flat=True))


def _cover(change: Change, at: datetime) -> None:
    """Every period that is not closed is worked out with the service; closed ones stay as they were told."""
    ids = list(Coverage.objects.filter(pk=change.target_id).values_list("subscription", flat=True))
    open_for(ids, until=at, at=at)
    _mark_open(ids, at)


def _mark_open(ids: Sequence[int], at: datetime) -> None:
    """The periods of these subscriptions that are not closed are worked out anew."""
    open_ones = SubscriptionPeriod.objects.filter(subscription__in=ids, closed_at=None)
    mark_periods(list(open_ones.values_list("pk", flat=True)), at=at)
