"""What was delivered: the periods of a subscription, their latest revisions, outages and windows."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contracts.models import Subscription, Term
from uptime.models import Outage, SubscriptionPeriod, Window, WindowNotice


def latest_periods() -> QuerySet[SubscriptionPeriod]:
    """The latest revision of every period that the scope shows, without its evidence."""
    later = SubscriptionPeriod.objects.filter(
        subscription=OuterRef("subscription"), text=OuterRef("text"), revision__gt=OuterRef("revision")
    )
    return SubscriptionPeriod.objects.filter(~Exists(later)).defer("evidence")


def periods_of(subscription: Subscription) -> QuerySet[SubscriptionPeriod]:
    """Its periods, the latest revision of each, the newest period first."""
    return latest_periods().filter(subscription=subscription).order_by("-starts_at")


def period_containing(subscription: Subscription, at: datetime) -> SubscriptionPeriod | None:
    """The period in which `at` lies, in its latest revision."""
    return periods_of(subscription).filter(starts_at__lte=at, ends_at__gt=at).first()


def revisions_of(period: SubscriptionPeriod) -> QuerySet[SubscriptionPeriod]:
    """All that was ever said of the period, the newest first."""
    of_period = SubscriptionPeriod.objects.filter(subscription=period.subscription_id, text=period.text)
    return of_period.order_by("-revision")


def latest_revision(period: SubscriptionPeriod) -> SubscriptionPeriod:
    """What is said of the period now."""
    return revisions_of(period)[:1].get()


def unassessed_periods(most: int) -> QuerySet[SubscriptionPeriod]:
    """Periods whose figures changed since the credits were worked out of them."""
    behind = Q(assessed__lt=F("measurement"))
    return SubscriptionPeriod.objects.filter(behind).defer("evidence").order_by("pk")[:most]


def outages(*, since: datetime, until: datetime, services: Sequence[int] | None = None) -> QuerySet[Outage]:
    """The outages that meet `[since, until)`, the newest first; of these services where they are named."""
    found = Outage.objects.filter(void_at=None, starts_at__lt=until).filter(Q(ends_at=None) | Q(ends_at__gt=since))
    if services is not None:
        found = found.filter(services__service__in=services).distinct()
    return found.order_by("-starts_at", "-pk")


def outages_going_on(at: datetime) -> QuerySet[Outage]:
    """The outages that have begun by `at` and not ended."""
    begun = Outage.objects.filter(void_at=None, starts_at__lte=at)
    return begun.filter(Q(ends_at=None) | Q(ends_at__gt=at)).order_by("-starts_at", "-pk")


def coming_windows(at: datetime) -> QuerySet[Window]:
    """The windows that are not over at `at`, the next one first; cancelled ones left out."""
    return Window.objects.filter(cancelled_at=None, ends_at__gt=at).order_by("starts_at", "pk")


def windows_told(tenant_id: int, at: datetime) -> QuerySet[WindowNotice]:
    """The windows not over at `at` that a tenant was told of and has a contract in, the next one first."""
    running = Term.objects.filter(tenant=tenant_id, starts_at__lt=OuterRef("ends_at")).filter(
        Q(ends_at=None) | Q(ends_at__gt=OuterRef("starts_at"))
    )
    told = WindowNotice.objects.filter(Exists(running), tenant=tenant_id, cancelled_at=None, ends_at__gt=at)
    return told.order_by("starts_at", "pk")
