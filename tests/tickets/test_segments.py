"""Segments that name a holiday, that come from two calendars, and those of business days."""

import json
from typing import Any

from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import read_instant, written
from tests.tickets.desk import HOUR
from tickets.clocks import read_clocks
from tickets.explanation import Segment, explain
from tickets.history import Event, read_history
from tickets.timing import timing_of

LOW = {"within": "16h", "calendar": "office"}


def segments(low: dict[str, Any], now: str, *events: Event) -> list[Segment]:
    """Those of the resolution of a ticket at severity `low`, in office hours in UTC without the holidays of the US."""
    policy = {
        "format": "slaportal/1",
        "provider": {"key": "acme", "name": "Acme"},
        "title": "Agreement",
        "timezone": "UTC",
        "calendars": {"office": {"hours": {"mon-fri": "09:00-17:00"}, "holidays": ["US"], "closed": ["2026-11-27"]}},
        "support": {
            "default_severity": "low",
            "severities": {"high": {"resolution": {"within": "72h"}}, "low": {"resolution": low}},
        },
        "plans": {"only": {}},
    }
    timing, until = timing_of(agreement_of(read_document(json.dumps(policy)))), read_instant(now)
    history = read_history(events, severities=timing.severities, default=timing.default, now=until)
    return explain(read_clocks(timing, history, until)["resolution"], history).segments


def told(parts: list[Segment]) -> list[tuple[str, str, str | None]]:
    return [(part.kind, written(part.start)[5:16], part.holiday) for part in parts]


def test_segments_over_a_holiday_and_a_closed_date() -> None:
    opened = Event(read_instant("2026-11-25T16:00:00Z"), "opened")
    assert told(segments(LOW, "2026-11-30T10:00:00Z", opened)) == [
        ("running", "11-25T16:00", None),
        ("closed", "11-25T17:00", None),
        ("closed", "11-26T00:00", "Thanksgiving Day"),
        ("closed", "11-27T00:00", "closed date"),
        ("closed", "11-28T00:00", None),
        ("running", "11-30T09:00", None),
    ]


def test_segments_end_where_they_are_asked_for_in_a_holiday() -> None:
    opened = Event(read_instant("2026-11-26T12:00:00Z"), "opened")
    parts = segments(LOW, "2026-11-26T13:00:00Z", opened)
    assert [(part.kind, part.holiday, part.length) for part in parts] == [("closed", "Thanksgiving Day", HOUR)]


def test_segments_of_a_carried_clock_are_those_of_both_calendars() -> None:
    events = (
        Event(read_instant("2026-11-25T16:00:00Z"), "opened"),
        Event(read_instant("2026-11-25T18:00:00Z"), "severity", severity="high"),
    )
    assert told(segments(LOW, "2026-11-26T03:00:00Z", *events)) == [
        ("running", "11-25T16:00", None),
        ("closed", "11-25T17:00", None),
        ("running", "11-25T18:00", None),
    ]


def test_segments_of_business_days_sum_to_real_time() -> None:
    opened = Event(read_instant("2026-11-25T16:00:00Z"), "opened")
    parts = segments({"within": "2bd", "calendar": "office"}, "2026-11-26T10:00:00Z", opened)
    assert [part.kind for part in parts] == ["running", "closed", "closed"]
    assert sum(part.length for part in parts) == 18 * HOUR
