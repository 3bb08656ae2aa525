"""A provider whose policy knows everything, a subscription of tenant a from September 2026 on, and its service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import PolicyVersion, Service, Subscription
from contracts.policy.documents import read_document
from slaportal.tenancy.models import Provider
from tests.world import World
from uptime.models import Outage, SubscriptionPeriod
from uptime.opening import open_periods
from uptime.queries import latest_periods
from uptime.working_out import work_out

TEXT = """
format: slaportal/1
provider: {key: acme, name: Acme}
title: Everything
timezone: Europe/Berlin
currency: EUR
availability:
  target: "99.9"
  basis: service_time
  degraded: "0.5"
  unmonitored: excluded
  exclusions:
    maintenance:
      scheduled: {notice: 48h, up_to: 6h}
      emergency: {per_period: 1}
    causes: {customer: {}}
performance:
  latency_ms: {limit: "50", is: below, statistic: p95, per: region, in: every}
  load_ms: {limit: "10", is: below, statistic: median}
plans:
  standard: {name: Standard}
  quarterly: {name: Quarterly, availability: {period: quarter, part_periods: none}}
  bare: {name: Bare, availability: none, performance: none}
"""
START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEE = Fee(Decimal("1200.00"), "EUR")


def day(text: str) -> datetime:
    """`11-09 10:00` in 2026, in UTC; seconds may follow."""
    return datetime.fromisoformat(f"2026-{text}+00:00")


@dataclass
class Delivered:
    """What there is: the world, provider p1, the subscription of tenant a and the service that it covers."""

    world: World
    provider: Provider
    version: PolicyVersion
    subscription: Subscription
    service: Service

    def period(self, text: str = "2026-11") -> SubscriptionPeriod:
        """The latest revision of a period."""
        return latest_periods().get(subscription=self.subscription, text=text)

    def worked_out(self, text: str = "2026-11", now: datetime = NOW) -> SubscriptionPeriod:
        """The same, after a worker came by."""
        work_out([self.period(text).pk], now=now)
        return self.period(text)

    def marked(self) -> set[str]:
        """The periods that are marked; afterwards none is."""
        found = SubscriptionPeriod.objects.exclude(marked_at=None)
        texts = {f"{period.text}" for period in found}
        SubscriptionPeriod.objects.exclude(marked_at=None).update(marked_at=None)
        return texts

    def outage(self, start: str, end: str | None, **facts: object) -> Outage:
        """A recorded outage, past every check of the action."""
        starts_at = day(start)
        made = Outage.objects.create(
            provider=self.provider,
            title="Down",
            reported_start_at=starts_at,
            starts_at=starts_at,
            ends_at=None if end is None else day(end),
            noticed_at=starts_at,
            **facts,
        )
        made.services.create(provider=self.provider, service=self.service)
        return made


def publish(provider: Provider, text: str = TEXT, *, at: datetime = START, policy: str = "sla") -> PolicyVersion:
    """The text as the next version, in force from `at` on."""
    return publish_policy(read_document(text), provider=provider, policy=policy, effective_from=at, actor="test", at=at)


def subscribed(
    world: World,
    tenant: str = "a",
    name: str = "Production",
    *,
    policy: str = "sla",
    plan: str = "standard",
    starts_at: datetime = START,
    services: Iterable[Service] = (),
) -> Subscription:
    """A subscription of a tenant that covers these services."""
    made = subscribe(
        world.tenants[tenant],
        name,
        policy=policy,
        plan=plan,
        fee=FEE,
        starts_at=starts_at,
        actor="test",
        at=starts_at,
    )
    for service in services:
        cover_service(made, service, actor="test", at=starts_at)
    return made


def deliver(world: World, *, plan: str = "standard", until: datetime | None = NOW) -> Delivered:
    """Policy, subscription, service, and (unless `until` is None) the open periods. Inside the scope of p1's staff."""
    provider = world.providers["p1"]
    version = publish(provider)
    service = add_service(provider, "api", "API", tenant=None, actor="test", at=START)
    subscription = subscribed(world, plan=plan, services=[service])
    if until is not None:
        open_periods(subscription, until=until, at=until)
    return Delivered(world, provider, version, subscription, service)
