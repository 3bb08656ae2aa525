"""What only mutation testing missed, see docs/mutation.md: types that equality hides, signs, words, empty stretches."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from slaportal.intervals import Interval, clip, difference, instant_of, intersection, moment_of, read_instant, union
from slaportal.money import Money, decimals


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(5, 5)], []),
        ([(7, 5)], []),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 4), (2, 3), (4, 5), (5, 6)], [(1, 6)]),
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
    ],
)
def test_union_joins_what_touches_and_drops_what_is_empty(intervals: list[Interval], expected: list[Interval]) -> None:
    assert union(intervals) == expected


def test_what_only_touches_has_nothing_in_common() -> None:
    assert intersection([(1, 3)], [(3, 5)]) == []
    assert clip([(1, 3), (5, 7)], 3, 5) == []


def test_difference_leaves_no_empty_stretch_and_skips_no_cut() -> None:
    assert difference([(2, 6)], [(2, 3), (5, 6)]) == [(3, 5)]
    assert difference([(4, 6), (8, 9)], [(0, 1), (2, 3), (5, 6)]) == [(4, 5), (8, 9)]
    assert difference([(0, 9)], [(1, 2), (3, 4), (5, 6)]) == [(0, 1), (2, 3), (4, 5), (6, 9)]


def test_an_instant_is_a_whole_number_of_microseconds() -> None:
    moment = datetime(2026, 3, 13, 17, 0, 0, 1, tzinfo=timezone(timedelta(hours=-4)))
    instant = instant_of(moment)
    assert type(instant) is int
    assert instant == 1_773_435_600_000_001
    assert moment_of(instant) == moment
    assert moment_of(instant).tzinfo is UTC


def test_a_refused_instant_is_told_what_it_lacks() -> None:
    with pytest.raises(ValueError, match=r"^2026-03-13T17:00:00 has no offset from UTC, write it as 2026"):
        read_instant("2026-03-13T17:00:00")
    with pytest.raises(ValueError, match=r'^"tomorrow" is not an instant, write it as 2026-03-13T17:00:00-04:00$'):
        read_instant("tomorrow")


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("UYW", 4), ("", 2)])
def test_a_currency_has_its_decimals(currency: str, places: int) -> None:
    assert decimals(currency) == places


def test_money_without_a_currency_ends_with_its_amount() -> None:
    assert str(Money(Decimal("2.50"), "")) == "2.50"
