"""Availability: what of a period's outages counts as downtime, and the figures that follow from it, exactly."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from contracts.policy.agreement import Agreement
from contracts.policy.document.availability import Availability, OutageFilter, Subscription
from contracts.policy.periods import Active, Period
from slaportal.intervals import Instant, Interval, difference, intersection, measure, union
from uptime.exclusions import Verdict, Window, excluded_cause, judge_windows

Impact = Literal["down", "degraded"]
WhyNone = Literal["no_promise", "not_for", "not_active", "part_period", "nothing_open"]

_ALL_ACTIVE = Active()
_PERCENT = Fraction(1, 100)
_WHOLE = Fraction(1)


class Outage(NamedTuple):
    """An outage of one of the services a subscription covers; `end` None while it is on.

    `measured` is false of time that nobody measured and that the policy counts as down.
    """

    start: Instant
    end: Instant | None = None
    cause: str = "provider"
    impact: Impact = "down"
    service: str | None = None
    measured: bool = True

    def ended_by(self, now: Instant) -> Instant | None:
        """When it ended, None if by now it has not."""
        return None if self.end is None or self.end > now else self.end

    def span(self, now: Instant) -> Interval:
        """What of it has happened; empty, `start` to `start`, if it has not begun."""
        start, end = self.start, self.end
        until = now if end is None or end > now else end
        return start, max(start, until)


# An outage with what of it has happened.
_Happened: TypeAlias = tuple[Outage, Interval]


@dataclass(frozen=True, slots=True)
class Downtime:
    """Downtime of a period, in microseconds by weight, with the figures that follow from it; shares are of one."""

    us: Fraction
    longest_us: int
    denominator_us: int
    target: Fraction

    @property
    def availability(self) -> Fraction:
        """One less the share of the period that was down."""
        return 1 - Fraction(self.us, self.denominator_us)

    @property
    def allowed_us(self) -> Fraction:
        """The downtime that the target leaves."""
        return (1 - self.target) * self.denominator_us

    @property
    def excess_us(self) -> Fraction:
        """The downtime beyond what is allowed, not less than none."""
        return max(Fraction(0), self.us - self.allowed_us)

    @property
    def met(self) -> bool:
        """Whether the availability, as it is and not as it is shown, reaches the target."""
        return self.us <= self.allowed_us


@dataclass(frozen=True, slots=True)
class NoAvailability:
    """A period without an availability, and why; `[start, end)` is its active part."""

    period: Period
    start: Instant
    end: Instant
    why: WhyNone
    promise: Availability | None


class MeasuredAvailability(NamedTuple):
    """The availability of a period as far as it has gone by `now`, with all that explains it.

    `[start, end)` is the active part of the period, `open` its open hours. `cuts` is what windows exclude, `blind` the
    time that nobody measured (both within the open hours); `verdicts` and `outages` are in the order given, `outages`
    with the unmeasured stretches at the end where they count as outages, and `spans` what has happened of each.
    `stretches` is the counted time before the policy's filter and `left` after it. `counting` are the outages that a
    claim can cover.
    """

    promise: Availability
    period: Period
    start: Instant
    end: Instant
    now: Instant
    open: Sequence[Interval]
    cuts: Sequence[Interval]
    blind: Sequence[Interval]
    verdicts: tuple[Verdict, ...]
    outages: tuple[Outage, ...]
    spans: tuple[Interval, ...]
    counting: tuple[Outage, ...]
    stretches: Sequence[Interval]
    left: Sequence[Interval]
    reported_us: Fraction
    downtime: Downtime

    @property
    def availability(self) -> Fraction:
        """The exact share of the period that was up."""
        return self.downtime.availability

    @property
    def met(self) -> bool:
        """Whether the target is met so far."""
        return self.downtime.met

    @property
    def excluded_us(self) -> Fraction:
        """The downtime that was reported and did not count."""
        return self.reported_us - self.downtime.us

    @property
    def open_us(self) -> int:
        """The open time of the active part of the period, before exclusions."""
        return measure(self.open)

    @property
    def coverage(self) -> Fraction:
        """The share of the open time that was not left unmeasured."""
        return 1 - Fraction(measure(self.blind), self.open_us)

    def claimed(self, outages: Sequence[Outage]) -> Downtime:
        """What is left of the downtime in some counting outages, weighed by them alone (semantics, Credits)."""
        weighed = _Weighed([(outage, outage.span(self.now)) for outage in outages], self.promise)
        stretches = intersection(self.left, weighed.spans)
        whole = self.downtime
        return Downtime(weighed.integral(stretches), _longest(stretches), whole.denominator_us, whole.target)


def measure_availability(
    agreement: Agreement,
    period: Period,
    *,
    outages: Sequence[Outage],
    windows: Sequence[Window] = (),
    unmonitored: Sequence[Interval] = (),
    active: Active = _ALL_ACTIVE,
    subscription: Subscription = "production",
    now: Instant,
) -> MeasuredAvailability | NoAvailability:
    """The availability of a subscription in a period (semantics, Availability of a subscription in a month).

    `outages` are those of the services it covers; `windows` those of the period and the ones before that may run into
    it or use up its quota; `unmonitored` intervals may overlap. Whatever lies after `now` is left out here.
    """
    promise, (start, end) = agreement.terms.availability, active.part_of(period)
    if promise is None:
        return NoAvailability(period, start, end, "no_promise", None)
    hours = agreement.calendars[promise.hours].intervals(start, end)
    verdicts = judge_windows(windows, promise, period=period, zone=agreement.zone, now=now)
    cuts = intersection(union([verdict.excluded for verdict in verdicts if verdict.excluded]), hours)
    blind = intersection(union([(a, min(b, now)) for a, b in unmonitored]), hours) if unmonitored else []
    denominator_us = measure(hours) - measure(out_of_denominator(promise, cuts, blind))
    why_none = _why_none(promise, period, active, subscription, denominator_us)
    if why_none is not None:
        return NoAvailability(period, start, end, why_none, promise)
    happened = [(outage, outage.span(now)) for outage in _with_unmeasured(outages, unmonitored, promise)]
    counted, reported = _Weighed(_of_counting_cause(happened, promise), promise), _Weighed(happened, promise)
    hidden = union([*cuts, *blind]) if promise.unmonitored == "excluded" else cuts
    stretches = difference(intersection(counted.spans, hours), hidden)
    left = _kept(stretches, promise.outages)
    return MeasuredAvailability(
        promise=promise,
        period=period,
        start=start,
        end=end,
        now=now,
        open=hours,
        cuts=cuts,
        blind=blind,
        verdicts=verdicts,
        outages=tuple(outage for outage, _span in happened),
        spans=tuple(span for _outage, span in happened),
        counting=_with_some_left(counted.outages, left),
        stretches=stretches,
        left=left,
        reported_us=reported.integral(intersection(reported.spans, hours)),
        downtime=Downtime(counted.integral(left), _longest(left), denominator_us, _share(promise.target)),
    )


def _why_none(
    promise: Availability, period: Period, active: Active, subscription: Subscription, denominator_us: int
) -> WhyNone | None:
    if subscription in promise.not_for:
        return "not_for"
    start, end = active.part_of(period)
    if start == end:
        return "not_active"
    if promise.part_periods == "none" and not active.throughout(period):
        return "part_period"
    return "nothing_open" if denominator_us == 0 else None


def out_of_denominator(promise: Availability, cuts: Sequence[Interval], blind: Sequence[Interval]) -> list[Interval]:
    """The open time that the downtime is not divided by: windows, unmeasured time, as the policy says."""
    out = [*cuts] if promise.basis == "service_time" else []
    return union([*out, *blind]) if promise.unmonitored == "excluded" else out


def weight(impact: Impact, promise: Availability) -> Fraction:
    """How much of the time of an outage of this impact is downtime, whatever its cause."""
    return _WHOLE if impact == "down" else Fraction(promise.degraded)


class _Weighed:
    """Outages that weigh something, the time they cover, and the larger weight where they overlap."""

    __slots__ = ("_full", "_weight", "outages", "spans")

    def __init__(self, outages: Sequence[_Happened], promise: Availability) -> None:
        full = [span for outage, span in outages if outage.impact == "down"]
        part = [span for outage, span in outages if outage.impact != "down"] if promise.degraded else []
        everything = len(full) + len(part) == len(outages)
        self.outages = outages if everything else [one for one in outages if one[0].impact == "down"]
        self._full = union(full)
        self.spans = union([*full, *part]) if part else self._full
        self._weight = Fraction(promise.degraded) if part else _WHOLE

    def integral(self, stretches: Sequence[Interval]) -> Fraction:
        """The microseconds by weight of stretches that lie within the spans."""
        whole = measure(stretches)
        if self._weight == 1:
            return Fraction(whole)
        full = measure(intersection(stretches, self._full))
        return full + self._weight * (whole - full)


def _with_unmeasured(
    outages: Sequence[Outage], unmonitored: Sequence[Interval], promise: Availability
) -> Sequence[Outage]:
    """The outages, and the time that nobody measured where the policy says that it was down."""
    if promise.unmonitored != "down" or not unmonitored:
        return outages
    return [*outages, *(Outage(start, end, measured=False) for start, end in unmonitored)]


def _of_counting_cause(outages: Sequence[_Happened], promise: Availability) -> Sequence[_Happened]:
    return [one for one in outages if excluded_cause(one[0].cause, promise) is None]


def _kept(stretches: Sequence[Interval], rule: OutageFilter) -> Sequence[Interval]:
    """What the policy's filter leaves: stretches too short are dropped, the others cut to whole units."""
    if rule.at_least is None and rule.longer_than is None and rule.whole is None:
        return stretches
    shortest = 0 if rule.at_least is None else rule.at_least.length
    too_short = 0 if rule.longer_than is None else rule.longer_than.length
    unit = 1 if rule.whole is None else max(1, rule.whole.length)
    kept = []
    for start, end in stretches:
        length = end - start
        if length >= shortest and length > too_short and length >= unit:
            kept.append((start, end - length % unit))
    return kept


def _with_some_left(outages: Sequence[_Happened], left: Sequence[Interval]) -> tuple[Outage, ...]:
    starts = [start for start, _ in left]
    counting = []
    for outage, (start, until) in outages:
        last = bisect_left(starts, until) - 1
        if start < until and last >= 0 and left[last][1] > start:
            counting.append(outage)
    return tuple(counting)


@lru_cache(maxsize=256)
def _share(percent: Decimal) -> Fraction:
    return Fraction(percent) * _PERCENT


def _longest(stretches: Sequence[Interval]) -> int:
    return max((end - start for start, end in stretches), default=0)
