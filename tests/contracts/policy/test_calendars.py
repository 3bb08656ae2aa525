"""Open hours as instants: clock changes, nights, holidays, business days, and how calendars are built and shared."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.policy.calendars import Calendar, calendar_of, closed_for_a_year
from contracts.policy.document.calendars import CalendarTerms
from contracts.policy.documents import agreement_of, shipped_policy
from slaportal.intervals import read_instant, written
from slaportal.refusal import Refusal

HOUR = 3_600_000_000
MOST_OF_2026 = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


def calendar(timezone: str = "UTC", **terms: Any) -> Calendar:
    return calendar_of(CalendarTerms.model_validate(terms), timezone)


def due(opened: Calendar, start: str, hours: float) -> str:
    return written(opened.deadline(read_instant(start), round(hours * HOUR)))


def hours_open(opened: Calendar, start: str, end: str) -> float:
    return opened.open_us(read_instant(start), read_instant(end)) / HOUR


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Santiago", "2026-09-06", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
    ],
)
def test_whole_day_has_the_hours_that_the_clocks_leave_it(zone: str, day: str, hours: float) -> None:
    only = calendar(zone, hours={"mon": "09:00-10:00"}, open={day: "24h"})
    start, end = read_instant(f"{day}T00:00:00Z") - 15 * HOUR, read_instant(f"{day}T00:00:00Z") + 40 * HOUR
    mondays = sum(closes - opens for opens, closes in only.intervals(start, end) if closes - opens == HOUR)
    assert (only.open_us(start, end) - mondays) / HOUR == hours


def test_local_time_that_does_not_exist_is_read_with_the_offset_before() -> None:
    early = calendar(NEW_YORK, hours={"sun": "02:30-05:00"})
    assert hours_open(early, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z") == 1.5
    turned = calendar(NEW_YORK, hours={"sun": ["02:30-03:15", "12:00-13:00"]})
    assert hours_open(turned, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z") == 1


def test_local_time_that_exists_twice_opens_first_and_closes_second() -> None:
    twice = calendar(NEW_YORK, hours={"sun": "01:15-01:45"})
    assert hours_open(twice, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z") == 1.5


def test_night_shift_belongs_to_its_first_day_and_a_holiday_cuts_it_at_midnight() -> None:
    nights = calendar(BERLIN, hours={"mon-sat": "22:00-06:00"}, closed=["2026-11-18"])
    assert due(nights, "2026-11-17T20:00:00+01:00", 2) == "2026-11-17T23:00:00Z"
    assert due(nights, "2026-11-17T20:00:00+01:00", 3) == "2026-11-19T00:00:00Z"
    evening = calendar(BERLIN, hours={"mon": "22:00-00:00"})
    assert hours_open(evening, "2026-11-16T00:00:00Z", "2026-11-18T00:00:00Z") == 2


def test_open_date_replaces_its_shifts_and_leaves_the_evening_before() -> None:
    nights = calendar(hours={"mon-sun": "22:00-06:00"}, closed=["2026-11-18"], open={"2026-11-18": "12:00-13:00"})
    assert hours_open(nights, "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z") == 7


def test_deadline_may_fall_on_closing_time_and_zero_is_the_start() -> None:
    office = calendar(hours={"mon-fri": ["09:00-12:00", "13:00-17:00"]})
    assert due(office, "2026-11-10T09:00:00Z", 3) == "2026-11-10T12:00:00Z"
    assert due(office, "2026-11-10T09:00:00Z", 3.5) == "2026-11-10T13:30:00Z"
    assert due(office, "2026-11-14T09:00:00Z", 0) == "2026-11-14T09:00:00Z"
    assert due(office, "2026-11-13T16:00:00Z", 2) == "2026-11-16T10:00:00Z"


def test_holidays_of_a_code_are_closed_and_named() -> None:
    office = calendar(NEW_YORK, hours={"mon-fri": "09:00-18:00"}, holidays=["US"])
    assert due(office, "2026-11-25T17:00:00-05:00", 2) == "2026-11-27T15:00:00Z"
    closures = office.closures(read_instant("2026-11-26T12:00:00-05:00"), read_instant("2026-11-28T00:00:00-05:00"))
    assert [(written(start), name) for start, _, name in closures] == [("2026-11-26T17:00:00Z", "Thanksgiving Day")]


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-10T10:00:00Z", 1, "2026-11-11T10:00:00Z"),
        ("2026-11-10T12:30:00Z", 1, "2026-11-11T13:00:00Z"),
        ("2026-11-12T15:00:00Z", 1, "2026-11-13T15:00:00Z"),
        ("2026-11-13T15:00:00Z", 1, "2026-11-16T12:00:00Z"),
        ("2026-11-13T08:00:00Z", 2, "2026-11-17T09:00:00Z"),
        ("2026-11-14T08:00:00Z", 0, "2026-11-16T09:00:00Z"),
    ],
)
def test_business_days_keep_the_hour_and_are_clipped_to_what_is_open(start: str, days: int, expected: str) -> None:
    office = calendar(hours={"tue-fri": ["09:00-12:00", "13:00-17:00"], "mon": "09:00-12:00"})
    assert written(office.business_deadline(read_instant(start), days)) == expected


def test_what_comes_when_closed_is_due_by_the_end_of_the_next_open_day() -> None:
    office = calendar(hours={"mon-fri": "09:00-17:00"})
    saturday, friday = read_instant("2026-11-14T10:00:00Z"), read_instant("2026-11-13T17:00:00Z")
    for start in (saturday, friday):
        assert written(office.business_deadline(start, 2, next_open_day=True)) == "2026-11-16T17:00:00Z"
    noon = read_instant("2026-11-13T12:00:00Z")
    assert office.business_deadline(noon, 2, next_open_day=True) == office.business_deadline(noon, 2)


def test_always_has_every_hour_and_whole_days() -> None:
    always = calendar_of(None, BERLIN)
    start = read_instant("2026-03-28T12:00:00Z")
    assert always.deadline(start, HOUR) == start + HOUR
    assert always.intervals(start, start + HOUR) == [(start, start + HOUR)]
    assert always.closures(start, start + HOUR) == []
    assert written(always.business_deadline(start, 1)) == "2026-03-29T11:00:00Z"


def test_calendars_that_open_alike_are_one_object() -> None:
    assert calendar(hours={"mon": "09:00-10:00"}) is calendar(hours={"mon": "09:00-10:00"}, note="said otherwise")
    assert calendar(hours={"mon": "09:00-10:00"}) is not calendar(hours={"mon": "09:00-11:00"})
    document = shipped_policy("spirion")
    assert agreement_of(document) is agreement_of(document, "saas")


def test_table_grows_to_where_it_is_asked_about_and_answers_the_same() -> None:
    office = calendar("Europe/Paris", hours={"mon-fri": "09:00-17:00"})
    asked = ["2026-11-10T09:00:00Z", "1999-12-31T09:00:00Z", "2041-07-01T09:00:00Z", "2026-11-10T09:00:00Z"]
    with ThreadPoolExecutor(4) as threads:
        first = list(threads.map(lambda start: due(office, start, 1000), asked * 4))
    again = Calendar(office._plan, office.zone)
    assert first == [due(again, start, 1000) for start in reversed(asked * 4)][::-1]
    assert hours_open(office, "2026-11-10T00:00:00Z", "2026-11-09T00:00:00Z") == 0


def test_instant_beyond_the_years_of_calendars_is_refused() -> None:
    office = calendar(hours={"mon-fri": "09:00-17:00"})
    with pytest.raises(Refusal, match="1900 to 2300"):
        office.deadline(read_instant("2301-06-01T00:00:00Z"), HOUR)


@pytest.mark.parametrize(
    ("terms", "closed"),
    [
        ({}, True),
        ({"open": {"2026-12-31": "09:00-10:00"}}, True),
        ({"hours": {"mon": "09:00-10:00"}}, False),
        (
            {
                "hours": {"mon": "09:00-10:00"},
                "closed": [f"2026-{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 29)],
            },
            False,
        ),
    ],
)
def test_calendar_closed_for_a_year_is_refused(terms: dict[str, Any], *, closed: bool) -> None:
    assert (closed_for_a_year(CalendarTerms.model_validate(terms), "UTC") is not None) == closed
    if closed:
        with pytest.raises(Refusal, match="a year on end may not be closed") as refused:
            calendar(**terms)
        assert refused.value.code == "calendar_never_open"


def test_every_monday_of_more_than_a_year_closed_is_refused() -> None:
    days = [f"{y}-{m:02d}-{d:02d}" for y in (2026, 2027) for m in range(1, 13) for d in range(1, 29)]
    days += [f"{y}-{m:02d}-{d}" for y in (2026, 2027) for m in (1, 3, 5, 7, 8, 10, 12) for d in (29, 30, 31)]
    days += [f"{y}-{m:02d}-{d}" for y in (2026, 2027) for m in (4, 6, 9, 11) for d in (29, 30)]
    terms = CalendarTerms.model_validate({"hours": {"mon": "09:00-10:00"}, "closed": days})
    assert closed_for_a_year(terms, "UTC") is not None


def test_deadline_far_ahead_ends_or_is_refused_without_a_walk_through_the_years() -> None:
    weekly = calendar(hours={"mon": "09:00-10:00"})
    assert due(weekly, "2026-11-09T09:00:00Z", 5000) == "2122-08-31T10:00:00Z"
    with pytest.raises(Refusal, match="1900 to 2300"):
        weekly.deadline(read_instant("2026-11-09T09:00:00Z"), 20_000 * HOUR)


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_table_grows_over_the_turn_of_the_year_in_every_zone(zone: str) -> None:
    weekly = calendar(zone, hours={"wed": "09:00-10:00"})
    start = read_instant("2026-12-01T00:00:00Z")
    for weeks in (5, 60, 700, 9000):
        fresh = Calendar(weekly._plan, weekly.zone)
        reached = fresh.deadline(start, weeks * HOUR)
        assert fresh.open_us(start, reached) == weeks * HOUR
        assert weekly.deadline(start, weeks * HOUR) == reached
    back = Calendar(weekly._plan, weekly.zone)
    assert back.deadline(start, HOUR) == weekly.deadline(start, HOUR)
    assert back.open_us(read_instant("1950-01-01T00:00:00Z"), start) == weekly.open_us(
        read_instant("1950-01-01T00:00:00Z"), start
    )


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK, "Asia/Kolkata", "Pacific/Kiritimati"])
def test_refusal_beyond_the_years_does_not_depend_on_what_was_asked_before(zone: str) -> None:
    asked = calendar(zone, hours={"thu": "09:00-10:00"})
    fresh = Calendar(asked._plan, asked.zone)
    asked.deadline(read_instant("2026-12-01T00:00:00Z"), HOUR)
    for weekly in (asked, fresh):
        assert weekly.deadline(read_instant("1900-01-01T00:00:00Z"), HOUR) < read_instant("1900-01-06T00:00:00Z")
        with pytest.raises(Refusal, match="1900 to 2300"):
            weekly.deadline(read_instant("2300-12-20T00:00:00Z"), 4 * HOUR)
        with pytest.raises(Refusal, match="1900 to 2300"):
            weekly.open_us(read_instant("2300-12-20T00:00:00Z"), read_instant("2301-01-01T00:00:00Z"))
