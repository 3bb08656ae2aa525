"""The figures of a period as they are kept: exact, as plain JSON (semantics, Availability of a subscription)."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from slaportal.intervals import Instant, measure
from uptime.availability import MeasuredAvailability, NoAvailability, Outage
from uptime.detail import detail_of, exact, reported
from uptime.exclusions import Window
from uptime.performance import MeasuredMetric

PLACES = 6
_MILLION = 10**PLACES


def cut_off(part: Fraction | int, whole: Fraction | int = 1) -> str:
    """`part / whole` (not negative) as a decimal cut off, not rounded, after six places."""
    over, under = part.numerator * whole.denominator, part.denominator * whole.numerator
    digits, rest = divmod(over * _MILLION // under, _MILLION)
    return f"{digits}.{rest:0{PLACES}d}"


def percent_of(measured: MeasuredAvailability | NoAvailability) -> str | None:
    """The availability in percent as it is shown, None where there is none."""
    if isinstance(measured, NoAvailability):
        return None
    us, whole = measured.downtime.us, measured.downtime.denominator_us * measured.downtime.us.denominator
    return cut_off(100 * (whole - us.numerator), whole)


def figures_of(
    measured: MeasuredAvailability | NoAvailability,
    metrics: Sequence[MeasuredMetric],
    *,
    outages: Sequence[Outage] = (),
    windows: Sequence[Window] = (),
    now: Instant | None = None,
) -> dict[str, Any]:
    """`availability` and `performance` as `simulate --json` has them, but exact (`_us`), `why_none` and `detail`.

    Microseconds and values are whole numbers, or `a/b` as text where they are none; percentages are cut off. `detail`
    is left out where nothing happened; the facts and `now` are for a period that has no availability.
    """
    detail: dict[str, Any] = {}
    if isinstance(measured, MeasuredAvailability):
        detail = detail_of(measured)
    elif now is not None:
        detail = reported(measured, outages, windows, now)
    figures: dict[str, Any] = {
        "availability": _availability(measured) if isinstance(measured, MeasuredAvailability) else None,
        "why_none": measured.why if isinstance(measured, NoAvailability) else None,
        "performance": {metric.name: _metric(metric) for metric in metrics},
    }
    return {**figures, "detail": detail} if detail else figures


def _availability(measured: MeasuredAvailability) -> dict[str, Any]:
    downtime, open_us, blind_us = measured.downtime, measured.open_us, measure(measured.blind)
    allowed_us = downtime.allowed_us
    return {
        "percent": percent_of(measured),
        "target": str(measured.promise.target),
        "met": downtime.us <= allowed_us,
        "counted_downtime_us": exact(downtime.us),
        "excluded_downtime_us": exact(measured.excluded_us),
        "longest_outage_us": downtime.longest_us,
        "coverage_percent": cut_off(100 * (open_us - blind_us), open_us),
        "unmonitored_us": blind_us,
        "open_us": open_us,
        "denominator_us": downtime.denominator_us,
        "allowed_downtime_us": exact(allowed_us),
    }


def _metric(metric: MeasuredMetric) -> dict[str, Any]:
    values = {
        region: {"value": exact(reduced.value), "samples": reduced.samples, "met": reduced.met}
        for region, reduced in metric.values.items()
    }
    return {"values": values, "met": metric.met}
