"""`python -m tests.benchmarks.thousand_calendars` prints how many bytes a process grows by with that many calendars."""

import gc
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contracts.policy.calendars import Calendar, calendar_of
from contracts.policy.document.calendars import CalendarTerms
from slaportal.intervals import instant_of

COUNT = 1000
HOUR = 3_600_000_000
ASKED_IN = tuple(instant_of(datetime(year, 12, 28, 12, tzinfo=UTC)) for year in (2025, 2026))
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles", "Australia/Sydney", "UTC")
HOLIDAYS = ("US", "DE", "IN", "GB-ENG", "US-CA", "AU", "FR", "NL", "JP", "NYSE")


def resident() -> int:
    """The bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def calendar(number: int) -> Calendar:
    """One of many calendars, each unlike the others, every second one closed at noon; asked about two years."""
    opens, zone = f"{7 + number % 3:02}:{number // 3 % 60:02}", ZONES[number % len(ZONES)]
    closed_on = date(2026, 1, 1) + timedelta(days=number % 365)
    terms = CalendarTerms.model_validate(
        {
            "hours": {"mon-fri": [f"{opens}-12:00", "13:00-18:00"] if number % 2 else f"{opens}-18:00"},
            "holidays": [HOLIDAYS[number // 6 % len(HOLIDAYS)]],
            "closed": [closed_on.isoformat()],
        }
    )
    built = calendar_of(terms, zone)
    for start in ASKED_IN:
        built.deadline(start, 40 * HOUR)
    return built


def growth() -> int:
    """How much a thousand of them take, once everything that a first one needs is there."""
    first = calendar(COUNT)
    gc.collect()
    before = resident()
    kept = [calendar(number) for number in range(COUNT)]
    gc.collect()
    after = resident()
    assert len({id(built) for built in [first, *kept]}) == COUNT + 1
    return after - before


if __name__ == "__main__":
    print(growth())
