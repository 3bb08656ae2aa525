"""Instants as whole microseconds since 1970 UTC, and the algebra of half-open intervals `[start, end)` of them.

A list of intervals is *tidy* when it is sorted, nothing in it is empty, and nothing touches or overlaps. Every
function takes tidy lists, except `union`, which makes them, and gives tidy lists back.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
Interval: TypeAlias = tuple[Instant, Instant]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime; ValueError for a naive one, which names no instant."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no offset from UTC, write it as 2026-03-13T17:00:00-04:00")
    return (moment - _EPOCH) // _MICROSECOND


def read_instant(text: str) -> Instant:
    """The instant of an ISO 8601 text with its offset; ValueError says what to write."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is not an instant, write it as 2026-03-13T17:00:00-04:00') from None
    return instant_of(moment)


def moment_of(instant: Instant) -> datetime:
    """The instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def written(instant: Instant) -> str:
    """The instant in ISO 8601, in UTC: `2026-03-13T21:00:00Z`, a fraction of a second only where there is one."""
    return moment_of(instant).replace(tzinfo=None).isoformat() + "Z"


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """What any of the intervals covers; they may come in any order, overlap, touch or be empty."""
    tidy: list[Interval] = []
    last = None
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if last is not None and start <= last:
            if end > last:
                last = end
                tidy[-1] = (tidy[-1][0], end)
        else:
            tidy.append((start, end))
            last = end
    return tidy


def intersection(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """What both cover."""
    both: list[Interval] = []
    i, j, ones, others = 0, 0, len(one), len(other)
    while i < ones and j < others:
        (start, end), (other_start, other_end) = one[i], other[j]
        if end <= other_end:
            i += 1
        if other_end <= end:
            j += 1
        start = start if start >= other_start else other_start  # noqa: FURB136 - twice as fast as max and min here
        end = end if end <= other_end else other_end  # noqa: FURB136
        if start < end:
            both.append((start, end))
    return both


def difference(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """What the first covers and the second does not."""
    left: list[Interval] = []
    j = 0
    for first, end in one:
        start = first
        while j < len(other) and other[j][1] <= start:
            j += 1
        k = j
        while k < len(other) and other[k][0] < end:
            if other[k][0] > start:
                left.append((start, other[k][0]))
            start = max(start, other[k][1])
            k += 1
        if start < end:
            left.append((start, end))
    return left


def clip(intervals: Sequence[Interval], start: Instant, end: Instant) -> list[Interval]:
    """What lies within `[start, end)`."""
    return [(max(a, start), min(b, end)) for a, b in intervals if a < end and b > start]


def measure(intervals: Iterable[Interval]) -> int:
    """The length of it all, in microseconds."""
    return sum(end - start for start, end in intervals)
