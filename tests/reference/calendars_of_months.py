"""Open hours and calendar periods, found by walking the dates of a wall calendar."""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from .moments import Span, first_instant, second_instant, wall_clock

Document = dict[str, Any]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
REMARKS = {"clause", "strength", "note"}  # which any mapping may carry
ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0, 0)


def first_of_month(year: int, month: int) -> date:
    """The first date of a month, where month 13 is the next January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def dates_of_period(text: str) -> tuple[date, date]:
    """The first date of `2026-03`, `2026-Q1` or `2026`, and the first date after it."""
    year = int(text[:4])
    if len(text) == 4:
        return first_of_month(year, 1), first_of_month(year, 13)
    if "Q" in text:
        month = 3 * int(text[-1]) - 2
        return first_of_month(year, month), first_of_month(year, month + 3)
    month = int(text[5:])
    return first_of_month(year, month), first_of_month(year, month + 1)


def period_of(at: int, kind: str, zone: ZoneInfo) -> str:
    """The name of the period (`month`, `quarter` or `year`) in which an instant lies."""
    day = wall_clock(at, zone)
    if kind == "year":
        return f"{day.year}"
    if kind == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}-{day.month:02}"


def days_in(text: str) -> int:
    """How many dates a period has."""
    first, after = dates_of_period(text)
    return (after - first).days


def span_of_period(text: str, zone: ZoneInfo) -> Span:
    """A whole calendar period, from its first local midnight to that of the next."""
    first, after = dates_of_period(text)
    return midnight(first, zone), midnight(after, zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which a date begins."""
    return first_instant(datetime.combine(day, MIDNIGHT), zone)


def weekdays_named(key: str) -> list[str]:
    """The days of `mon`, `mon-fri` or, over the weekend, `fri-mon`."""
    first, _, last = key.partition("-")
    at = WEEKDAYS.index(first)
    days = [first]
    while last and days[-1] != last:
        at = (at + 1) % 7
        days.append(WEEKDAYS[at])
    return days


def shifts_written(value: Any) -> list[tuple[time, time]]:
    """The opening and closing times of `24h`, `09:00-17:00` or a list of such; closing by opening is the next day's."""
    if isinstance(value, list):
        return [shift for entry in value for shift in shifts_written(entry)]
    if value == "24h":
        return [(MIDNIGHT, MIDNIGHT)]
    found = re.fullmatch(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", value)
    if found is None:
        raise ValueError(f"{value} are no hours")
    return [(time.fromisoformat(found[1]), time.fromisoformat(found[2]))]


def shifts_on(day: date, calendar: Document) -> list[tuple[time, time]]:
    """The shifts that start on a date, be it a holiday or not: by its own entry, else by its weekday."""
    own = calendar.get("open") or {}
    if day.isoformat() in own:
        return shifts_written(own[day.isoformat()])
    for key, value in (calendar.get("hours") or {}).items():
        if key not in REMARKS and WEEKDAYS[day.weekday()] in weekdays_named(key):
            return shifts_written(value)
    return []


def shift_span(day: date, shift: tuple[time, time], zone: ZoneInfo) -> Span:
    """A shift as instants: opening takes the first of two equal local times, closing the second."""
    opening, closing = shift
    last_day = day if closing > opening else day + ONE_DAY
    opens, closes = datetime.combine(day, opening), datetime.combine(last_day, closing)
    return first_instant(opens, zone), second_instant(closes, zone)


@cache
def holidays_of(code: str) -> holidays.HolidayBase:
    """The holidays that the library knows under `US`, `US-CA`, `GB-ENG`."""
    country, _, part = code.partition("-")
    return holidays.country_holidays(country, subdiv=part or None)


def is_closed(day: date, calendar: Document) -> bool:
    """Whether a date is a holiday or a closed one; one with an entry under `open` is neither."""
    if day.isoformat() in (calendar.get("open") or {}):
        return False
    if day.isoformat() in (calendar.get("closed") or []):
        return True
    return any(day in holidays_of(code) for code in calendar.get("holidays") or [])


def open_hours(policy: Document, name: str, whole: Span) -> tuple[list[Span], list[Span]]:
    """The shifts of a calendar around a span, and the dates that are taken out of them.

    Time is open where it lies in one of the first and in none of the second.
    """
    if name == "always":
        return [whole], []
    calendar = policy["calendars"][name]
    zone = ZoneInfo(calendar.get("timezone") or policy["timezone"])
    day = wall_clock(whole[0], zone).date() - 2 * ONE_DAY
    last = wall_clock(whole[1], zone).date() + 2 * ONE_DAY
    shifts: list[Span] = []
    closed: list[Span] = []
    while day <= last:
        shifts += [shift_span(day, shift, zone) for shift in shifts_on(day, calendar)]
        if is_closed(day, calendar):
            closed.append((midnight(day, zone), midnight(day + ONE_DAY, zone)))
        day += ONE_DAY
    near = [(a, b) for a, b in shifts if a < b and a < whole[1] and b > whole[0]]
    return near, [(a, b) for a, b in closed if a < whole[1] and b > whole[0]]
