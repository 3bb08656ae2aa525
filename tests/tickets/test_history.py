"""What fits into a history and what is refused, and what each event sets."""

import pytest

from tests.tickets.desk import after, event
from tickets.history import DoesNotFit, Event, History, read_history

OPENED = event(0, "opened", severity="high")
SOLVED = [OPENED, event(1, "resolved")]
CLOSED = [*SOLVED, event(2, "closed")]


def history(events: list[Event]) -> History:
    return read_history(events, severities=("high", "low"), default="low", now=after(100))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([event(0, "agent_reply")], "before the ticket was opened"),
        ([OPENED, event(1, "opened")], "opened already"),
        ([OPENED, event(1, "reopened")], "is open, not solved"),
        ([OPENED, event(1, "closed")], "is open, not solved"),
        ([*SOLVED, event(2, "resolved")], "is solved"),
        ([*SOLVED, event(2, "status", "open")], "is solved"),
        ([*SOLVED, event(2, "status_request")], "is solved"),
        ([*CLOSED, event(3, "reopened")], "is closed"),
        ([*CLOSED, event(3, "status_request")], "is closed"),
        ([OPENED, event(1, "status", "solved")], "cannot set solved"),
        ([OPENED, event(1, "status", "closed")], "cannot set closed"),
        ([OPENED, event(1, "severity", "urgent")], "is not in the policy, which has: high, low"),
        ([event(0, "opened", severity="urgent")], "is not in the policy"),
    ],
)
def test_event_that_does_not_fit_is_refused(events: list[Event], words: str) -> None:
    with pytest.raises(DoesNotFit, match=words) as refused:
        history(events)
    assert refused.value.ordinal == len(events) - 1
    assert refused.value.code == "event_does_not_fit"


def test_refused_event_changes_nothing() -> None:
    read = history(SOLVED)
    with pytest.raises(DoesNotFit):
        read.add(event(2, "resolved"))
    assert (read.status, read.count) == ("solved", 2)


@pytest.mark.parametrize(
    ("events", "statuses"),
    [
        ([OPENED, event(1, "agent_reply")], ["open", "pending"]),
        ([OPENED, event(1, "internal_note")], ["open"]),
        (
            [OPENED, event(1, "status", "waiting_on_customer"), event(2, "customer_reply")],
            ["open", "waiting_on_customer", "pending"],
        ),
        (
            [OPENED, event(1, "status", "waiting_on_third_party"), event(2, "customer_reply")],
            ["open", "waiting_on_third_party"],
        ),
        ([*SOLVED, event(2, "customer_reply")], ["open", "solved", "open"]),
        ([*SOLVED, event(2, "agent_reply")], ["open", "solved"]),
        ([*CLOSED, event(3, "customer_reply"), event(4, "agent_reply")], ["open", "solved", "closed"]),
    ],
)
def test_events_set_the_status(events: list[Event], statuses: list[str]) -> None:
    assert [status for _, _, status in history(events).statuses] == statuses


def test_events_are_ordered_by_instant_and_then_as_they_came() -> None:
    events = [event(2, "severity", "high"), event(0, "opened"), event(2, "severity", "low")]
    assert [severity for _, _, severity in history(events).severities] == ["low", "high", "low"]


def test_severity_in_force_changes_nothing_and_may_change_on_a_solved_ticket() -> None:
    assert len(history([OPENED, event(1, "severity", "high")]).severities) == 1
    assert len(history([*SOLVED, event(2, "severity", "low")]).severities) == 2


def test_paused_stretches_end_where_the_status_is_left() -> None:
    events = [OPENED, event(1, "status", "waiting_on_customer"), event(3, "customer_reply")]
    paused = history(events).paused_by({"waiting_on_customer"}, after(9))
    assert paused == [(after(1), after(3), "waiting_on_customer")]
    assert history(events[:2]).paused_by({"waiting_on_customer"}, after(9)) == [
        (after(1), after(9), "waiting_on_customer")
    ]
