"""The credits of a month in sentences: what is owed, where the claim stands, and the steps to the amount."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from credits.assessment import Assessment
from credits.explanation import Step, explain_credit
from slaportal.site.simulate.figures import plain
from slaportal.site.simulate.telling.words import at, grounds, length, spoken
from slaportal.site.simulate.working_out import Outcome

_STEPS = {
    "claimed": "downtime of the claimed outages",
    "quantity": "quantity",
    "free": "free of charge",
    "beyond": "beyond that",
    "each": "for each",
    "steps": "steps",
    "tier": "tier",
    "denominator": "divided by",
    "times": "multiplied by",
    "length": "period of the base",
    "share": "share of the base",
    "base": "base",
    "uncapped": "before the cap",
    "cap": "cap",
    "minimum": "minimum",
    "payable": "payable, exactly",
    "amount": "amount",
}


def credit_lines(outcome: Outcome) -> Iterator[str]:
    """A sentence for each credit that is judged, and its steps."""
    for assessment in outcome.credits:
        yield f"  Credit for {spoken(assessment.rule.for_)}: {_standing(assessment, outcome.agreement.zone)}"
        explained = explain_credit(assessment)
        for step in explained.steps:
            yield f"    {_STEPS[step.kind]}: {_value(step, assessment.amount.currency)} ({spoken(step.said)})"
        if explained.steps and outcome.scenario.month is not None and outcome.scenario.month.fee is None:
            yield "    No fee was given, so the base is nothing."
        if assessment.missed:
            yield from grounds((assessment.rule,), "    ")


def _standing(assessment: Assessment, zone: ZoneInfo) -> str:
    amount, status = assessment.amount, assessment.status
    until = f" until {at(assessment.claim_by, zone)}" if assessment.claim_by is not None else ""
    if status == "none":
        return "none, the promise was kept." if not assessment.missed else "none, nothing comes of it."
    worth = "an amount that staff decide" if assessment.rule.schedule.discretionary else str(amount)
    return {
        "ineligible": f"{worth} would be owed, but the account is not current.",
        "pending": f"{worth} so far, granted when the period ends.",
        "granted": f"{worth}, granted without a claim.",
        "claimable": f"{worth}, to be claimed{until or ' while the failure is on'}.",
        "claimed": f"{worth}, claimed in time{f' (claims are taken{until})' if until else ''}.",
        "expired": f"{worth} was not claimed{until}.",
    }[status]


def _value(step: Step, currency: str) -> str:
    if step.unit == "microseconds":
        return length(step.value)
    if step.unit == "share":
        return str(step.value)
    unit = {"percent": " %", "money": f" {currency}"}.get(step.unit, "")
    return f"{plain(step.value)}{unit}"
