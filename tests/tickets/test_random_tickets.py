"""What holds of random tickets: the same figures twice, previews that come true, pauses that only put off."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import Instant, read_instant
from tests.reference.random_tickets import random_ticket
from tests.tickets.desk import MINUTE
from tickets.clocks import clocks_of
from tickets.history import Event, read_history
from tickets.timing import timing_of

SEEDS = st.integers(min_value=0, max_value=1_000_000)


def case(seed: int) -> tuple[Agreement, list[Event], Instant]:
    """The agreement, the events in their order, and the last instant of a random ticket: now, or its last event."""
    scenario = random_ticket(Random(seed))
    events = [
        Event(read_instant(part["at"]), part["type"], part.get("status"), part.get("severity"), part.get("resolution"))
        for part in scenario["ticket"]["events"]
    ]
    events.sort(key=lambda event: event.at)
    agreement = agreement_of(read_document(json.dumps(scenario["policy"])), scenario.get("plan"))
    return agreement, events, max(read_instant(scenario["now"]), events[-1].at)


@settings(max_examples=50)
@given(SEEDS)
def test_clocks_worked_out_twice_are_the_same_when_written(seed: int) -> None:
    agreement, events, now = case(seed)
    first = clocks_of(agreement, events, now)
    clocks_of(agreement, events[:1], now + 400 * 24 * 60 * MINUTE)
    again = clocks_of(agreement, events, now)
    assert first == again
    assert repr(first).encode() == repr(again).encode()


@settings(max_examples=50)
@given(SEEDS, st.integers(min_value=1, max_value=13))
def test_preview_of_an_event_is_what_comes_true(seed: int, n: int) -> None:
    agreement, events, _ = case(seed)
    n = min(n, len(events) - 1)
    at = events[n].at
    happened = [event for event in events if event.at < at]
    at_once = [event for event in events if event.at == at]
    assert clocks_of(agreement, [*happened, *at_once], at) == clocks_of(agreement, events, at)


@settings(max_examples=60)
@given(SEEDS, st.integers(min_value=0, max_value=3000), st.integers(min_value=0, max_value=5000))
def test_pause_at_the_end_brings_no_deadline_forward(seed: int, wait: int, length: int) -> None:
    agreement, events, _ = case(seed)
    timing = timing_of(agreement)
    paused_at = events[-1].at + wait * MINUTE
    now = paused_at + length * MINUTE
    held = read_history(events, severities=timing.severities, default=timing.default, now=now).status
    if held in ("solved", "closed"):
        return
    pause = [Event(paused_at, "status", "waiting_on_customer"), Event(now, "status", held)]
    without, paused = clocks_of(agreement, events, now), clocks_of(agreement, [*events, *pause], now)
    assert without.keys() == paused.keys()
    for name, clock in paused.items():
        before = without[name]
        if held not in timing.pausing[name]:
            assert clock.due is not None or clock.state == "stopped"
            assert clock.due is None or before.due is None or clock.due >= before.due
            assert clock.elapsed <= before.elapsed


@settings(max_examples=60)
@given(
    SEEDS,
    st.integers(min_value=0, max_value=14 * 24 * 60),
    st.integers(min_value=0, max_value=3 * 24 * 60),
    st.integers(min_value=1, max_value=3000),
    st.integers(min_value=0, max_value=600),
)
def test_deadline_in_a_random_calendar_grows_with_start_and_target(
    seed: int, start: int, later: int, target: int, more: int
) -> None:
    agreement, events, _ = case(seed)
    begin = events[0].at + start * MINUTE
    for calendar in agreement.calendars.values():
        due = calendar.deadline(begin, target * MINUTE)
        assert calendar.deadline(begin + later * MINUTE, target * MINUTE) >= due
        assert calendar.deadline(begin, (target + more) * MINUTE) >= due
        assert calendar.open_us(begin, due) == target * MINUTE > calendar.open_us(begin, due - 1)
