"""Why a clock says what it says: the segments of its span, and the clause, strength and note it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from contracts.policy.calendars import Calendar
from contracts.policy.document.stated import Stated
from slaportal.intervals import Instant
from tickets.clocks import Clock
from tickets.history import History, Status

Kind = Literal["running", "paused", "closed", "solved"]


@dataclass(slots=True)
class Segment:
    """A stretch of a clock's span: it ran, was paused by a status, was closed (on a holiday, by name), was solved."""

    kind: Kind
    start: Instant
    end: Instant
    status: Status | None = None
    holiday: str | None = None

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.end - self.start


@dataclass(slots=True)
class Explanation:
    """The segments from the clock's `since` to its `at`, without a gap, and the promise they are held against.

    The running ones add up to `elapsed`; with a target of business days, which is real time, all of them do.
    """

    segments: list[Segment]
    promise: Stated


def explain(clock: Clock, history: History) -> Explanation:
    """The segments of a clock that was worked out from that history."""
    segments: list[Segment] = []
    reached = clock.since
    for start, end, counted, calendar in clock.ran:
        if end <= reached:
            continue
        if start > reached:
            segments += _between(reached, start, history)
            reached = start
        if counted == end - reached:
            segments.append(Segment("running", reached, end))
        else:
            segments += _open_and_closed(reached, end, calendar)
        reached = end
    if reached < clock.at:
        segments += _between(reached, clock.at, history)
    return Explanation(segments, clock.target.promise)


def _between(start: Instant, end: Instant, history: History) -> Iterator[Segment]:
    """Why the clock did not run: the statuses that paused it, or that the ticket was solved."""
    statuses = history.statuses
    for n, (_, since, status) in enumerate(statuses):
        until = statuses[n + 1][1] if n + 1 < len(statuses) else end
        if until > start and since < end and since < until:
            kind: Kind = "solved" if status in ("solved", "closed") else "paused"
            yield Segment(kind, max(since, start), min(until, end), status)


def _open_and_closed(start: Instant, end: Instant, calendar: Calendar) -> Iterator[Segment]:
    for opens, closes in calendar.intervals(start, end):
        if start < opens:
            yield from _closed(start, opens, calendar)
        yield Segment("running", opens, closes)
        start = closes
    if start < end:
        yield from _closed(start, end, calendar)


def _closed(start: Instant, end: Instant, calendar: Calendar) -> Iterator[Segment]:
    for since, until, name in calendar.closures(start, end):
        if start < since:
            yield Segment("closed", start, since)
        yield Segment("closed", since, until, holiday=name)
        start = until
    if start < end:
        yield Segment("closed", start, end)
