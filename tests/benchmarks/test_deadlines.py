"""One deadline from a built calendar, beside businesstimedelta on the same rule and the same cases."""

import random
from datetime import UTC, datetime, time, timedelta
from time import perf_counter

import businesstimedelta
import holidays
import pytz  # type: ignore[import-untyped]

from contracts.policy.calendars import Calendar
from slaportal.intervals import Instant, instant_of, moment_of
from tests.benchmarks.agreement import agreed
from tests.benchmarks.figures import Benchmark, Figure, per_second, record

MINUTE = 60_000_000
CASES, REPEATS = 500, 10
PEER = "businesstimedelta 1.0.1"


def cases() -> list[tuple[Instant, int]]:
    """Starts of four years, by the second, and targets from a minute to two days of open time."""
    chance = random.Random(20261124)
    first = instant_of(datetime(2024, 1, 1, tzinfo=UTC))
    return [
        (first + chance.randrange(4 * 365 * 86_400) * 1_000_000, chance.randint(1, 2880) * MINUTE) for _ in range(CASES)
    ]


def by_businesstimedelta(moments: list[tuple[datetime, int]]) -> list[datetime]:
    zone = pytz.timezone("America/New_York")
    days = businesstimedelta.WorkDayRule(start_time=time(9), end_time=time(18), working_days=[0, 1, 2, 3, 4], tz=zone)
    off = businesstimedelta.HolidayRule(holidays.country_holidays("US", years=range(2023, 2030)), tz=zone)
    rules = businesstimedelta.Rules([days, off])
    return [
        start + businesstimedelta.BusinessTimeDelta(rules, timedelta=timedelta(microseconds=target))
        for start, target in moments
    ]


def all_of(calendar: Calendar, work: list[tuple[Instant, int]]) -> None:
    deadline = calendar.deadline
    for start, target in work:
        deadline(start, target)


def all_in_datetimes(calendar: Calendar, work: list[tuple[datetime, int]]) -> None:
    deadline = calendar.deadline
    for start, target in work:
        moment_of(deadline(instant_of(start), target))


def test_a_deadline(benchmark: Benchmark) -> None:
    """Equal results first, then both at the same cases in one run, the peer too at its best of several rounds."""
    calendar, chosen = agreed().calendars["office"], cases()
    moments = [(moment_of(start), target) for start, target in chosen]
    assert [moment_of(calendar.deadline(start, target)) for start, target in chosen] == by_businesstimedelta(moments)

    peer_s = datetimes_s = 1e9
    for _ in range(5):
        began = perf_counter()
        by_businesstimedelta(moments)
        peer_s = min(peer_s, perf_counter() - began)
    for _ in range(100):
        began = perf_counter()
        all_in_datetimes(calendar, moments * REPEATS)
        datetimes_s = min(datetimes_s, perf_counter() - began)
    peer, in_datetimes = CASES / peer_s, CASES * REPEATS / datetimes_s

    work = chosen * REPEATS
    ours = per_second(benchmark, lambda: all_of(calendar, work), len(work))
    record(
        benchmark,
        Figure("Deadline from a built calendar", ours, "a second", limit=500_000, peer=PEER, peer_value=peer),
        Figure("Deadline, times the peer", ours / peer, "times", limit=150),
        Figure("Deadline, datetimes in and out", in_datetimes, "a second", peer=PEER, peer_value=peer),
    )
