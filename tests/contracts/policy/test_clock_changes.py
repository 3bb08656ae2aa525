"""Open hours on the days on which six zones change their clocks, both ways, to the exact instant."""

from typing import Any

import pytest

from contracts.policy.calendars import Calendar, calendar_of
from contracts.policy.document.calendars import CalendarTerms
from slaportal.intervals import read_instant, written

MINUTE = 60_000_000
NEW_YORK, HAVANA, SANTIAGO = "America/New_York", "America/Havana", "America/Santiago"
LORD_HOWE, BERLIN, KOLKATA = "Australia/Lord_Howe", "Europe/Berlin", "Asia/Kolkata"


def on_one_date(zone: str, day: str, hours: str, **terms: Any) -> Calendar:
    """Hours on one date; else an hour on the Wednesdays, none of which is near it."""
    specials = {"open": {day: hours}, "hours": {"wed": "12:00-13:00"}}
    return calendar_of(CalendarTerms.model_validate(specials | terms), zone)


@pytest.mark.parametrize(
    ("zone", "day", "hours", "opens", "closes"),
    [
        (NEW_YORK, "2026-03-07", "22:00-06:00", "2026-03-08T03:00:00Z", "2026-03-08T10:00:00Z"),
        (NEW_YORK, "2026-10-31", "22:00-06:00", "2026-11-01T02:00:00Z", "2026-11-01T11:00:00Z"),
        (NEW_YORK, "2026-03-08", "02:30-05:00", "2026-03-08T07:30:00Z", "2026-03-08T09:00:00Z"),
        (NEW_YORK, "2026-11-01", "01:15-01:45", "2026-11-01T05:15:00Z", "2026-11-01T06:45:00Z"),
        (HAVANA, "2025-03-09", "24h", "2025-03-09T05:00:00Z", "2025-03-10T04:00:00Z"),
        (HAVANA, "2026-03-08", "00:30-02:00", "2026-03-08T05:30:00Z", "2026-03-08T06:00:00Z"),
        (HAVANA, "2026-03-07", "22:00-06:00", "2026-03-08T03:00:00Z", "2026-03-08T10:00:00Z"),
        (HAVANA, "2025-11-02", "24h", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"),
        (HAVANA, "2025-11-01", "20:00-00:00", "2025-11-02T00:00:00Z", "2025-11-02T05:00:00Z"),
        (SANTIAGO, "2026-09-05", "22:00-06:00", "2026-09-06T02:00:00Z", "2026-09-06T09:00:00Z"),
        (SANTIAGO, "2026-09-06", "24h", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"),
        (SANTIAGO, "2026-04-04", "22:00-00:00", "2026-04-05T01:00:00Z", "2026-04-05T04:00:00Z"),
        (SANTIAGO, "2026-04-04", "23:15-23:45", "2026-04-05T02:15:00Z", "2026-04-05T03:45:00Z"),
        (LORD_HOWE, "2026-04-05", "01:00-03:00", "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z"),
        (LORD_HOWE, "2026-04-05", "01:30-01:45", "2026-04-04T14:30:00Z", "2026-04-04T15:15:00Z"),
        (LORD_HOWE, "2026-10-04", "01:00-03:00", "2026-10-03T14:30:00Z", "2026-10-03T16:00:00Z"),
        (LORD_HOWE, "2026-10-04", "02:15-04:00", "2026-10-03T15:45:00Z", "2026-10-03T17:00:00Z"),
        (BERLIN, "2026-03-28", "22:00-06:00", "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z"),
        (BERLIN, "2026-10-24", "22:00-06:00", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"),
        (KOLKATA, "2026-03-29", "09:30-18:00", "2026-03-29T04:00:00Z", "2026-03-29T12:30:00Z"),
    ],
)
def test_shift_where_the_clocks_change(zone: str, day: str, hours: str, opens: str, closes: str) -> None:
    calendar = on_one_date(zone, day, hours)
    start, end = read_instant(opens), read_instant(closes)
    assert calendar.intervals(start - 600 * MINUTE, end + 600 * MINUTE) == [(start, end)]
    assert calendar.open_us(start - 600 * MINUTE, end + 600 * MINUTE) == end - start
    assert calendar.deadline(start - 600 * MINUTE, end - start) == end
    assert calendar.next_open(start - 1) == calendar.next_open(start) == start


@pytest.mark.parametrize(
    ("zone", "first", "closed", "opens", "closes"),
    [
        (HAVANA, "2025-11-01", "2025-11-02", "2025-11-02T02:00:00Z", "2025-11-02T04:00:00Z"),
        (HAVANA, "2026-03-07", "2026-03-08", "2026-03-08T03:00:00Z", "2026-03-08T05:00:00Z"),
        (SANTIAGO, "2026-09-05", "2026-09-06", "2026-09-06T02:00:00Z", "2026-09-06T04:00:00Z"),
        (SANTIAGO, "2026-04-04", "2026-04-05", "2026-04-05T01:00:00Z", "2026-04-05T04:00:00Z"),
    ],
)
def test_night_before_a_closed_date_whose_midnight_the_change_moves(
    zone: str, first: str, closed: str, opens: str, closes: str
) -> None:
    calendar = on_one_date(zone, first, "22:00-06:00", closed=[closed])
    start, end = read_instant(opens), read_instant(closes)
    assert calendar.intervals(start - 600 * MINUTE, end + 600 * MINUTE) == [(start, end)]


def test_night_on_a_closed_date_opens_at_its_second_midnight() -> None:
    nights = {"hours": {"mon-sun": "22:00-06:00"}, "closed": ["2025-11-01"]}
    calendar = calendar_of(CalendarTerms.model_validate(nights), HAVANA)
    midday, next_noon = read_instant("2025-10-31T16:00:00Z"), read_instant("2025-11-02T17:00:00Z")
    shown = [(written(opens), written(closes)) for opens, closes in calendar.intervals(midday, next_noon)]
    assert shown == [
        ("2025-11-01T02:00:00Z", "2025-11-01T04:00:00Z"),
        ("2025-11-02T04:00:00Z", "2025-11-02T11:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("hours", "start", "expected"),
    [
        ("09:00-17:00", "2026-03-07T10:00:00-05:00", "2026-03-08T14:00:00Z"),
        ("09:00-17:00", "2026-10-31T10:00:00-04:00", "2026-11-01T15:00:00Z"),
        ("24h", "2026-10-31T01:30:00-04:00", "2026-11-01T05:30:00Z"),
        ("24h", "2026-11-01T01:30:00-05:00", "2026-11-02T06:30:00Z"),
        ("24h", "2026-03-07T02:30:00-05:00", "2026-03-08T07:30:00Z"),
    ],
)
def test_business_day_over_a_change_keeps_the_hour(hours: str, start: str, expected: str) -> None:
    calendar = calendar_of(CalendarTerms.model_validate({"hours": {"mon-sun": hours}}), NEW_YORK)
    assert written(calendar.business_deadline(read_instant(start), 1)) == expected
