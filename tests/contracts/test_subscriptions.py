"""Subscriptions: terms one after the other, the account's standing, services of one's own and shared."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from contracts.actions.catalogue import add_service, rename_service
from contracts.actions.contacts import add_contact, change_contact, remove_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import (
    Fee,
    change_term,
    cover_service,
    end_subscription,
    rename_subscription,
    set_account_standing,
    subscribe,
    uncover_service,
)
from contracts.models import Change, Contact, Service, Subscription, Term
from contracts.policy.documents import read_document, shipped_policy
from contracts.queries import agreed_at, agreement_at, term_at
from slaportal.refusal import Refusal
from tests.world import World

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEE = Fee(Decimal("1200.00"), "USD")
INFOPROMO = shipped_policy("infopromo")
PLANS = list(INFOPROMO.plans)


@pytest.fixture
def promised(world: World) -> World:
    with world.inside("admin"):
        publish_policy(
            INFOPROMO,
            provider=world.providers["p1"],
            policy="sla",
            effective_from=START,
            actor=world.members["admin"],
            at=NOW,
        )
    return world


def made(world: World, name: str = "Production", starts_at: datetime = START, plan: str = PLANS[0]) -> Subscription:
    return subscribe(
        world.tenants["a"], name, policy="sla", plan=plan, fee=FEE, starts_at=starts_at, actor="test", at=NOW
    )


def test_a_year_is_twelve_months_unless_said() -> None:
    assert FEE.yearly == Decimal("14400.00")
    assert Fee(Decimal(100), "EUR", Decimal(1000)).yearly == 1000


def test_the_agreement_of_an_instant(promised: World) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        agreement = agreement_at(subscription, NOW)
        assert agreement is not None
        assert (agreement.digest, agreement.plan) == (INFOPROMO.digest, PLANS[0])
        assert agreement_at(subscription, START - timedelta(seconds=1)) is None
        assert [(c.what, c.since) for c in Change.objects.filter(tenant__isnull=False)] == [("term", START)]


def test_what_was_sold_is_kept_where_a_later_version_drops_the_plan(promised: World) -> None:
    """The last version that has the plan, whatever comes after it."""
    newer = INFOPROMO.text.replace('99.95"', '99.96"')
    without = newer.replace("  premium: {name: Premium Plan,", "  gold: {name: Gold Plan,")
    with promised.inside("admin"):
        subscription = made(promised, plan="premium")
        for day, text in ((1, newer), (2, without), (3, f"{without}\n# newer\n")):
            publish_policy(
                read_document(text),
                provider=promised.providers["p1"],
                policy="sla",
                effective_from=NOW + timedelta(days=day),
                actor=promised.members["admin"],
                at=NOW,
            )
        digests = [read_document(text).digest for text in (INFOPROMO.text, newer, newer, newer)]
        agreed = [agreement_at(subscription, NOW + timedelta(days=day)) for day in range(4)]
        assert [(each.digest, each.plan) for each in agreed if each] == [(digest, "premium") for digest in digests]
        with pytest.raises(Refusal) as refused:
            agreed_at(subscription, "platinum", NOW + timedelta(days=3))
        assert refused.value.code == "unknown_plan"


def test_terms_follow_one_another(promised: World) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        change_term(subscription, plan=PLANS[-1], kind="pilot", fee=FEE, starts_at=NOW, actor="test", at=NOW)
        first, second = Term.objects.order_by("starts_at")
        assert (first.ends_at, second.starts_at, second.ends_at) == (NOW, NOW, None)
        assert term_at(subscription, NOW - timedelta(microseconds=1)) == first
        assert term_at(subscription, NOW) == second
        with pytest.raises(Refusal) as refused:
            change_term(subscription, plan=PLANS[0], fee=FEE, starts_at=NOW - timedelta(days=1), actor="test", at=NOW)
        assert refused.value.code == "terms_overlap"


def test_the_database_refuses_what_overlaps(promised: World) -> None:
    with promised.inside("admin"):
        made(promised)
        running = Term.objects.get()
        running.pk, running.starts_at = None, NOW
        with pytest.raises(DatabaseError, match="term_no_overlap"), transaction.atomic():
            running.save(force_insert=True)


def test_it_ends(promised: World) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        end_subscription(subscription, ends_at=NOW, actor="test", at=NOW, reason="moved on")
        assert term_at(subscription, NOW) is None
        with pytest.raises(Refusal) as refused:
            end_subscription(subscription, ends_at=NOW, actor="test", at=NOW, reason="again")
        assert refused.value.code == "not_running"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"plan": "platinum"}, "unknown_plan"),
        ({"starts_at": START - timedelta(days=1)}, "no_policy"),
        ({"name": "Taken"}, "subscription_name_taken"),
    ],
)
def test_what_cannot_be_subscribed_to(promised: World, change: dict[str, object], code: str) -> None:
    with promised.inside("admin"):
        made(promised, "Taken")
        with pytest.raises(Refusal) as refused:
            made(promised, **change)  # type: ignore[arg-type]
        assert refused.value.code == code
        assert Subscription.objects.count() == 1 or code != "subscription_name_taken"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"fee": Fee(Decimal(-1), "USD")}, "negative_fee", "fee_monthly"),
        ({"fee": Fee(Decimal(1), "USD", Decimal("-0.01"))}, "negative_fee", "fee_annual"),
        ({"fee": Fee(Decimal(9_999_999_999), "USD")}, "fee_too_large", "fee_monthly"),
        ({"fee": Fee(Decimal(1), "USD", Decimal(10_000_000_000))}, "fee_too_large", "fee_annual"),
        ({"fee": Fee(Decimal("0.00001"), "USD")}, "not_exact", "fee_monthly"),
        ({"fee": Fee(Decimal("NaN"), "USD")}, "not_exact", "fee_monthly"),
        ({"fee": Fee(Decimal(1), "USDX")}, "not_a_currency", "currency"),
        ({"fee": Fee(Decimal(1), "usd")}, "not_a_currency", "currency"),
        ({"kind": "nonsense"}, "unknown_kind", "kind"),
    ],
)
def test_what_is_no_term_is_refused_at_its_field(
    promised: World, change: dict[str, Any], code: str, field: str
) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        given = {"plan": PLANS[0], "fee": FEE, "starts_at": NOW, "actor": "test", "at": NOW, **change}
        with pytest.raises(Refusal) as refused, transaction.atomic():
            change_term(subscription, **given)
        assert (refused.value.code, list(refused.value.fields), refused.value.status) == (code, [field], 400)
        assert Term.objects.get().ends_at is None


def test_the_largest_fee_is_kept(promised: World) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        fee = Fee(Decimal("9999999999.9999"), "USD", Decimal("9999999999.9999"))
        term = change_term(subscription, plan=PLANS[0], fee=fee, starts_at=NOW, actor="test", at=NOW)
        term.refresh_from_db()
        assert (term.fee_monthly, term.fee_annual) == (fee.monthly, fee.annual)


@pytest.mark.parametrize("who", ["agent", "lead", "amy", "ann"])
def test_only_administrators_agree(promised: World, who: str) -> None:
    provider, tenant, actor = promised.providers["p1"], promised.tenants["a"], promised.members[who]
    with promised.inside("admin"):
        one = made(promised)
        service = add_service(provider, "api", "API", tenant=None, actor=promised.members["admin"], at=NOW)
        contact = add_contact(tenant, concern="billing", name="Kim", email="kim@a.example", actor="test")
        of = {"concern": "billing", "name": "Lee", "email": "lee@a.example"}
        by: dict[str, Any] = {"actor": actor, "at": NOW}
        priced: dict[str, Any] = {"plan": PLANS[0], "fee": FEE, "starts_at": NOW}
        acts: list[Callable[[], object]] = [
            lambda: subscribe(tenant, "Second", policy="sla", **priced, **by),
            lambda: rename_subscription(one, "Other", actor=actor),
            lambda: change_term(one, **priced, **by),
            lambda: end_subscription(one, ends_at=NOW, reason="x", **by),
            lambda: set_account_standing(one, current=False, reason="x", **by),
            lambda: cover_service(one, service, **by),
            lambda: uncover_service(one, service, **by),
            lambda: add_service(provider, "mail", "Mail", tenant=None, **by),
            lambda: rename_service(service, "Other", actor=actor),
            lambda: add_contact(tenant, **of, actor=actor),
            lambda: change_contact(contact, **of, actor=actor),
            lambda: remove_contact(contact, actor=actor),
        ]
        for act in acts:
            with pytest.raises(Refusal) as refused:
                act()
            assert (refused.value.code, refused.value.status) == ("role_not_allowed", 403)


def test_the_standing_of_the_account_has_a_reason(promised: World) -> None:
    with promised.inside("admin"):
        subscription = made(promised)
        with pytest.raises(Refusal) as refused:
            set_account_standing(subscription, current=False, reason=" ", actor="test", at=NOW)
        assert refused.value.code == "reason_needed"
        set_account_standing(subscription, current=False, reason="two invoices open", actor="test", at=NOW)
        set_account_standing(subscription, current=False, reason="two invoices open", actor="test", at=NOW)
        assert Change.objects.filter(what="account").count() == 1
        subscription.refresh_from_db()
        assert (subscription.account_current, subscription.account_reason) == (False, "two invoices open")


def test_services_of_ones_own_and_shared(promised: World) -> None:
    provider, tenants = promised.providers["p1"], promised.tenants
    with promised.inside("admin"):
        subscription = made(promised)
        own = add_service(provider, "api", "API", tenant=tenants["a"], actor="test", at=NOW)
        shared = add_service(provider, "mail", "Mail", tenant=None, actor="test", at=NOW)
        unused = add_service(provider, "backup", "Backup", tenant=None, actor="test", at=NOW)
        others = add_service(provider, "shop", "Shop", tenant=tenants["b"], actor="test", at=NOW)
        for service in (own, shared, shared):
            cover_service(subscription, service, actor="test", at=NOW)
        with pytest.raises(Refusal) as refused:
            cover_service(subscription, others, actor="test", at=NOW)
        assert refused.value.status == 404
        with pytest.raises(Refusal) as refused:
            add_service(provider, "api", "Again", tenant=None, actor="test", at=NOW)
        assert refused.value.code == "service_key_taken"
        assert Change.objects.filter(what="coverage").count() == 2
    with promised.inside("ann"):
        assert {service.key for service in Service.objects.all()} == {"api", "mail"}
    with promised.inside("bob"):
        assert {service.key for service in Service.objects.all()} == {"shop"}
    assert unused.pk


def test_contacts_come_and_go(promised: World) -> None:
    tenant = promised.tenants["a"]
    with promised.inside("admin"):
        contact = add_contact(tenant, concern="billing", name="Bo", email="BO@example.test", actor="test")
        with pytest.raises(Refusal) as refused:
            add_contact(tenant, concern="billing", name="Bo", email="bo@example.test", actor="test")
        assert refused.value.code == "contact_there"
    with promised.inside("bob"):
        assert not Contact.objects.exists()
    with promised.inside("admin"):
        remove_contact(contact, actor="test")
        assert not Contact.objects.exists()
