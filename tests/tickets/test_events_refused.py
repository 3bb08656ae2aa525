"""The start of a history, refusals that leave no trace, and severities where the policy has none."""

import pytest

from tests.tickets.desk import after, event
from tickets.history import EVENT_TYPES, DoesNotFit, Event, EventType, History, read_history

STATES: dict[str, list[Event]] = {
    "not opened": [],
    "open": [event(0, "opened")],
    "solved": [event(0, "opened"), event(1, "resolved")],
    "closed": [event(0, "opened"), event(1, "resolved"), event(2, "closed")],
}
FITTING: dict[str, set[EventType]] = {
    "not opened": {"opened"},
    "open": {"agent_reply", "customer_reply", "internal_note", "status", "severity", "status_request", "resolved"},
    "solved": {"agent_reply", "customer_reply", "internal_note", "severity", "reopened", "closed"},
    "closed": {"agent_reply", "customer_reply", "internal_note", "severity"},
}


def history(events: list[Event]) -> History:
    return read_history(events, severities=("high", "low"), default="low", now=after(100))


def seen(read: History) -> str:
    return repr((read.count, read.status, read.statuses, read.severities, read.episodes))


@pytest.mark.parametrize("type_", EVENT_TYPES)
@pytest.mark.parametrize("state", STATES)
def test_event_in_each_state_of_a_ticket(state: str, type_: EventType) -> None:
    read, value = history(STATES[state]), {"status": "pending", "severity": "high"}.get(type_)
    before = seen(read)
    following = event(3, type_, value)
    if type_ in FITTING[state]:
        read.add(following)
        assert read.count == len(STATES[state]) + 1
        return
    with pytest.raises(DoesNotFit) as refused:
        read.add(following)
    assert (refused.value.ordinal, refused.value.status) == (len(STATES[state]), 409)
    assert seen(read) == before


def test_status_event_without_a_status_is_refused() -> None:
    with pytest.raises(DoesNotFit, match="cannot set None"):
        history([*STATES["open"], event(1, "status")])


def test_opening_where_the_policy_has_no_severities() -> None:
    read = read_history([event(0, "opened")], severities=(), default=None, now=after(1))
    assert read.severities == [(0, after(0), None)]
    with pytest.raises(DoesNotFit, match="which has: none"):
        read_history([event(0, "opened", severity="high")], severities=(), default=None, now=after(1))


def test_opening_without_a_severity_where_there_is_no_default() -> None:
    with pytest.raises(DoesNotFit, match="is not in the policy, which has: high, low"):
        read_history([event(0, "opened")], severities=("high", "low"), default=None, now=after(1))


def test_event_after_now_is_neither_read_nor_refused() -> None:
    events = [*STATES["open"], event(5, "closed")]
    assert read_history(events, severities=("low",), default="low", now=after(5) - 1).count == 1
    with pytest.raises(DoesNotFit):
        read_history(events, severities=("low",), default="low", now=after(5))


def test_status_before_an_event_is_the_one_it_found() -> None:
    read = history([*STATES["open"], event(1, "agent_reply"), event(2, "resolved")])
    assert [read.status_before(ordinal) for ordinal in range(4)] == [None, "open", "pending", "solved"]
