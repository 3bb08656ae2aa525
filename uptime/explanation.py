"""The explanation of an availability: where the time of every outage went, and the words of the policy it rests on."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from contracts.policy.document.availability import Availability
from contracts.policy.document.stated import Stated
from slaportal.intervals import Instant, Interval, intersection, measure
from uptime.availability import MeasuredAvailability, Outage, out_of_denominator, weight
from uptime.exclusions import Verdict, excluded_cause

PieceWord = Literal[
    "counted",  # downtime
    "cause",  # downtime reported, of a cause that does not count
    "window",  # downtime reported, in an excluded maintenance window
    "unmonitored",  # downtime reported, in time that nobody measured and that the policy excludes
    "too_short",  # downtime reported, in a stretch that the policy's filter drops
    "not_whole",  # downtime reported, at the end of a stretch that the filter cuts to whole units
    "overlap",  # borne by another outage, of the same or a larger weight
    "weightless",  # of an impact that weighs nothing
    "closed",  # outside the hours in which downtime counts
    "outside",  # outside the active part of the period
]

# Where a policy's excluded causes stand, before the name of one.
CAUSE_PATH = "availability.exclusions.causes."

_NOTHING = Fraction(0)


class Ground(NamedTuple):
    """The mapping of the policy that something rests on, with its clause, strength and note, and where it stands."""

    path: str
    stated: Stated


class Piece(NamedTuple):
    """A part of an outage and what became of it; `weight` is the share of it that is reported downtime of this outage.

    `by` is the window that hides it, or the outage that bears it instead.
    """

    start: Instant
    end: Instant
    word: PieceWord
    weight: Fraction
    ground: Ground
    by: Verdict | Outage | None = None

    @property
    def us(self) -> int:
        """Its length in microseconds."""
        return self.end - self.start

    @property
    def reported_us(self) -> Fraction:
        """The reported downtime in it, in microseconds by weight."""
        return self.weight * self.us

    @property
    def counted_us(self) -> Fraction:
        """The downtime in it that counts."""
        return self.reported_us if self.word == "counted" else _NOTHING


class OutageLine(NamedTuple):
    """An outage with all of its pieces; none if it has not happened. `ground` is the exclusion of its cause, if any."""

    outage: Outage
    weight: Fraction
    counting: bool
    ground: Ground | None
    pieces: tuple[Piece, ...]

    @property
    def reported_us(self) -> Fraction:
        """The downtime that it, and no outage before it, reported."""
        return sum((piece.reported_us for piece in self.pieces), _NOTHING)

    @property
    def counted_us(self) -> Fraction:
        """The downtime of it that counted."""
        return sum((piece.counted_us for piece in self.pieces), _NOTHING)


class WindowLine(NamedTuple):
    """A window with the verdict on it, the open time it excludes, and the reported downtime that it hides."""

    verdict: Verdict
    ground: Ground
    excluded_us: int
    hidden_us: Fraction


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Reported downtime that did not count for one reason, on one ground."""

    word: PieceWord
    ground: Ground
    us: Fraction


class AvailabilityExplanation(NamedTuple):
    """The arithmetic of a period: `open_us` less `windows_us` less `unmonitored_us` is the denominator.

    There is a line for each outage and window given, in that order. Their reported downtime is the counted and
    the `uncounted` together.
    """

    measured: MeasuredAvailability
    ground: Ground
    open_us: int
    windows_us: int
    unmonitored_us: int
    outages: tuple[OutageLine, ...]
    windows: tuple[WindowLine, ...]

    @property
    def uncounted(self) -> tuple[Uncounted, ...]:
        """The reported downtime that did not count, by reason and ground, in the order in which they occur."""
        return _uncounted(self.outages)

    @property
    def budget_left_us(self) -> Fraction:
        """The downtime allowed less the downtime counted; negative where the target is missed."""
        return self.measured.downtime.allowed_us - self.measured.downtime.us


def explain_availability(measured: MeasuredAvailability) -> AvailabilityExplanation:
    """How a measured availability came about, from the same run and to the microsecond (semantics, Availability)."""
    promise = measured.promise
    counting = {id(outage) for outage in measured.counting}
    sweep = _Sweep(measured)
    outages = tuple(
        OutageLine(outage, weighs, id(outage) in counting, cause, tuple(pieces))
        for outage, weighs, cause, pieces in zip(
            measured.outages, sweep.weights, sweep.causes, sweep.pieces(), strict=True
        )
    )
    out_us = measure(out_of_denominator(promise, measured.cuts, measured.blind))
    windows_us = measure(measured.cuts) if promise.basis == "service_time" else 0
    hidden = _hidden_by_windows(outages)
    return AvailabilityExplanation(
        measured=measured,
        ground=Ground("availability", promise),
        open_us=measured.open_us,
        windows_us=windows_us,
        unmonitored_us=out_us - windows_us,
        outages=outages,
        windows=tuple(
            WindowLine(
                verdict,
                _window_ground(verdict, promise),
                0 if verdict.excluded is None else measure(intersection([verdict.excluded], measured.open)),
                hidden.get(id(verdict), _NOTHING),
            )
            for verdict in measured.verdicts
        ),
    )


def _hidden_by_windows(outages: Sequence[OutageLine]) -> dict[int, Fraction]:
    """The reported downtime that each verdict's window hides, by the verdict's `id`."""
    hidden: dict[int, Fraction] = {}
    for line in outages:
        for piece in line.pieces:
            if piece.word == "window":
                hidden[id(piece.by)] = hidden.get(id(piece.by), _NOTHING) + piece.reported_us
    return hidden


def _uncounted(outages: Sequence[OutageLine]) -> tuple[Uncounted, ...]:
    sums: dict[tuple[PieceWord, str], Uncounted] = {}
    for line in outages:
        for piece in line.pieces:
            if piece.word == "counted" or not piece.weight:
                continue
            key = piece.word, piece.ground.path
            before = sums[key].us if key in sums else _NOTHING
            sums[key] = Uncounted(piece.word, piece.ground, before + piece.reported_us)
    return tuple(sums.values())


def _cause_ground(cause: str, promise: Availability) -> Ground | None:
    excluded = excluded_cause(cause, promise)
    return None if excluded is None else Ground(CAUSE_PATH + cause, excluded)


def _window_ground(verdict: Verdict, promise: Availability) -> Ground:
    if verdict.rule is None:
        return Ground("availability.exclusions.maintenance", promise.exclusions.maintenance)
    return Ground(f"availability.exclusions.maintenance.{verdict.window.kind}", verdict.rule)


class _Cursor:
    """Looks up which of some tidy intervals covers an instant, asked about in ascending order."""

    __slots__ = ("_intervals", "_next")

    def __init__(self, intervals: Sequence[Interval]) -> None:
        self._intervals, self._next = intervals, 0

    def at(self, instant: Instant) -> Interval | None:
        intervals, place = self._intervals, self._next
        last = len(intervals)
        while place < last and intervals[place][1] <= instant:
            place += 1
        self._next = place
        return intervals[place] if place < last and intervals[place][0] <= instant else None


class _Sweep:
    """Goes once through the time of all outages and says of every outage, instant by instant, what became of it.

    Every instant of reported downtime is borne by one counting outage, the first of the largest weight, and, where one
    of an excluded cause weighs more than that, by it for the difference. So the pieces add up, whatever overlaps.
    """

    def __init__(self, measured: MeasuredAvailability) -> None:
        promise = measured.promise
        self._measured = measured
        self._spans = measured.spans
        weights = {impact: weight(impact, promise) for impact in {outage.impact for outage in measured.outages}}
        self.weights = [weights[outage.impact] for outage in measured.outages]
        grounds = {cause: _cause_ground(cause, promise) for cause in {outage.cause for outage in measured.outages}}
        self.causes = [grounds[outage.cause] for outage in measured.outages]
        self._whole = Ground("availability", promise)
        self._excluded = [verdict for verdict in measured.verdicts if verdict.excluded is not None]
        self._excluded.sort(key=lambda verdict: verdict.window.start)
        blind = measured.blind if promise.unmonitored == "excluded" else ()
        self._lists = (measured.open, measured.cuts, blind, measured.stretches, measured.left)
        self._open, self._cuts, self._blind, self._stretches, self._left = map(_Cursor, self._lists)
        self._pieces: list[list[Piece]] = [[] for _ in measured.outages]

    def pieces(self) -> list[list[Piece]]:
        """The pieces of each outage, in time."""
        for start, end, those in self._clusters():
            alone = self._in_one_piece(those[0], start, end) if len(those) == 1 else None
            if alone is not None:  # nearly always
                self._pieces[those[0]].append(alone)
            else:
                self._go_through(start, end, those)
        return self._pieces

    def _clusters(self) -> Iterator[tuple[Instant, Instant, list[int]]]:
        """The outages that have begun, in time, in groups of those that overlap: from when, to when, and which."""
        spans = self._spans
        those: list[int] = []
        first = last = 0
        for n in sorted(range(len(spans)), key=spans.__getitem__):
            start, end = spans[n]
            if start == end:
                continue
            if those and start < last:
                those.append(n)
                last = max(last, end)
                continue
            if those:
                yield first, last, those
            those, first, last = [n], start, end
        if those:
            yield first, last, those

    def _in_one_piece(self, n: int, start: Instant, end: Instant) -> Piece | None:
        """The piece of an outage that overlaps none, if it is of one kind from end to end; else None."""
        if not self.weights[n]:
            return None
        cause = self.causes[n]
        around = (self._left if cause is None else self._open).at(start)
        if around is None or around[1] < end:
            return None
        if cause is None:
            return Piece(start, end, "counted", self.weights[n], self._whole)
        return Piece(start, end, "cause", self.weights[n], cause)

    def _go_through(self, first: Instant, last: Instant, those: list[int]) -> None:
        """Give each outage of a cluster its pieces: between two points nothing changes."""
        points = self._points
        within = points[bisect_left(points, first) : bisect_right(points, last)]
        spans = self._spans
        waiting, on = those[::-1], list[int]()
        for start, end in pairwise(within):
            on = [n for n in on if spans[n][1] > start]
            while waiting and spans[waiting[-1]][0] <= start:
                on.append(waiting.pop())
            self._tell(start, end, sorted(on))

    @cached_property
    def _points(self) -> list[Instant]:
        """Every instant at which something may change."""
        measured = self._measured
        points = {measured.start, measured.end}
        for intervals in (self._spans, *self._lists):
            points.update(chain.from_iterable(intervals))
        for verdict in self._excluded:
            points.update(verdict.excluded or ())
        return sorted(points)

    def _tell(self, start: Instant, end: Instant, on: Sequence[int]) -> None:
        """Give each outage that is on its piece of `[start, end)`, within which nothing changes."""
        if len(on) == 1 and self._counts_alone(on[0], start):  # nearly always
            self._add(on[0], Piece(start, end, "counted", self.weights[on[0]], self._whole))
            return
        measured = self._measured
        if not measured.start <= start < measured.end or self._open.at(start) is None:
            word: PieceWord = "closed" if measured.start <= start < measured.end else "outside"
            for n in on:
                self._add(n, Piece(start, end, word, _NOTHING, self._whole))
            return
        bearer, heaviest = self._bearer(on)
        borne = _NOTHING if bearer is None else self.weights[bearer]
        for n in on:
            cause = self.causes[n]
            if not self.weights[n]:
                piece = Piece(start, end, "weightless", _NOTHING, self._whole)
            elif n == bearer:
                piece = self._borne(start, end, borne)
            elif n == heaviest and cause is not None:
                piece = Piece(start, end, "cause", self.weights[n] - borne, cause)
            else:
                piece = Piece(start, end, "overlap", _NOTHING, self._whole, measured.outages[heaviest])
            self._add(n, piece)

    def _counts_alone(self, n: int, start: Instant) -> bool:
        """Whether the time of the only outage that is on is downtime: what is left is open, and nothing hides it."""
        return self.causes[n] is None and bool(self.weights[n]) and self._left.at(start) is not None

    def _bearer(self, on: Sequence[int]) -> tuple[int | None, int]:
        """Which of those that are on bears the time, if any counts, and which of them all weighs most."""
        bearer = max((n for n in on if self.causes[n] is None), key=lambda n: (self.weights[n], -n), default=None)
        return bearer, max(on, key=lambda n: (self.weights[n], n == bearer, -n))

    def _borne(self, start: Instant, end: Instant, borne: Fraction) -> Piece:
        """The piece of the counting outage that bears this time: counted, or hidden, or dropped by the filter."""
        promise = self._measured.promise
        if self._cuts.at(start) is not None:
            verdict = next(one for one in self._excluded if one.excluded and one.excluded[0] <= start < one.excluded[1])
            return Piece(start, end, "window", borne, _window_ground(verdict, promise), verdict)
        if self._blind.at(start) is not None:
            return Piece(start, end, "unmonitored", borne, self._whole)
        if self._left.at(start) is not None:
            return Piece(start, end, "counted", borne, self._whole)
        rule = promise.outages
        first, last = self._stretches.at(start) or (start, end)
        length = last - first
        too_short = (rule.at_least is not None and length < rule.at_least.length) or (
            rule.longer_than is not None and length <= rule.longer_than.length
        )
        return Piece(start, end, "too_short" if too_short else "not_whole", borne, Ground("availability.outages", rule))

    def _add(self, n: int, piece: Piece) -> None:
        """Add a piece, as one with that before it where nothing has changed between them."""
        pieces = self._pieces[n]
        if pieces:
            before = pieces[-1]
            same = (before.word, before.weight, before.ground.path) == (piece.word, piece.weight, piece.ground.path)
            if same and before.end == piece.start and before.by is piece.by:
                piece = Piece(before.start, piece.end, piece.word, piece.weight, before.ground, piece.by)
                pieces.pop()
        pieces.append(piece)
