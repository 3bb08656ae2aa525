"""Performance: what the samples of a metric come to, by region where the promise is, and whether it is met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import reduce

from contracts.policy.document.availability import Metric, Performance

# The samples of a metric by region; those that come from no region stand under the empty name.
Samples = Mapping[str, Mapping[str, Sequence[Decimal]]]

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class Reduced:
    """What some samples come to, how many they are, and whether that meets the limit."""

    value: Fraction
    samples: int
    met: bool


@dataclass(frozen=True, slots=True)
class MeasuredMetric:
    """One metric of a month: the value of all samples (under the empty name) or of each region that has some."""

    name: str
    promise: Metric
    values: Mapping[str, Reduced]
    met: bool

    @property
    def by_region(self) -> bool:
        """Whether each region has a value of its own."""
        return self.promise.per == "region"


def measure_performance(promises: Performance, samples: Samples) -> tuple[MeasuredMetric, ...]:
    """The metrics that have samples, in the order of the policy (semantics, Availability: performance)."""
    measured = []
    for name, promise in promises.entries.items():
        groups = {region: given for region, given in samples.get(name, {}).items() if given}
        if promise.per is None and groups:
            groups = {"": [sample for given in groups.values() for sample in given]}
        if groups:
            values = {region: _reduced(given, promise) for region, given in groups.items()}
            measured.append(MeasuredMetric(name, promise, values, _kept(values, promise)))
    return tuple(measured)


def _kept(values: Mapping[str, Reduced], promise: Metric) -> bool:
    kept = sum(1 for value in values.values() if value.met)
    return 2 * kept > len(values) if promise.in_ == "most" else kept == len(values)


def _reduced(samples: Sequence[Decimal], promise: Metric) -> Reduced:
    value = _STATISTICS[promise.statistic](samples)
    limit = Fraction(promise.limit)
    return Reduced(value, len(samples), value < limit if promise.is_ == "below" else value >= limit)


def _mean(samples: Sequence[Decimal]) -> Fraction:
    return Fraction(Fraction(reduce(_EXACT.add, samples)), len(samples))


def _median(samples: Sequence[Decimal]) -> Fraction:
    ordered = sorted(samples)
    return _mean(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1])


def _percentile(percent: int) -> Callable[[Sequence[Decimal]], Fraction]:
    """The percentile by nearest rank: the smallest sample that at least so many percent do not exceed."""

    def value(samples: Sequence[Decimal]) -> Fraction:
        return Fraction(sorted(samples)[-(-percent * len(samples) // 100) - 1])

    return value


_STATISTICS: Mapping[str, Callable[[Sequence[Decimal]], Fraction]] = {
    "mean": _mean,
    "median": _median,
    "p95": _percentile(95),
    "p99": _percentile(99),
    "min": lambda samples: Fraction(min(samples)),
    "max": lambda samples: Fraction(max(samples)),
}
