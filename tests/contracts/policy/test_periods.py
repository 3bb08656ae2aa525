"""Calendar periods in their time zones."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.policy.durations import HOUR, MINUTE
from contracts.policy.periods import MONTHS, Active, Kind, period_at, read_period
from slaportal.intervals import read_instant, written

UTC = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
KINDS = st.sampled_from(sorted(MONTHS))
ZONES = ("UTC", "America/New_York", "America/St_Johns", "America/Havana", "America/Sao_Paulo", "Asia/Kolkata")


@pytest.mark.parametrize(
    ("text", "kind", "start", "end", "days"),
    [
        ("2026-03", "month", "2026-03-01T00:00:00-05:00", "2026-04-01T00:00:00-04:00", 31),
        ("2026-12", "month", "2026-12-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00", 31),
        ("2028-02", "month", "2028-02-01T00:00:00-05:00", "2028-03-01T00:00:00-05:00", 29),
        ("2026-Q1", "quarter", "2026-01-01T00:00:00-05:00", "2026-04-01T00:00:00-04:00", 90),
        ("2026-Q4", "quarter", "2026-10-01T00:00:00-04:00", "2027-01-01T00:00:00-05:00", 92),
        ("2026", "year", "2026-01-01T00:00:00-05:00", "2027-01-01T00:00:00-05:00", 365),
        ("2028", "year", "2028-01-01T00:00:00-05:00", "2029-01-01T00:00:00-05:00", 366),
    ],
)
def test_period_runs_between_local_midnights(text: str, kind: Kind, start: str, end: str, days: int) -> None:
    period = read_period(text, kind, NEW_YORK)
    assert (period.start, period.end) == (read_instant(start), read_instant(end))
    assert (period.days, period.kind, str(period)) == (days, kind, text)


def test_month_in_which_the_clocks_go_forward_has_an_hour_less() -> None:
    period = read_period("2026-03", "month", NEW_YORK)
    assert period.end - period.start == 743 * HOUR


def test_month_whose_first_midnight_does_not_exist_begins_at_the_change() -> None:
    period = read_period("1995-10", "month", ZoneInfo("Asia/Amman"))
    assert period.start == read_period("1995-09", "month", ZoneInfo("Asia/Amman")).end


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-3", "26-03", "2026-Q5", "2026-q1", "٢٠٢٦", "2026-03-01"]
)
def test_malformed_period_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period, write a month as 2026-01"):
        read_period(text, "month", UTC)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("2026-03", "quarter", '"2026-03" is a month, but a quarter is meant here, write 2026-Q1'),
        ("2025-Q4", "year", '"2025-Q4" is a quarter, but a year is meant here, write 2025'),
        ("2025", "month", '"2025" is a year, but a month is meant here, write 2025-01'),
    ],
)
def test_period_of_another_kind_is_refused_with_what_to_write(text: str, kind: Kind, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_period(text, kind, UTC)


@pytest.mark.parametrize("text", ["0000", "1900", "2300", "9999"])
def test_year_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="years go from 1901 to 2299"):
        read_period(text, "year", UTC)


@given(
    st.integers(read_instant("1990-01-01T00:00:00Z"), read_instant("2040-01-01T00:00:00Z")),
    KINDS,
    st.sampled_from(ZONES),
)
def test_period_at_holds_the_instant_and_the_next_one_follows(instant: int, kind: Kind, name: str) -> None:
    zone = ZoneInfo(name)
    period = period_at(instant, kind, zone)
    assert period.start <= instant < period.end
    assert period == read_period(period.text, kind, zone)
    following = period_at(period.end, kind, zone)
    assert following.start == period.end
    assert (following.first - period.first).days == period.days


def test_period_at_when_the_clocks_go_back_over_its_first_midnight() -> None:
    zone = ZoneInfo("America/St_Johns")
    november = read_period("2009-11", "month", zone)
    assert written(november.start) == "2009-11-01T02:30:00Z"
    for minutes in (0, 1, 30, 60, 61):
        assert period_at(november.start + minutes * MINUTE, "month", zone) == november
    assert period_at(november.start - 1, "month", zone).text == "2009-10"


def test_active_part_of_a_period() -> None:
    march = read_period("2026-03", "month", UTC)
    ides = read_instant("2026-03-15T00:00:00Z")
    assert Active().part_of(march) == (march.start, march.end)
    assert Active(ides, None).part_of(march) == (ides, march.end)
    assert Active(None, ides).part_of(march) == (march.start, ides)
    assert Active(march.end, None).part_of(march) == (march.end, march.end)
    assert Active(None, march.start - 1).part_of(march) == (march.start, march.start)


def test_active_throughout_a_period() -> None:
    march = read_period("2026-03", "month", UTC)
    assert Active(march.start, march.end).throughout(march)
    assert Active(None, march.end + 1).throughout(march)
    assert not Active(march.start + 1, None).throughout(march)
    assert not Active(None, march.end - 1).throughout(march)
