"""Outages and windows are the staff's; a period is its tenant's, and nobody else's."""

import pytest

from slaportal.refusal import Refusal
from tests.uptime.delivered import NOW, Delivered, day, deliver
from tests.world import World
from uptime.access import get_outage_for, get_period_for, get_window_for
from uptime.actions.windows import plan_window
from uptime.queries import coming_windows, outages, outages_going_on


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        return deliver(world)


def status_of(call, actor, pk) -> int:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refused:
        call(actor, pk)
    return refused.value.status


def test_a_period_is_its_tenants(delivered: Delivered) -> None:
    world, period = delivered.world, None
    with world.inside("agent"):
        period = delivered.period()
        assert get_period_for(world.members["agent"], period.pk) == period
        assert status_of(get_period_for, world.members["agent"], 0) == 404
    for who in ("ann", "amy"):
        with world.inside(who):
            assert get_period_for(world.members[who], period.pk) == period
    for who in ("bob", "carl", "cora"):
        with world.inside(who):
            assert status_of(get_period_for, world.members[who], period.pk) == 404
    with world.inside("agent"):
        assert status_of(get_period_for, world.members["bob"], period.pk) == 404


def test_outages_and_windows_are_the_staffs(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("agent"):
        outage = delivered.outage("11-24 10:00", None)
        over = delivered.outage("11-20 10:00", "11-20 11:00")
        delivered.outage("11-20 10:00", "11-20 11:00", void_at=NOW)
        window = plan_window(
            delivered.provider,
            "w",
            kind="scheduled",
            services=[delivered.service],
            starts_at=day("11-28 10:00"),
            ends_at=day("11-28 11:00"),
            actor="test",
            at=NOW,
        )
        assert get_outage_for(world.members["agent"], outage.pk) == outage
        assert get_window_for(world.members["agent"], window.pk) == window
        assert list(outages(since=day("11-01 00:00"), until=NOW)) == [outage, over]
        assert list(outages(since=day("11-01 00:00"), until=NOW, services=[0])) == []
        assert list(outages_going_on(NOW)) == [outage]
        assert list(coming_windows(NOW)) == [window]
        assert list(coming_windows(day("11-28 11:00"))) == []
    for call, pk in ((get_outage_for, outage.pk), (get_window_for, window.pk)):
        with world.inside("ann"):
            assert status_of(call, world.members["ann"], pk) == 403
        with world.inside("cora"):
            assert status_of(call, world.members["cora"], pk) == 404
