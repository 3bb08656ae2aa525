"""Two administrators who write the same at once: the second one is refused as it would be a moment later."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact, change_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import change_term, end_subscription, rename_subscription, subscribe
from contracts.models import Contact, Service, Subscription, Term
from slaportal.refusal import Refusal
from tests.contracts.agreed import FEE, INFOPROMO, NOW, PLANS, START
from tests.meeting import Meeting

pytestmark = pytest.mark.slow

BY: dict[str, Any] = {"actor": "test", "at": NOW}


def contact(meeting: Meeting, email: str = "ops@example.test") -> Contact:
    tenant = meeting.world.tenants["a"]
    return add_contact(tenant, concern="technical", name="Ops", email=email, actor="test")


def subscribed(meeting: Meeting, name: str = "Production") -> Subscription:
    tenant = meeting.world.tenants["a"]
    return subscribe(tenant, name, policy="sla", plan=PLANS[0], fee=FEE, starts_at=START, **BY)


@pytest.fixture
def sold(meeting: Meeting) -> Subscription:
    """A first one, called First."""
    with meeting.inside("admin"):
        provider = meeting.world.providers["p1"]
        publish_policy(INFOPROMO, provider=provider, policy="sla", effective_from=START, **BY)
        return subscribed(meeting, "First")


def refused(meeting: Meeting, act: Callable[[], Any], then: Callable[[], Any] | None = None) -> str:
    second = meeting.second("admin", act, then or act)
    assert isinstance(second, Refusal), second
    return second.code


def test_two_subscriptions_of_one_name(meeting: Meeting, sold: Subscription) -> None:
    assert refused(meeting, lambda: subscribed(meeting)) == "subscription_name_taken"
    renamed = refused(
        meeting,
        lambda: subscribed(meeting, "Third"),
        lambda: rename_subscription(sold, "Third", actor="test"),
    )
    assert renamed == "subscription_name_taken"
    with meeting.inside("admin"):
        assert set(Subscription.objects.values_list("name", flat=True)) == {"First", "Production", "Third"}


def test_two_terms_from_one_day(meeting: Meeting, sold: Subscription) -> None:
    with meeting.inside("admin"):
        end_subscription(sold, ends_at=NOW, reason="x", **BY)

    def changed() -> Term:
        return change_term(sold, plan=PLANS[0], fee=FEE, starts_at=NOW, **BY)

    assert refused(meeting, changed) == "terms_overlap"


def test_two_services_of_one_key(meeting: Meeting) -> None:
    def added() -> Service:
        return add_service(meeting.world.providers["p1"], "api", "API", tenant=None, **BY)

    assert refused(meeting, added) == "service_key_taken"
    with meeting.inside("admin"):
        assert Service.objects.count() == 1


def test_two_contacts_of_one_address(meeting: Meeting) -> None:
    with meeting.inside("admin"):
        other = contact(meeting, "other@example.test")
    assert refused(meeting, lambda: contact(meeting)) == "contact_there"
    changed = refused(
        meeting,
        lambda: contact(meeting, "third@example.test"),
        lambda: change_contact(other, concern="technical", name="Ops", email="third@example.test", actor="test"),
    )
    assert changed == "contact_there"
    with meeting.inside("admin"):
        assert Contact.objects.count() == 3
