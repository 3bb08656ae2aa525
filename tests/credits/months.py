"""Months of a subscription in the database for the tests: a policy with credits, outages, working out, closing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import yaml

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Service, Subscription
from contracts.policy.documents import read_document
from credits.models import AssessedPeriod, Assessment
from slaportal.tenancy.models import Membership
from tests.world import World
from tickets.models import Breach, Ticket
from uptime.closing import close_periods
from uptime.models import Outage, OutageService, SubscriptionPeriod
from uptime.opening import open_periods
from uptime.working_out import work_out

START = datetime(2026, 9, 1, tzinfo=UTC)
# October 2026 in New York: the clocks go back on the very day on which November begins.
OCTOBER = "2026-10"
END = datetime(2026, 11, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BY_CUSTOMER = {"by": "customer", "within": "30d"}
# Thirty days on the wall clock after the end of October: midnight in New York, in winter time.
CLAIM_BY = datetime(2026, 12, 1, 5, tzinfo=UTC)


def utc(text: str) -> datetime:
    """`10-05 12:00` in 2026, in UTC."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}+00:00")


def tenth(**more: Any) -> dict[str, Any]:
    """A tenth of the monthly fee for a missed availability, claimed by the customer if nothing else is said."""
    return {"for": "availability", "schedule": {"pay": "10%"}, "claim": BY_CUSTOMER, **more}


def per_hour(**more: Any) -> dict[str, Any]:
    """One percent for each hour of downtime; every failure has a window of its own, ten days long."""
    return {
        "for": "availability",
        "quantity": "downtime",
        "schedule": {"each": "1h", "pay": "1%", "count": "exact"},
        "claim": {"by": "customer", "within": "10d", "from": "failure"},
        **more,
    }


def for_responses(**more: Any) -> dict[str, Any]:
    """Five percent for each missed response, without a claim."""
    schedule = {"each": "1", "pay": "5%"}
    return {"for": "response", "quantity": "misses", "schedule": schedule, "claim": {"by": "automatic"}, **more}


def policy_text(rules: Sequence[dict[str, Any]], **sections: Any) -> str:
    """A document with these credits, 99 percent promised."""
    response = {"within": "4h", "calendar": "always"}
    return yaml.safe_dump(
        {
            "format": "slaportal/1",
            "provider": {"key": "acme", "name": "Acme"},
            "title": "Tests",
            "timezone": "America/New_York",
            "currency": "USD",
            "availability": {"target": "99", "close_after": "5d"},
            "support": {
                "default_severity": "minor",
                "severities": {"minor": {"name": "Minor", "response": response}},
            },
            "credits": list(rules),
            "plans": {"only": {"name": "Only"}},
            **sections,
        },
        sort_keys=False,
    )


class Months:
    """A subscription of tenant a to a policy with these credits; every method opens the staff's scope itself."""

    def __init__(self, world: World, rules: Sequence[dict[str, Any]], **sections: Any) -> None:
        self.world = world
        self.admin, self.provider = world.members["admin"], world.providers["p1"]
        with self.inside():
            self._publish(rules, effective_from=START, at=START, **sections)
            self.subscription: Subscription = self._subscribed("a", "Production")
            self.service: Service = add_service(
                self.provider, "api", "API", tenant=world.tenants["a"], actor="test", at=START
            )
            cover_service(self.subscription, self.service, actor="test", at=START)
            open_periods(self.subscription, until=END - DAY, at=START)
            self.pk = SubscriptionPeriod.objects.get(subscription=self.subscription, text=OCTOBER).pk

    def _publish(
        self, rules: Sequence[dict[str, Any]], *, effective_from: datetime, at: datetime, **sections: Any
    ) -> None:
        publish_policy(
            read_document(policy_text(rules, **sections)),
            provider=self.provider,
            policy="sla",
            effective_from=effective_from,
            actor=self.admin,
            at=at,
        )

    def publish(
        self, rules: Sequence[dict[str, Any]], *, effective_from: datetime, at: datetime, **sections: Any
    ) -> None:
        """The next version of the policy."""
        with self.inside():
            self._publish(rules, effective_from=effective_from, at=at, **sections)

    def subscribe(self, tenant: str, name: str) -> Subscription:
        """Another subscription, with the same months. Inside the staff's scope."""
        made = self._subscribed(tenant, name)
        open_periods(made, until=END - DAY, at=START)
        return made

    def _subscribed(self, tenant: str, name: str) -> Subscription:
        return subscribe(
            self.world.tenants[tenant],
            name,
            policy="sla",
            plan="only",
            fee=Fee(Decimal("1000.00"), "USD"),
            starts_at=START,
            actor="test",
            at=START,
        )

    def inside(self, who: str = "admin") -> Any:
        return self.world.inside(who)

    def member(self, who: str) -> Membership:
        return self.world.members[who]

    @property
    def period(self) -> SubscriptionPeriod:
        """October in its newest revision. Inside a scope."""
        return SubscriptionPeriod.objects.filter(subscription=self.subscription, text=OCTOBER).latest("revision")

    def down(self, start: str, hours: int = 10) -> int:
        """An outage of so many hours; a month allows not quite seven and a half."""
        with self.inside():
            begin = utc(start)
            outage = Outage.objects.create(
                provider=self.provider,
                title="Down",
                reported_start_at=begin,
                starts_at=begin,
                ends_at=begin + hours * HOUR,
                noticed_at=begin,
            )
            OutageService.objects.create(provider=self.provider, outage=outage, service=self.service)
            return outage.pk

    def work_out(self, at: datetime) -> None:
        with self.inside():
            work_out([self.period.pk], now=at)

    def close(self, at: datetime) -> None:
        with self.inside():
            assert close_periods([self.period.pk], now=at) == 1

    def rows(self) -> list[Assessment]:
        with self.inside():
            return list(Assessment.objects.filter(period=self.period).order_by("position"))

    def row(self) -> Assessment:
        (row,) = self.rows()
        return row

    def assessed(self) -> AssessedPeriod:
        with self.inside():
            return AssessedPeriod.objects.get(period=self.period)

    def breach(self, at: str, *, excused_at: datetime | None = None) -> int:
        """A missed response of a ticket that is there for nothing else."""
        with self.inside():
            return breached(self.period, at, requester=self.member("ann"), excused_at=excused_at)


def breached(
    period: SubscriptionPeriod, at: str, *, requester: Membership | None = None, excused_at: datetime | None = None
) -> int:
    """A missed response of the period's subscription, of a ticket that is there for nothing else. Inside a scope."""
    number = Ticket.objects.count() + 1
    whose = {"provider_id": period.provider_id, "tenant_id": period.tenant_id, "subscription": period.subscription}
    ticket = Ticket.objects.create(
        **whose,
        version_id=period.version_id,
        plan="only",
        number=number,
        subject=f"No {number} {uuid4()}",
        requester=requester or Membership.objects.get(name="ann"),
        opened_at=utc(at),
        last_event_at=utc(at),
    )
    breach = Breach.objects.create(
        **whose,
        ticket=ticket,
        clock="response",
        number=1,
        severity="minor",
        breached_at=utc(at),
        announced_at=utc(at),
        excused_at=excused_at,
    )
    return breach.pk
