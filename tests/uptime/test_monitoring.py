"""Unmeasured time and samples: recorded, marked, the same however often they come."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from slaportal.audit.models import Event
from slaportal.refusal import Refusal
from tests.uptime.delivered import NOW, Delivered, day, deliver, subscribed
from tests.world import World
from uptime.actions.monitoring import end_unmonitored, record_unmonitored, strike_out_unmonitored
from uptime.actions.samples import Sample, add_samples
from uptime.models import SampleHour, SubscriptionPeriod, Unmonitored
from uptime.opening import open_periods

HOUR = day("11-10 10:00")


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
    return found


def unmonitored(delivered: Delivered, **facts: Any) -> Unmonitored:
    known: dict[str, Any] = {
        "starts_at": day("11-23 12:00"),
        "reason": "the probe was down",
        "actor": delivered.world.members["lead"],
        "at": NOW,
        **facts,
    }
    return record_unmonitored(delivered.service, **known)


def code_of(call: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call(**facts)
    return refused.value.code


def test_unmeasured_time_lowers_the_coverage_and_ends(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        lead = delivered.world.members["lead"]
        made = unmonitored(delivered)
        assert delivered.marked() == {"2026-11"}
        figures = delivered.worked_out().figures["availability"]
        assert (figures["unmonitored_us"], figures["coverage_percent"]) == (86_400_000_000, "96.666666")
        assert delivered.period().look_at == NOW + timedelta(minutes=1)
        assert code_of(end_unmonitored, unmonitored=made, ends_at=NOW - timedelta(days=9), actor=lead, at=NOW) == (
            "ends_before_start"
        )
        end_unmonitored(made, ends_at=day("11-23 18:00"), actor=lead, at=NOW)
        assert delivered.marked() == {"2026-11"}
        assert delivered.worked_out().figures["availability"]["unmonitored_us"] == 6 * 3_600_000_000
        assert code_of(end_unmonitored, unmonitored=made, ends_at=NOW, actor=lead, at=NOW) == "ended_already"
        assert code_of(strike_out_unmonitored, unmonitored=made, reason="", actor=lead, at=NOW) == "reason_needed"
        strike_out_unmonitored(made, reason="it was measured", actor=lead, at=NOW)
        assert delivered.marked() == {"2026-11"}
        assert delivered.worked_out().figures["availability"]["unmonitored_us"] == 0
        assert code_of(strike_out_unmonitored, unmonitored=made, reason="x", actor=lead, at=NOW) == "struck_out"
        actions = Event.objects.filter(target_kind="unmonitored").order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["unmonitored_recorded", "unmonitored_ended", "unmonitored_struck_out"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": " "}, "reason_needed"),
        ({"reason": "x" * 301}, "too_long"),
        ({"starts_at": NOW + timedelta(seconds=1)}, "lies_ahead"),
        ({"ends_at": day("11-23 12:00")}, "ends_before_start"),
    ],
)
def test_what_is_refused(delivered: Delivered, facts: dict[str, Any], code: str) -> None:
    with delivered.world.inside("lead"):
        assert code_of(unmonitored, delivered=delivered, **facts) == code


def test_the_very_stretch_twice_is_one_unless_it_was_struck_out(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        first = unmonitored(delivered)
        assert unmonitored(delivered, reason="sent again", at=NOW + timedelta(minutes=1)) == first
        assert Event.objects.filter(action="unmonitored_recorded").count() == 1
        assert unmonitored(delivered, ends_at=NOW) != first
        strike_out_unmonitored(first, reason="x", actor="test", at=NOW)
        assert unmonitored(delivered) != first
        assert Unmonitored.objects.count() == 3


def test_agents_record_no_unmeasured_time(delivered: Delivered) -> None:
    with delivered.world.inside("agent"):
        made, agent = unmonitored(delivered, actor="test"), delivered.world.members["agent"]
        assert code_of(unmonitored, delivered=delivered, actor=agent) == "role_not_allowed"
        assert code_of(end_unmonitored, unmonitored=made, ends_at=NOW, actor=agent, at=NOW) == "role_not_allowed"
        assert code_of(strike_out_unmonitored, unmonitored=made, reason="x", actor=agent, at=NOW) == "role_not_allowed"


def kept() -> dict[tuple[str, str, datetime], list[tuple[int, Decimal]]]:
    return {
        (row.metric, row.region, row.hour_at): list(zip(row.offsets, row.values, strict=True))
        for row in SampleHour.objects.all()
    }


def test_samples_are_rolled_up_by_the_hour_and_kept_exactly(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        second = timedelta(seconds=1, microseconds=1)
        first: list[Sample] = [
            ("latency_ms", "eu", HOUR + second, Decimal("0.1234567891")),
            ("latency_ms", "eu", HOUR, Decimal(3)),
            ("latency_ms", "us", HOUR, Decimal(4)),
            ("latency_ms", "eu", HOUR + timedelta(hours=1), Decimal("1E+3")),
        ]
        assert add_samples(delivered.service, first, at=NOW) == 3
        assert delivered.marked() == {"2026-11"}
        expected = {
            ("latency_ms", "eu", HOUR): [(0, Decimal(3)), (1_000_001, Decimal("0.1234567891"))],
            ("latency_ms", "us", HOUR): [(0, Decimal(4))],
            ("latency_ms", "eu", HOUR + timedelta(hours=1)): [(0, Decimal(1000))],
        }
        assert kept() == expected
        add_samples(delivered.service, first, at=NOW)
        assert kept() == expected
        add_samples(
            delivered.service,
            [
                ("latency_ms", "eu", HOUR, Decimal(7)),
                ("latency_ms", "eu", HOUR + timedelta(seconds=0.5), Decimal(8)),
                ("latency_ms", "us", HOUR, Decimal(1)),
                ("latency_ms", "us", HOUR, Decimal(2)),
            ],
            at=NOW,
        )
        expected["latency_ms", "eu", HOUR] = [
            (0, Decimal(7)),
            (500_000, Decimal(8)),
            (1_000_001, Decimal("0.1234567891")),
        ]
        expected["latency_ms", "us", HOUR] = [(0, Decimal(2))]
        assert kept() == expected
        assert add_samples(delivered.service, [], at=NOW) == 0


def test_samples_mark_only_where_their_metric_is_promised(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        bare = subscribed(delivered.world, "b", "Bare", plan="bare", services=[delivered.service])
        open_periods(bare, until=NOW, at=NOW)
        delivered.marked()
        add_samples(delivered.service, [("cpu_percent", "", HOUR, Decimal(1))], at=NOW)
        assert not SubscriptionPeriod.objects.exclude(marked_at=None).exists()
        add_samples(
            delivered.service, [("cpu_percent", "", HOUR, Decimal(1)), ("load_ms", "", HOUR, Decimal(1))], at=NOW
        )
        assert SubscriptionPeriod.objects.exclude(marked_at=None).get() == delivered.period()


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (("Latency", "", HOUR, Decimal(1)), "not_a_name"),
        (("latency_ms", "x" * 41, HOUR, Decimal(1)), "not_a_name"),
        (("latency_ms", "", HOUR.replace(tzinfo=None), Decimal(1)), "no_offset"),
        (("latency_ms", "", NOW + timedelta(microseconds=1), Decimal(1)), "lies_ahead"),
        (("latency_ms", "", HOUR, Decimal("0.12345678901")), "not_exact"),
        (("latency_ms", "", HOUR, Decimal("1E+20")), "not_exact"),
        (("latency_ms", "", HOUR, Decimal("NaN")), "not_exact"),
    ],
)
def test_one_wrong_sample_refuses_all(delivered: Delivered, sample: Sample, code: str) -> None:
    with delivered.world.inside("lead"):
        good: Sample = ("latency_ms", "", HOUR, Decimal(1))
        with pytest.raises(Refusal) as refused:
            add_samples(delivered.service, [good, sample], at=NOW)
        assert (refused.value.code, list(refused.value.fields)) == (code, ["samples.1"])
        assert kept() == {}
