"""Zones, holiday codes, calendars that are never open, their names."""

import pytest

from contracts.policy.soundness.calendars import zone_is_known
from tests.contracts.policy.policies import said

USED = "support: {hours: office}\ncalendars:\n  office: "


def said_of(calendar: str) -> list[str]:
    return said(USED + calendar)


@pytest.mark.parametrize(
    ("zone", "known"),
    [
        ("UTC", True),
        ("Asia/Kolkata", True),
        ("America/Argentina/Ushuaia", True),
        ("Etc/GMT+5", True),
        ("Europe", False),
        ("europe/berlin", False),
        ("right/UTC", False),
        ("localtime", False),
        ("../etc/passwd", False),
        ("/etc/passwd", False),
        ("", False),
        ("a\u00e9", False),
    ],
)
def test_known_zones(zone: str, known: bool) -> None:
    assert zone_is_known(zone) is known


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Berln", 'did you mean "Europe/Berlin"?'),
        ("europe/berlin", 'did you mean "Europe/Berlin"?'),
        ("Berlin", 'did you mean "Europe/Berlin"?'),
        ("America/New York", 'did you mean "America/New_York"?'),
        ("Middle-earth/Shire", "write one such as Europe/Berlin or America/New_York"),
    ],
)
def test_unknown_zone_suggests_the_nearest(zone: str, hint: str) -> None:
    assert said_of(f"{{hours: {{mon: 24h}}, timezone: {zone}}}") == [
        f'line 8: calendars.office.timezone: unknown time zone "{zone}", {hint}'
    ]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("US_CA", 'did you mean "US-CA"?'),
        ("us", 'did you mean "US"?'),
        ("GB-ENGL", 'did you mean "GB-ENG"?'),
        ("QQ", "write one such as US, US-CA, GB-ENG or IN"),
    ],
)
def test_unknown_holiday_code_suggests_the_nearest(code: str, hint: str) -> None:
    assert said_of(f"{{hours: {{mon: 24h}}, holidays: [DE, {code}]}}") == [
        f'line 8: calendars.office.holidays[1]: unknown holiday code "{code}", {hint}'
    ]


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        ("{}", "the calendar has no open hours, write hours: {mon-fri: 09:00-18:00}"),
        ("{hours: {}}", "the calendar has no open hours, write hours: {mon-fri: 09:00-18:00}"),
        ("{hours: {mon: []}}", "the calendar has no open hours, write hours: {mon-fri: 09:00-18:00}"),
        (
            "{open: {2026-03-02: 24h}}",
            "the calendar has no open hours from 2022-01-01 to 2023-01-02, it may not be closed for a year",
        ),
        (
            "{hours: {mon: 24h}, closed: ["
            + ", ".join(f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29))
            + ", 2026-03-30, 2026-06-29, 2026-08-31, 2026-11-30]}",
            "the calendar has no open hours from 2025-12-30 to 2026-12-31, it may not be closed for a year",
        ),
    ],
)
def test_calendar_that_is_never_open_or_closed_for_a_year(calendar: str, expected: str) -> None:
    assert said_of(calendar) == [f"line 8: calendars.office: {expected}"]


@pytest.mark.parametrize(
    "calendar",
    [
        "{hours: {sun: 09:00-10:00}, holidays: [US, DE, IN, GB-ENG]}",
        "{hours: {mon: 24h}, closed: [2026-12-24, 2026-12-24]}",
        "{hours: {mon: 09:00-09:00}}",
        "{hours: {fri-mon: [09:00-12:00, 12:00-17:00], tue: 22:00-06:00}}",
        "{hours: {mon: 24h}, open: {2026-12-24: [], 2026-12-25: 09:00-24:00}}",
    ],
)
def test_calendar_that_is_sound(calendar: str) -> None:
    assert said_of(calendar) == []


def test_closed_date_that_is_open_and_hours_that_overlap() -> None:
    calendar = "{hours: {mon: [09:00-13:00, 12:00-17:00]}, closed: [2026-12-31],\n    open: {2026-12-31: 09:00-12:00}}"
    assert said_of(calendar) == [
        "line 8: warning: calendars.office.closed[0]: 2026-12-31 is closed here and has hours under open, which win",
        "line 8: warning: calendars.office.hours.mon: two of these hours overlap, what they share counts once",
    ]


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        ("{hours: {mo: 24h}}", 'hours.mo: "mo" is not a weekday or a range of them, write mon, sun or mon-fri'),
        ("{hours: {mon-: 24h}}", 'hours.mon-: "mon-" is not a weekday or a range of them, write mon, sun or mon-fri'),
        ("{hours: {fri-mon: 24h, sun: 24h}}", 'hours.sun: "sun" names sun, which "fri-mon" names already'),
        (
            "{hours: {mon: 9:00-18:00}}",
            'hours.mon: "9:00-18:00" is not opening hours, write 09:00-18:00, 24h or a list of them',
        ),
        ("{hours: {mon: }}", "hours.mon: nothing is not opening hours, write 09:00-18:00, 24h or a list of them"),
        ("{hours: {mon: 24h}, closed: [tomorrow]}", 'closed[0]: "tomorrow" is not a date, write 2026-12-24'),
        ("{hours: {mon: 24h}, closed: [2026-02-30]}", 'closed[0]: "2026-02-30" is a date that no calendar has'),
        (
            "{hours: {mon: 24h}, open: {24.12.2026: 24h}}",
            'open.24.12.2026: "24.12.2026" is not a date, write 2026-12-24',
        ),
    ],
)
def test_hours_and_dates_that_cannot_be_read(calendar: str, expected: str) -> None:
    assert said_of(calendar) == [f"line 8: calendars.office.{expected}"]


def test_all_wrong_days_of_a_calendar_are_named() -> None:
    assert said_of("{hours: {mo: 24h, mon: 24h, mon-tue: 24h}, open: {a: 24h, b: 24h}}") == [
        'line 8: calendars.office.hours.mo: "mo" is not a weekday or a range of them, write mon, sun or mon-fri',
        'line 8: calendars.office.hours.mon-tue: "mon-tue" names mon, which "mon" names already',
        'line 8: calendars.office.open.a: "a" is not a date, write 2026-12-24',
        'line 8: calendars.office.open.b: "b" is not a date, write 2026-12-24',
    ]


def test_calendar_that_is_not_defined_is_found_wherever_it_is_named() -> None:
    body = """\
    calendars: {office: {hours: {mon-fri: 09:00-17:00}}}
    support:
      hours: offce
      default_severity: high
      severities: {high: {response: {within: 1h, calendar: business}}}
    availability: {target: "99", hours: nights}
    notices: {maintenance: {lead: 1d, outside: ofice}}
    """
    assert said(body) == [
        'line 6: warning: calendars.office: nothing uses the calendar "office"',
        'line 8: support.hours: unknown calendar "offce", did you mean "office"?',
        'line 10: support.severities.high.response.calendar: unknown calendar "business", expected one of '
        "always, office",
        'line 11: availability.hours: unknown calendar "nights", expected one of always, office',
        'line 12: notices.maintenance.outside: unknown calendar "ofice", did you mean "office"?',
    ]


def test_too_many_calendars() -> None:
    calendars = "\n".join(f"  c{n}: {{}}" for n in range(101))
    assert "line 6: calendars: there are 101 calendars, at most 100 are read" in said(f"calendars:\n{calendars}")
