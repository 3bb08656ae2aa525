"""The segments of a clock say what it did and why it did not."""

from tests.tickets.desk import HOUR, after, desk, event
from tickets.clocks import read_clocks
from tickets.explanation import Explanation, explain
from tickets.history import Event, read_history
from tickets.timing import timing_of


def explained(events: list[Event], now: int, **support: object) -> Explanation:
    timing = timing_of(desk(**support))  # type: ignore[arg-type]
    history = read_history(events, severities=timing.severities, default=timing.default, now=now)
    return explain(read_clocks(timing, history, now)["resolution"], history)


def test_segments_name_pauses_closed_hours_and_solved_time() -> None:
    events = [
        event(0, "opened"),
        event(2, "status", "waiting_on_customer"),
        event(5, "customer_reply"),
        event(26, "resolved"),
        event(28, "reopened"),
    ]
    told = [(part.kind, part.status, part.length // HOUR) for part in explained(events, after(29)).segments]
    assert told == [
        ("running", None, 2),
        ("paused", "waiting_on_customer", 3),
        ("running", None, 3),
        ("closed", None, 16),
        ("running", None, 2),
        ("solved", "solved", 2),
        ("running", None, 1),
    ]


def test_explanation_names_the_promise() -> None:
    severities = {
        "low": {"resolution": {"within": "16h", "clause": "Section 4", "strength": "target", "note": "Read so."}}
    }
    promise = explained([event(0, "opened")], after(1), severities=severities).promise
    assert (promise.clause, promise.strength, promise.note) == ("Section 4", "target", "Read so.")
