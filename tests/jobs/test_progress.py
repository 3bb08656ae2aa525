"""Progress in words: per cent, what is left, and never 100 before it is done."""

from datetime import UTC, datetime, timedelta

import pytest

from slaportal.jobs.models import Job, State
from slaportal.jobs.progress import progress_of

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def job(state: str = State.RUNNING, done: int = 0, total: int | None = 100, minutes: int = 0) -> Job:
    return Job(state=state, done=done, total=total, started_at=NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("of", "percent", "counted"),
    [
        (job(), 0, "0 of 100"),
        (job(done=199, total=200), 99, "199 of 200"),
        (job(done=200, total=200), 99, "200 of 200"),
        (job(done=300, total=200), 99, "300 of 200"),
        (job(State.DONE, done=7, total=None), 100, "7 done"),
        (job(total=None, done=7), None, "7 done"),
        (job(total=0), 0, "0 of 0"),
        (job(State.DONE, total=0), 100, "0 of 0"),
        (job(State.FAILED, done=50), 50, "50 of 100"),
    ],
)
def test_per_cent(of: Job, percent: int | None, counted: str) -> None:
    found = progress_of(of, NOW)
    assert (found.percent, found.counted) == (percent, counted)


@pytest.mark.parametrize(
    ("of", "remaining"),
    [
        (job(done=50, minutes=3), "about 3 minutes left"),
        (job(done=75, minutes=3), "about 1 minute left"),
        (job(done=99, minutes=3), "less than a minute left"),
        (job(done=1, minutes=10), "about 17 hours left"),
        (job(done=0, minutes=3), ""),
        (job(done=5, total=None, minutes=3), ""),
        (job(State.DONE, done=50, minutes=3), ""),
        (job(State.WAITING, done=50, minutes=3), "about 3 minutes left"),
        (job(done=50, minutes=-3), "less than a minute left"),
    ],
)
def test_what_is_left(of: Job, remaining: str) -> None:
    assert progress_of(of, NOW).remaining == remaining


def test_one_that_is_being_cancelled_says_so() -> None:
    stopping = job(done=50, minutes=3)
    stopping.cancel_requested_at = NOW
    found = progress_of(stopping, NOW)
    assert (found.state, found.remaining) == ("Being cancelled", "")
