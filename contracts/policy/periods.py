"""The calendar periods by which promises are kept (`2026-03`, `2026-Q1`, `2026`) and the active part of one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.policy.calendars import FIRST_YEAR, LAST_YEAR
from contracts.policy.wall_clock import local_time, midnight
from slaportal.intervals import Instant, Interval

Kind = Literal["month", "quarter", "year"]
MONTHS: Mapping[Kind, int] = {"month": 1, "quarter": 3, "year": 12}

_PATTERNS: Mapping[Kind, re.Pattern[str]] = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII),
    "quarter": re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    "year": re.compile(r"(\d{4})", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter or year, from the midnight of its first date to that of the next one's."""

    text: str
    kind: Kind
    first: date
    days: int
    start: Instant
    end: Instant

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Active:
    """When a subscription is active: from `start` until just before `end`, None where it has no such bound."""

    start: Instant | None = None
    end: Instant | None = None

    def part_of(self, period: Period) -> Interval:
        """The period cut to the active time (semantics, Availability); empty where they do not meet."""
        start = period.start if self.start is None else min(max(period.start, self.start), period.end)
        end = period.end if self.end is None else min(period.end, self.end)
        return start, max(start, end)

    def throughout(self, period: Period) -> bool:
        """Whether the whole period is active."""
        return self.part_of(period) == (period.start, period.end)


def kind_of(text: str) -> Kind:
    """The kind of period that a text looks like, a month where it looks like none."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(text)), "month")


def read_period(text: str, kind: Kind, zone: ZoneInfo) -> Period:
    """The period that a text names; ValueError says what to write if it is none, or one of another kind."""
    found = _PATTERNS[kind].fullmatch(text)
    if found is None:
        for other, pattern in _PATTERNS.items():
            if pattern.fullmatch(text):
                meant = _written(int(text[:4]), 1, kind)
                raise ValueError(f'"{text}" is a {other}, but a {kind} is meant here, write {meant}')
        raise ValueError(f'"{text}" is not a period, write a {kind} as {_written(2026, 1, kind)}')
    year = int(found[1])
    if not FIRST_YEAR < year < LAST_YEAR:
        raise ValueError(f'"{text}" is out of range, years go from {FIRST_YEAR + 1} to {LAST_YEAR - 1}')
    return _period(year, 1 if kind == "year" else int(found[2]), kind, zone)


def period_at(instant: Instant, kind: Kind, zone: ZoneInfo) -> Period:
    """The period of a kind in which an instant lies."""
    today = local_time(instant, zone).date()
    year, number = today.year, (today.month - 1) // MONTHS[kind] + 1
    period = _period(year, number, kind, zone)
    if instant < period.start:
        return _period(*_moved(year, number - 1, kind), kind, zone)
    if instant >= period.end:  # clocks that went back over midnight show the date before once more
        return _period(*_moved(year, number + 1, kind), kind, zone)
    return period


def _moved(year: int, number: int, kind: Kind) -> tuple[int, int]:
    """Year and number of a period whose number may be one too low or too high for its year."""
    count = 12 // MONTHS[kind]
    return year + (number - 1) // count, (number - 1) % count + 1


def _written(year: int, number: int, kind: Kind) -> str:
    if kind == "month":
        return f"{year:04}-{number:02}"
    return f"{year:04}-Q{number}" if kind == "quarter" else f"{year:04}"


@lru_cache(maxsize=4096)
def _period(year: int, number: int, kind: Kind, zone: ZoneInfo) -> Period:
    first = _first(year, number, kind)
    after = _first(*_moved(year, number + 1, kind), kind)
    return Period(
        text=_written(year, number, kind),
        kind=kind,
        first=first,
        days=(after - first).days,
        start=midnight(first, zone),
        end=midnight(after, zone),
    )


def _first(year: int, number: int, kind: Kind) -> date:
    return date(year, (number - 1) * MONTHS[kind] + 1, 1)
