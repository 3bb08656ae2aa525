"""What was agreed with tenant a, for the tests of the pages: a policy, a subscription, a service, a contact."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Contact, Service, Subscription
from contracts.policy.documents import shipped_policy
from tests.world import World

START = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEE = Fee(Decimal("1200.00"), "USD")
INFOPROMO = shipped_policy("infopromo")
PLANS = list(INFOPROMO.plans)
# Who may read, who is of another side or provider, and who may change.
READERS, CUSTOMERS, STRANGER, ADMIN = ("agent", "lead", "admin"), ("amy", "ann", "bob", "carl"), "cora", "admin"


@dataclass(frozen=True)
class Agreed:
    """All by its short name; `client` is the administrator's."""

    world: World
    subscription: Subscription
    service: Service
    shared: Service
    contact: Contact

    @property
    def client(self) -> Any:
        return self.world.client(ADMIN)

    def inside(self) -> Any:
        return self.world.inside(ADMIN)


def agree(world: World, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    """As of `NOW`: subscribed since September, covering a service of its own; a shared one is not covered."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    provider, tenant = world.providers["p1"], world.tenants["a"]
    with world.inside(ADMIN):
        publish_policy(
            INFOPROMO,
            provider=provider,
            policy="sla",
            effective_from=START,
            actor=world.members[ADMIN],
            at=NOW,
        )
        one = subscribe(
            tenant, "Production", policy="sla", plan=PLANS[0], fee=FEE, starts_at=START, actor="test", at=NOW
        )
        service = add_service(provider, "api", "API", tenant=tenant, actor="test", at=NOW)
        shared = add_service(provider, "mail", "Mail", tenant=None, actor="test", at=NOW)
        cover_service(one, service, actor="test", at=NOW)
        contact = add_contact(tenant, concern="billing", name="Bo Bell", email="bo@example.test", actor="test")
    return Agreed(world, one, service, shared, contact)


def text_of(answer: Any) -> str:
    """The words of a page, without markup, each once apart."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())
