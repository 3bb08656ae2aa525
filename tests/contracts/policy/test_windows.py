"""Windows of time over the changes of the clocks."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.policy.durations import Duration, read_duration
from contracts.policy.wall_clock import local_time
from contracts.policy.windows import after, before
from slaportal.intervals import read_instant, written

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")]
instants = st.integers(read_instant("2000-01-01T00:00:00Z"), read_instant("2040-01-01T00:00:00Z"))


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        ("2026-03-28T12:00:00+01:00", "24h", "2026-03-29T13:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", "1d", "2026-03-29T12:00:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "1d", "2026-10-25T12:00:00+01:00"),
        ("2026-10-24T12:00:00+02:00", "1w", "2026-10-31T12:00:00+01:00"),
        ("2026-10-24T02:30:00+02:00", "1d", "2026-10-25T02:30:00+02:00"),  # occurs twice: the first
        ("2026-03-28T02:30:00+01:00", "1d", "2026-03-29T03:30:00+02:00"),  # does not exist: the offset before
        ("2026-03-28T02:30:00+01:00", "1d1h", "2026-03-29T04:30:00+02:00"),  # days first, then hours
        ("2026-10-25T02:30:00+01:00", "0d", "2026-10-25T02:30:00+01:00"),  # the second stays what it is
        ("2026-12-31T23:59:59.5+01:00", "60d", "2027-03-01T23:59:59.5+01:00"),
    ],
)
def test_after_counts_days_on_the_wall_clock_and_lets_hours_elapse(start: str, duration: str, expected: str) -> None:
    end = after(read_instant(start), read_duration(duration), BERLIN)
    assert written(end) == written(read_instant(expected))


@pytest.mark.parametrize(
    ("end", "duration", "expected"),
    [
        ("2026-03-29T13:00:00+02:00", "24h", "2026-03-28T12:00:00+01:00"),
        ("2026-03-29T12:00:00+02:00", "1d", "2026-03-28T12:00:00+01:00"),
        ("2026-10-26T02:00:00+01:00", "3d", "2026-10-23T02:00:00+02:00"),
        ("2026-10-26T02:30:00+01:00", "1d", "2026-10-25T02:30:00+02:00"),  # occurs twice: the first
        ("2026-03-30T02:30:00+02:00", "1d", "2026-03-29T03:30:00+02:00"),  # does not exist: the offset before
        ("2026-03-30T02:30:00+02:00", "1d1h", "2026-03-29T01:30:00+01:00"),  # days first, then hours
    ],
)
def test_before_counts_back_in_the_same_way(end: str, duration: str, expected: str) -> None:
    start = before(read_instant(end), read_duration(duration), BERLIN)
    assert written(start) == written(read_instant(expected))


@given(instants, st.integers(0, 10**13), st.sampled_from(ZONES))
def test_hours_before_undo_hours_after(instant: int, us: int, zone: ZoneInfo) -> None:
    elapsed = Duration("", us=us)
    assert before(after(instant, elapsed, zone), elapsed, zone) == instant


@given(instants, st.integers(1, 400), st.sampled_from(ZONES))
def test_days_after_keep_the_time_of_day_or_move_it_over_the_gap(instant: int, days: int, zone: ZoneInfo) -> None:
    start, end = local_time(instant, zone), local_time(after(instant, Duration("", days=days), zone), zone)
    assert (end.date() - start.date()).days in (days, days + 1)
    assert end - start - timedelta(days=days) in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
