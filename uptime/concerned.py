"""Whom an outage or a window concerns: customers with a subscription that covers a service and runs at the time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Min, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from contracts.models import Coverage, Service, Subscription, Term
from uptime.models import Outage, OutageService, SubscriptionPeriod, Window, WindowService
from uptime.queries import latest_periods

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Customers:
    """How many customers, and the name of the first of them."""

    count: int
    first: str


def subscriptions_concerned(
    services: Iterable[Service | int], starts_at: datetime, ends_at: datetime
) -> QuerySet[Subscription]:
    """The subscriptions that cover one of the services and run in [starts_at, ends_at), by customer and name."""
    ends_at = max(ends_at, starts_at + MOMENT)
    running = Term.objects.filter(subscription=OuterRef("pk"), starts_at__lt=ends_at).filter(
        Q(ends_at=None) | Q(ends_at__gt=starts_at)
    )
    covering = Coverage.objects.filter(subscription=OuterRef("pk"), service__in=list(services))
    found = Subscription.objects.filter(Exists(covering), Exists(running))
    return found.select_related("tenant").order_by("tenant__name", "name", "pk")


def periods_concerned(
    services: Iterable[Service | int], starts_at: datetime, ends_at: datetime
) -> QuerySet[SubscriptionPeriod]:
    """The latest revisions of the periods that [starts_at, ends_at) meets, of subscriptions that cover a service."""
    ends_at = max(ends_at, starts_at + MOMENT)
    covering = Coverage.objects.filter(subscription=OuterRef("subscription"), service__in=list(services))
    found = latest_periods().filter(Exists(covering), starts_at__lt=ends_at, ends_at__gt=starts_at)
    return found.select_related("subscription", "tenant").order_by("tenant__name", "subscription__name", "starts_at")


def months_of_outage(outage: Outage, now: datetime) -> QuerySet[SubscriptionPeriod]:
    """The months that it touches, by customer; one that goes on until now."""
    services = outage.services.values_list("service_id", flat=True)
    return periods_concerned(services, outage.starts_at, outage.ends_at or now)


def customers_of_outages(outages: Sequence[Outage], now: datetime) -> dict[int, Customers]:
    """The customers of each outage by its id, those that are concerned by none left out; one query."""
    rows = OutageService.objects.filter(outage__in=[outage.pk for outage in outages])
    return _customers(rows, "outage", Coalesce(F("outage__ends_at"), now))


def customers_of_windows(windows: Sequence[Window]) -> dict[int, Customers]:
    """The customers of each window by its id; one query."""
    rows = WindowService.objects.filter(window__in=[window.pk for window in windows])
    return _customers(rows, "window", F("window__ends_at"))


def _customers(rows: QuerySet[Model], of: str, until: object) -> dict[int, Customers]:
    term = "service__coverages__subscription__terms"
    running = rows.filter(
        Q(**{f"{term}__ends_at": None}) | Q(**{f"{term}__ends_at__gt": F(f"{of}__starts_at")}),
        **{f"{term}__starts_at__lte": until},
    )
    tenant = "service__coverages__tenant"
    counted = running.values(of).annotate(many=Count(tenant, distinct=True), first=Min(f"{tenant}__name")).order_by()
    return {row[of]: Customers(row["many"], row["first"]) for row in counted}
