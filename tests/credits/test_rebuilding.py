"""Rebuilding: what was changed by hand, lost or left lying is named, and marking all mends it."""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from credits.models import AssessedPeriod, Assessment
from credits.rebuilding import differences, mark_all
from credits.sweeping import sweep_marked, sweep_unassessed
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, NOON, corrected, missed
from tests.credits.months import DAY
from tests.world import World


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
