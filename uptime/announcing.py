"""What webhooks are told of outages and of months that close: the provider all of it, a customer what is theirs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from contracts.models import Coverage, Service, Subscription, Term
from slaportal.outbox.webhooks.announcing import Happening, announce
from uptime.models import Outage, SubscriptionPeriod

MOMENT = timedelta(microseconds=1)
Span = tuple[datetime, datetime | None]


def announce_outage(
    kind: str,
    outage: Outage,
    services: Iterable[Service],
    *,
    at: datetime,
    before: Iterable[Service] = (),
    span: Span | None = None,
) -> None:
    """What became of an outage; a customer whom it concerns is told which of their services, and no title and note.

    Whom it concerned by the services and the `span` before a correction is told too, that it does so no more.
    """
    spans = [(outage.starts_at, outage.ends_at), *([span] if span else [])]
    happenings = _of_outage(kind, outage, services=list(services), before=list(before), spans=spans, at=at)
    announce(outage.provider_id, happenings)


def announce_closed(
    closed: Sequence[tuple[SubscriptionPeriod, str | None, bool | None]], digests: Mapping[int, str], *, at: datetime
) -> None:
    """Months that closed just now, each with its percent and whether the promise was met; later revisions too."""
    if closed:
        announce(closed[0][0].provider_id, _closed(closed, digests, at))


def month_of(period: SubscriptionPeriod, subscription: Subscription) -> dict[str, Any]:
    """A month as the events of months, credits and claims name it."""
    return {
        "id": period.pk,
        "month": period.text,
        "revision": period.revision,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "customer": {"id": subscription.tenant_id, "name": subscription.tenant.name},
        "subscription": {"id": subscription.pk, "name": subscription.name},
    }


def _of_outage(
    kind: str, outage: Outage, *, services: list[Service], before: list[Service], spans: list[Span], at: datetime
) -> Iterator[Happening]:
    path = reverse("outage", args=[outage.pk])
    told = {**_outage(outage), "title": outage.title, "services": _services(services)}
    yield Happening(kind, at, {"outage": told}, path)
    now = {service.pk for service in services}
    for tenant_id, covered in sorted(_promised([*services, *before], spans, at).items()):
        theirs = _services(service for service in covered if service.pk in now)
        data = {"outage": {**_outage(outage), "services": theirs}}
        yield Happening(kind, at, data, reverse("months"), tenant_id=tenant_id, to_tenant=True, to_provider=False)


def _promised(services: list[Service], spans: list[Span], at: datetime) -> dict[int, list[Service]]:
    """The customers with a subscription that covers one of the services and runs meanwhile, each with those."""
    running = Q()
    for starts_at, ends_at in spans:
        until = max(ends_at or at, starts_at + MOMENT)
        running |= Q(starts_at__lt=until) & (Q(ends_at=None) | Q(ends_at__gt=starts_at))
    subscriptions = Term.objects.filter(running).values("subscription")
    rows = Coverage.objects.filter(service__in=services, subscription__in=subscriptions).select_related("service")
    found: dict[int, dict[int, Service]] = defaultdict(dict)
    for row in rows.order_by("tenant_id", "service_id"):
        found[row.tenant_id][row.service_id] = row.service
    return {tenant_id: list(covered.values()) for tenant_id, covered in found.items()}


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        "id": outage.pk,
        "cause": outage.cause,
        "impact": outage.impact,
        "starts_at": outage.starts_at,
        "ends_at": outage.ends_at,
        "struck_out_at": outage.void_at,
        "revision": outage.revision,
    }


def _services(services: Iterable[Service]) -> list[dict[str, str]]:
    return [{"key": service.key, "name": service.name} for service in services]


def _closed(
    closed: Sequence[tuple[SubscriptionPeriod, str | None, bool | None]], digests: Mapping[int, str], at: datetime
) -> Iterator[Happening]:
    wanted = {period.subscription_id for period, _percent, _met in closed}
    subscriptions = Subscription.objects.select_related("tenant").in_bulk(wanted)
    for period, percent, met in closed:
        month = month_of(period, subscriptions[period.subscription_id])
        told = {**month, "percent": percent, "met": met, "inputs_digest": digests[period.pk]}
        kind = "month.closed" if period.revision == 1 else "month.revised"
        path = reverse("month", args=[period.pk])
        yield Happening(kind, at, {"month": told}, path, tenant_id=period.tenant_id, to_tenant=True)
