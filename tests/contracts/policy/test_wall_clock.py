"""Local times on the days on which the clocks change: the first and the last of two, and one that there is not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from contracts.policy.wall_clock import local_instant, local_time, midnight
from slaportal.intervals import read_instant

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("naive", "first", "last"),
    [
        ("2026-07-01T12:00:00.000001", "2026-07-01T12:00:00.000001+02:00", "2026-07-01T12:00:00.000001+02:00"),
        ("2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
        ("2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00", "2026-03-29T03:30:00+02:00"),
        ("2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"),
    ],
)
def test_a_local_time_is_its_first_or_its_last_instant(naive: str, first: str, last: str) -> None:
    moment = datetime.fromisoformat(naive)
    assert local_instant(moment, BERLIN) == read_instant(first)
    assert local_instant(moment, BERLIN, last=True) == read_instant(last)


def test_a_zone_west_of_greenwich_and_one_that_never_changes() -> None:
    half_past_one = datetime.fromisoformat("2026-11-01T01:30:00")
    assert local_instant(half_past_one, ZoneInfo("America/New_York"), last=True) == read_instant(
        "2026-11-01T01:30:00-05:00"
    )
    assert local_instant(half_past_one, ZoneInfo("UTC"), last=True) == read_instant("2026-11-01T01:30:00Z")


def test_an_instant_is_a_whole_number() -> None:
    summer = datetime.fromisoformat("2026-07-01")
    assert type(local_instant(summer, BERLIN)) is int
    assert type(local_instant(summer, BERLIN, last=True)) is int


def test_a_local_time_knows_neither_its_zone_nor_which_of_two_it_was() -> None:
    second = local_time(read_instant("2026-10-25T02:30:00+01:00"), BERLIN)
    assert second == datetime.fromisoformat("2026-10-25T02:30:00")
    assert (second.tzinfo, second.fold) == (None, 0)


def test_a_date_begins_at_midnight_or_when_the_clocks_have_gone_over_it() -> None:
    assert midnight(date(2026, 3, 30), BERLIN) == read_instant("2026-03-30T00:00:00+02:00")
    assert midnight(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo")) == read_instant("2018-11-04T00:00:00-03:00")
