"""The rules of the clocks one by one, in cases small enough to work out by hand."""

import pytest

from tests.tickets.desk import HOUR, MINUTE, after, desk, event
from tickets.clocks import clocks_of
from tickets.history import Event

HIGH = event(0, "opened", severity="high")


def test_response_is_met_at_exactly_its_deadline() -> None:
    clock = clocks_of(desk(), [HIGH, event(1, "agent_reply")], after(5))["response"]
    assert (clock.state, clock.outcome, clock.due, clock.remaining) == ("stopped", "met", after(1), 0)
    assert clock.aim == after(0.5)


def test_response_a_microsecond_late_is_breached_when_due() -> None:
    late = Event(after(1) + 1, "agent_reply")
    clock = clocks_of(desk(), [HIGH, late], after(5))["response"]
    assert (clock.outcome, clock.breached_at, clock.remaining) == ("breached", after(1), -1)


def test_office_clock_skips_the_night() -> None:
    clock = clocks_of(desk(), [event(6, "opened")], after(25))["response"]
    assert (clock.due, clock.elapsed) == (after(26), 3 * HOUR)


def test_paused_clock_has_no_deadline_and_keeps_what_is_left() -> None:
    events = [HIGH, event(1, "status", "waiting_on_customer")]
    clock = clocks_of(desk(), events, after(30))["resolution"]
    assert (clock.state, clock.due, clock.elapsed, clock.remaining) == ("paused", None, HOUR, 7 * HOUR)
    resumed = clocks_of(desk(), [*events, event(30, "customer_reply")], after(30))["resolution"]
    assert (resumed.state, resumed.due) == ("running", after(37))


def test_clock_paused_after_its_limit_is_late_at_the_limit() -> None:
    clock = clocks_of(desk(), [HIGH, event(9, "status", "waiting_on_customer")], after(30))["resolution"]
    assert (clock.state, clock.due, clock.breached_at, clock.elapsed) == ("paused", after(8), after(8), 9 * HOUR)


def test_updates_come_in_cycles_and_each_late_one_is_a_breach() -> None:
    events = [HIGH, event(1, "agent_reply"), event(6, "agent_reply"), event(10, "agent_reply")]
    clock = clocks_of(desk(), events, after(15))["update"]
    assert (clock.due, clock.breaches, clock.breached_at) == (after(14), 2, after(5))


def test_next_reply_waits_once_however_often_it_is_asked_for() -> None:
    events = [HIGH, event(1, "agent_reply"), event(2, "customer_reply"), event(3, "customer_reply")]
    assert clocks_of(desk(), events, after(3))["next_reply"].due == after(4)
    answered = clocks_of(desk(), [*events, event(3.5, "agent_reply")], after(9))["next_reply"]
    assert (answered.state, answered.outcome, answered.breaches) == ("stopped", "met", 0)


def test_status_request_in_business_days_is_never_paused() -> None:
    events = [HIGH, event(2, "status_request"), event(3, "status", "waiting_on_customer")]
    clock = clocks_of(desk(), events, after(10))["status_request"]
    assert (clock.state, clock.due, clock.elapsed) == ("running", after(26), 8 * HOUR)


@pytest.mark.parametrize(
    ("rule", "due", "elapsed", "breached_at"),
    [("carry", 8, 7, None), ("from_open", 8, 7, None), ("from_change", 14, 1, None)],
)
def test_rule_decides_what_a_raised_severity_does(rule: str, due: int, elapsed: int, breached_at: int | None) -> None:
    events = [event(0, "opened"), event(6, "severity", "high")]
    clock = clocks_of(desk(rule), events, after(7))["resolution"]
    assert (clock.due, clock.elapsed, clock.breached_at) == (after(due), elapsed * HOUR, breached_at)


def test_change_that_puts_the_deadline_before_itself_breaches_at_the_change() -> None:
    events = [event(0, "opened"), event(26, "severity", "high")]
    carried = clocks_of(desk("carry"), events, after(30))["resolution"]
    assert (carried.due, carried.breached_at, carried.elapsed) == (after(8), after(26), 14 * HOUR)


def test_breach_is_not_lost_by_reclassifying() -> None:
    events = [HIGH, event(9, "severity", "none"), event(10, "resolved")]
    clock = clocks_of(desk(), events, after(20))["resolution"]
    assert (clock.state, clock.stopped_at, clock.breached_at) == ("stopped", after(9), after(8))


def test_clock_without_a_figure_is_gone_and_begins_anew_when_it_comes_back() -> None:
    events = [HIGH, event(1, "severity", "none"), event(3, "severity", "high")]
    assert "resolution" not in clocks_of(desk(), events[:2], after(2))
    assert clocks_of(desk(), events, after(4))["resolution"].due == after(11)
    assert clocks_of(desk("from_open"), events, after(4))["resolution"].due == after(8)


def test_reopened_resolution_goes_on_where_it_stood() -> None:
    events = [HIGH, event(3, "resolved"), event(10, "customer_reply")]
    clocks = clocks_of(desk(), events, after(11))
    assert (clocks["resolution"].due, clocks["resolution"].elapsed) == (after(15), 4 * HOUR)
    assert clocks["update"].due == after(14)
    assert clocks["next_reply"].due == after(12)


def test_reopened_late_is_breached_at_the_reopening() -> None:
    events = [HIGH, event(8, "resolved"), event(9, "reopened")]
    clock = clocks_of(desk(), events, after(9, minutes=1))["resolution"]
    assert (clock.due, clock.breached_at, clock.elapsed) == (after(8), after(9), 8 * HOUR + MINUTE)


def test_reopened_under_another_severity_follows_the_rule() -> None:
    events = [event(0, "opened"), event(4, "resolved"), event(5, "severity", "high"), event(6, "reopened")]
    for rule, due in (("carry", 10), ("from_open", 10), ("from_change", 14)):
        assert clocks_of(desk(rule), events, after(7))["resolution"].due == after(due), rule


def test_what_a_change_would_do_is_the_same_question_on_a_longer_history() -> None:
    agreement, events = desk(), [event(0, "opened"), event(1, "agent_reply")]
    before = clocks_of(agreement, events, after(2))
    preview = clocks_of(agreement, [*events, event(2, "severity", "high")], after(2))
    assert "update" not in before
    assert preview["update"].due == after(6)
    assert clocks_of(agreement, events, after(2)) == before


def test_aim_in_hours_pauses_although_business_days_do_not() -> None:
    severities = {"low": {"resolution": {"within": "2bd", "aim": "2h", "calendar": "office"}}}
    agreement = desk(severities=severities)
    events = [event(0, "opened"), event(1, "status", "waiting_on_customer")]
    paused = clocks_of(agreement, events, after(5))["resolution"]
    assert (paused.state, paused.due, paused.aim) == ("running", after(48), None)
    resumed = clocks_of(agreement, [*events, event(5, "status", "pending")], after(6))["resolution"]
    assert resumed.aim == after(6)


def test_event_after_now_has_not_happened() -> None:
    assert clocks_of(desk(), [HIGH, event(5, "agent_reply")], after(4))["response"].state == "running"
    assert clocks_of(desk(), [event(5, "opened")], after(4)) == {}


def test_target_of_zero_is_due_at_the_start_even_where_the_clock_starts_paused() -> None:
    agreement = desk(
        pause={"status_request": ["waiting_on_customer"]},
        severities={"low": {"status_request": {"within": "0m"}, "resolution": {"within": "2bd", "aim": "0h"}}},
    )
    events = [event(0, "opened"), event(1, "status", "waiting_on_customer"), event(2, "status_request")]
    clocks = clocks_of(agreement, [*events, event(4, "customer_reply")], after(5))
    assert (clocks["status_request"].due, clocks["status_request"].breached_at) == (after(2), after(2))
    assert clocks["resolution"].aim == after(0)
    assert {name: clock.name for name, clock in clocks.items()} == {name: name for name in clocks}
