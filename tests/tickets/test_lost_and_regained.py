"""Clocks that a severity takes away or brings in, and business days that are carried, reopened or paused."""

from typing import Any

import pytest

from tests.tickets.desk import HOUR, after, desk, event
from tickets.clocks import clocks_of
from tickets.history import Event

HIGH = event(0, "opened", severity="high")
IN_DAYS: dict[str, Any] = {
    "severities": {
        "high": {"resolution": {"within": "8h"}},
        "low": {"resolution": {"within": "2bd", "calendar": "office"}},
    }
}


def test_clock_with_only_a_text_does_not_exist() -> None:
    severities = {"low": {"response": {"text": "soon"}, "resolution": {"within": "8h"}}}
    assert list(clocks_of(desk(severities=severities), [event(0, "opened")], after(1))) == ["resolution"]


def test_stopped_clock_under_a_severity_without_a_figure_stays() -> None:
    events = [HIGH, event(0.5, "agent_reply"), event(1, "severity", "none")]
    clocks = clocks_of(desk(), events, after(2))
    assert list(clocks) == ["response"]
    assert (clocks["response"].outcome, clocks["response"].stopped_at) == ("met", after(0.5))


@pytest.mark.parametrize(("rule", "due", "elapsed"), [("carry", 20, 1), ("from_change", 20, 1), ("from_open", 8, 13)])
def test_breached_clock_lost_and_brought_in_again_stays_breached(rule: str, due: int, elapsed: int) -> None:
    events = [HIGH, event(9, "severity", "none"), event(12, "severity", "high")]
    clock = clocks_of(desk(rule), events, after(13))["resolution"]
    assert (clock.state, clock.outcome, clock.breached_at) == ("running", "breached", after(8))
    assert (clock.due, clock.elapsed) == (after(due), elapsed * HOUR)


@pytest.mark.parametrize(
    ("rule", "update", "resolution"), [("carry", 6, 10), ("from_change", 6, 10), ("from_open", 5, 8)]
)
def test_change_brings_in_only_what_would_be_running(rule: str, update: int, resolution: int) -> None:
    events = [event(0, "opened", severity="none"), event(1, "agent_reply"), event(2, "severity", "high")]
    clocks = clocks_of(desk(rule), events, after(3))
    assert {name: clock.due for name, clock in clocks.items()} == {
        "update": after(update),
        "resolution": after(resolution),
    }


@pytest.mark.parametrize(("answered", "stays"), [(3, False), (4, False), (5, True)])
def test_new_cycle_without_a_figure_keeps_only_a_breach(answered: float, stays: bool) -> None:
    events = [HIGH, event(1, "agent_reply"), event(2, "customer_reply"), event(answered, "agent_reply")]
    events.append(event(6, "severity", "none"))
    before = clocks_of(desk(), events, after(6))["next_reply"]
    assert (before.state, before.breaches) == ("stopped", int(stays))
    clocks = clocks_of(desk(), [*events, event(7, "customer_reply")], after(8))
    assert ("next_reply" in clocks) == stays
    if stays:
        clock = clocks["next_reply"]
        assert (clock.state, clock.stopped_at, clock.breached_at) == ("stopped", after(5), after(4))


@pytest.mark.parametrize(("resolved", "stays"), [(3, False), (8, False), (9, True)])
def test_reopened_without_a_figure_keeps_only_a_breach(resolved: int, stays: bool) -> None:
    events = [HIGH, event(resolved, "resolved"), event(10, "severity", "none"), event(11, "reopened")]
    clocks = clocks_of(desk(), events, after(12))
    assert ("resolution" in clocks) == stays
    if stays:
        assert (clocks["resolution"].stopped_at, clocks["resolution"].breached_at) == (after(9), after(8))


@pytest.mark.parametrize(
    ("rule", "changed", "due", "breached_at"),
    [
        ("carry", 2.5, 3, None),
        ("from_open", 2.5, 3, None),
        ("from_change", 2.5, 3.5, None),
        ("carry", 4, 3, 4),
        ("from_open", 4, 3, 4),
        ("from_change", 4, 5, None),
    ],
)
def test_change_touches_the_current_cycle(rule: str, changed: float, due: float, breached_at: float | None) -> None:
    severities = {"high": {"update": {"every": "4h"}}, "low": {"update": {"every": "1h"}}}
    events = [HIGH, event(1, "agent_reply"), event(2, "agent_reply"), event(changed, "severity", "low")]
    clock = clocks_of(desk(rule, severities=severities), events, after(changed))["update"]
    assert clock.due == after(due)
    assert clock.breached_at == (None if breached_at is None else after(breached_at))
    assert clock.breaches == int(breached_at is not None)


def test_change_while_paused_carries_what_ran_before() -> None:
    events = [HIGH, event(1, "status", "waiting_on_customer"), event(3, "severity", "low")]
    paused = clocks_of(desk(), events, after(20))["resolution"]
    assert (paused.state, paused.due, paused.elapsed, paused.remaining) == ("paused", None, HOUR, 15 * HOUR)
    assert clocks_of(desk(), [*events, event(30, "customer_reply")], after(31))["resolution"].due == after(77)


def test_clock_stopped_while_paused_keeps_no_deadline() -> None:
    events = [HIGH, event(1, "status", "waiting_on_customer"), event(30, "resolved")]
    clock = clocks_of(desk(), events, after(40))["resolution"]
    assert (clock.outcome, clock.due, clock.elapsed, clock.remaining) == ("met", None, HOUR, 7 * HOUR)


@pytest.mark.parametrize(("changed", "due", "breached_at"), [(3, 8, None), (25, 8, 25)])
def test_open_time_is_carried_from_business_days(changed: int, due: int, breached_at: int | None) -> None:
    events = [event(0, "opened"), event(changed, "severity", "high")]
    clock = clocks_of(desk(**IN_DAYS), events, after(changed))["resolution"]
    assert clock.due == after(due)
    assert clock.breached_at == (None if breached_at is None else after(breached_at))


@pytest.mark.parametrize(("rule", "due"), [("carry", 48), ("from_open", 48), ("from_change", 51)])
def test_business_days_count_from_the_start_of_the_clock(rule: str, due: int) -> None:
    clock = clocks_of(desk(rule, **IN_DAYS), [HIGH, event(3, "severity", "low")], after(4))["resolution"]
    assert clock.due == after(due)


def test_business_days_count_from_the_reopening() -> None:
    events = [event(0, "opened"), event(5, "resolved"), event(25, "reopened")]
    clock = clocks_of(desk(**IN_DAYS), events, after(26))["resolution"]
    assert (clock.due, clock.elapsed, clock.remaining) == (after(73), HOUR, 47 * HOUR)


def test_business_days_from_a_closed_day_are_due_by_the_next_open_one() -> None:
    promise = {"within": "2bd", "if_closed": "next_open_day", "calendar": "office"}
    clock = clocks_of(desk(severities={"low": {"resolution": promise}}), [Event(after(120), "opened")], after(121))[
        "resolution"
    ]
    assert clock.due == after(176)


def test_aim_in_business_days_is_not_paused_with_its_hours() -> None:
    promise = {"within": "16h", "aim": "1bd", "calendar": "office"}
    events = [event(0, "opened"), event(1, "status", "waiting_on_customer")]
    clock = clocks_of(desk(severities={"low": {"resolution": promise}}), events, after(5))["resolution"]
    assert (clock.state, clock.due, clock.aim) == ("paused", None, after(24))
