"""What is kept of an assessment: its row, with every step as exact text, so that a page can show it years later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from credits.assessment import Assessment, Reckoning
from credits.claims import ClaimWindow
from slaportal.intervals import Instant, read_instant, written
from uptime.availability import Downtime

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AssessedRow:
    """One row of `credits_assessment` as it ought to be; `amount` is Decimal in `currency`, `claim_by` an instant."""

    position: int
    credit_for: str
    missed: bool
    status: str
    amount: Decimal
    currency: str
    claim_by: Instant | None
    reason: str
    measurement: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class FailureWindow:
    """A counting outage as the figures name it: when it began and ended, and until when it can be claimed."""

    start: Instant
    end: Instant | None
    claim_by: Instant | None


def figures_of(
    assessment: Assessment, windows: Sequence[ClaimWindow], *, breaches: Mapping[str, int], approved: Sequence[int]
) -> Figures:
    """The steps and what went in: fractions as "a/b", instants in ISO 8601 UTC, nothing that was not there.

    `breaches` counts all of the clock in the period and the excused ones of them; `approved` are ids of claims.
    """
    figures: Figures = {}
    if assessment.reckoning is not None:
        figures["reckoning"] = _reckoning(assessment.reckoning)
    if assessment.downtime is not None:
        figures["downtime"] = _downtime(assessment.downtime)
    if assessment.claimed_us is not None:
        figures["claimed_us"] = fraction_text(assessment.claimed_us)
    if windows:
        figures["windows"] = [_window(window) for window in windows]
    if breaches:
        figures["breaches"] = dict(breaches)
        figures["misses"] = [{"at": written(m.at), "severity": m.severity} for m in assessment.misses]
    if approved:
        figures["approved"] = list(approved)
    return figures


def fraction_text(value: Fraction) -> str:
    """`3/2`; a whole number too, `5/1`, so that who reads it need not ask."""
    return f"{value.numerator}/{value.denominator}"


def windows_in(figures: Figures) -> list[FailureWindow]:
    """The failures' windows that figures name, in their order."""
    return [
        FailureWindow(read_instant(window["start"]), _read(window["end"]), _read(window["claim_by"]))
        for window in figures.get("windows", ())
    ]


def _read(text: str | None) -> Instant | None:
    return None if text is None else read_instant(text)


def _window(window: ClaimWindow) -> Figures:
    outage, claim_by = window.outage, window.claim_by
    return {
        "start": written(outage.start),
        "end": None if outage.end is None else written(outage.end),
        "claim_by": None if claim_by is None else written(claim_by),
        "covered": bool(window.covered_by),
    }


def _downtime(downtime: Downtime) -> Figures:
    return {
        "us": fraction_text(downtime.us),
        "longest_us": downtime.longest_us,
        "denominator_us": downtime.denominator_us,
        "target": fraction_text(downtime.target),
    }


def _reckoning(reckoning: Reckoning) -> Figures:
    """Steps that the schedule does not have are left out."""
    steps: Figures = {
        "quantity": _text(reckoning.quantity),
        "beyond": _text(reckoning.beyond),
        "steps": _text(reckoning.steps),
        "tier": reckoning.tier,
        "share": fraction_text(reckoning.share),
        "base": fraction_text(reckoning.base),
        "length_us": fraction_text(reckoning.length_us),
        "uncapped": fraction_text(reckoning.uncapped),
        "cap": fraction_text(reckoning.cap),
        "minimum": reckoning.minimum,
        "payable": fraction_text(reckoning.payable),
        "amount": str(reckoning.amount.amount),
    }
    return {step: value for step, value in steps.items() if value is not None}


def _text(value: Fraction | None) -> str | None:
    return None if value is None else fraction_text(value)
