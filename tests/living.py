"""What there is to see while contracts live: tickets with their log and clocks, outages, periods, credits, claims.

Plain rows for both providers and every tenant, as nobody's actions left them: nothing of them is marked, so no worker
finds anything to do, and they lie before the subscriptions begin, so nothing that is really worked out meets them.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from contracts.models import Contact, PolicyVersion, Reader, Service, Subscription
from credits.models import AssessedPeriod, Assessment, Claim, Reminder
from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, Interest, Occurrence, State
from slaportal.outbox.webhooks.signing import new_secret, sealed
from slaportal.tenancy.models import Tenant
from tickets.models import Breach, ClockWarning, Counter, Escalation, Side, Ticket, TicketClock, TicketEvent
from uptime.models import (
    Announcement,
    Outage,
    OutageService,
    RestorePoint,
    SampleHour,
    SubscriptionPeriod,
    Unmonitored,
    Window,
    WindowNotice,
    WindowService,
)

if TYPE_CHECKING:
    from tests.world import World

FEBRUARY, MARCH = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Who asks at each tenant.
MANAGERS = {"a": "ann", "b": "bob", "c": "carl"}


def live_data(world: "World", slug: str, admin: str) -> None:
    """Rows of tickets, uptime and credits, inside the scope of the provider's staff and after what was promised."""
    provider = world.providers[slug]
    Reader.objects.create(provider=provider, name="tickets")
    Counter.objects.create(provider=provider, last_number=99)
    first = 11 if slug == "p1" else 21  # so that no number of p1 is one of p2 too
    for number, subscription in enumerate(Subscription.objects.filter(provider=provider).order_by("id"), start=first):
        short = subscription.tenant.name.removeprefix("CANARY-tenant-")
        ticket = _ticket(world, subscription, short, number)
        _log(world, ticket, admin)
        _clocks(world, ticket, admin)
        _credits(world, _period(subscription), short)
        _delivered(world, slug, admin, Service.objects.get(provider=provider, key=f"service-{short}"))
        _told(world, slug, subscription.tenant, f"CANARY-contract-{short}")
    Interest.objects.create(provider=provider)
    _told(world, slug, None, f"CANARY-provider-{slug}")


def _version(subscription: Subscription) -> PolicyVersion:
    return PolicyVersion.objects.get(provider=subscription.provider_id, policy=subscription.policy, number=1)


def _ticket(world: "World", subscription: Subscription, short: str, number: int) -> Ticket:
    """Opened, answered, waiting; one for each tenant."""
    ticket = Ticket.objects.create(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        service=Service.objects.get(provider=subscription.provider_id, key=f"service-{short}"),
        version=_version(subscription),
        plan=subscription.terms.get().plan,
        number=number,
        subject=f"CANARY-contract-{short}",
        requester=world.members[MANAGERS[short]],
        severity="critical",
        status="waiting_on_customer",
        opened_at=FEBRUARY,
        revision=3,
        last_event_at=FEBRUARY + 3 * HOUR,
        settled_at=FEBRUARY + 3 * HOUR,
        worked_out_at=FEBRUARY + 3 * HOUR,
    )
    world.ids.setdefault("ticket", ticket.pk)
    return ticket


def _log(world: "World", ticket: Ticket, admin: str) -> None:
    """What was asked, what was answered, and a note that is the desk's own: the customer's wall leaves it out."""
    asker, desk = ticket.requester, world.members[admin]
    own = {"provider_id": ticket.provider_id, "tenant_id": ticket.tenant_id, "ticket": ticket}
    said = (
        ("opened", asker, Side.CUSTOMER, True, {"severity": "critical", "text": ticket.subject}),
        ("agent_reply", desk, Side.STAFF, True, {"text": ticket.subject}),
        ("status", desk, Side.STAFF, False, {"status": "waiting_on_customer", "text": f"CANARY-member-{admin}"}),
    )
    for ordinal, (kind, author, side, public, more) in enumerate(said, start=1):
        TicketEvent.objects.create(
            **own,
            ordinal=ordinal,
            at=FEBRUARY + ordinal * HOUR,
            type=kind,
            author=author,
            author_name=author.name,
            side=side,
            public=public,
            **more,
        )


def _clocks(world: "World", ticket: Ticket, admin: str) -> None:
    """A first response that was warned of and late, and was excused."""
    own = {"provider_id": ticket.provider_id, "tenant_id": ticket.tenant_id, "ticket": ticket}
    late = {"clock": "response", "severity": "critical"}
    TicketClock.objects.create(
        **own,
        **late,
        cycle=1,
        state="stopped",
        outcome="breached",
        due_at=FEBRUARY + HOUR,
        since_at=FEBRUARY,
        stopped_at=FEBRUARY + 2 * HOUR,
        breached_at=FEBRUARY + HOUR,
        elapsed_us=7_200_000_000,
        remaining_us=-3_600_000_000,
    )
    Escalation.objects.create(
        **own,
        **late,
        cycle=1,
        moment="75%",
        acts=["notify_lead"],
        reached_at=FEBRUARY,
        announced_at=FEBRUARY,
        told=[f"CANARY-member-{admin}"],
    )
    ClockWarning.objects.create(
        **own, **late, cycle=1, percent=75, reached_at=FEBRUARY + HOUR / 2, announced_at=FEBRUARY + HOUR / 2
    )
    Breach.objects.create(
        **own,
        **late,
        subscription_id=ticket.subscription_id,
        number=1,
        breached_at=FEBRUARY + HOUR,
        announced_at=FEBRUARY + HOUR,
        excused_at=FEBRUARY + 3 * HOUR,
        excused_by=world.members[admin],
        cause="customer",
        excuse=ticket.subject,
    )


def _period(subscription: Subscription) -> SubscriptionPeriod:
    """A month that was worked out and is not closed: what is closed refuses every change before the wall is asked."""
    term, version = subscription.terms.get(), _version(subscription)
    return SubscriptionPeriod.objects.create(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        version=version,
        plan=term.plan,
        kind=term.kind,
        text="2026-02",
        starts_at=FEBRUARY,
        ends_at=MARCH,
        fee_monthly=term.fee_monthly,
        fee_annual=term.fee_annual,
        currency=term.currency,
        percent=Decimal("99.851190"),
        met=False,
        figures={"percent": "99.851190"},
        measurement=1,
        assessed=1,
        worked_out_at=MARCH,
        closes_at=datetime(2100, 1, 1, tzinfo=UTC),
        policy_digest=version.digest,
    )


def _credits(world: "World", period: SubscriptionPeriod, short: str) -> None:
    """A credit that can be claimed, of which the customer was reminded, and their claim."""
    own = {"provider_id": period.provider_id, "tenant_id": period.tenant_id}
    until = MARCH + timedelta(days=30)
    AssessedPeriod.objects.create(**own, period=period, worked_out_at=MARCH)
    assessment = Assessment.objects.create(
        **own,
        period=period,
        position=0,
        credit_for="availability",
        missed=True,
        status=Assessment.Status.CLAIMED,
        amount=Decimal("10.00"),
        currency=period.currency,
        claim_by=until,
        measurement=1,
    )
    Reminder.objects.create(
        **own, assessment=assessment, days=7, closes_at=until, reminded_at=until - timedelta(days=7)
    )
    asker = world.members[MANAGERS[short]]
    claim = Claim.objects.create(
        **own, period=period, at=until - HOUR, made_by=asker, maker_name=asker.name, note=f"CANARY-contract-{short}"
    )
    world.ids.setdefault("period", period.pk)
    world.ids.setdefault("credit", assessment.pk)
    world.ids.setdefault("claim", claim.pk)


def _delivered(world: "World", slug: str, admin: str, service: Service) -> None:
    """An outage, an announced window, an hour unmonitored, one of samples, a restore point: the provider's own rows."""
    own, said, by = {"provider": world.providers[slug]}, f"CANARY-provider-{slug}", world.members[admin]
    outage = Outage.objects.create(
        **own,
        title=said,
        reported_start_at=FEBRUARY,
        starts_at=FEBRUARY,
        ends_at=FEBRUARY + HOUR,
        noticed_at=FEBRUARY,
        note=said,
        recorded_by=by,
    )
    OutageService.objects.create(**own, outage=outage, service=service)
    stretch = {"starts_at": FEBRUARY + 24 * HOUR, "ends_at": FEBRUARY + 25 * HOUR}
    window = Window.objects.create(**own, **stretch, title=said, planned_at=FEBRUARY, planned_by=by)
    WindowService.objects.create(**own, window=window, service=service)
    Announcement.objects.create(**own, **stretch, window=window, announced_at=FEBRUARY, announced_by=by, text=said)
    _told_of(window, service)
    unmonitored = Unmonitored.objects.create(**own, **stretch, service=service, reason=said)
    SampleHour.objects.create(
        **own, service=service, metric="latency_ms", region="eu", hour_at=FEBRUARY, offsets=[0], values=[Decimal(41)]
    )
    point = RestorePoint.objects.create(**own, service=service, taken_at=FEBRUARY)
    world.ids.setdefault("restore_point", point.pk)
    world.ids.setdefault("outage", outage.pk)
    world.ids.setdefault("window", window.pk)
    world.ids.setdefault("unmonitored", unmonitored.pk)


def _told_of(window: Window, service: Service) -> None:
    """What the service's tenant reads of the window."""
    assert service.tenant_id is not None
    WindowNotice.objects.create(
        provider_id=window.provider_id,
        tenant_id=service.tenant_id,
        window=window,
        title=window.title,
        kind=window.kind,
        services=[service.name],
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        told_at=window.planned_at,
        addresses=[contact.email for contact in Contact.objects.filter(tenant=service.tenant_id)],
    )


def _told(world: "World", slug: str, tenant: Tenant | None, said: str) -> None:
    """A webhook of the provider or of a customer, an event that it refused for good, and one that nobody wants."""
    own = {"provider": world.providers[slug], "tenant": tenant}
    event = {"kind": "ticket.opened", "body": f'{{"said":"{said}"}}', "created_at": FEBRUARY}
    endpoint = Endpoint.objects.create(
        **own,
        url="https://hooks.example.test/in",
        description=said,
        kinds=["ticket.opened"],
        secret=sealed(new_secret()),
        created_at=FEBRUARY,
    )
    delivery = EventDelivery.objects.create(
        **own,
        **event,
        endpoint=endpoint,
        event=f"evt_{endpoint.pk}",
        state=State.GIVEN_UP,
        attempts=10,
        next_attempt_at=FEBRUARY,
        last_status=500,
        last_error="status",
        ended_at=FEBRUARY,
    )
    said_there = {"request": said, "answer": said, "status": 500, "error": "status"}
    Attempt.objects.create(**own, **said_there, delivery=delivery, began_at=FEBRUARY, duration_ms=1)
    Occurrence.objects.create(**own, **event, event=f"evt_other_{endpoint.pk}", to_provider=False, to_tenant=False)
    world.ids.setdefault("endpoint", endpoint.pk)
    world.ids.setdefault("event", delivery.pk)
