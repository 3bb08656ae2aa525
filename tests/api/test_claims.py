"""Credits and claims over the API: explanations that add up, claims by everybody who may, decided as on the pages."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jsonschema_rs
import pytest
from django.utils import timezone

from credits.assessing import assess_periods
from credits.models import Claim
from credits.sweeping import sweep_marked
from slaportal.api.schema import schema
from slaportal.outbox.models import Message
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, corrected
from tests.credits.months import BY_CUSTOMER, CLAIM_BY, DAY, Months, for_responses, per_hour, tenth
from tests.credits.test_pages_months import excluded, missed, swept
from tests.world import World

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
STRANGERS = ("bob", "carl", "cora")
DISCRETIONARY: dict[str, Any] = {"for": "availability", "schedule": {"discretionary": True}, "claim": BY_CUSTOMER}


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API reads the clock: it stands in the month after."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def said(programs: Programs, path: str, who: str = "amy") -> Any:
    answer = programs(who).get(path)
    assert answer.status_code == 200, answer.content
    return answer.said


def claim(programs: Programs, months: Months, who: str = "ann", **body: str) -> Any:
    answer = programs(who).post(f"months/{months.pk}/claim/", body)
    assert answer.status_code == 201, answer.content
    return answer.said


def closed(world: World, programs: Programs, *rules: dict[str, Any]) -> tuple[Months, Any]:
    """October, missed by ten hours, claimed by ann, then closed; the workers have come by."""
    months = missed(world, *rules)
    made = claim(programs, months)
    months.close(CLOSED)
    _work(CLOSED)
    return months, made


def _work(at: datetime) -> None:
    swept(at)
    with logged_in_as("portal_jobs"):
        sweep_marked(at=at)


# Credits --------------------------------------------------------------------------------------------------------------


def test_a_credit_explains_itself(world: World, programs: Programs) -> None:
    months = missed(world, tenth(clause="Credits, 1", cap="5%"))
    (listed,) = said(programs, "credits/")["items"]
    assert (listed["amount"], listed["status"], listed["missed"]) == ("50.00", "claimable", True)
    assert (listed["month"], listed["subscription"]["name"]) == ({"id": months.pk, "month": "2026-10"}, "Production")
    found = said(programs, f"credits/{listed['id']}/")
    assert {name: found[name] for name in listed} == listed
    assert [(s["step"], s["value"], s["unit"]) for s in found["steps"]] == [
        ("base", "1000", "money"),
        ("share", "0.1", "share"),
        ("uncapped", "100", "money"),
        ("cap", "50", "money"),
        ("amount", "50", "money"),
    ]
    assert found["terms"] == {
        "by": "customer",
        "within": "30d",
        "counted_from": "period_end",
        "requires": [],
        "settle": "next_invoice",
    }
    assert (found["clause"], found["claim_by"], found["up_to_date"]) == ("Credits, 1", "2026-12-01T05:00:00Z", True)
    assert (found["failures"], found["breaches"], found["reason"]) == ([], None, None)
    assert found["said"].startswith("It is yours if you claim it in time.")


def test_steps_of_a_length_are_in_seconds_and_multiply_out(world: World, programs: Programs) -> None:
    missed(world, per_hour())
    (listed,) = said(programs, "credits/")["items"]
    found = said(programs, f"credits/{listed['id']}/")
    steps = {step["step"]: step for step in found["steps"]}
    assert (steps["quantity"]["value"], steps["quantity"]["unit"]) == ("36000", "seconds")
    assert (steps["steps"]["value"], steps["steps"]["unit"]) == ("10", "count")
    assert Fraction(steps["base"]["value"]) * Fraction(steps["share"]["value"]) == Fraction(steps["uncapped"]["value"])
    assert Decimal(steps["amount"]["value"]) == Decimal(found["amount"])
    (failure,) = found["failures"]
    assert failure == {
        "start_at": "2026-10-15T00:00:00Z",
        "end_at": "2026-10-15T10:00:00Z",
        "claim_by": failure["claim_by"],
        "covered": False,
    }
    assert failure["claim_by"] == found["claim_by"]


def test_a_credit_for_missed_responses_counts_breaches(world: World, programs: Programs) -> None:
    months = missed(world, for_responses())
    months.breach("10-16 12:00")
    months.breach("10-17 12:00", excused_at=CLOSED - DAY)
    months.work_out(CLOSED - DAY)
    with months.inside():
        assess_periods([months.pk], now=CLOSED - DAY)
    (listed,) = said(programs, "credits/?credit_for=response")["items"]
    found = said(programs, f"credits/{listed['id']}/")
    assert found["breaches"] == {"all": 2, "excused": 1}
    assert (found["amount"], found["terms"]["by"]) == ("50.00", "automatic")


def test_an_amount_that_is_the_providers_to_decide_is_none(world: World, programs: Programs) -> None:
    missed(world, DISCRETIONARY)
    (listed,) = said(programs, "credits/")["items"]
    found = said(programs, f"credits/{listed['id']}/")
    assert (listed["amount"], found["amount"]) == (None, None)
    assert [step["step"] for step in found["steps"]][-1] == "discretionary"


def test_credits_by_filter(world: World, programs: Programs) -> None:
    months = missed(world, tenth(), for_responses())
    tenant, other = world.tenants["a"].pk, world.members["bob"].tenant_id

    def found(query: str, who: str = "amy") -> list[str]:
        return [item["credit_for"] for item in said(programs, f"credits/?{query}", who)["items"]]

    assert found("") == ["response", "availability"]
    assert found("status=claimable") == found("missed=true") == found("credit_for=availability") == ["availability"]
    assert found("missed=false") == found("status=none") == ["response"]
    assert found(f"month=2026-10&subscription={months.subscription.pk}&tenant={tenant}", "agent") == found("")
    assert found("month=2026-09") == found(f"tenant={other}", "agent") == found(f"tenant={other}") == []
    assert found("claim_by_before=2026-12-02T00:00:00Z") == ["availability"]
    assert found("claim_by_before=2026-12-01T00:00:00Z") == []
    first = said(programs, "credits/?limit=1")
    second = said(programs, f"credits/?limit=1&cursor={first['next']}")
    assert [item["position"] for item in (*first["items"], *second["items"])] == [1, 0]


def test_of_a_corrected_month_the_newest_revision_alone(world: World, programs: Programs) -> None:
    months, _claim = closed(world, programs)
    with logged_in_as("portal_jobs"):
        new = corrected(months)
        months.close(CLOSED + 2 * DAY)
    _work(CLOSED + 2 * DAY)
    assert [item["month"]["id"] for item in said(programs, "credits/?month=2026-10")["items"]] == [new]
    assert said(programs, f"months/{months.pk}/")["newest"] == new
    assert said(programs, f"months/{new}/")["newest"] is None
    assert [item["id"] for item in said(programs, "months/?month=2026-10")["items"]] == [new]
    states = {item["month"]["id"]: item["state"] for item in said(programs, "claims/")["items"]}
    assert states == {months.pk: "superseded", new: "submitted"}


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_anothers_is_not_there(world: World, programs: Programs, who: str) -> None:
    months = missed(world)
    credit = said(programs, "credits/")["items"][0]["id"]
    made = claim(programs, months)
    for path in (f"credits/{credit}/", f"claims/{made['id']}/"):
        refused(programs(who).get(path), 404, "not_found")
    for path in ("credits/", "claims/"):
        assert said(programs, path, who)["items"] == []
    refused(programs(who).post(f"months/{months.pk}/claim/"), 404, "not_found")


# Claiming -------------------------------------------------------------------------------------------------------------


def test_the_window_says_what_a_claim_would_be_for(
    world: World, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = missed(world)
    path = f"months/{months.pk}/claim/"
    window = said(programs, path)
    assert (window["open"], window["yours"], window["amount"], window["until"]) == (
        True,
        True,
        "100.00",
        "2026-12-01T05:00:00Z",
    )
    assert [owed["amount"] for owed in window["credits"]] == ["100.00"]
    assert said(programs, path, "agent")["yours"] is False
    monkeypatch.setattr(timezone, "now", lambda: CLAIM_BY + timedelta(seconds=1))
    assert said(programs, path)["open"] is False
    refused(programs("amy").post(path), 409, "claim_window_closed")


def test_a_failure_that_nobody_recorded_can_be_claimed_while_its_window_could_be_open(
    world: World, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = Months(world, [per_hour()])
    months.work_out(CLOSED - 3 * DAY)
    swept(CLOSED - 3 * DAY)
    assert said(programs, f"months/{months.pk}/claim/")["open"] is False
    refused(programs("ann").post(f"months/{months.pk}/claim/", {}), 409, "claim_window_closed")
    monkeypatch.setattr(timezone, "now", lambda: CLOSED + DAY)
    window = said(programs, f"months/{months.pk}/claim/")
    assert (window["open"], window["unknown"], window["ahead"], window["amount"]) == (True, True, True, None)
    assert claim(programs, months, note="It was down on the 15th.")["note"] == "It was down on the 15th."


@pytest.mark.parametrize("who", ["amy", "ann", "lead", "admin"])
def test_claimed_by_who_may(world: World, programs: Programs, who: str) -> None:
    months = missed(world)
    answer = programs(who).post(f"months/{months.pk}/claim/", {"note": "Nothing loaded."})
    made = answer.said
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/claims/{made['id']}/")
    assert (made["state"], answer.headers["ETag"]) == ("submitted", '"submitted"')
    assert (made["made_by"], made["in_time"], made["amount"]) == (f"CANARY-member-{who}", True, "100.00")
    assert said(programs, f"claims/{made['id']}/", who) == made
    assert said(programs, f"months/{months.pk}/claim/")["open"] is False
    refused(programs(who).post(f"months/{months.pk}/claim/"), 409, "already_claimed")
    with months.inside():
        assert Claim.objects.get().note == "Nothing loaded."


def test_an_agent_claims_nothing_and_sent_again_it_is_one_claim(world: World, programs: Programs) -> None:
    months = missed(world)
    refused(programs("agent").post(f"months/{months.pk}/claim/"), 403, "role_not_allowed")
    first, again = (programs("ann").post(f"months/{months.pk}/claim/", Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.said == first.said
    with months.inside():
        assert Claim.objects.count() == 1


def test_withdrawn_by_the_customer_alone_and_claimed_anew(world: World, programs: Programs) -> None:
    months = missed(world)
    path = f"claims/{claim(programs, months)['id']}/withdraw/"
    refused(programs("lead").post(path), 403, "role_not_allowed")
    refused(programs("bob").post(path), 404, "not_found")
    refused(programs("amy").post(path, If_Match='"under_review"'), 412, "changed_meanwhile")
    assert programs("amy").post(path, If_Match='"submitted"').said["state"] == "withdrawn"
    refused(programs("amy").post(path), 409, "claim_decided")
    assert claim(programs, months)["state"] == "submitted"


def test_claims_by_filter(world: World, programs: Programs) -> None:
    months = missed(world)
    first = claim(programs, months)["id"]
    programs("amy").post(f"claims/{first}/withdraw/")
    second = claim(programs, months)["id"]
    other = world.members["bob"].tenant_id

    def found(query: str, who: str = "agent") -> list[int]:
        return [item["id"] for item in said(programs, f"claims/?{query}", who)["items"]]

    assert found("") == found("", "amy") == [second, first]
    assert found("open=true") == found("state=submitted") == [second]
    assert found("open=false") == found("state=withdrawn") == [first]
    assert found(f"month=2026-10&subscription={months.subscription.pk}&tenant={world.tenants['a'].pk}") == found("")
    assert found("month=2026-09") == found(f"tenant={other}") == found(f"tenant={other}", "amy") == []
    page = said(programs, "claims/?limit=1")
    assert [item["id"] for item in said(programs, f"claims/?limit=1&cursor={page['next']}")["items"]] == [first]


# Deciding -------------------------------------------------------------------------------------------------------------


def test_reviewed_and_approved(world: World, programs: Programs) -> None:
    months, made = closed(world, programs)
    path, lead = f"claims/{made['id']}/", programs("lead")
    assert lead.post(f"{path}review/").said["state"] == "under_review"
    refused(lead.post(f"{path}review/"), 409, "claim_not_submitted")
    refused(lead.post(f"{path}approve/", {"amount": "70.00"}), 400, "amount_not_wanted")
    refused(lead.post(f"{path}approve/", If_Match='"submitted"'), 412, "changed_meanwhile")
    approved = lead.post(f"{path}approve/", {"note": "Sorry."}, If_Match='"under_review"').said
    assert (approved["state"], approved["reason"], approved["decided_at"]) == (
        "approved",
        "Sorry.",
        "2026-11-20T12:00:00Z",
    )
    assert approved["decided_by"]["name"] == "CANARY-member-lead"
    refused(lead.post(f"{path}approve/"), 409, "claim_decided")
    _work(NOW)
    assert said(programs, f"months/{months.pk}/")["credits"][0]["status"] == "granted"
    told = said(programs, path)
    assert (told["state"], told["amount"], told["decided_by"], told["hindrance"]) == ("approved", "100.00", None, None)
    with months.inside():
        assert Message.objects.filter(kind="claim_approved").exists()


def test_rejected_with_a_reason(world: World, programs: Programs) -> None:
    months = missed(world)
    path = f"claims/{claim(programs, months)['id']}/reject/"
    assert set(refused(programs("lead").post(path), 400, "invalid")) == {"reason"}
    rejected = programs("lead").post(path, {"reason": "Your own network."}).said
    assert (rejected["state"], rejected["reason"]) == ("rejected", "Your own network.")
    assert said(programs, path.removesuffix("reject/"))["reason"] == "Your own network."


def test_before_the_month_is_closed_it_says_why_it_cannot_be_approved(world: World, programs: Programs) -> None:
    months = missed(world)
    path = f"claims/{claim(programs, months)['id']}/"
    assert said(programs, path, "lead")["hindrance"]
    assert said(programs, path, "amy")["hindrance"] is None
    refused(programs("lead").post(f"{path}approve/"), 409, "period_not_closed")


def test_an_amount_that_the_policy_leaves_to_the_provider(world: World, programs: Programs) -> None:
    _months, made = closed(world, programs, DISCRETIONARY)
    path = f"claims/{made['id']}/approve/"
    assert (made["discretionary"], made["amount"]) == (True, None)
    assert set(refused(programs("lead").post(path), 400, "amount_needed")) == {"amount"}
    assert set(refused(programs("lead").post(path, {"amount": "1.005"}), 400, "invalid_amount")) == {"amount"}
    assert set(refused(programs("lead").post(path, {"amount": 70}), 400, "invalid")) == {"amount"}
    assert programs("lead").post(path, {"amount": "70.00"}).said["amount"] == "70.00"


@pytest.mark.parametrize("who", ["agent", "amy", "ann", *STRANGERS])
def test_decided_by_nobody_else(world: World, programs: Programs, who: str) -> None:
    months = missed(world)
    made = claim(programs, months)
    for act, body in (("review", {}), ("approve", {}), ("reject", {"reason": "No."})):
        answer = programs(who).post(f"claims/{made['id']}/{act}/", body)
        assert answer.said["code"] == ("not_found" if who == "cora" else "role_not_allowed")
    with months.inside():
        assert Claim.objects.get().state == Claim.State.SUBMITTED


# The schema -----------------------------------------------------------------------------------------------------------


def unfit(operation: str, answer: Any) -> list[str]:
    """Where an answer is not what the schema says of the operation."""
    told = next(op for item in schema()["paths"].values() for op in item.values() if op["operationId"] == operation)
    shape = told["responses"]["200"]["content"]["application/json"]["schema"]
    validator = jsonschema_rs.validator_for({**shape, "components": schema()["components"]})
    return [f"{operation}: {error}" for error in validator.iter_errors(answer)]


def test_every_answer_is_what_the_schema_says(world: World, programs: Programs) -> None:
    """Of months with everything that can happen in one; schemathesis knows only what stands in its world."""
    months = excluded(world)
    months.down("10-20 00:00", hours=9)
    months.breach("10-05 12:00")
    months.work_out(CLOSED - DAY)
    swept(CLOSED - DAY)
    found = claim(programs, months)
    credit = said(programs, "credits/")["items"][0]["id"]
    month = f"months/{months.pk}/"
    reads = {
        "months": "months/",
        "month": month,
        "month_outages": f"{month}outages/",
        "month_windows": f"{month}windows/",
        "month_days": f"{month}days/",
        "month_breaches": f"{month}breaches/",
        "month_claim_window": f"{month}claim/",
        "credits": "credits/",
        "credit": f"credits/{credit}/",
        "claims": "claims/",
        "claim": f"claims/{found['id']}/",
    }
    for who in ("lead", "amy"):
        answers = {operation: said(programs, path, who) for operation, path in reads.items()}
        assert not [wrong for operation, answer in answers.items() for wrong in unfit(operation, answer)]
        assert not [operation for operation, answer in answers.items() if answer in ([], {"items": [], "next": None})]
