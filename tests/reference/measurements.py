"""Performance of one period: samples reduced by a statistic and compared with a limit."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .calendars_of_months import Document
from .figures_of_months import cut_off_short


def nearest_rank(samples: list[Fraction], percent: int) -> Fraction:
    """The smallest sample that at least so many percent of all do not exceed."""
    ordered = sorted(samples)
    return next(value for place, value in enumerate(ordered, start=1) if 100 * place >= percent * len(ordered))


def mean(samples: list[Fraction]) -> Fraction:
    """The arithmetic mean."""
    return sum(samples, Fraction(0)) / len(samples)


def median(samples: list[Fraction]) -> Fraction:
    """The middle sample, or the mean of the middle two."""
    ordered = sorted(samples)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


STATISTICS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "mean": mean,
    "median": median,
    "p95": lambda samples: nearest_rank(samples, 95),
    "p99": lambda samples: nearest_rank(samples, 99),
    "min": min,
    "max": max,
}


def reduced(rule: Document, samples: list[Any]) -> Fraction:
    """The one figure that a rule makes of samples."""
    return STATISTICS[rule.get("statistic", "mean")]([Fraction(str(sample)) for sample in samples])


def keeps(rule: Document, value: Fraction) -> bool:
    """Whether a figure keeps the limit: strictly below it, or at least it."""
    limit = Fraction(str(rule["limit"]))
    return value < limit if rule["is"] == "below" else value >= limit


def performance_of(policy: Document, month: Document) -> Document:
    """The performance of `simulate --json`: each promised metric that has samples."""
    shown: Document = {}
    for metric, rule in (policy.get("performance") or {}).items():
        samples = (month.get("samples") or {}).get(metric)
        if not isinstance(rule, dict) or not samples:
            continue
        if rule.get("per") != "region":
            value = reduced(rule, samples)
            shown[metric] = {"value": cut_off_short(value), "met": keeps(rule, value)}
            continue
        regions = {region: reduced(rule, measured) for region, measured in samples.items() if measured}
        if regions:
            good = sum(keeps(rule, value) for value in regions.values())
            met = 2 * good > len(regions) if rule.get("in", "every") == "most" else good == len(regions)
            shown[metric] = {"value": {region: cut_off_short(value) for region, value in regions.items()}, "met": met}
    return shown
