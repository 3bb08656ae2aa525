"""A text without a plan that somebody is on: the check names who is, and by which version it goes on for them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from contracts.actions.subscriptions import Fee, end_subscription, subscribe
from slaportal.site.policies import plans_in_use
from tests.site.test_policy_pages import NOW, THEN, TWO_PLANS, body, published, sent
from tests.site.test_publishing import TEXT
from tests.world import World

NAMED = "which this text does not have"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def subscribed(world: World, name: str, plan: str, *, ends_at: datetime | None = None) -> None:
    with world.inside("admin"):
        fee, tenant = Fee(Decimal(1), "USD"), world.tenants["a"]
        one = subscribe(tenant, name, policy="sla", plan=plan, fee=fee, starts_at=THEN, actor="test", at=NOW)
        if ends_at is not None:
            end_subscription(one, ends_at=ends_at, actor="test", at=NOW, reason="Moved on.")


def test_who_is_on_a_plan_that_the_text_does_not_have_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("admin")
    published(world, TWO_PLANS)
    for name in ("First", "Second", "Third"):
        subscribed(world, name, "gold")
    subscribed(world, "Kept", "only")
    subscribed(world, "Over", "gold", ends_at=datetime(2026, 10, 1, tzinfo=UTC))
    said = body(sent(client, text=TEXT))
    assert f"3 subscriptions are on the plan Gold, {NAMED}; it goes on for them as version 1 says." in said
    tenant = world.tenants["a"].name
    assert f"First, {tenant} Second, {tenant} Third, {tenant}" in said
    assert "Over," not in said
    assert NAMED not in body(sent(client, text=TWO_PLANS))
    monkeypatch.setattr(plans_in_use, "SHOWN", 1)
    assert f"First, {tenant} and 2 more" in body(sent(client, text=TEXT))


def test_it_goes_on_by_the_last_version_that_has_it(world: World) -> None:
    published(world, TWO_PLANS)
    subscribed(world, "Alone", "gold")
    renamed = TWO_PLANS.replace("name: Gold", "name: Golden")
    published(world, renamed, since=datetime(2026, 11, 2, tzinfo=UTC))
    published(world, TEXT, since=datetime(2026, 11, 3, tzinfo=UTC))
    said = body(sent(world.client("admin"), text=f"# Once more\n{TEXT}"))
    assert f"1 subscription is on the plan Golden, {NAMED}; it goes on for it as version 2 says. Alone," in said
