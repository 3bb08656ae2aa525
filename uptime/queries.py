"""What was delivered: the periods of a subscription, their latest revisions, outages, windows, backups."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from contracts.models import Service, Subscription, Term
from contracts.policy.agreement import Agreement
from contracts.policy.periods import Active
from contracts.queries import agreement_at
from slaportal.intervals import instant_of, moment_of
from slaportal.tenancy.models import Membership
from uptime.backups import BackupVerdict, RestorePoint, judge_backups, reach_of
from uptime.models import Outage, SubscriptionPeriod, Window, WindowNotice
from uptime.models import RestorePoint as RestorePointRow


class BackedUp(NamedTuple):
    """A service that a subscription covers, and the verdict on each backup promise of the agreement for it."""

    service: Service
    agreement: Agreement
    verdicts: tuple[BackupVerdict, ...]


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


def recorded_alike(author: Membership, said: Mapping[str, Any], *, since: datetime) -> Outage | None:
    """The outage that the author recorded since then of the same services, time, impact and cause; None if none."""
    alike = Outage.objects.filter(
        provider_id=author.provider_id,
        recorded_by=author,
        recorded_at__gte=since,
        void_at=None,
        reported_start_at=said["starts_at"],
        ends_at=said["ends_at"],
        impact=said["impact"],
        cause=said["cause"],
    )
    wanted = {service.pk for service in said["services"]}
    newest = alike.order_by("-id").prefetch_related("services")
    return next((one for one in newest if {each.service_id for each in one.services.all()} == wanted), None)


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


def backups_of(subscription: Subscription, at: datetime) -> list[BackedUp]:
    """Each covered service by name with the verdicts of what is promised at `at` (semantics, Backups).

    None while no term runs, or where the plan promises no backups. Five statements, whatever the number of services;
    in the scope of staff or of the subscription's own people.
    """
    agreement, now = agreement_at(subscription, at), instant_of(at)
    reach = None if agreement is None else reach_of(agreement, now)
    if agreement is None or reach is None:
        return []
    first = Term.objects.filter(subscription=subscription).aggregate(at=Min("starts_at"))["at"]
    active = Active(instant_of(first))
    services = list(Service.objects.filter(coverages__subscription=subscription).order_by("name", "pk"))
    since = max(moment_of(reach), first)
    rows = RestorePointRow.objects.filter(service__in=services, taken_at__gte=since, taken_at__lte=at, void_at=None)
    points: dict[int, list[RestorePoint]] = defaultdict(list)
    for service, taken, gone in rows.values_list("service_id", "taken_at", "gone_at"):
        points[service].append(RestorePoint(instant_of(taken), None if gone is None else instant_of(gone)))
    return [
        BackedUp(one, agreement, judge_backups(agreement, points[one.pk], active=active, now=now)) for one in services
    ]
