"""The pages on which claims are decided: everything on one screen, refused in words before and after, per role."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credits.actions.claims import file_claim
from credits.models import Assessment, Claim
from credits.sweeping import sweep_marked
from slaportal.outbox.models import Message
from tests.conftest import logged_in_as
from tests.credits import claiming
from tests.credits.claiming import NOON, claimed
from tests.credits.months import BY_CUSTOMER, Months, per_hour, tenth
from tests.files import queries_of, rows_of
from tests.world import World
from uptime.models import SubscriptionPeriod


def missed(world: World, *rules: dict[str, Any]) -> Months:
    """October, missed by ten hours; the workers have come by."""
    with logged_in_as("portal_jobs"):
        return claiming.missed(world, *rules)


def closed(world: World, *rules: dict[str, Any]) -> tuple[Months, Claim]:
    """The same, claimed and then closed."""
    with logged_in_as("portal_jobs"):
        return claiming.closed(world, *rules)


def body(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def state_of(months: Months, claim: Claim) -> str:
    with months.inside():
        return Claim.objects.get(pk=claim.pk).state


def discretionary() -> dict[str, Any]:
    return {"for": "availability", "schedule": {"discretionary": True}, "claim": BY_CUSTOMER}


def test_one_screen_has_everything(world: World) -> None:
    months, claim = closed(world)
    page = body(world.client("lead").get(f"/claims/{claim.pk}/"))
    for shown in (
        "Claim of CANARY-tenant-a, October 2026",
        "It was down.",  # the note
        "98.65 %",  # ten hours of 744
        "$100.00",
        "Claimed in time",
        "until the end of Mon 30 Nov 2026, New York time",
        "In good standing",
        "Approve $100.00",
        "Credit claimed",  # the trail
    ):
        assert shown in page, shown
    assert months.row().status == Assessment.Status.CLAIMED


def test_it_is_taken_and_approved_once(world: World) -> None:
    months, claim = closed(world)
    client = world.client("lead")
    assert client.post(f"/claims/{claim.pk}/take/").status_code == 302
    assert state_of(months, claim) == Claim.State.UNDER_REVIEW
    again = client.post(f"/claims/{claim.pk}/take/")
    assert again.status_code == 409
    assert "Only a claim that was just submitted goes to review." in body(again)
    for _time in range(2):
        assert client.post(f"/claims/{claim.pk}/approve/", {"note": "Sorry."}).status_code == 302
    assert state_of(months, claim) == Claim.State.APPROVED
    with months.inside():
        assert Message.objects.filter(subject__contains="approved").values("recipient").distinct().count() == 1
    other = world.client("admin").post(f"/claims/{claim.pk}/reject/", {"reason": "No."})
    assert other.status_code == 409
    assert 'role="alert"' in body(other)
    assert state_of(months, claim) == Claim.State.APPROVED


def test_before_the_month_is_closed_it_is_said_and_refused(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside():
        SubscriptionPeriod.objects.filter(pk=months.pk).update(closes_at=timezone.now() + timedelta(days=3))
    client = world.client("lead")
    page = body(client.get(f"/claims/{claim.pk}/"))
    assert "Until then its figures may change, so it cannot be approved yet." in page
    assert f"/claims/{claim.pk}/approve/" not in page
    assert "Can be approved once the month is closed" in body(client.get("/claims/"))
    answer = client.post(f"/claims/{claim.pk}/approve/", {"note": "Anyway"})
    assert answer.status_code == 409
    assert "is not closed yet: its figures may still change." in body(answer)
    assert state_of(months, claim) == Claim.State.SUBMITTED


def test_an_amount_is_asked_for_where_the_provider_decides(world: World) -> None:
    months, claim = closed(world, discretionary())
    client, path = world.client("admin"), f"/claims/{claim.pk}/approve/"
    assert "Amount in USD" in body(client.get(f"/claims/{claim.pk}/"))
    for given, said in (
        ("", "This field is required"),
        ("12.345", "with at most 2 decimals"),
        ("-1", "more than zero"),
    ):
        answer = client.post(path, {"amount": given, "note": "Kept"})
        assert answer.status_code == 422
        assert said in body(answer)
        assert "Kept" in body(answer)
    assert client.post(path, {"amount": "250.50", "note": ""}).status_code == 302
    assert "$250.50" in body(client.get(f"/claims/{claim.pk}/"))
    with logged_in_as("portal_jobs"):
        sweep_marked(at=timezone.now())
    row = months.row()
    assert (row.status, row.amount) == (Assessment.Status.GRANTED, Decimal("250.50"))


def test_no_amount_is_asked_for_where_the_policy_says_it(world: World) -> None:
    _months, claim = closed(world)
    assert 'name="amount"' not in body(world.client("lead").get(f"/claims/{claim.pk}/"))


def test_it_is_rejected_with_a_reason_that_the_customer_reads(world: World) -> None:
    months, claim = closed(world)
    client, path = world.client("lead"), f"/claims/{claim.pk}/reject/"
    answer = client.post(path, {"reason": "  "})
    assert answer.status_code == 422
    assert "Say why: the customer reads it." in body(answer)
    assert client.post(path, {"reason": "The fault was yours."}).status_code == 302
    assert state_of(months, claim) == Claim.State.REJECTED
    page = body(client.get(f"/claims/{claim.pk}/"))
    assert "The fault was yours." in page
    assert "/approve/" not in page
    listed = body(client.get("/claims/?state=rejected"))
    assert "The fault was yours." in listed
    assert "No claim waits for you." in listed
    assert "The fault was yours." not in body(client.get("/claims/?state=approved"))


def test_failures_with_their_own_windows_are_shown(world: World) -> None:
    _months, claim = closed(world, per_hour())
    page = body(world.client("lead").get(f"/claims/{claim.pk}/"))
    assert "Failures and their claim windows" in page
    assert "Covered" in page


@pytest.mark.differs
def test_an_account_that_is_behind_is_shown_with_its_reason(world: World) -> None:
    months, claim = closed(world, tenth(requires=["current_account"]))
    with months.inside():
        subscription = months.subscription
        subscription.account_current, subscription.account_reason = False, "An invoice is open since August."
        subscription.save(update_fields=["account_current", "account_reason"])
    page = body(world.client("lead").get(f"/claims/{claim.pk}/"))
    assert "Not in good standing" in page
    assert "An invoice is open since August." in page


def test_who_may_not(world: World) -> None:
    _months, claim = closed(world)
    for path in ("/claims/", f"/claims/{claim.pk}/"):
        for who in ("agent", "ann", "amy"):
            assert world.client(who).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert world.client("cora").get(f"/claims/{claim.pk}/").status_code == 404
    assert world.client("cora").post(f"/claims/{claim.pk}/approve/").status_code == 404
    assert "October 2026" not in body(world.client("cora").get("/claims/"))


def test_the_file_is_harmless(world: World) -> None:
    months = missed(world)
    with months.inside("ann"):
        file_claim(months.period, note="=HYPERLINK()", actor=months.member("ann"), at=NOON)
    (row,) = rows_of(world.client("lead"), "/claims.csv")
    assert row["Note"] == "'=HYPERLINK()"
    assert (row["Customer"], row["Subscription"], row["Month"]) == ("CANARY-tenant-a", "Production", "2026-10")
    assert (row["Amount"], row["Currency"], row["In time"]) == ("100.00", "USD", "yes")
    assert row["Claimed"] == "2026-10-20T12:00:00+00:00"
    assert rows_of(world.client("lead"), "/claims.csv?state=rejected") == []
    assert rows_of(world.client("cora"), "/claims.csv") == []


@pytest.mark.differs
def test_the_file_has_what_waits_first_and_then_what_was_decided(world: World) -> None:
    months = missed(world)
    with months.inside():
        own = {"provider": months.provider, "tenant": world.tenants["a"], "period": months.period}
        for hours, state in enumerate(("submitted", "rejected", "submitted", "withdrawn")):
            Claim.objects.create(**own, at=NOON + timedelta(hours=hours), maker_name=f"No {hours}", state=state)
    client = world.client("lead")
    assert [row["By"] for row in rows_of(client, "/claims.csv")] == ["No 0", "No 2", "No 3", "No 1"]
    page = body(client.get("/claims/?state=rejected"))
    assert 'href="/claims.csv?state=rejected"' in page
    assert [row["By"] for row in rows_of(client, "/claims.csv?state=rejected")] == ["No 1"]


def test_an_amount_that_staff_decide_is_no_number_yet(world: World) -> None:
    months = missed(world, discretionary())
    claimed(months)
    (row,) = rows_of(world.client("lead"), "/claims.csv")
    assert row["Amount"] == ""


@pytest.mark.parametrize("state", ["", "?state=withdrawn"])
def test_as_many_queries_however_many_claims(world: World, state: str) -> None:
    months = missed(world)
    claimed(months)
    client = world.client("lead")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/claims/{state}").status_code == 200
        return len(caught) + queries_of(client, f"/claims.csv{state}")

    def more(*numbers: int) -> None:
        with months.inside():
            for number in numbers:
                made = months.subscribe("b", f"Number {number}")
                period = SubscriptionPeriod.objects.filter(subscription=made).earliest("starts_at")
                own = {"provider": months.provider, "tenant": world.tenants["b"], "period": period}
                for one in (Claim.State.SUBMITTED, Claim.State.WITHDRAWN):
                    Claim.objects.create(**own, at=NOON, maker_name="Bob", state=one)

    more(1)
    queries()
    few = queries()
    more(*range(2, 8))
    assert queries() == few
