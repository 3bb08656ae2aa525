"""Taken away, the demo leaves what is real: a provider, a customer of one of its providers, and their people."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.db.models import Max
from django.utils import timezone
from pytest_django import Settings

from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Service, Subscription
from contracts.policy.documents import shipped_policy
from slaportal.audit.sealing import seal_provider
from slaportal.audit.verification import verify
from slaportal.outbox.models import Message
from slaportal.people.actions.members import enrol
from slaportal.people.actions.organisations import add_tenant, create_provider
from slaportal.site.demo.building import build_demo
from slaportal.site.demo.cast import COMPANIES, PASSWORD
from slaportal.site.demo.history import is_alive
from slaportal.site.models import DemoRow
from slaportal.tenancy.models import Membership, Provider, Tenant, User
from slaportal.tenancy.scope import STAFF, scope
from tests.site.demo.places import fingerprint, inside, the_providers
from tickets.actions.conversation import reply
from tickets.actions.opening import open_ticket
from tickets.actions.triage import assign
from tickets.models import Escalation, Ticket
from tickets.working_out import work_out
from uptime.models import Outage, RestorePoint
from uptime.queries import backups_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SLUGS = [company.slug for company in COMPANIES]
FRESHENED = ["infopromo", "proofpoint", "spirion"]


def a_real_provider(now: datetime) -> int:
    """One with a policy of the same text, a customer and a ticket; a demo customer is a member there too."""
    nadia = User.objects.create_user("nadia@realhosting.example", PASSWORD, name="Nadia Roth")
    wim = User.objects.create_user("wim@smallshop.example", PASSWORD, name="Wim Smit")
    adam = User.objects.get(email="adam@bursztyn.example")
    pk = create_provider("realhosting", "Real Hosting")
    with scope(STAFF, provider=pk):
        provider = Provider.objects.get(pk=pk)
        since = now - timedelta(days=30)
        publish_policy(
            shipped_policy("infopromo"), provider=provider, policy="sla", effective_from=since, actor="x", at=since
        )
        enrol(nadia, "admin", provider=provider, tenant=None, email=nadia.email, at=since)
        enrol(adam, "agent", provider=provider, tenant=None, email=adam.email, at=since)
        a_customer(provider, "Small Shop", wim, "sla", "standard", since, now)
    return pk


def a_customer(  # noqa: PLR0917
    provider: Provider, name: str, user: User, policy: str, plan: str, since: datetime, now: datetime
) -> Ticket:
    tenant = add_tenant(provider, name, actor="x")
    asker = enrol(user, "manager", provider=provider, tenant=tenant, email=user.email, at=since)
    fee = Fee(Decimal(900), "USD")
    sold = subscribe(tenant, "Hosting", policy=policy, plan=plan, fee=fee, starts_at=since, actor="x", at=since)
    return open_ticket(sold, "Till is slow", "Since noon.", requester=asker, actor=asker, at=now, token=uuid.uuid4())


def an_escalation(ticket: Ticket, now: datetime) -> None:
    """As a policy that escalates would have left it; the demo's own do not."""
    Escalation.objects.create(
        provider_id=ticket.provider_id,
        tenant_id=ticket.tenant_id,
        ticket=ticket,
        clock="response",
        cycle=1,
        severity=ticket.severity,
        moment="75%",
        acts=["notify_lead"],
        reached_at=now,
        announced_at=now,
        told=["Ines Roy"],
    )


def a_real_customer_of_procirrus(now: datetime) -> None:
    """It uses the shared service; a real agent has the ticket, and one of the demo's has answered it."""
    ola = User.objects.create_user("ola@ashdown.example", PASSWORD, name="Ola Berg")
    ines = User.objects.create_user("ines@procirrus-real.example", PASSWORD, name="Ines Roy")
    with inside("procirrus"):
        provider = Provider.objects.get()
        since = now - timedelta(days=20)
        agent = enrol(ines, "agent", provider=provider, tenant=None, email=ines.email, at=since)
        ticket = a_customer(provider, "Ashdown Bakery", ola, "procirrus", "cloud", since, now)
        shared = Service.objects.get(tenant=None)
        cover_service(Subscription.objects.get(tenant=ticket.tenant), shared, actor="x", at=now)
        for service in Service.objects.all():
            RestorePoint.objects.create(provider=provider, service=service, taken_at=now)
        for escalated in (ticket, Ticket.objects.exclude(tenant=ticket.tenant).earliest("pk")):
            an_escalation(escalated, now)
        reply(ticket, "We look.", actor=Membership.objects.get(email="priya@procirrus.example"), at=now)
        assign(ticket, agent, actor=agent, at=now)


def test_started_again_later_it_has_something_due_and_nothing_else_changed(doomed: None) -> None:
    """The next day: three new tickets each, the first due in minutes; who changed the demo by hand is not disturbed."""
    tomorrow = _a_day_later_with_nothing_due(timezone.now())
    with inside("secpod"):
        tenant = Tenant.objects.get(name="Sunrise Retail")
        Tenant.objects.filter(pk=tenant.pk).update(name="Sunset Retail")
        before = set(Ticket.objects.values_list("pk", flat=True))
    said = list(build_demo(at=tomorrow))
    assert [line.count("3 tickets opened anew") for line in said] == [1, 1, 1, 1, 0]
    assert "was changed" in said[-1]
    with inside("secpod"):
        assert set(Ticket.objects.values_list("pk", flat=True)) == before
    for slug in FRESHENED:
        with inside(slug):
            new = Ticket.objects.filter(subject__contains=", again since ")
            assert new.count() == 3
            work_out([ticket.pk for ticket in new], provider_id=Provider.objects.get().pk, now=tomorrow)
            due = Ticket.objects.filter(pk__in=[ticket.pk for ticket in new], next_due_at__gt=tomorrow)
            assert due.filter(next_due_at__lt=tomorrow + timedelta(minutes=6)).exists()
    with inside("procirrus"):  # the backups went on, and since the night before nothing is missing of them
        newest = RestorePoint.objects.values_list("service").annotate(newest=Max("taken_at"))
        assert {tomorrow - at < timedelta(hours=4) for _service, at in newest} == {True}
        kept = backups_of(Subscription.objects.get(tenant__name="Harlow & Pine LLP"), tomorrow)
        assert {verdict.kept for one in kept for verdict in one.verdicts} == {True}
        points = RestorePoint.objects.count()
    again = list(build_demo(at=tomorrow))
    with inside("procirrus"):
        assert RestorePoint.objects.count() == points
    assert not [line for line in again if "opened anew" in line and "nothing" not in line]


def _a_day_later_with_nothing_due(now: datetime) -> datetime:
    """The first such hour: what is aimed at closed hours is due when they open, and then the desk lives by itself."""
    hours = (now + timedelta(hours=hour) for hour in range(24, 72))
    return next(hour for hour in hours if not any(_lives(slug, hour) for slug in FRESHENED))


def _lives(slug: str, at: datetime) -> bool:
    with inside(slug):
        return is_alive(at)


def test_removed_it_leaves_what_is_real(doomed: None, settings: Settings) -> None:
    settings.DEMO = True
    now = timezone.now()
    real = a_real_provider(now)
    a_real_customer_of_procirrus(now)
    for provider_id in the_providers().values():
        seal_provider(provider_id)
    people_before = User.objects.count()
    untouched = fingerprint(f"provider_id = {real}")
    said = StringIO()

    call_command("demo", "--remove", stdout=said)

    after = fingerprint(f"provider_id = {real}")
    assert {k: v for k, v in after.items() if k != "tenancy_user"} == {
        k: v for k, v in untouched.items() if k != "tenancy_user"
    }
    assert "ProCirrus stays for those that are not the demo's; 2 of its people stay" in said.getvalue()
    assert said.getvalue().count(": removed") == 4
    # Adam is an agent of the real provider, Priya answered a real ticket, Marcus recorded the outages of the service
    # that the bakery uses; the other four are real themselves.
    emails = set(User.objects.values_list("email", flat=True))
    assert emails == {
        "nadia@realhosting.example",
        "wim@smallshop.example",
        "ola@ashdown.example",
        "ines@procirrus-real.example",
        "adam@bursztyn.example",
        "marcus@procirrus.example",
        "priya@procirrus.example",
    }
    assert people_before > 60
    for email in ("priya@procirrus.example", "marcus@procirrus.example"):  # everybody knows the password
        assert not User.objects.get(email=email).is_active
    assert User.objects.get(email="adam@bursztyn.example").is_active
    assert not DemoRow.objects.exists()
    _only_the_bakery_is_left(real)


def _only_the_bakery_is_left(real: int) -> None:
    tables = [table for table in fingerprint() if table != "tenancy_user"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id, slug FROM tenancy_provider ORDER BY id")
        left = {slug: pk for pk, slug in cursor.fetchall()}
        assert set(left) == {"procirrus", "realhosting"}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE provider_id <> ALL(%s)", [list(left.values())])
            assert cursor.fetchone() == (0,), table
        with pytest.raises(IntegrityError), transaction.atomic(using="owner"):  # the triggers are on again
            cursor.execute("DELETE FROM tickets_ticketevent")
    connections["owner"].close()
    with scope(STAFF, provider=left["procirrus"]):
        assert [tenant.name for tenant in Tenant.objects.all()] == ["Ashdown Bakery"]
        ticket = Ticket.objects.get()
        assert [event.type for event in ticket.events.order_by("ordinal")] == ["opened", "agent_reply", "assigned"]
        assert Escalation.objects.get().ticket_id == ticket.pk
        assert Service.objects.get().coverages.count() == 1
        staff = Membership.objects.filter(tenant=None, removed_at=None)
        assert [member.name for member in staff] == ["Ines Roy"]
        assert Membership.objects.get(email="priya@procirrus.example").removed_at is not None
        assert Outage.objects.exists()  # of the shared service, which the bakery uses
        assert not Outage.objects.filter(services__isnull=True).exists()
        assert set(RestorePoint.objects.values_list("service", flat=True)) == {Service.objects.get().pk}
        assert not Message.objects.filter(recipient__endswith="harlowpine.example").exists()
    seal_provider(left["procirrus"])
    with scope(STAFF, provider=left["procirrus"]):
        verdict = verify(left["procirrus"], now=timezone.now())
        assert verdict.wrong is None
        assert verdict.verified >= 4
    assert real == left["realhosting"]
