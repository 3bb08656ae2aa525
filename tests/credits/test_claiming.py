"""Claims: made, withdrawn, reviewed, approved, rejected; what is refused; and what becomes of the credit."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest

from credits.access import get_claim_for
from credits.actions.claims import file_claim, withdraw_claim
from credits.actions.decisions import approve_claim, reject_claim, review_claim
from credits.models import AssessedPeriod, Assessment, Claim
from credits.queries import agreement_of_period, claims_to_decide
from credits.rebuilding import differences
from credits.reviewing import case_of
from credits.sweeping import sweep_breaches, sweep_marked, sweep_unassessed
from slaportal.audit.models import Event
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, MOMENT, NOON, claimed, closed, mails, missed, refused
from tests.credits.months import BY_CUSTOMER, CLAIM_BY, DAY, END, OCTOBER, Months, for_responses, per_hour, tenth, utc
from tests.world import World
from tickets.models import Breach
from uptime.models import SubscriptionPeriod


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


@pytest.mark.parametrize("who", ["ann", "amy", "lead", "admin"])
def test_claimed_and_told(world: World, who: str) -> None:
    months = missed(world)
    claim = claimed(months, who)
    assert (claim.state, claim.at, claim.maker_name) == ("submitted", NOON, months.member(who).name)
    assert months.assessed().marked_at == NOON
    told = {"amy": ["ann@example.test", "amy@example.test"]}.get(who, ["ann@example.test"])
    assert mails(months, "claim_submitted") == told
    assert mails(months, "claim_submitted_lead") == []
    assert sweep_marked(at=NOON) == 1
    assert (months.row().status, months.row().claim_by) == ("claimed", CLAIM_BY)
    assert months.assessed().marked_at is None
    with months.inside():
        AssessedPeriod.objects.update(marked_at=NOON)
    sweep_marked(at=NOON)
    assert mails(months, "claim_submitted_lead") == ["lead@example.test"]
    with months.inside():
        event = Event.objects.get(action="claim_made")
    assert (event.target_kind, event.target_id, event.tenant_id) == ("claim", claim.pk, world.tenants["a"].pk)


def test_an_agent_may_not_and_strangers_find_nothing(world: World) -> None:
    months = missed(world)
    assert refused(months, "agent") == "role_not_allowed"
    with months.inside():
        period = months.period
    with months.inside("bob"), pytest.raises(Refusal) as refusal:
        file_claim(period, note="", actor=months.member("bob"), at=NOON)
    assert (refusal.value.code, refusal.value.status) == ("not_found", 404)
    claim = claimed(months)
    with months.inside("bob"), pytest.raises(Refusal) as refusal:
        get_claim_for(months.member("bob"), claim.pk)
    assert refusal.value.status == 404
    with months.inside("amy"):
        assert get_claim_for(months.member("amy"), claim.pk) == claim
    with months.inside("agent"):
        assert get_claim_for(months.member("agent"), claim.pk) == claim
        assert list(claims_to_decide(months.provider.pk)) == [claim]


def test_nothing_to_claim_where_credits_come_by_themselves(world: World) -> None:
    months = missed(world, tenth(claim={"by": "automatic"}), for_responses())
    assert refused(months) == "nothing_to_claim"
    with months.inside():
        assert not Claim.objects.exists()


def test_not_before_the_month_has_begun(world: World) -> None:
    months = Months(world, [tenth()])
    assert refused(months, at=utc("10-01 03:59")) == "nothing_to_claim"


def test_a_window_is_open_up_to_its_very_end(world: World) -> None:
    months = missed(world)
    assert refused(months, at=CLAIM_BY + MOMENT) == "claim_window_closed"
    claimed(months, at=CLAIM_BY)
    sweep_marked(at=CLAIM_BY + DAY)
    assert months.row().status == "claimed"


def test_once_is_enough(world: World) -> None:
    months = missed(world)
    claimed(months)
    assert refused(months, "amy", NOON + DAY) == "already_claimed"


def test_submitted_twice_is_one_claim(world: World) -> None:
    months, token = missed(world), uuid4()
    first = claimed(months, token=token)
    assert claimed(months, token=token) == first
    assert claimed(months, at=CLAIM_BY + DAY, token=token) == first
    with months.inside():
        assert Claim.objects.count() == 1
        assert Event.objects.filter(action="claim_made").count() == 1
    assert mails(months, "claim_submitted") == ["ann@example.test"]


def test_ahead_of_the_miss_and_of_the_first_assessment(world: World) -> None:
    months = Months(world, [tenth()])
    claimed(months, at=utc("10-02 12:00"))
    months.down("10-15 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert months.row().status == "claimed"


def test_later_failures_take_a_second_claim(world: World) -> None:
    months = missed(world, per_hour(), start="10-15 00:00")
    claimed(months)
    assert refused(months, at=NOON + DAY) == "already_claimed"
    sweep_marked(at=NOON)
    months.down("10-21 00:00", hours=2)
    months.work_out(utc("10-21 03:00"))
    assert sweep_unassessed(at=utc("10-21 03:00")) == 1
    row = months.row()
    assert (row.status, row.amount, row.figures["claimed_us"]) == ("claimed", Decimal("100.00"), "36000000000/1")
    assert [window["covered"] for window in row.figures["windows"]] == [True, False]
    claimed(months, at=utc("10-22 00:00"))
    sweep_marked(at=utc("10-22 00:00"))
    assert months.row().amount == Decimal("120.00")
    assert refused(months, at=utc("10-23 00:00")) == "already_claimed"


def test_where_every_failures_window_is_over(world: World) -> None:
    months = missed(world, per_hour(), start="10-15 00:00")
    end = utc("10-25 10:00")
    assert refused(months, at=end + MOMENT) == "claim_window_closed"
    claimed(months, at=end)


def test_a_failure_that_nobody_recorded_is_claimed_only_while_its_window_could_be_open(world: World) -> None:
    months = Months(world, [per_hour()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    last = utc("11-11 05:00")  # ten days after the month's end, on New York's clock
    assert refused(months, at=last + MOMENT) == "claim_window_closed"
    claim, rows = claimed(months, at=last), months.rows()
    with months.inside():
        agreement = agreement_of_period(months.period)
        late = Claim(period=claim.period, at=last + MOMENT, state="submitted")
        for up_to_date in (True, False):
            assert case_of(claim, rows, agreement, up_to_date=up_to_date, now=last).in_time
            assert not case_of(late, rows, agreement, up_to_date=up_to_date, now=last + DAY).in_time


def test_before_the_promise_is_missed_a_failure_can_be_claimed(world: World) -> None:
    months = Months(world, [per_hour()])
    months.down("10-15 00:00", hours=5)
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert (months.row().status, len(months.row().figures["windows"])) == ("none", 1)
    claimed(months)
    sweep_marked(at=NOON)
    assert months.row().status == "none"
    months.down("10-21 00:00", hours=5)
    later = utc("10-22 00:00")
    months.work_out(later)
    sweep_unassessed(at=later)
    assert (months.row().status, months.row().amount) == ("claimed", Decimal("50.00"))


def test_withdrawn(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    sweep_marked(at=NOON)
    with months.inside("lead"), pytest.raises(Refusal) as refusal:
        withdraw_claim(claim, actor=months.member("lead"), at=NOON)
    assert refusal.value.code == "role_not_allowed"
    with months.inside("amy"):
        withdraw_claim(claim, actor=months.member("amy"), at=NOON + DAY)
    sweep_marked(at=NOON + DAY)
    assert months.row().status == "claimable"
    assert mails(months, "claim_withdrawn") == ["ann@example.test"]
    assert mails(months, "claim_withdrawn_lead") == ["lead@example.test"]
    with months.inside("ann"), pytest.raises(Refusal) as refusal:
        withdraw_claim(claim, actor=months.member("ann"), at=NOON + DAY)
    assert refusal.value.code == "claim_decided"
    claimed(months, at=NOON + 2 * DAY)


def test_reviewed(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside("agent"), pytest.raises(Refusal) as refusal:
        review_claim(claim, actor=months.member("agent"), at=NOON)
    assert refusal.value.code == "role_not_allowed"
    with months.inside("lead"):
        assert review_claim(claim, actor=months.member("lead"), at=NOON).state == "under_review"
        with pytest.raises(Refusal) as refusal:
            review_claim(claim, actor=months.member("lead"), at=NOON)
    assert refusal.value.code == "claim_not_submitted"
    assert mails(months, "claim_under_review") == ["ann@example.test"]
    sweep_marked(at=NOON)
    assert months.row().status == "claimed"


def test_rejected_with_a_reason(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside("lead"):
        with pytest.raises(Refusal) as refusal:
            reject_claim(claim, reason=" ", actor=months.member("lead"), at=NOON)
        assert (refusal.value.code, set(refusal.value.fields)) == ("reason_needed", {"reason"})
        decided = reject_claim(claim, reason="Your own firewall.", actor=months.member("lead"), at=NOON)
        assert (decided.state, decided.reason, decided.decided_at) == ("rejected", "Your own firewall.", NOON)
        with pytest.raises(Refusal) as refusal:
            approve_claim(claim, actor=months.member("lead"), at=NOON)
        assert refusal.value.code == "claim_decided"
        assert "Your own firewall." in Message.objects.get(kind="claim_rejected").text
    sweep_marked(at=NOON)
    assert months.row().status == "claimable"


def test_approved_once_the_month_is_closed(world: World) -> None:
    months = missed(world)
    claim = claimed(months)
    with months.inside("lead"), pytest.raises(Refusal) as refusal:
        approve_claim(claim, actor=months.member("lead"), at=END + DAY)
    assert refusal.value.code == "period_not_closed"
    months.close(CLOSED)
    with months.inside("lead"):
        with pytest.raises(Refusal) as refusal:
            approve_claim(claim, amount=Decimal(5), actor=months.member("lead"), at=CLOSED)
        assert refusal.value.code == "amount_not_wanted"
        approve_claim(claim, note="As agreed.", actor=months.member("lead"), at=CLOSED)
        assert "100.00 USD" in Message.objects.get(kind="claim_approved").text
    assert sweep_marked(at=CLOSED) == 1
    row = months.row()
    assert (row.status, row.amount, row.figures["approved"]) == ("granted", Decimal("100.00"), [claim.pk])
    with months.inside():
        assert list(differences(None, now=CLOSED)) == []
        assert [event.reason for event in Event.objects.filter(action="claim_approved")] == ["As agreed."]
    assert refused(months, at=CLOSED + DAY) == "already_claimed"


def test_granted_stays_granted(world: World) -> None:
    months, claim = closed(world, tenth(requires=["current_account"]))
    with months.inside("lead"):
        approve_claim(claim, actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    with months.inside():
        months.subscription.account_current = False
        months.subscription.save(update_fields=["account_current"])
        AssessedPeriod.objects.update(marked_at=CLOSED)
    sweep_marked(at=CLOSED + 90 * DAY)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("100.00"))


def test_what_the_provider_decides_needs_an_amount(world: World) -> None:
    months, claim = closed(world, tenth(schedule={"discretionary": True}))
    assert (months.row().status, months.row().amount) == ("claimed", Decimal(0))
    for amount, code in (
        (None, "amount_needed"),
        (Decimal(-1), "invalid_amount"),
        (Decimal(0), "invalid_amount"),
        (Decimal("1.005"), "invalid_amount"),
        (Decimal("NaN"), "invalid_amount"),
    ):
        with months.inside("lead"), pytest.raises(Refusal) as refusal:
            approve_claim(claim, amount=amount, actor=months.member("lead"), at=CLOSED)
        assert refusal.value.code == code
    with months.inside("lead"):
        approve_claim(claim, amount=Decimal("75.50"), actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("75.50"))


@pytest.mark.parametrize("first", ["availability", "response"])
def test_one_decision_is_paid_once_also_when_another_rule_is_missed_later(world: World, first: str) -> None:
    rules = [
        tenth(schedule={"discretionary": True}),
        {"for": "response", "schedule": {"discretionary": True}, "claim": BY_CUSTOMER},
    ]
    months, claim = closed(world, *(rules if first == "availability" else reversed(rules)))
    with months.inside("lead"):
        approve_claim(claim, amount=Decimal(50), actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    months.breach("10-06 10:00")
    sweep_breaches(at=CLOSED)
    amounts = {row.credit_for: (row.status, row.amount) for row in months.rows()}
    assert amounts == {"availability": ("granted", Decimal(50)), "response": ("granted", Decimal(0))}


@pytest.mark.differs
def test_what_becomes_known_after_the_approval_adds_to_the_grant_and_nothing_takes_from_it(world: World) -> None:
    months = Months(world, [for_responses(claim=BY_CUSTOMER)])
    first = months.breach("10-06 10:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    claim = claimed(months)
    months.close(CLOSED)
    with months.inside("lead"):
        approve_claim(claim, actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    sweep_breaches(at=CLOSED)
    second = months.breach("10-07 10:00")

    def known_at_last() -> tuple[str, Decimal, dict[str, int]]:
        assert (sweep_breaches(at=CLOSED + DAY), sweep_breaches(at=CLOSED + DAY)) == (1, 0)
        assert sweep_breaches(at=CLOSED + DAY, everything=True) == 0
        with months.inside():
            assert list(differences(None, now=CLOSED + DAY)) == []
        row = months.row()
        return row.status, row.amount, row.figures["breaches"]

    assert known_at_last() == ("granted", Decimal(100), {"all": 2, "excused": 0})
    with months.inside():
        Breach.objects.filter(pk=first).update(excused_at=CLOSED + DAY)
    assert known_at_last() == ("granted", Decimal(100), {"all": 2, "excused": 1})
    with months.inside():  # committed only now
        Breach.objects.filter(pk=second).update(excused_at=CLOSED - DAY)
    assert known_at_last() == ("granted", Decimal(100), {"all": 2, "excused": 2})
    with months.inside():
        Assessment.objects.update(amount=Decimal(400))
        (changed,) = differences(None, now=CLOSED + DAY)
    assert "amount is 400.0000, comes out as 100.00" in changed


def test_a_claim_of_nothing_is_not_approved(world: World) -> None:
    months = Months(world, [tenth()])
    claim = claimed(months)
    months.work_out(NOON)
    months.close(CLOSED)
    with months.inside("lead"), pytest.raises(Refusal) as refusal:
        approve_claim(claim, actor=months.member("lead"), at=CLOSED)
    assert refusal.value.code == "nothing_owed"


def test_what_is_too_long(world: World) -> None:
    months = missed(world)
    with months.inside("ann"), pytest.raises(Refusal) as refusal:
        file_claim(months.period, note="x" * 10_001, actor=months.member("ann"), at=NOON)
    assert (refusal.value.code, set(refusal.value.fields)) == ("note_too_long", {"note"})
    claim = claimed(months)
    with months.inside("lead"), pytest.raises(Refusal) as refusal:
        reject_claim(claim, reason="x" * 501, actor=months.member("lead"), at=NOON)
    assert refusal.value.code == "reason_too_long"


def test_a_token_of_another_customer_says_nothing_about_their_claim(world: World) -> None:
    months, token = missed(world), uuid4()
    claim = claimed(months, token=token)
    with months.inside():
        other = months.subscribe("b", "Other")
    with months.inside("bob"):
        period = SubscriptionPeriod.objects.get(subscription=other, text=OCTOBER)
        with pytest.raises(Refusal) as refusal:
            file_claim(period, note="", actor=months.member("bob"), at=NOON, token=token)
    assert refusal.value.code == "token_taken"
    with months.inside("bob"), pytest.raises(Refusal) as refusal:
        withdraw_claim(claim, actor=months.member("bob"), at=NOON)
    assert refusal.value.status == 404


def test_a_maker_who_left_is_not_written_to(world: World) -> None:
    months = missed(world)
    claim = claimed(months, "amy")
    with months.inside():
        Membership.objects.filter(pk=months.member("amy").pk).update(removed_at=NOON)
    with months.inside("lead"):
        review_claim(claim, actor=months.member("lead"), at=NOON)
    assert mails(months, "claim_under_review") == ["ann@example.test"]
