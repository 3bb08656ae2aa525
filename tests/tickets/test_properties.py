"""What holds of every clock, over random policies and histories."""

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import Instant, read_instant
from tests.reference.random_tickets import random_ticket
from tests.tickets.desk import MINUTE, after, desk, event
from tickets.clocks import clocks_of, read_clocks
from tickets.explanation import explain
from tickets.history import Event, History, read_history
from tickets.timing import timing_of

SEEDS = st.integers(min_value=0, max_value=1_000_000)


def _case(seed: int) -> tuple[Agreement, list[Event], Instant]:
    scenario: dict[str, Any] = random_ticket(Random(seed))
    events = [
        Event(read_instant(part["at"]), part["type"], part.get("status"), part.get("severity"), part.get("resolution"))
        for part in scenario["ticket"]["events"]
    ]
    agreement = agreement_of(read_document(json.dumps(scenario["policy"])), scenario.get("plan"))
    return agreement, sorted(events, key=lambda event: event.at), read_instant(scenario["now"])


@settings(max_examples=60)
@given(SEEDS)
def test_elapsed_and_remaining_are_the_limit(seed: int) -> None:
    agreement, events, now = _case(seed)
    for clock in clocks_of(agreement, events, now).values():
        if clock.target.limit_days is None:
            assert clock.elapsed + clock.remaining == clock.target.limit
        else:
            assert clock.due == clock.at + clock.remaining


@settings(max_examples=60)
@given(SEEDS)
def test_segments_are_the_span_without_a_gap(seed: int) -> None:
    agreement, events, now = _case(seed)
    timing = timing_of(agreement)
    history = read_history(events, severities=timing.severities, default=timing.default, now=now)
    for clock in read_clocks(timing, history, now).values():
        reached, ran = clock.since, 0
        for segment in explain(clock, history).segments:
            assert segment.start == reached < segment.end
            reached = segment.end
            ran += segment.length if segment.kind == "running" or clock.target.limit_days is not None else 0
        assert reached == clock.at
        assert ran == clock.elapsed


@settings(max_examples=60)
@given(SEEDS, st.integers(min_value=0, max_value=14))
def test_history_cut_in_two_goes_on_as_one(seed: int, cut: int) -> None:
    agreement, events, now = _case(seed)
    timing = timing_of(agreement)
    happened = [event for event in events if event.at <= now]
    continued = History(timing.severities, timing.default)
    for event_ in happened[:cut]:
        continued.add(event_)
    read_clocks(timing, continued, now)
    for event_ in happened[cut:]:
        continued.add(event_)
    assert repr(read_clocks(timing, continued, now)) == repr(clocks_of(agreement, events, now))


@settings(max_examples=80)
@given(
    st.integers(min_value=0, max_value=14 * 24 * 60),
    st.integers(min_value=0, max_value=3 * 24 * 60),
    st.integers(min_value=1, max_value=600),
    st.integers(min_value=0, max_value=600),
)
def test_deadlines_grow_with_starts_and_targets(start: int, later: int, target: int, more: int) -> None:
    calendar = desk().calendars["office"]
    deadline = calendar.deadline(after(minutes=start), target * MINUTE)
    assert calendar.deadline(after(minutes=start + later), target * MINUTE) >= deadline
    assert calendar.deadline(after(minutes=start), (target + more) * MINUTE) >= deadline
    assert calendar.open_us(after(minutes=start), deadline) == target * MINUTE
    assert calendar.open_us(after(minutes=start), deadline - 1) < target * MINUTE
    assert calendar.business_deadline(after(minutes=start + later), 2) >= calendar.business_deadline(
        after(minutes=start), 2
    )


@settings(max_examples=60)
@given(st.integers(min_value=1, max_value=400), st.integers(min_value=1, max_value=3000))
def test_pause_never_brings_a_deadline_forward(paused_at: int, length: int) -> None:
    agreement, opened = desk(), event(0, "opened")
    pause = event(paused_at / 60, "status", "waiting_on_customer")
    resume = event((paused_at + length) / 60, "customer_reply")
    now = after(minutes=paused_at + length)
    without = clocks_of(agreement, [opened], now)["resolution"]
    paused = clocks_of(agreement, [opened, pause, resume], now)["resolution"]
    assert without.due is not None
    assert paused.due is not None
    assert paused.due >= without.due
    assert paused.elapsed <= without.elapsed
