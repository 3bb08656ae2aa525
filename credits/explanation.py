"""The explanation of a credit: the steps from quantity to amount, each with the words of the policy it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from contracts.policy.document.credits import Schedule
from contracts.policy.document.stated import Stated
from contracts.policy.document.values import Pay
from credits.assessment import Assessment, Reckoning
from uptime.explanation import Ground

StepKind = Literal[
    "claimed",  # the downtime of the claimed outages, where only they enter
    "quantity",  # what the schedule is applied to
    "free",  # the part of it that costs nothing
    "beyond",  # what exceeds that
    "each",  # the size of a step
    "steps",  # the steps that count
    "tier",  # the first tier that holds, counted from one; zero where none does
    "denominator",  # what a multiple of the downtime is divided by
    "times",  # that multiple
    "length",  # the length of the time that the base pays for
    "share",  # what the schedule pays, as a share of the base
    "base",  # the base
    "uncapped",  # base x share
    "cap",  # the most it pays
    "minimum",  # the least that is paid
    "payable",  # kept within cap and minimum
    "amount",  # rounded half up, once
]
Unit = Literal["percent", "microseconds", "misses", "steps", "place", "times", "share", "money"]

_UNITS: dict[str, Unit] = {"availability": "percent", "downtime_percent": "percent", "shortfall": "percent"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its exact value in its unit (money in the amount's currency), what it rests on, and how that reads."""

    kind: StepKind
    value: Fraction
    unit: Unit
    ground: Ground
    said: str


@dataclass(frozen=True, slots=True)
class CreditExplanation:
    """The steps of a credit, none where the promise was kept; claims and misses are on the assessment itself."""

    assessment: Assessment
    ground: Ground
    steps: tuple[Step, ...]


def explain_credit(assessment: Assessment) -> CreditExplanation:
    """How an assessed credit came about, from the same run and exactly (semantics, Credits)."""
    ground = Ground(f"credits.{assessment.position}", assessment.rule)
    steps = () if assessment.reckoning is None else tuple(_steps(assessment, assessment.reckoning, ground))
    return CreditExplanation(assessment, ground, steps)


def _steps(assessment: Assessment, reckoning: Reckoning, ground: Ground) -> Iterator[Step]:
    rule = assessment.rule
    schedule = _below(ground, "schedule", rule.schedule)
    if assessment.claimed_us is not None:
        yield Step("claimed", assessment.claimed_us, "microseconds", _below(ground, "claim", rule.claim), "claimed")
    if reckoning.quantity is not None:
        unit = _unit(assessment)
        yield Step("quantity", reckoning.quantity, unit, ground, str(rule.quantity))
        yield from _counted_steps(rule.schedule, reckoning, schedule, unit)
        yield from _multiple(assessment, schedule)
    yield from _share(rule.schedule, reckoning, schedule)
    yield Step("base", reckoning.base, "money", ground, rule.base)
    yield Step("uncapped", reckoning.uncapped, "money", ground, f"{rule.base} x share")
    yield from _kept_within(assessment, reckoning, ground)


def _counted_steps(schedule: Schedule, reckoning: Reckoning, ground: Ground, unit: Unit) -> Iterator[Step]:
    """The steps of the quantity that count (each), or the tier that holds (tiers)."""
    if reckoning.steps is not None and reckoning.beyond is not None and schedule.each is not None:
        if schedule.free is not None:
            yield Step("free", schedule.free.size, unit, ground, schedule.free.text)
            yield Step("beyond", reckoning.beyond, unit, ground, f"beyond {schedule.free.text}")
        yield Step("each", schedule.each.size, unit, ground, schedule.each.text)
        yield Step("steps", reckoning.steps, "steps", ground, schedule.count)
    elif schedule.tiers is not None:
        if reckoning.tier is None:
            yield Step("tier", Fraction(0), "place", ground, "none holds")
        else:
            tier = schedule.tiers[reckoning.tier]
            held = _below(ground, f"tiers.{reckoning.tier}", tier)
            yield Step("tier", Fraction(reckoning.tier + 1), "place", held, tier.when.text)


def _multiple(assessment: Assessment, ground: Ground) -> Iterator[Step]:
    times, downtime = assessment.rule.schedule.times, assessment.downtime
    if times is not None and downtime is not None:
        yield Step("denominator", Fraction(downtime.denominator_us), "microseconds", ground, "of the period")
        yield Step("times", Fraction(times), "times", ground, f"{times} times")


def _share(schedule: Schedule, reckoning: Reckoning, ground: Ground) -> Iterator[Step]:
    pay, held = schedule.pay, ground
    if schedule.tiers is not None and reckoning.tier is not None:
        tier = schedule.tiers[reckoning.tier]
        pay, held = tier.pay, _below(ground, f"tiers.{reckoning.tier}", tier)
    if pay is not None and pay.time_us is not None:
        yield Step("length", reckoning.length_us, "microseconds", held, "length of the time the base pays for")
    said = "discretionary" if schedule.discretionary else _paid(pay)
    yield Step("share", reckoning.share, "share", held, said)


def _kept_within(assessment: Assessment, reckoning: Reckoning, ground: Ground) -> Iterator[Step]:
    rule = assessment.rule
    capped = "capped" if reckoning.uncapped > reckoning.cap else "within"
    yield Step("cap", reckoning.cap, "money", ground, f"{rule.cap.text}, {capped}")
    if rule.minimum is not None:
        said = reckoning.minimum or "reached"
        yield Step("minimum", Fraction(rule.minimum.amount), "money", _below(ground, "minimum", rule.minimum), said)
    yield Step("payable", reckoning.payable, "money", ground, "before rounding")
    yield Step("amount", Fraction(reckoning.amount.amount), "money", ground, "rounded half up, once")


def _unit(assessment: Assessment) -> Unit:
    if assessment.rule.quantity == "misses":
        return "misses"
    return _UNITS.get(assessment.rule.quantity or "", "microseconds")


def _below(ground: Ground, key: str, stated: Stated) -> Ground:
    return Ground(f"{ground.path}.{key}", stated)


def _paid(pay: Pay | None) -> str:
    return "nothing" if pay is None else pay.text
