"""Rebuilding: what was changed by hand, lost or left lying is named, and marking all mends it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from credits import assessing
from credits.assessing import assess_periods
from credits.models import AssessedPeriod, Assessment
from credits.rebuilding import differences, mark_all
from credits.sweeping import sweep_breaches, sweep_look, sweep_marked, sweep_unassessed
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, NOON, corrected, missed
from tests.credits.months import CLAIM_BY, DAY, HOUR, Months, for_responses, per_hour, tenth
from tests.world import World
from uptime.models import SubscriptionPeriod

pytestmark = pytest.mark.differs


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


@pytest.mark.parametrize("closed", [False, True])
def test_marking_all_mends_what_a_hand_changed(world: World, closed: bool) -> None:
    months = missed(world)
    if closed:
        months.close(CLOSED)
    now = CLOSED if closed else NOON
    sweep_unassessed(at=now)
    with months.inside():
        Assessment.objects.update(amount=Decimal("99.99"))
        assert [text for text in differences(None, now=now) if "amount is 99.99" in text]
    said = StringIO()
    call_command("rebuild", "periods", provider="p1", stdout=said)
    assert said.getvalue() == "p1: 1 periods marked, the workers work them out.\n"
    assert sweep_marked(at=now) == 1
    assert months.row().amount == Decimal(100)
    with months.inside():
        assert list(differences(None, now=now)) == []


def test_what_a_correction_replaced_is_not_marked_and_what_was_never_assessed_is(world: World) -> None:
    months = missed(world)
    months.close(CLOSED)
    sweep_unassessed(at=CLOSED)
    corrected(months)
    with months.inside():
        old = months.pk
        assert (mark_all(CLOSED), AssessedPeriod.objects.get().period_id) == (1, old)
        AssessedPeriod.objects.update(marked_at=None)
    months.close(CLOSED + DAY)
    with months.inside():
        assert mark_all(CLOSED + DAY) == 1
        assert AssessedPeriod.objects.get(marked_at__isnull=False).period == months.period


def test_a_period_that_would_never_be_looked_at_again_is_named(world: World) -> None:
    months = missed(world)
    with months.inside():
        assert list(differences(None, now=NOON)) == []
        AssessedPeriod.objects.update(look_at=None)
        (said,) = differences(None, now=NOON)
    assert f"look_at is None, comes out as {CLAIM_BY - 7 * DAY}" in said


def test_a_reminder_that_was_not_sent_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    months, at = missed(world), CLAIM_BY - 7 * DAY
    with monkeypatch.context() as patched:
        patched.setattr(assessing, "remind", lambda *_, **__: 0)
        sweep_look(at=at)
    with months.inside():
        (said,) = differences(None, now=at)
        assert f"credit 0: nobody was reminded 7 days before {CLAIM_BY}" in said
        assert mark_all(at) == 1
    sweep_marked(at=at)
    with months.inside():
        assert list(differences(None, now=at)) == []


def test_what_waits_for_more_than_an_hour_is_named(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-15 00:00")
    months.work_out(NOON)

    def said(now: datetime) -> list[str]:
        with months.inside():
            return [text.split("): ")[1] for text in differences([months.pk], now=now)]

    assert (said(NOON), said(NOON + HOUR)) == ([], ["its figures of 2026-10-20 12:00:00+00 are not assessed"])
    with months.inside():
        SubscriptionPeriod.objects.filter(pk=months.pk).update(assessed=F("measurement"))
    assert said(NOON) == ["nothing says when it was assessed"]
    with months.inside():
        assess_periods([months.pk], now=NOON)
    look_at = months.assessed().look_at
    assert look_at is not None
    assert [len(said(at)) for at in (NOON, look_at, look_at + HOUR)] == [0, 0, 1]
    with months.inside():
        AssessedPeriod.objects.update(marked_at=NOON)
    assert [len(said(at)) for at in (NOON, NOON + HOUR)] == [0, 1]


def test_it_comes_out_the_same_again(world: World) -> None:
    months = Months(world, [tenth(), per_hour(), for_responses()])
    months.down("10-05 00:00")
    months.breach("10-06 10:00")
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    with months.inside():
        assert list(differences(None, now=NOON)) == []
        assert list(differences([months.pk], now=NOON)) == []
        Assessment.objects.filter(position=0).update(amount=Decimal("99.99"))
        Assessment.objects.filter(position=1).delete()
        (changed, missing) = differences(None, now=NOON)
    assert "amount is 99.99" in changed
    assert "comes out as 100.00" in changed
    assert "credit 1: is missing" in missing


def test_a_row_too_many_is_named(world: World) -> None:
    months = Months(world, [tenth()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    with months.inside():
        Assessment.objects.update(position=1)
        said = list(differences(None, now=NOON))
        assert [sentence.split(": ")[1] for sentence in said] == ["is missing", "is stored and not judged"]
        AssessedPeriod.objects.update(marked_at=NOON)
        assert list(differences(None, now=NOON)) == []


def test_an_empty_row_of_a_rule_that_is_gone_is_not_looked_at_for_breaches(world: World) -> None:
    months = Months(world, [tenth()])
    months.work_out(NOON)
    sweep_unassessed(at=NOON)
    months.breach("10-06 10:00")
    with months.inside():
        gone = Assessment.objects.get()
        gone.pk, gone.position, gone.credit_for, gone.reason, gone.figures = None, 1, "response", "not_judged", {}
        gone.save()
    sweep_breaches(at=NOON)
    assert (sweep_breaches(at=NOON), sweep_breaches(at=NOON, everything=True)) == (0, 0)
