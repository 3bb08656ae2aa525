"""A subscription's page: standing, coverage and name are changed on the spot, and each says first what follows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import change_term, cover_service, subscribe
from contracts.consequences import of_covering, of_uncovering
from contracts.models import Change, Coverage, Service
from contracts.policy.documents import shipped_policy
from slaportal.audit.models import Event
from tests.contracts.agreed import CUSTOMERS, FEE, NOW, PLANS, READERS, START, STRANGER, Agreed, text_of
from tests.credits.months import Months, tenth
from tests.world import World
from uptime.changes import work_through_changes
from uptime.models import SubscriptionPeriod


def address(agreed: Agreed, act: str = "") -> str:
    return reverse(f"subscription{act}", args=[agreed.subscription.pk])


def changes(agreed: Agreed) -> list[tuple[str, int]]:
    with agreed.inside():
        return list(Change.objects.filter(created_at=NOW).order_by("pk").values_list("what", "target_id"))


def test_staff_read_it_others_do_not(agreed: Agreed) -> None:
    for who in READERS:
        said = text_of(agreed.world.client(who).get(address(agreed)))
        for words in (
            "Service Level Agreement Account in good standing",
            "Standard Plan Now Production $1,200.00",
            "API",
        ):
            assert words in said, words
        assert "$14,400.00" in said
        assert ("Save the standing" in said) == (who == "admin")
    for who in CUSTOMERS:
        assert agreed.world.client(who).get(address(agreed)).status_code == 403
    assert agreed.world.client(STRANGER).get(address(agreed)).status_code == 404


@pytest.mark.parametrize("who", [*READERS[:2], *CUSTOMERS, STRANGER])
def test_only_administrators_change_it(agreed: Agreed, who: str) -> None:
    client, before = agreed.world.client(who), changes(agreed)
    uncover = reverse("subscription_uncover", args=[agreed.subscription.pk, agreed.service.pk])
    status = 404 if who == STRANGER else 403
    for path, given in (
        (address(agreed, "_rename"), {"name-name": "Eve's"}),
        (address(agreed, "_standing"), {"standing-reason": "x"}),
        (address(agreed, "_cover"), {"cover-service": agreed.shared.pk}),
        (uncover, {}),
    ):
        assert client.post(path, given).status_code == status, path
    assert changes(agreed) == before
    with agreed.inside():
        agreed.subscription.refresh_from_db()
        assert (agreed.subscription.name, agreed.subscription.account_current) == ("Production", True)


def test_another_name_which_may_not_be_taken(agreed: Agreed) -> None:
    with agreed.inside():
        subscribe(
            agreed.world.tenants["a"],
            "Second",
            policy="sla",
            plan=PLANS[0],
            fee=FEE,
            starts_at=START,
            actor="t",
            at=NOW,
        )
    refused = agreed.client.post(address(agreed, "_rename"), {"name-name": "Second"})
    assert refused.status_code == 422
    assert 'id="id_name-name_error"' in refused.content.decode()
    assert 'value="Second"' in refused.content.decode()
    assert agreed.client.post(address(agreed, "_rename"), {"name-name": " Cloud "}).status_code == 302
    with agreed.inside():
        agreed.subscription.refresh_from_db()
        assert agreed.subscription.name == "Cloud"
        assert Event.objects.get(action="subscription_renamed").before == {"name": "Production"}


def test_the_standing_needs_a_reason_and_says_what_follows(agreed: Agreed) -> None:
    page = text_of(agreed.client.get(address(agreed)))
    assert "The policy in force does not ask for it." in page
    refused = agreed.client.post(address(agreed, "_standing"), {"standing-reason": ""})
    assert refused.status_code == 422
    assert 'id="id_standing-reason_error"' in refused.content.decode()
    assert "Say why." in text_of(refused)
    before = changes(agreed)
    assert agreed.client.post(address(agreed, "_standing"), {"standing-reason": "two invoices open"}).status_code == 302
    assert changes(agreed) == [*before, ("account", agreed.subscription.pk)]
    said = text_of(agreed.client.get(address(agreed)))
    assert "Account not in good standing two invoices open" in said
    given = {"standing-current": "on", "standing-reason": ""}
    assert agreed.client.post(address(agreed, "_standing"), given).status_code == 302
    assert "Account in good standing" in text_of(agreed.client.get(address(agreed)))


def test_the_audit_says_the_reason_of_a_standing_once_and_a_fee_as_its_currency_is_written(agreed: Agreed) -> None:
    for given in ({"standing-reason": "two invoices open"}, {"standing-current": "on", "standing-reason": "all paid"}):
        assert agreed.client.post(address(agreed, "_standing"), given).status_code == 302
    said = text_of(agreed.client.get(reverse("audit")))
    assert said.count("two invoices open") == 2  # given, and with the next one gone
    assert said.count("all paid") == 1
    assert "1200.00 USD" in said
    assert "1200.0000" not in said


def test_a_policy_that_asks_for_the_standing_says_so(world: World) -> None:
    months = Months(world, [tenth(requires=["current_account"])])
    said = text_of(world.client("admin").get(reverse("subscription", args=[months.subscription.pk])))
    assert "The policy in force owes credits only while the account is in good standing" in said
    assert "those of past months too" in said


def test_a_plan_that_was_dropped_asks_for_the_standing_as_it_did(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a later version asks for in another plan is nothing to whoever is on this one."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    months = Months(world, [tenth()])
    rules, other = [tenth(requires=["current_account"])], {"other": {"name": "Other"}}
    months.publish(rules, effective_from=NOW.replace(day=20), at=NOW.replace(day=10), plans=other)
    said = text_of(world.client("admin").get(reverse("subscription", args=[months.subscription.pk])))
    assert "The policy in force does not ask for it." in said


def test_a_service_is_covered_and_no_longer(agreed: Agreed) -> None:
    page = text_of(agreed.client.get(address(agreed)))
    assert of_covering() in page
    assert of_uncovering() in page
    before, shared = changes(agreed), agreed.shared
    assert agreed.client.post(address(agreed, "_cover"), {"cover-service": shared.pk}).status_code == 302
    uncover = reverse("subscription_uncover", args=[agreed.subscription.pk, shared.pk])
    with agreed.inside():
        coverage = Coverage.objects.get(service=shared).pk
    assert agreed.client.post(uncover).status_code == 302
    assert changes(agreed)[len(before) :] == [("coverage", coverage), ("uncovered", agreed.subscription.pk)]
    with agreed.inside():
        assert not Coverage.objects.filter(service=shared).exists()
        assert Event.objects.get(action="service_uncovered").before == {"service": "mail"}
    again = agreed.client.post(uncover, follow=True)
    assert "The subscription does not cover this service any more." in text_of(again)
    assert len(changes(agreed)) == len(before) + 2


def test_only_what_is_the_customers_or_shared_can_be_covered(agreed: Agreed) -> None:
    others = reverse("customer_service_add", args=[agreed.world.tenants["b"].pk])
    assert agreed.client.post(others, {"service-name": "Other", "service-key": "other"}).status_code == 302
    page = agreed.client.get(address(agreed)).content.decode()
    assert "Other" not in page
    with agreed.inside():
        from_b = Service.objects.get(key="other")
    refused = agreed.client.post(address(agreed, "_cover"), {"cover-service": from_b.pk})
    assert refused.status_code == 422
    assert 'id="id_cover-service_error"' in refused.content.decode()


def test_where_all_is_covered_nothing_is_asked(agreed: Agreed) -> None:
    with agreed.inside():
        cover_service(agreed.subscription, agreed.shared, actor="test", at=NOW)
    assert "It covers all there is" in text_of(agreed.client.get(address(agreed)))


def test_open_months_are_worked_out_without_what_is_not_covered_any_more(world: World) -> None:
    months = Months(world, [tenth()])
    at = START.replace(month=10, day=20)
    months.down("10-05 12:00")
    months.work_out(at)
    with months.inside():
        assert months.period.met is False
        while work_through_changes(months.provider.pk, at=at):
            pass
        SubscriptionPeriod.objects.update(marked_at=None)
    uncover = reverse("subscription_uncover", args=[months.subscription.pk, months.service.pk])
    assert world.client("admin").post(uncover).status_code == 302
    with months.inside():
        while work_through_changes(months.provider.pk, at=at):
            pass
        marked = SubscriptionPeriod.objects.exclude(marked_at=None)
        assert months.period in marked
    months.work_out(at)
    with months.inside():
        assert months.period.met is not False


def test_as_many_queries_for_three_terms_and_services_as_for_one(agreed: Agreed) -> None:
    client = agreed.client

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(agreed)).status_code == 200
        return len(queries)

    asked()
    one = asked()
    with agreed.inside():
        provider = agreed.world.providers["p1"]
        add_service(provider, "backup", "Backup", tenant=None, actor="test", at=NOW)  # one that is not covered stays
        cover_service(agreed.subscription, agreed.shared, actor="test", at=NOW)
        for day in (10, 11):
            at = NOW.replace(day=day)
            change_term(agreed.subscription, plan=PLANS[0], fee=FEE, starts_at=at, actor="test", at=NOW)
    assert asked() == one


def test_a_plan_that_was_dropped_is_called_as_the_last_version_that_had_it_did(agreed: Agreed) -> None:
    with agreed.inside():
        publish_policy(
            shipped_policy("procirrus"),
            provider=agreed.world.providers["p1"],
            policy="sla",
            effective_from=NOW,
            actor=agreed.world.members["admin"],
            at=NOW,
        )
    assert "Standard Plan Now Production" in text_of(agreed.client.get(address(agreed)))
    customer = reverse("customer", args=[agreed.contact.tenant_id])
    assert "Standard Plan, Production" in text_of(agreed.client.get(customer))


def test_a_fee_is_an_exact_decimal(agreed: Agreed) -> None:
    given = {
        "plan": PLANS[0], "kind": "production", "fee_monthly": "1234567.8901", "fee_annual": "0.0001",
        "currency": "usd", "starts_at": "2026-12-01T00:00", "act": "look",
    }  # fmt: skip
    path = address(agreed, "_term")
    shown = agreed.client.post(path, given)
    checked = shown.context["form"]["checked"].value()
    assert agreed.client.post(path, {**given, "checked": checked, "act": "save"}).status_code == 302
    with agreed.inside():
        term = agreed.subscription.terms.order_by("-starts_at")[0]
        assert (term.fee_monthly, term.fee_annual) == (Decimal("1234567.8901"), Decimal("0.0001"))
        assert term.currency == "USD"
