"""The algebra of intervals against sets of points, and instants in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.intervals import clip, difference, intersection, measure, read_instant, union, written

Given = list[tuple[int, int]]
ANY = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def points(intervals: Given) -> set[int]:
    return {point for start, end in intervals for point in range(start, end)}


def is_tidy(intervals: Given) -> bool:
    ends = [-1, *(end for _, end in intervals)]
    return all(end < start < stop for end, (start, stop) in zip(ends, intervals, strict=False))


@given(ANY, ANY)
def test_algebra_is_that_of_sets(one: Given, other: Given) -> None:
    a, b = union(one), union(other)
    assert points(a) == points(one)
    assert points(intersection(a, b)) == points(a) & points(b)
    assert points(difference(a, b)) == points(a) - points(b)
    assert points(clip(a, 5, 20)) == points(a) & set(range(5, 20))
    assert measure(a) == len(points(a))
    assert all(map(is_tidy, (a, intersection(a, b), difference(a, b), clip(a, 5, 20))))


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("2026-03-13T17:00:00-04:00", "2026-03-13T21:00:00Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2026-03-13T17:00:00.5+05:30", "2026-03-13T11:30:00.500000Z"),
    ],
)
def test_instants_are_written_in_utc(text: str, again: str) -> None:
    assert written(read_instant(text)) == again


@pytest.mark.parametrize("text", ["2026-03-13T17:00:00", "2026-03-13", "tomorrow", ""])
def test_instant_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2026-03-13T17:00:00-04:00"):
        read_instant(text)
