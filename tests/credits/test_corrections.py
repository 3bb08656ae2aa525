"""Corrections: open claims move on, approved ones count again, and what becomes of later failures."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from credits.actions.decisions import approve_claim
from credits.models import AssessedPeriod, Claim
from credits.queries import claims_of
from credits.rebuilding import differences
from credits.sweeping import sweep_breaches, sweep_look, sweep_marked, sweep_unassessed
from slaportal.audit.models import Event
from slaportal.refusal import Refusal
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, NOON, claimed, closed, corrected, mails, missed
from tests.credits.months import CLAIM_BY, DAY, HOUR, OCTOBER, Months, for_responses, per_hour, tenth
from tests.world import World
from tickets.models import Breach


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


def test_a_correction_takes_the_open_claims_with_it(world: World) -> None:
    months, claim = closed(world)
    new = corrected(months)
    assert sweep_unassessed(at=CLOSED + DAY) == 0  # until it is closed it may come out as no change
    with months.inside():
        assert not AssessedPeriod.objects.filter(period=new).exists()
    months.close(CLOSED + DAY)
    assert sweep_unassessed(at=CLOSED + DAY) == 1
    assert months.row().status == "claimed"
    with months.inside():
        old = Claim.objects.get(pk=claim.pk)
        (moved,) = claims_of(months.period)
        assert (old.state, old.period.text, old.period.revision) == ("superseded", OCTOBER, 1)
        assert (moved.state, moved.at, moved.made_by_id, moved.note) == (
            "submitted",
            claim.at,
            claim.made_by_id,
            claim.note,
        )
        assert Event.objects.filter(action="claim_superseded").count() == 1
        assert list(differences(None, now=CLOSED + DAY)) == []
        approve_claim(moved, actor=months.member("lead"), at=CLOSED + 2 * DAY)
    sweep_marked(at=CLOSED + 2 * DAY)
    assert months.row().status == "granted"
    sweep_marked(at=CLOSED + 2 * DAY)
    with months.inside():
        assert Claim.objects.count() == 2


def test_a_correction_reminds_of_what_nobody_was_reminded_of(world: World) -> None:
    months = missed(world)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    due = CLAIM_BY - 7 * DAY
    sweep_look(at=due)
    corrected(months)
    months.close(due + DAY)
    assert sweep_unassessed(at=due + DAY) == 1
    assert mails(months, "claim_reminder") == ["ann@example.test"]
    sweep_look(at=CLAIM_BY - 3 * DAY)
    assert mails(months, "claim_reminder") == ["ann@example.test"] * 2


def test_a_failure_that_was_not_claimed_can_be_while_its_window_is_open(world: World) -> None:
    """Also where another one of the month was granted already; what is granted then is what both cover."""
    months = Months(world, [per_hour(claim={"by": "customer", "within": "30d", "from": "failure"})])
    months.down("10-15 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    first = claimed(months)
    months.down("10-25 00:00", hours=2)
    months.work_out(CLOSED)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    with months.inside("lead"):
        approve_claim(first, actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("100.00"))
    second = claimed(months, at=CLOSED + DAY)
    sweep_marked(at=CLOSED + DAY)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("100.00"))
    with months.inside("lead"):
        approve_claim(second, actor=months.member("lead"), at=CLOSED + DAY)
    sweep_marked(at=CLOSED + DAY)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("120.00"))
    with months.inside():
        assert list(differences(None, now=CLOSED + DAY)) == []


def test_a_claim_on_a_superseded_month_moves_on_by_its_mark(world: World) -> None:
    months, claim = closed(world)
    corrected(months)
    months.close(CLOSED + DAY)
    with months.inside("lead"), pytest.raises(Refusal) as refusal:
        approve_claim(claim, actor=months.member("lead"), at=CLOSED + DAY)
    assert refusal.value.code == "period_superseded"
    with months.inside():
        AssessedPeriod.objects.filter(period_id=claim.period_id).update(marked_at=CLOSED)
    assert sweep_marked(at=CLOSED + DAY) == 2
    with months.inside():
        assert [moved.state for moved in claims_of(months.period)] == ["submitted"]
    assert months.row().status == "claimed"


def test_an_approved_claim_counts_for_the_correction_too(world: World) -> None:
    months, claim = closed(world, per_hour())
    with months.inside("lead"):
        approve_claim(claim, actor=months.member("lead"), at=CLOSED)
    sweep_marked(at=CLOSED)
    assert months.row().amount == Decimal("100.00")
    with months.inside():
        first = months.period.pk
    corrected(months)
    months.close(CLOSED + DAY)
    for day in (1, 2):
        sweep_unassessed(at=CLOSED + day * DAY)
        with months.inside():
            assert [moved.state for moved in claims_of(months.period)] == ["approved"]
            AssessedPeriod.objects.update(marked_at=CLOSED)
        sweep_marked(at=CLOSED + day * DAY)
    row = months.row()
    # The failure that was claimed; the one that was recorded late began after the claim.
    assert (row.status, row.amount) == ("granted", Decimal("100.00"))
    with months.inside():
        assert [old.state for old in Claim.objects.filter(period_id=first)] == ["approved"]


def test_a_correction_takes_no_excuse_of_after_the_closing(world: World) -> None:
    months = Months(world, [for_responses()])
    breach = months.breach("10-06 10:00")
    months.breach("10-07 10:00", excused_at=CLOSED - HOUR)
    months.work_out(NOON)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    with months.inside():
        Breach.objects.filter(pk=breach).update(excused_at=CLOSED + 12 * HOUR)
    sweep_breaches(at=CLOSED + 12 * HOUR)
    assert (months.row().status, months.row().amount) == ("granted", Decimal("50.00"))
    corrected(months)
    months.close(CLOSED + DAY)
    sweep_unassessed(at=CLOSED + DAY)
    row = months.row()
    assert (row.status, row.amount, row.figures["breaches"]) == ("granted", Decimal("50.00"), {"all": 2, "excused": 2})


def test_what_was_granted_stays_granted_in_a_correction_though_the_account_fell_behind(world: World) -> None:
    months = Months(world, [tenth(claim={"by": "automatic"}, requires=["current_account"]), for_responses()])
    months.down("10-15 00:00")
    months.work_out(NOON)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    assert [row.status for row in months.rows()] == ["granted", "none"]
    with months.inside():
        months.subscription.account_current = False
        months.subscription.save(update_fields=["account_current"])
    for day in (1, 2):
        corrected(months)
        months.close(CLOSED + day * DAY)
        sweep_unassessed(at=CLOSED + day * DAY)
        row = months.rows()[0]
        assert (row.status, row.reason, row.amount) == ("granted", "", Decimal("100.00"))
    with months.inside():
        assert list(differences(None, now=CLOSED + 2 * DAY)) == []
