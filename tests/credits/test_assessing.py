"""Assessing in the database: the amounts of `assess`, statuses as time goes by, only what changed is written."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection

from contracts.actions.subscriptions import set_account_standing
from contracts.models import Reader
from credits import sweeping
from credits.assessing import assess_periods
from credits.assessment import Fee, assess
from credits.models import AssessedPeriod, Assessment
from credits.queries import agreement_of_period, assessments_of_tenant
from credits.rebuilding import differences
from credits.sweeping import sweep_breaches, sweep_changes, sweep_look, sweep_marked, sweep_unassessed
from credits.tasks import assess_due, find_all_breaches, read_changes
from slaportal.intervals import instant_of
from slaportal.tenancy.scope import current_scope
from tests.conftest import logged_in_as
from tests.credits.months import CLAIM_BY, DAY, END, HOUR, OCTOBER, Months, for_responses, per_hour, tenth, utc
from tests.world import World
from tickets.models import Breach
from uptime.facts import facts_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod
from uptime.working_out import work_out

NOON = utc("10-20 12:00")


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


def statuses(months: Months) -> list[str]:
    return [row.status for row in months.rows()]


def test_what_is_stored_is_what_the_calculation_says(world: World) -> None:
    rules = [tenth(), per_hour(), for_responses(), tenth(claim={"by": "automatic"}, requires=["current_account"])]
    months = Months(world, rules)
    months.down("10-15 00:00")
    months.breach("10-06 10:00")
    months.work_out(NOON)
    assert sweep_unassessed(at=NOON) == 1
    with months.inside():
        period = months.period
        measured, metrics = measure(period, facts_of([period])[period.pk], NOON)
        agreement = agreement_of_period(period)
    expected = assess(
        agreement,
        measured,
        performance=metrics,
        fee=Fee(Decimal(1000), Decimal(12000), "USD"),
        misses=[],
        now=instant_of(NOON),
    )
    rows = months.rows()
    assert [(row.position, row.status) for row in rows] == [
        (0, "claimable"),
        (1, "claimable"),
        (2, "pending"),
        (3, "pending"),
    ]
    for row, one in zip(rows, expected, strict=True):
        if row.position != 2:  # the calculation above knows no misses
            assert (row.amount, row.currency, row.missed) == (one.amount.amount, one.amount.currency, one.missed)
            assert row.measurement == period.measurement
    assert rows[0].claim_by == CLAIM_BY
    assert rows[2].amount == Decimal("50.00")
    assert rows[1].amount == Decimal("100.00")
    assert rows[1].figures["reckoning"]["quantity"] == "36000000000/1"
    assert rows[1].figures["windows"] == [
        {
            "start": "2026-10-15T00:00:00Z",
            "end": "2026-10-15T10:00:00Z",
            "claim_by": "2026-10-25T10:00:00Z",
            "covered": False,
        }
    ]


def test_nothing_is_written_where_nothing_changed(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-05 00:00")
    months.work_out(NOON)
    assert sweep_unassessed(at=NOON) == 1
    assert sweep_unassessed(at=NOON) == 0
    with months.inside():
        before = versions()
        assert assess_periods([months.pk], now=NOON + DAY) == 1
        assert versions() == before
    assert months.assessed().worked_out_at == NOON + DAY


def versions() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM credits_assessment ORDER BY id")
        return list(cursor.fetchall())


def test_automatic_is_pending_then_granted(world: World) -> None:
    months = Months(world, [tenth(claim={"by": "automatic"})])
    months.down("10-05 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert statuses(months) == ["pending"]
    assert months.assessed().look_at == END
    assert sweep_look(at=END - DAY) == 0
    assert sweep_look(at=END) == 1
    assert statuses(months) == ["granted"]
    assert months.assessed().look_at is None


def test_claimable_then_expired(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-05 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert statuses(months) == ["claimable"]
    while (look := months.assessed().look_at) is not None and look <= CLAIM_BY:
        assert sweep_look(at=look) == 1
        assert statuses(months) == ["claimable"]
    assert look is not None
    assert sweep_look(at=CLAIM_BY) == 0
    assert sweep_look(at=look) == 1
    assert (statuses(months), months.assessed().look_at) == (["expired"], None)


def test_a_kept_promise_owes_nothing(world: World) -> None:
    months = Months(world, [tenth(), for_responses()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert [(row.status, row.amount, row.missed) for row in months.rows()] == [("none", Decimal(0), False)] * 2


def test_a_rule_that_is_no_longer_judged_loses_its_row(world: World) -> None:
    months = Months(world, [tenth(), for_responses()])
    months.down("10-05 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert [row.position for row in months.rows()] == [0, 1]
    with months.inside():
        SubscriptionPeriod.objects.filter(pk=months.pk).update(active_from=END, active_to=END)
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert [row.position for row in months.rows()] == [1]


def test_not_eligible_while_the_account_is_not_current(world: World) -> None:
    months = Months(world, [tenth(claim={"by": "automatic"}, requires=["current_account"])])
    months.down("10-05 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    read_below(months)
    stand(months, current=False, at=NOON)
    assert sweep_changes(at=NOON) > 0
    assert sweep_marked(at=NOON) == 1
    assert (months.row().status, months.row().reason, months.row().amount) == (
        "ineligible",
        "account_not_current",
        Decimal("100.00"),
    )
    stand(months, current=True, at=END)
    sweep_changes(at=END)
    sweep_marked(at=END)
    assert months.row().status == "granted"
    # What was granted is not taken back.
    stand(months, current=False, at=END + DAY)
    sweep_changes(at=END + DAY)
    with months.inside():
        assess_periods([months.pk], now=END + DAY)
    assert (months.row().status, months.row().reason) == ("granted", "")


@pytest.mark.parametrize("behind_at", [CLAIM_BY - DAY, CLAIM_BY + DAY])
def test_what_nobody_claimed_in_time_is_expired_whatever_the_account_is(world: World, behind_at: datetime) -> None:
    months = Months(world, [tenth(requires=["current_account"])])
    months.down("10-05 00:00")
    months.work_out(NOON)
    months.close(END + 6 * DAY)
    read_below(months)
    later = CLAIM_BY + 2 * DAY
    for at in sorted([END + 6 * DAY, behind_at, CLAIM_BY + HOUR]):
        if at == behind_at:
            stand(months, current=False, at=at)
        sweep_changes(at=at)
        sweep_unassessed(at=at)
        sweep_marked(at=at)
        sweep_look(at=at)
        assert months.row().status == ("expired" if at > CLAIM_BY else "ineligible" if at == behind_at else "claimable")
    assert (months.row().reason, months.row().claim_by, months.assessed().look_at) == ("", CLAIM_BY, None)
    with months.inside():
        assert list(differences(None, now=later)) == []
        AssessedPeriod.objects.update(marked_at=later)
    sweep_marked(at=later)
    assert months.row().status == "expired"


def stand(months: Months, *, current: bool, at: datetime) -> None:
    with months.inside():
        reason = "" if current else "two invoices open"
        set_account_standing(months.subscription, current=current, reason=reason, actor="test", at=at)


def read_below(months: Months) -> None:
    """As if `uptime` had read all changes."""
    with months.inside():
        Reader.objects.create(provider=months.provider, name="uptime", transaction=2**62, change_id=2**62)


def test_a_term_waits_until_the_period_is_pinned_anew(world: World) -> None:
    months = Months(world, [tenth()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert sweep_changes(at=NOON) == 0
    read_below(months)
    assert sweep_changes(at=NOON) > 0
    assert months.assessed().marked_at == NOON


def test_breaches_are_found_and_excused_ones_pay_nothing(world: World) -> None:
    months = Months(world, [for_responses()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    assert months.row().status == "none"
    assert sweep_breaches(at=NOON) == 0
    first = months.breach("10-06 10:00")
    months.breach("10-07 10:00")
    months.breach("11-02 10:00")  # of November
    assert sweep_breaches(at=NOON) == 1
    assert (months.row().status, months.row().amount) == ("pending", Decimal("100.00"))
    assert sweep_breaches(at=NOON) == 0
    with months.inside():
        Breach.objects.filter(pk=first).update(excused_at=NOON)
    assert sweep_breaches(at=NOON) == 1
    row = months.row()
    assert (row.amount, row.figures["breaches"]) == (Decimal("50.00"), {"all": 2, "excused": 1})


def test_an_excuse_after_the_closing_takes_nothing_back(world: World) -> None:
    months = Months(world, [for_responses()])
    breach = months.breach("10-06 10:00")
    months.work_out(NOON)
    closed_at = END + 6 * DAY
    months.close(closed_at)
    sweep_unassessed(at=closed_at)
    with months.inside():
        Breach.objects.filter(pk=breach).update(excused_at=closed_at + DAY)
    assert sweep_breaches(at=closed_at + DAY) == 1
    row = months.row()
    assert (row.status, row.amount, row.figures["breaches"]["excused"]) == ("granted", Decimal("50.00"), 1)


def test_breaches_of_long_ago_are_found_too_and_lost_ones_by_the_daily_look(world: World) -> None:
    months = Months(world, [for_responses()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    later = END + 101 * DAY
    months.breach("10-06 10:00")
    assert (sweep_breaches(at=later), sweep_breaches(at=later)) == (1, 0)
    lost = months.breach("10-07 10:00")
    with months.inside():
        Breach.objects.filter(pk=lost).update(counted=1)
    assert sweep_breaches(at=later) == 0
    assert sweep_breaches(at=later, everything=True) == 1
    assert months.row().amount == Decimal("100.00")


def test_a_breach_stays_new_until_its_period_was_assessed(world: World) -> None:
    """Who assesses it for the first time may have begun before the breach was there."""
    months = Months(world, [for_responses()])
    breach = months.breach("10-06 10:00")
    months.breach("07-06 10:00")  # before the subscription began
    months.work_out(NOON)
    assert sweep_breaches(at=NOON) == 0
    with months.inside():
        assert list(Breach.objects.filter(counted=0).values_list("pk", flat=True)) == [breach]
    sweep_unassessed(at=NOON)
    assert (sweep_breaches(at=NOON), sweep_breaches(at=NOON)) == (1, 0)
    assert months.assessed().marked_at is None


def test_the_periods_of_many_breaches_are_worked_out_batch_by_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 1)
    months = Months(world, [for_responses()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    months.breach("08-06 10:00")
    months.breach("10-06 10:00")
    months.breach("10-07 10:00")
    assert sweep_breaches(at=NOON) == 2
    assert months.row().amount == Decimal("100.00")


@pytest.mark.differs
def test_one_period_that_cannot_be_worked_out_keeps_no_other(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-05 00:00")
    months.work_out(NOON)
    with months.inside():
        september = SubscriptionPeriod.objects.get(text="2026-09")
        SubscriptionPeriod.objects.filter(pk=september.pk).update(text="nonsens", measurement=1)
    assert sweep_unassessed(at=NOON) == 1
    assert statuses(months) == ["claimable"]


def test_the_newest_revision_is_shown(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-05 00:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    with months.inside("ann"):
        assert [row.period.text for row in assessments_of_tenant(world.tenants["a"].pk)] == [OCTOBER]
        assert AssessedPeriod.objects.count() == 1
    with months.inside("bob"):
        assert not Assessment.objects.exists()
        assert not AssessedPeriod.objects.exists()
    assert current_scope() is None


@pytest.mark.differs
def test_in_batches_of_one_none_is_passed_by(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 1)
    months = Months(world, [tenth()])
    with months.inside():
        ids = list(SubscriptionPeriod.objects.values_list("pk", flat=True))
        assert len(ids) == 3
        work_out(ids, now=NOON)
    assert sweep_unassessed(at=NOON) == 3
    with months.inside():
        AssessedPeriod.objects.update(marked_at=NOON)
        SubscriptionPeriod.objects.filter(pk=min(ids)).update(text="nonsens")
    assert sweep_marked(at=NOON) == 2
    with months.inside():
        assert [of.period_id for of in AssessedPeriod.objects.filter(marked_at__isnull=False)] == [min(ids)]
        AssessedPeriod.objects.update(look_at=NOON, marked_at=None)
    assert sweep_look(at=NOON) == 2


def test_the_tasks_go_by_the_clock_of_the_database(world: World) -> None:
    months = Months(world, [tenth(), for_responses()])
    months.down("10-05 00:00")
    months.breach("10-06 10:00")
    months.work_out(NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
    assess_due()
    read_below(months)
    read_changes()
    find_all_breaches()
    assert len(months.rows()) == 2
    worked_out_at = months.assessed().worked_out_at
    assert worked_out_at is not None
    assert before < worked_out_at
    with months.inside():
        reader = Reader.objects.get(name="credits")
        assert (reader.transaction > 0, reader.done) == (True, 0)


def test_a_new_version_marks_the_months_that_are_open(world: World) -> None:
    months = Months(world, [tenth()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    read_below(months)
    sweep_changes(at=NOON)
    sweep_marked(at=NOON)
    assert months.assessed().marked_at is None
    months.publish([tenth(schedule={"pay": "20%"})], effective_from=NOON, at=NOON)
    assert sweep_changes(at=NOON) == 1
    assert months.assessed().marked_at == NOON


@pytest.mark.differs
def test_breaches_of_a_period_that_cannot_be_worked_out_keep_no_other(world: World) -> None:
    months = Months(world, [for_responses()])
    with months.inside():
        ids = list(SubscriptionPeriod.objects.order_by("pk").values_list("pk", flat=True))
        work_out(ids, now=NOON)
    sweep_unassessed(at=NOON)
    months.breach("09-10 10:00")
    months.breach("10-06 10:00")
    with months.inside():
        SubscriptionPeriod.objects.filter(text="2026-09").update(text="nonsens")
    assert sweep_breaches(at=NOON) == 1
    assert months.row().amount == Decimal("50.00")
