"""Whatever of a period was changed by hand, lost or forgotten is named, and nothing where all is as it should be."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.actions.catalogue import add_service
from contracts.actions.subscriptions import change_term, cover_service, end_subscription
from contracts.models import Change, Coverage
from tests.uptime.delivered import FEE, NOW, TEXT, Delivered, day, deliver, publish, subscribed
from tests.world import World
from uptime import rebuilding
from uptime.changes import work_through_changes
from uptime.closing import close_periods
from uptime.facts import facts_of
from uptime.models import SubscriptionPeriod
from uptime.opening import open_periods
from uptime.rebuilding import LATE, differences
from uptime.working_out import put_off, work_out

pytestmark = pytest.mark.differs


@pytest.fixture
def delivered(world: World) -> Delivered:
    """September and October closed, November worked out; every change is worked through."""
    with world.inside("admin"):
        found = deliver(world)
        while work_through_changes(found.provider.pk, at=NOW):
            pass
        close_periods([found.period("2026-09").pk, found.period("2026-10").pk], now=NOW)
        work_out([found.period("2026-11").pk], now=NOW)
        assert list(differences(None, now=NOW)) == []
    return found


def said(delivered: Delivered, **changes: Any) -> list[str]:
    """What is named once November's row is so."""
    SubscriptionPeriod.objects.filter(text="2026-11").update(**changes)
    return [line.split(": ", 1)[1] for line in differences(None, now=NOW)]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"met": False}, ["met is kept as False, True"]),
        ({"look_at": None}, ["is looked at again at None, 2026-11-30"]),
        ({"look_at": day("11-30 00:00")}, ["is looked at again at 2026-11-30 00:00"]),
        ({"look_at": None, "worked_out_at": None}, ["was never worked out, and nobody is going to"]),
        ({"look_at": NOW - LATE}, ["was to be looked at at 2026-11-24T11:55"]),
        ({"look_at": NOW}, []),
        ({"marked_at": NOW - LATE}, ["is marked since 2026-11-24T11:55"]),
        ({"marked_at": NOW}, []),
        ({"closes_at": day("12-06 23:00")}, ["closes_at is 2026-12-06"]),
        ({"kind": "beta"}, ["kind is beta, agreed is production"]),
        ({"fee_monthly": Decimal(1)}, ["fee_monthly is 1.0000, agreed is 1200.0000"]),
        ({"policy_digest": "x"}, ["policy_digest is x, agreed is"]),
        ({"active_to": day("11-20 00:00")}, ["active_to is 2026-11-20", "availability is kept as"]),
    ],
)
def test_what_was_changed_by_hand_is_named(delivered: Delivered, changes: dict[str, Any], named: list[str]) -> None:
    with delivered.world.inside("admin"):
        found = sorted(said(delivered, **changes))
        assert [line[: len(start)] for line, start in zip(found, named, strict=True)] == named


def test_another_plan_is_named(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        assert "plan is bare, agreed is standard" in said(delivered, plan="bare")


def test_a_period_that_is_gone_is_named(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        SubscriptionPeriod.objects.filter(text="2026-11").delete()
        assert list(differences(None, now=NOW)) == [f"{delivered.subscription.pk} 2026-11: is missing"]


def test_the_next_period_is_missing_only_once_the_workers_are_late(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        ended = day("11-30 23:00")
        assert list(differences(None, now=ended + LATE - timedelta(seconds=1))) == []
        late = list(differences(None, now=ended + LATE))
        assert [line.split(": ", 1)[1][:19] for line in late] == ["was to be looked at", "is missing"]


def test_a_revision_that_is_gone_is_named(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        SubscriptionPeriod.objects.filter(text="2026-11").update(revision=2)
        [line] = differences(None, now=NOW)
        assert line.endswith("revision 2): a revision before it is missing")


def test_a_period_that_no_term_reaches_is_named_unless_it_says_so(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        end_subscription(delivered.subscription, ends_at=day("10-31 23:00"), actor="test", at=NOW, reason="")
        assert work_through_changes(delivered.provider.pk, at=NOW)
        work_out(SubscriptionPeriod.objects.filter(closed_at=None).values_list("pk", flat=True), now=NOW)
        assert list(differences(None, now=NOW)) == []
        assert "no term reaches it" in said(delivered, active_from=None, active_to=None)


def test_one_that_was_put_off_is_named(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        made = subscribed(delivered.world, "b", "Fails", starts_at=day("11-01 00:00"))
        open_periods(made, until=NOW, at=NOW)
        put_off([made.periods.get().pk], now=NOW)
        [line] = differences(None, now=NOW)
        assert "could not be worked out and is put off until 2026-11-24T13:00" in line


def test_what_people_are_at_just_now_is_left_to_the_workers(delivered: Delivered) -> None:
    """A change that is not worked through yet is no difference, until it should have been."""
    with delivered.world.inside("admin"):
        second = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=NOW)
        delivered.outage("11-10 10:00", "11-10 11:00").services.update(service=second)
        cover_service(delivered.subscription, second, actor="test", at=NOW)
        assert list(differences(None, now=NOW)) == []
        assert any("percent is kept" in line for line in differences(None, now=NOW + LATE))
        Coverage.objects.filter(service=second).delete()
        Change.objects.create(
            provider=delivered.provider,
            tenant=delivered.subscription.tenant,
            what="uncovered",
            target_id=delivered.subscription.pk,
            since=NOW,
            created_at=NOW,
        )
        newer = publish(delivered.provider, TEXT.replace('"99.9"', '"99.5"'), at=NOW)
        change_term(delivered.subscription, plan="bare", fee=FEE, starts_at=day("11-24 23:00"), actor="test", at=NOW)
        made = subscribed(delivered.world, "b", "New", starts_at=NOW)
        assert list(differences(None, now=NOW)) == []
        while work_through_changes(delivered.provider.pk, at=NOW):
            pass
        assert made.periods.get().version == newer
        delivered.marked()
        work_out(SubscriptionPeriod.objects.filter(closed_at=None).values_list("pk", flat=True), now=NOW)
        assert list(differences(None, now=NOW)) == []


def test_a_fact_that_comes_between_two_statements_is_no_difference(
    delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row was read before the fact and its mark, the facts after them: a second look sees the mark."""

    def recorded_meanwhile(rows: list[SubscriptionPeriod]) -> Any:
        if not any(row.marked_at for row in rows):
            delivered.outage("11-10 10:00", "11-10 11:00")
            SubscriptionPeriod.objects.filter(text="2026-11").update(marked_at=NOW)
        return facts_of(rows)

    with delivered.world.inside("admin"):
        monkeypatch.setattr(rebuilding, "facts_of", recorded_meanwhile)
        assert list(differences(None, now=NOW)) == []
