"""Random policy documents that are valid by the format: calendars, severities, pauses, plans."""

import random
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .calendars import WEEKDAYS
from .figures import CLOCKS
from .instants import midnight

ZONES = (
    "UTC",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Auckland",
    "Atlantic/Azores",
)
HOLIDAYS = ("US", "DE", "IN", "US-CA", "GB-ENG", "CL", "AU-NSW")
FESTIVE = ("2025-12-24", "2026-01-01", "2026-01-25", "2026-07-03", "2026-11-25", "2027-12-30", "2028-02-28")
WEEKS = ("mon-fri", "mon-sun", "mon-sat", "sat-tue", "fri-mon", "sun-thu", "mon", "wed", "sat")
PAUSING = ("pending", "waiting_on_customer", "waiting_on_third_party")
SEVERITIES = ("critical", "high", "normal", "low")
OPEN_TIMES = (
    ("0m", 0),
    ("90s", 90),
    ("15m", 900),
    ("30m", 1800),
    ("1h", 3600),
    ("1h30m", 5400),
    ("2h", 7200),
    ("4h", 14400),
    ("6h1s", 21601),
    ("8h", 28800),
    ("12h", 43200),
    ("24h", 86400),
    ("1d", 86400),
    ("1d2h", 93600),
    ("72h", 259200),
    ("1w", 604800),
)
BUSINESS_DAYS = (1, 1, 2, 2, 3, 5, 8)


def clock_changes(zone_name: str) -> list[date]:
    """The dates from 2025 to 2027 in which the zone changes its clocks."""
    zone = ZoneInfo(zone_name)
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(3 * 365)]
    length = timedelta(days=1) // timedelta(microseconds=1)
    return [day for day in days if midnight(day + timedelta(days=1), zone) - midnight(day, zone) != length]


CLOCK_CHANGES = {zone: clock_changes(zone) for zone in ZONES}


def random_day(rng: random.Random, zone: str) -> date:
    """A date worth trying in the zone: near a change of the clocks or a holiday, or any."""
    choice = rng.random()
    if choice < 0.5 and CLOCK_CHANGES[zone]:
        return rng.choice(CLOCK_CHANGES[zone]) - timedelta(days=rng.randint(0, 4))
    if choice < 0.75:
        return date.fromisoformat(rng.choice(FESTIVE)) - timedelta(days=rng.randint(0, 3))
    return date(2025, 1, 1) + timedelta(days=rng.randrange(3 * 365))


def _hour(minutes: int) -> str:
    """Minutes since midnight as HH:MM; the midnight that ends the day is 00:00."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _random_shifts(rng: random.Random, *, overnight: bool) -> str | list[str]:
    """A day's entry; shifts do not overlap, nor do those over midnight reach into the next day's."""
    if not overnight and rng.random() < 0.2:
        return "24h"
    earliest = 6 * 60 if overnight else 0
    marks = sorted(rng.sample(range(earliest, 24 * 60 + 1, rng.choice((30, 60))), 2 * rng.randint(1, 3)))
    if marks == [0, 24 * 60]:
        return "24h"
    shifts = [f"{_hour(start)}-{_hour(end)}" for start, end in zip(marks[::2], marks[1::2], strict=True)]
    if not overnight and rng.random() < 0.15 and len(marks) > 2:
        shifts = [f"{_hour(start)}-{_hour(end)}" for start, end in pairwise(marks)]
    if overnight:
        shifts[-1] = f"{_hour(min(marks[-2], 23 * 60))}-{_hour(rng.choice((30, 90, 120, 150, 180, 360)))}"
    return shifts[0] if len(shifts) == 1 and rng.random() < 0.7 else shifts


def _random_hours(rng: random.Random, *, overnight: bool) -> dict[str, str | list[str]]:
    """The hours of a week, no day named twice."""
    if rng.random() < 0.75:
        return {rng.choice(WEEKS): _random_shifts(rng, overnight=overnight)}
    days = rng.sample(WEEKDAYS, rng.randint(2, 5))
    return {day: _random_shifts(rng, overnight=overnight) for day in days}


def _random_calendar(rng: random.Random, zone: str, day: date, *, overnight: bool) -> dict[str, Any]:
    """A calendar with what is special about it near the date."""
    calendar: dict[str, Any] = {"hours": _random_hours(rng, overnight=overnight)}
    if rng.random() < 0.6:
        calendar["timezone"] = zone if rng.random() < 0.5 else rng.choice(ZONES)
    if rng.random() < 0.5:
        calendar["holidays"] = rng.sample(HOLIDAYS, rng.choice((1, 1, 2)))
    special = [(day + timedelta(days=number)).isoformat() for number in rng.sample(range(-2, 9), rng.randint(0, 4))]
    opened = rng.randint(0, len(special))
    if special[opened:]:
        calendar["closed"] = special[opened:] + (special[:1] if opened and rng.random() < 0.3 else [])
    if special[:opened]:
        calendar["open"] = {date_: _random_shifts(rng, overnight=overnight) for date_ in special[:opened]}
    return calendar


def _open_target(rng: random.Random, most: int) -> str:
    """A duration in open time of at most so many seconds; zero is rare."""
    fitting = [text for text, seconds in OPEN_TIMES if seconds <= most]
    text = rng.choice(fitting)
    return rng.choice(fitting) if text == "0m" else text


def _random_promise(rng: random.Random, clock: str, calendars: dict[str, bool]) -> dict[str, Any]:
    """A figure for a clock; `calendars` says of each whether it has business days."""
    calendar = rng.choice(list(calendars))
    promise: dict[str, Any] = {}
    if calendar != "always" or rng.random() < 0.7:
        promise["calendar"] = calendar
    has_business_days = calendars[calendar]
    in_days = has_business_days and rng.random() < 0.3
    length = rng.choice(BUSINESS_DAYS)
    text = f"{length}bd" if in_days else _open_target(rng, 604800)
    promise["every" if clock == "update" else "within"] = text
    if in_days and rng.random() < 0.5:
        promise["if_closed"] = "next_open_day"
    if rng.random() < 0.45:
        if has_business_days and in_days != (rng.random() < 0.3):
            promise["aim"] = f"{rng.randint(1, length)}bd"
        else:
            most = 604800 if in_days else dict(OPEN_TIMES)[text]
            promise["aim"] = _open_target(rng, most)
    return promise


def _random_severity(rng: random.Random, calendars: dict[str, bool]) -> dict[str, Any]:
    """A severity in which clocks may lack a figure, or have only a text."""
    severity: dict[str, Any] = {"name": "Of some weight"}
    for clock in CLOCKS:
        choice = rng.random()
        if choice < 0.72:
            severity[clock] = _random_promise(rng, clock, calendars)
        elif choice < 0.82:
            severity[clock] = {"text": "As circumstances allow"}
    return severity


def _random_pause(rng: random.Random) -> dict[str, list[str]]:
    """The statuses that pause each clock."""
    return {clock: rng.sample(PAUSING, rng.randint(1, 3)) for clock in CLOCKS if rng.random() < 0.45}


def _random_plan(rng: random.Random, support: dict[str, Any]) -> dict[str, Any]:
    """What a dearer plan changes; it can be merged over the document and stays valid."""
    over: dict[str, Any] = {"reclassify": rng.choice(("carry", "from_open", "from_change"))}
    if rng.random() < 0.5:
        over["pause"] = _random_pause(rng) if rng.random() < 0.8 or "pause" not in support else "none"
    severity = rng.choice(list(support["severities"]))
    promised = [clock for clock in CLOCKS if clock in support["severities"][severity]]
    if promised and rng.random() < 0.6:
        over["severities"] = {severity: {rng.choice(promised): "none"}}
    if rng.random() < 0.3:
        over["default_severity"] = rng.choice(list(support["severities"]))
    plan: dict[str, Any] = {"name": "Dearer", "support": over}
    if rng.random() < 0.2:
        plan["timezone"] = rng.choice(ZONES)
    return plan


def random_policy(rng: random.Random, zone: str, day: date) -> dict[str, Any]:
    """A policy document in the time zone, in which something happens near the date."""
    calendars: dict[str, Any] = {}
    has_business_days = {"always": True}
    for name in rng.sample(("office", "support", "nights"), rng.randint(1, 3)):
        overnight = rng.random() < (0.8 if name == "nights" else 0.1)
        calendars[name] = _random_calendar(rng, zone, day, overnight=overnight)
        has_business_days[name] = not overnight
    names = [name for name in SEVERITIES if rng.random() < 0.75] or ["critical", "low"]
    support: dict[str, Any] = {
        "default_severity": rng.choice(names),
        "severities": {name: _random_severity(rng, has_business_days) for name in names},
    }
    if rng.random() < 0.9:
        support["reclassify"] = rng.choice(("carry", "from_open", "from_change"))
    if pause := _random_pause(rng):
        support["pause"] = pause
    plans: dict[str, Any] = {"standard": {"name": "Standard"}}
    if rng.random() < 0.4:
        plans["dearer"] = _random_plan(rng, support)
    return {
        "format": "slaportal/1",
        "provider": {"key": "random", "name": "Random"},
        "title": "A random agreement",
        "timezone": zone,
        "calendars": calendars,
        "support": support,
        "plans": plans,
    }
