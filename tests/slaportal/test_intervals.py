"""Instants and intervals, held against sets of points."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.intervals import (
    Interval,
    clip,
    difference,
    instant_of,
    intersection,
    measure,
    moment_of,
    read_instant,
    union,
    written,
)

any_intervals = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=8)
tidy_lists = any_intervals.map(union)


def points(intervals: list[Interval]) -> set[int]:
    return {point for start, end in intervals for point in range(start, end)}


def is_tidy(intervals: list[Interval]) -> bool:
    flat = [instant for interval in intervals for instant in interval]
    return all(one < other for one, other in pairwise(flat))


@given(any_intervals)
def test_union_covers_what_any_covers_and_is_tidy(intervals: list[Interval]) -> None:
    found = union(intervals)
    assert points(found) == points(intervals)
    assert is_tidy(found)
    assert measure(found) == len(points(intervals))


@given(tidy_lists, tidy_lists)
def test_intersection_is_what_both_cover(one: list[Interval], other: list[Interval]) -> None:
    found = intersection(one, other)
    assert points(found) == points(one) & points(other)
    assert is_tidy(found)


@given(tidy_lists, tidy_lists)
def test_difference_is_what_the_first_covers_alone(one: list[Interval], other: list[Interval]) -> None:
    found = difference(one, other)
    assert points(found) == points(one) - points(other)
    assert is_tidy(found)


@given(tidy_lists, st.integers(0, 24), st.integers(0, 24))
def test_clip_is_what_lies_within(intervals: list[Interval], start: int, length: int) -> None:
    found = clip(intervals, start, start + length)
    assert points(found) == points(intervals) & set(range(start, start + length))
    assert is_tidy(found) or length == 0


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


def test_difference_leaves_no_empty_stretch() -> None:
    assert difference([(2, 6)], [(2, 3), (5, 6)]) == [(3, 5)]
    assert difference([(4, 6), (8, 9)], [(0, 1), (1 + 1, 3), (5, 6)]) == [(4, 5), (8, 9)]


def test_an_instant_is_a_whole_number_of_microseconds() -> None:
    moment = datetime(2026, 3, 13, 17, 0, 0, 1, tzinfo=timezone(timedelta(hours=-4)))
    instant = instant_of(moment)
    assert type(instant) is int
    assert instant == 1_773_435_600_000_001
    assert moment_of(instant) == moment
    assert moment_of(instant).tzinfo is UTC


def test_an_instant_is_read_and_written() -> None:
    assert written(read_instant("2026-03-13T17:00:00-04:00")) == "2026-03-13T21:00:00Z"
    assert written(read_instant("2026-03-13T21:00:00.25Z")) == "2026-03-13T21:00:00.250000Z"


def test_a_time_without_an_offset_is_no_instant() -> None:
    expected = r"^2026-03-13T17:00:00 has no offset from UTC, write it as 2026-03-13T17:00:00-04:00$"
    with pytest.raises(ValueError, match=expected):
        read_instant("2026-03-13T17:00:00")


def test_a_text_that_is_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match=r'^"tomorrow" is not an instant, write it as 2026-03-13T17:00:00-04:00$'):
        read_instant("tomorrow")
