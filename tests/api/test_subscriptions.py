"""Subscriptions and services over the API: read by whose they are, changed by administrators, walls and refusals."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.models import Service, Subscription, Term
from contracts.policy.documents import read_document, shipped_policy
from slaportal.audit.models import Event
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.tickets.office import HOUR, MONDAY, subscribed
from tests.world import World

LATER = MONDAY + timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def agreed(world: World) -> Subscription:
    """A subscription of tenant a under spirion, with one service that it covers."""
    with world.inside("admin"):
        return subscribed(world)


def of(agreed: Subscription, act: str = "") -> str:
    return f"subscriptions/{agreed.pk}/{act}"


def said_at(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


# Reading --------------------------------------------------------------------------------------------------------------


def test_one_subscription_for_staff_and_for_its_own_people(agreed: Subscription, programs: Programs) -> None:
    with world_at(MONDAY + HOUR):
        said = programs("agent").get(of(agreed)).said
        own = programs("amy").get(of(agreed)).said
    assert (said["id"], said["name"], said["tenant"]["name"]) == (agreed.pk, agreed.name, "CANARY-tenant-a")
    assert (said["policy"]["policy"], said["account_current"]) == ("spirion", True)
    term = said["terms"][0]
    assert (term["plan"], term["state"], term["ends_at"]) == ("saas", "running", None)
    assert (
        term["fee_annual"] == f"{12 * agreed.terms.model(fee_monthly=0).fee_monthly or 0}" or "." in term["fee_annual"]
    )
    assert len(said["services"]) == 1
    assert own == {**said, "account_current": None, "account_reason": None}


def test_a_plan_that_was_dropped_keeps_the_name_that_it_had_last(
    world: World, agreed: Subscription, programs: Programs
) -> None:
    text = shipped_policy("spirion").text
    assert "\n  saas:" in text
    for hours, changed in (
        (1, text.replace("SaaS Subscription", "SaaS renewed")),
        (2, text.replace("\n  saas:", "\n  other:")),
    ):
        with world.inside("admin"):
            publish_policy(
                read_document(changed),
                provider=world.providers["p1"],
                policy="spirion",
                effective_from=MONDAY + hours * HOUR,
                actor=world.members["admin"],
                at=MONDAY,
            )
    with world_at(MONDAY + DAY):
        term = programs("agent").get(of(agreed)).said["terms"][0]
    assert (term["plan"], term["plan_name"]) == ("saas", "SaaS renewed")


def world_at(moment: Any) -> Any:
    return time_machine.travel(moment, tick=False)


def test_a_customer_sees_the_term_that_runs_and_no_standing(agreed: Subscription, programs: Programs) -> None:
    with world_at(MONDAY + HOUR):
        admin = programs("admin")
        admin.post(of(agreed, "standing/"), {"current": False, "reason": "CANARY standing"})
        body = {"plan": "saas", "fee_monthly": "777.00", "starts_at": said_at(LATER)}
        assert admin.post(of(agreed, "term/"), body).status_code == 201
        told = programs("ann").get("subscriptions/")
        assert [term["state"] for term in told.said["items"][0]["terms"]] == ["running"]
        assert b"CANARY standing" not in told.content
        assert b"777" not in told.content
        assert [t["state"] for t in programs("lead").get(of(agreed)).said["terms"]] == ["running", "coming"]
    with world_at(LATER + HOUR):
        assert programs("ann").get(of(agreed)).said["terms"][0]["fee_monthly"] == "777.0000"


@pytest.mark.parametrize("who", ["bob", "carl", "cora"])
def test_strangers_see_none(agreed: Subscription, programs: Programs, who: str) -> None:
    refused(programs(who).get(of(agreed)), 404, "not_found")
    assert programs(who).get("subscriptions/").said["items"] == []
    assert programs(who).get(f"subscriptions/?tenant={agreed.tenant_id}").said["items"] == []


def test_filters_and_pages(world: World, agreed: Subscription, programs: Programs) -> None:
    with world.inside("admin"):
        other = subscribed(world, "infopromo")
    agent = programs("agent")

    def found(query: str) -> list[int]:
        return [item["id"] for item in agent.get(f"subscriptions/?{query}").said["items"]]

    assert found("") == [other.pk, agreed.pk]
    assert found("policy=infopromo") == [other.pk]
    assert found("policy=none") == []
    assert found(f"tenant={world.tenants['b'].pk}") == []
    first = agent.get("subscriptions/?limit=1&ordering=id").said
    assert [first["items"][0]["id"], *found(f"limit=1&ordering=id&cursor={first['next']}")] == [agreed.pk, other.pk]


def test_a_list_asks_as_often_however_long_it_is(world: World, agreed: Subscription, programs: Programs) -> None:
    agent = programs("agent")

    def asked(path: str) -> int:
        agent.get(path)
        with CaptureQueriesContext(connection) as queries:
            agent.get(path)
        return len(queries)

    before = [asked("subscriptions/"), asked("services/")]
    with world.inside("admin"):
        subscribed(world, "infopromo")
        subscribed(world, "secpod")
    assert [asked("subscriptions/"), asked("services/")] == before


# Changing -------------------------------------------------------------------------------------------------------------


def test_subscribing(world: World, agreed: Subscription, programs: Programs) -> None:
    body = {
        "tenant": world.tenants["b"].pk,
        "name": "Production",
        "policy": "spirion",
        "plan": "saas",
        "kind": "trial",
        "fee_monthly": "1200.50",
        "currency": "EUR",
        "starts_at": said_at(LATER),
    }
    with world_at(MONDAY):
        made = programs("admin").post("subscriptions/", body)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/subscriptions/{made.said['id']}/")
    term = made.said["terms"][0]
    assert (term["kind"], term["fee_monthly"], term["fee_annual"]) == ("trial", "1200.5000", "14406.0000")
    assert (term["currency"], term["starts_at"], term["state"]) == ("EUR", said_at(LATER), "coming")
    assert made.said["services"] == []
    assert set(refused(programs("admin").post("subscriptions/", body), 400, "subscription_name_taken")) == {"name"}
    for wrong, code in (("plan", "unknown_plan"), ("policy", "no_policy")):
        answer = programs("admin").post("subscriptions/", {**body, "name": "Other", wrong: "none"})
        assert answer.said["code"] == code
    foreign = programs("cora").post("subscriptions/", body)
    assert set(refused(foreign, 400, "tenant_unknown")) == {"tenant"}
    with world.inside("admin"):
        assert Subscription.objects.filter(tenant=world.tenants["b"]).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"fee_monthly": "-1"}, {"fee_monthly": 12}, {"currency": "usd"}, {"kind": "gift"}, {"starts_at": "2026-04-01"}],
)
def test_what_is_no_term(agreed: Subscription, programs: Programs, wrong: dict[str, Any]) -> None:
    body = {"plan": "saas", "fee_monthly": "5", "starts_at": said_at(LATER), **wrong}
    assert set(refused(programs("admin").post(of(agreed, "term/"), body), 400, "invalid")) == set(wrong)


def test_a_year_of_a_fee_that_is_too_large(agreed: Subscription, programs: Programs) -> None:
    body = {"plan": "saas", "fee_monthly": "9999999999", "starts_at": said_at(LATER)}
    assert list(refused(programs("admin").post(of(agreed, "term/"), body), 400, "fee_too_large")) == ["fee_monthly"]


def test_another_term_and_an_end(agreed: Subscription, programs: Programs) -> None:
    admin = programs("admin")
    with world_at(MONDAY + HOUR):
        body = {"plan": "saas", "fee_monthly": "900", "fee_annual": "10000", "starts_at": said_at(LATER)}
        terms = admin.post(of(agreed, "term/"), body).said["terms"]
        assert [term["ends_at"] for term in terms] == [said_at(LATER), None]
        assert terms[1]["fee_annual"] == "10000.0000"
        early = {**body, "starts_at": said_at(LATER - DAY)}
        assert set(refused(admin.post(of(agreed, "term/"), early), 409, "terms_overlap")) == {"starts_at"}
        end = {"ends_at": said_at(LATER - DAY), "reason": "Notice."}
        assert set(refused(admin.post(of(agreed, "end/"), end), 409, "terms_after")) == {"ends_at"}
        end = {"ends_at": said_at(LATER + DAY), "reason": "Notice."}
        assert admin.post(of(agreed, "end/"), end).said["terms"][1]["ends_at"] == said_at(LATER + DAY)
        later = {"ends_at": said_at(LATER + 2 * DAY), "reason": "Notice."}
        refused(admin.post(of(agreed, "end/"), later), 409, "not_running")


def test_standing_name_and_what_it_covers(world: World, agreed: Subscription, programs: Programs) -> None:
    admin = programs("admin")
    refused(admin.post(of(agreed, "standing/"), {"current": False}), 400, "reason_needed")
    said = admin.post(of(agreed, "standing/"), {"current": False, "reason": "Bills."}).said
    assert (said["account_current"], said["account_reason"]) == (False, "Bills.")
    assert admin.send("PATCH", of(agreed), {"name": "All regions"}).said["name"] == "All regions"
    covered = said["services"][0]["id"]
    assert admin.post(of(agreed, f"uncover/{covered}/")).said["services"] == []
    refused(admin.post(of(agreed, f"uncover/{covered}/")), 409, "not_covered")
    assert admin.post(of(agreed, "cover/"), {"service": covered}).said["services"][0]["id"] == covered
    with world.inside("admin"):
        kinds = set(Event.objects.filter(target_kind="subscription").values_list("action", flat=True))
    acts = {"account_standing_changed", "subscription_renamed", "service_uncovered", "service_covered"}
    assert acts <= kinds


def test_a_service_of_another_cannot_be_covered(world: World, agreed: Subscription, programs: Programs) -> None:
    with world.inside("admin"):
        actor = world.members["admin"]
        theirs = add_service(actor.provider, "theirs", "Theirs", tenant=world.tenants["b"], actor=actor, at=MONDAY)
    for service in (theirs.pk, theirs.pk + 1000):
        answer = programs("admin").post(of(agreed, "cover/"), {"service": service})
        assert set(refused(answer, 400, "service_unknown")) == {"service"}


@pytest.mark.parametrize("who", ["agent", "lead", "amy", "ann"])
def test_only_administrators_change(world: World, agreed: Subscription, programs: Programs, who: str) -> None:
    acts = {
        "term/": {"plan": "saas", "fee_monthly": "5", "starts_at": said_at(LATER)},
        "end/": {"ends_at": said_at(LATER), "reason": "x"},
        "standing/": {"current": False, "reason": "x"},
        "cover/": {"service": 1},
        "uncover/1/": {},
    }
    for act, body in acts.items():
        refused(programs(who).post(of(agreed, act), body), 403, "role_not_allowed")
    refused(programs(who).send("PATCH", of(agreed), {"name": "x"}), 403, "role_not_allowed")
    refused(programs(who).post("services/", {"key": "x", "name": "x"}), 403, "role_not_allowed")
    with world.inside("admin"):
        now = Subscription.objects.get(pk=agreed.pk)
        assert (now.name, now.account_current) == (agreed.name, True)
        assert Term.objects.filter(subscription=agreed, ends_at=None).count() == 1


# Services -------------------------------------------------------------------------------------------------------------


def test_services(world: World, agreed: Subscription, programs: Programs) -> None:
    admin = programs("admin")
    shared = admin.post("services/", {"key": "reports", "name": "Reports"})
    assert (shared.status_code, shared.said["tenant"], shared.said["subscriptions"]) == (201, None, [])
    own = admin.post("services/", {"key": "own-b", "name": "Own", "tenant": world.tenants["b"].pk}).said
    assert own["tenant"]["name"] == "CANARY-tenant-b"
    admin.post(of(agreed, "cover/"), {"service": shared.said["id"]})
    one = programs("agent").get(f"services/{shared.said['id']}/").said
    assert one["subscriptions"] == [{"id": agreed.pk, "name": agreed.name}]

    def found(query: str) -> set[str]:
        return {item["key"] for item in programs("agent").get(f"services/?{query}").said["items"]}

    assert found("shared=true") >= {"reports"}
    assert "own-b" in found("shared=false")
    assert found(f"tenant={world.tenants['b'].pk}") == {"own-b"}
    assert set(refused(admin.post("services/", {"key": "reports", "name": "x"}), 400, "service_key_taken")) == {"key"}
    assert set(refused(admin.post("services/", {"key": "No good", "name": "x"}), 400, "invalid")) == {"key"}
    foreign = programs("cora").post("services/", {"key": "x", "name": "x", "tenant": world.tenants["b"].pk})
    assert set(refused(foreign, 400, "tenant_unknown")) == {"tenant"}
    path = f"services/{own['id']}/"
    assert admin.send("PATCH", path, {"name": "Ours"}).said["name"] == "Ours"
    refused(programs("cora").get(path), 404, "not_found")
    refused(programs("bob").get(path), 403, "role_not_allowed")
    with world.inside("admin"):
        assert Service.objects.get(pk=own["id"]).name == "Ours"
