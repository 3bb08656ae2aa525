"""What samples come to, and whether that meets the limit."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.uptime.promises import promised
from uptime.performance import MeasuredMetric, Samples, measure_performance


def metrics(samples: Samples, **promises: Any) -> tuple[MeasuredMetric, ...]:
    return measure_performance(promised(performance=promises).terms.performance, samples)


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("mean", Fraction(77, 6)),
        ("median", Fraction(5)),
        ("p95", Fraction(50)),
        ("p99", Fraction(50)),
        ("min", Fraction(1, 2)),
        ("max", Fraction(50)),
    ],
)
def test_statistic_reduces_the_samples(statistic: str, value: Fraction) -> None:
    (metric,) = metrics(
        {"latency_ms": {"": decimals("50", "0.5", "6.5", "3.5", "15", "1.5")}},
        latency_ms={"limit": "50", "is": "below", "statistic": statistic},
    )
    assert metric.values[""].value == value


@pytest.mark.parametrize(
    ("count", "p95", "p99"), [(1, 1, 1), (19, 19, 19), (20, 19, 20), (100, 95, 99), (101, 96, 100)]
)
def test_percentiles_go_by_nearest_rank(count: int, p95: int, p99: int) -> None:
    samples = {"": [Decimal(n) for n in range(count, 0, -1)]}
    found = metrics(
        {"one": samples, "two": samples},
        one={"limit": "0", "is": "at_least", "statistic": "p95"},
        two={"limit": "0", "is": "at_least", "statistic": "p99"},
    )
    assert [metric.values[""].value for metric in found] == [p95, p99]


@pytest.mark.parametrize(
    ("relation", "sample", "met"),
    [
        ("below", "49.999", True),
        ("below", "50", False),
        ("at_least", "50", True),
        ("at_least", "49.999", False),
    ],
)
def test_limit_is_strict_below_and_not_at_least(relation: str, sample: str, met: bool) -> None:
    (metric,) = metrics({"speed": {"": decimals(sample)}}, speed={"limit": "50", "is": relation})
    assert metric.met is met


@pytest.mark.parametrize(
    ("in_", "regions", "met"),
    [
        ("most", {"eu": "1", "us": "99"}, False),
        ("most", {"eu": "1", "us": "99", "asia": "1"}, True),
        ("every", {"eu": "1", "us": "99", "asia": "1"}, False),
        ("every", {"eu": "1", "us": "1"}, True),
    ],
)
def test_regions_are_judged_by_themselves(in_: str, regions: dict[str, str], met: bool) -> None:
    samples = {region: decimals(sample) for region, sample in regions.items()}
    (metric,) = metrics(
        {"latency_ms": {**samples, "africa": []}},
        latency_ms={"limit": "50", "is": "below", "per": "region", "in": in_},
    )
    assert metric.met is met
    assert metric.by_region
    assert set(metric.values) == set(regions)


def test_samples_of_all_regions_are_one_where_the_promise_is_not_by_region() -> None:
    (metric,) = metrics(
        {"latency_ms": {"eu": decimals("10", "20"), "us": decimals("60")}},
        latency_ms={"limit": "50", "is": "below"},
    )
    assert metric.values[""].value == 30
    assert metric.values[""].samples == 3
    assert metric.met


def test_metric_without_samples_is_not_judged_and_unknown_ones_are_left_out() -> None:
    promise = {"limit": "50", "is": "below"}
    found = metrics(
        {"b": {"": decimals("1")}, "c": {"": []}, "z": {"": decimals("1")}}, a=promise, b=promise, c=promise
    )
    assert [metric.name for metric in found] == ["b"]


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9), min_size=1))
def test_mean_is_exact_however_many_digits(samples: list[Decimal]) -> None:
    (metric,) = metrics({"speed": {"": samples}}, speed={"limit": "0", "is": "at_least"})
    assert metric.values[""].value == Fraction(sum(map(Fraction, samples)), len(samples))
