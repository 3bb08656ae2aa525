"""The outcome of a scenario in the shape of `simulate --json` (docs/scenario-format.md)."""

from fractions import Fraction
from typing import Any

from credits.assessment import Assessment
from slaportal.intervals import Instant, written
from slaportal.site.simulate.working_out import Outcome
from tickets.clocks import Clock
from uptime.availability import MeasuredAvailability
from uptime.performance import MeasuredMetric

_MILLION = 1_000_000


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """`clocks`, `availability`, `performance` and `credits` of an outcome, ready for JSON."""
    availability = outcome.availability
    return {
        "clocks": {name: _clock(clock) for name, clock in outcome.clocks.items()},
        "availability": _availability(availability) if isinstance(availability, MeasuredAvailability) else None,
        "performance": {metric.name: _metric(metric) for metric in outcome.performance},
        "credits": [_credit(assessment) for assessment in outcome.credits],
    }


def cut_off(value: Fraction, *, places: int = 6) -> str:
    """A decimal cut off, not rounded, after so many places: 99.8999999 is 99.899999 and not 99.900000."""
    scaled = abs(value) * 10**places
    whole, part = divmod(scaled.numerator // scaled.denominator, 10**places)
    return f"{'-' if value < 0 and (whole or part) else ''}{whole}.{part:0{places}d}"


def seconds(us: Fraction | int) -> int | float:
    """Microseconds as seconds: a whole number where it is one, else the nearest number that JSON has."""
    exact = Fraction(us, _MILLION)
    return exact.numerator if exact.denominator == 1 else float(exact)


def _instant(instant: Instant | None) -> str | None:
    return None if instant is None else written(instant)


def _clock(clock: Clock) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "state": clock.state,
        "outcome": clock.outcome,
        "due": _instant(clock.due),
        "aim": _instant(clock.aim),
        "elapsed_s": seconds(clock.elapsed),
        "remaining_s": seconds(clock.remaining),
        "stopped_at": _instant(clock.stopped_at),
        "breached_at": _instant(clock.breached_at),
    }
    if clock.breaches is not None:
        figures["breaches"] = clock.breaches
    return figures


def _availability(measured: MeasuredAvailability) -> dict[str, Any]:
    return {
        "percent": cut_off(100 * measured.availability),
        "target": str(measured.promise.target),
        "met": measured.met,
        "counted_downtime_s": seconds(measured.downtime.us),
        "excluded_downtime_s": seconds(measured.excluded_us),
        "coverage_percent": cut_off(100 * measured.coverage),
        "denominator_s": seconds(measured.downtime.denominator_us),
        "allowed_downtime_s": seconds(measured.downtime.allowed_us),
    }


def _metric(metric: MeasuredMetric) -> dict[str, Any]:
    values = {region: plain(reduced.value) for region, reduced in metric.values.items()}
    return {"value": values if metric.by_region else values[""], "met": metric.met}


def plain(value: Fraction) -> str:
    """A decimal cut off after six places, without the zeros at its end."""
    return cut_off(value).rstrip("0").rstrip(".")


def _credit(assessment: Assessment) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "for": assessment.rule.for_,
        "status": assessment.status,
        "amount": str(assessment.amount.amount),
        "claim_by": _instant(assessment.claim_by),
    }
    if assessment.claimed_us is not None:
        figures["claimed_downtime_s"] = seconds(assessment.claimed_us)
    return figures
