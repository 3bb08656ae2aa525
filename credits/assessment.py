"""The assessment of a month: what each credit rule of a policy owes, by which steps, and where that credit stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Literal

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit, Schedule, Tier
from contracts.policy.document.values import Pay
from contracts.policy.durations import DAY
from contracts.policy.periods import MONTHS, Period
from credits.claims import Claim, Standing, standing_of_failures, standing_of_period
from slaportal.intervals import Instant
from slaportal.money import Money, rounded
from uptime.availability import Downtime, MeasuredAvailability, NoAvailability
from uptime.performance import MeasuredMetric

Status = Literal["none", "ineligible", "pending", "granted", "claimable", "claimed", "expired"]

_COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Fee:
    """What a subscription costs, in one currency; the annual fee is twelve monthly ones where it is not named."""

    monthly: Decimal
    annual: Decimal | None
    currency: str

    @property
    def per_year(self) -> Fraction:
        """The annual fee."""
        return 12 * Fraction(self.monthly) if self.annual is None else Fraction(self.annual)


@dataclass(frozen=True, slots=True)
class Miss:
    """A breach of a ticket's clock, at the severity that was in force."""

    clock: str
    severity: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The steps by which an amount came about, each exact but `amount`, which is rounded.

    `quantity` is what the schedule is applied to, in percent, microseconds or misses; of it, `beyond` is what exceeds
    the free part and `steps` the steps that count; `tier` is the place of the tier that holds. The schedule pays
    `share` of `base`: `uncapped`. `payable` is that kept within `cap` and minimum, which `minimum` tells. `length_us`
    is the length of the base's period.
    """

    quantity: Fraction | None
    beyond: Fraction | None
    steps: Fraction | None
    tier: int | None
    share: Fraction
    base: Fraction
    length_us: Fraction
    uncapped: Fraction
    cap: Fraction
    minimum: Literal["dropped", "raised"] | None
    payable: Fraction
    amount: Money


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one credit rule owes for a period, and where the credit stands.

    `rule` stands at `position` among the policy's credits. `downtime` is what entered the formula: all that counted,
    or where failures are claimed one by one what the claims cover, `claimed_us` of it. `reckoning` is None where the
    promise was kept and nothing is worked out, `standing` where nothing need be claimed.
    """

    position: int
    rule: Credit
    period: Period
    missed: bool
    status: Status
    amount: Money
    claim_by: Instant | None = None
    reason: Literal["account_not_current"] | None = None
    claimed_us: Fraction | None = None
    downtime: Downtime | None = None
    misses: tuple[Miss, ...] = ()
    reckoning: Reckoning | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    agreement: Agreement
    availability: MeasuredAvailability | NoAvailability
    performance: Sequence[MeasuredMetric]
    fee: Fee
    misses: Sequence[Miss]
    claims: Sequence[Claim]
    account_current: bool
    now: Instant


def assess(
    agreement: Agreement,
    availability: MeasuredAvailability | NoAvailability,
    *,
    performance: Sequence[MeasuredMetric] = (),
    fee: Fee | None = None,
    misses: Sequence[Miss] = (),
    claims: Sequence[Claim] = (),
    account_current: bool = True,
    now: Instant,
) -> tuple[Assessment, ...]:
    """The credits of a period, one for each rule whose promise was judged, in the policy's order (semantics, Credits).

    `availability` also says which period it is and which part of it was active; `misses` outside of that part, like
    those and claims after `now`, are left out here.
    """
    if fee is None:
        fee = Fee(Decimal(0), None, agreement.terms.currency or "")
    facts = _Facts(agreement, availability, performance, fee, misses, claims, account_current, now)
    assessments = (_assessed(position, rule, facts) for position, rule in enumerate(agreement.terms.credits))
    return tuple(assessment for assessment in assessments if assessment is not None)


def _assessed(position: int, rule: Credit, facts: _Facts) -> Assessment | None:
    misses = _misses(rule, facts)
    missed = _missed(rule, facts, misses)
    if missed is None:
        return None
    period, measured = facts.availability.period, facts.availability
    worked_out = missed or not rule.only_if_missed
    standing = _standing(rule, facts) if worked_out or facts.claims else None
    downtime = measured.downtime if isinstance(measured, MeasuredAvailability) else None
    claimed_us = None
    if isinstance(measured, MeasuredAvailability) and standing is not None and standing.covered:
        downtime = measured.claimed(standing.covered)
        claimed_us = downtime.us
    reckoning = _reckoned(rule, downtime, len(misses), facts.fee, period) if worked_out else None
    amount = rounded(_ZERO, facts.fee.currency) if reckoning is None else reckoning.amount
    owed = amount.amount != 0 or (missed and rule.schedule.discretionary is True)
    status = _status(rule, standing, facts) if owed else "none"
    return Assessment(
        position=position,
        rule=rule,
        period=period,
        missed=missed,
        status=status,
        amount=amount,
        claim_by=standing.claim_by if standing is not None and status in ("claimable", "claimed", "expired") else None,
        reason="account_not_current" if status == "ineligible" else None,
        claimed_us=claimed_us,
        downtime=downtime,
        misses=misses,
        reckoning=reckoning,
        standing=standing,
    )


def _misses(rule: Credit, facts: _Facts) -> tuple[Miss, ...]:
    """The misses of the rule's clock, at its severities, in the active part of the period."""
    start, end = facts.availability.start, facts.availability.end
    return tuple(
        miss
        for miss in facts.misses
        if miss.clock == rule.for_
        and (rule.severities is None or miss.severity in rule.severities)
        and start <= miss.at < end
        and miss.at <= facts.now
    )


def _missed(rule: Credit, facts: _Facts, misses: Sequence[Miss]) -> bool | None:
    """Whether the rule's promise was missed, None where it is not judged."""
    if rule.for_ == "availability":
        measured = facts.availability
        return not measured.met if isinstance(measured, MeasuredAvailability) else None
    if rule.for_ == "performance":
        return not all(metric.met for metric in facts.performance) if facts.performance else None
    return len(misses) > 0


def _standing(rule: Credit, facts: _Facts) -> Standing | None:
    if rule.claim.by == "automatic":
        return None
    measured, zone = facts.availability, facts.agreement.zone
    if rule.claim.from_ == "failure" and isinstance(measured, MeasuredAvailability):
        return standing_of_failures(rule.claim, facts.claims, counting=measured.counting, zone=zone, now=facts.now)
    return standing_of_period(rule.claim, facts.claims, period=measured.period, zone=zone, now=facts.now)


def _status(rule: Credit, standing: Standing | None, facts: _Facts) -> Status:
    if "current_account" in rule.requires and not facts.account_current:
        return "ineligible"
    if standing is None:
        return "pending" if facts.now < facts.availability.period.end else "granted"
    return standing.status


def _reckoned(rule: Credit, downtime: Downtime | None, misses: int, fee: Fee, period: Period) -> Reckoning:
    """Base x schedule(quantity), cap, minimum, rounded half up once (semantics, Credits; policy format, Credits)."""
    base, length_us = _base(rule, fee, period)
    quantity = _quantity(rule, downtime, misses)
    paid = _schedule(rule.schedule, quantity, downtime, length_us)
    uncapped = base * paid.share
    cap = base * _share(rule.cap, length_us)
    payable, minimum = _at_least_minimum(rule, min(uncapped, cap), cap)
    return Reckoning(
        quantity=quantity,
        beyond=paid.beyond,
        steps=paid.steps,
        tier=paid.tier,
        share=paid.share,
        base=base,
        length_us=length_us,
        uncapped=uncapped,
        cap=cap,
        minimum=minimum,
        payable=payable,
        amount=rounded(payable, fee.currency),
    )


def _base(rule: Credit, fee: Fee, period: Period) -> tuple[Fraction, Fraction]:
    """The base of the amount, and the length of the time it pays for, in microseconds."""
    months = {"monthly_fee": 1, "period_fee": MONTHS[period.kind], "annual_fee": 12}[rule.base]
    base = fee.per_year if months == 12 else months * Fraction(fee.monthly)
    if rule.month is not None:
        return base, Fraction(months * rule.month.length)
    return base, Fraction(period.days * DAY * months, MONTHS[period.kind])


def _quantity(rule: Credit, downtime: Downtime | None, misses: int) -> Fraction | None:
    """What the schedule is applied to: percent, microseconds or a number (policy format, Credits)."""
    if rule.quantity is None:
        return None
    if rule.quantity == "misses":
        return Fraction(misses)
    if downtime is None:
        raise ValueError(f"{rule.quantity} is asked of a period without an availability")
    return _QUANTITIES[rule.quantity](downtime)


_QUANTITIES: Mapping[str, Callable[[Downtime], Fraction]] = {
    "availability": lambda downtime: 100 * downtime.availability,
    "downtime_percent": lambda downtime: Fraction(100 * downtime.us, downtime.denominator_us),
    "shortfall": lambda downtime: 100 * max(_ZERO, downtime.target - downtime.availability),
    "downtime": lambda downtime: downtime.us,
    "excess_downtime": lambda downtime: downtime.excess_us,
    "longest_outage": lambda downtime: Fraction(downtime.longest_us),
}


@dataclass(frozen=True, slots=True)
class _Paid:
    """What share of the base a schedule pays, and how it got there."""

    share: Fraction
    beyond: Fraction | None = None
    steps: Fraction | None = None
    tier: int | None = None


def _schedule(schedule: Schedule, quantity: Fraction | None, downtime: Downtime | None, length_us: Fraction) -> _Paid:
    """The schedule applied to the quantity (policy format, Credits: schedule)."""
    if quantity is not None and schedule.tiers is not None:
        return _tiers(schedule.tiers, quantity, length_us)
    if quantity is not None and schedule.each is not None and schedule.pay is not None:
        return _each(schedule, schedule.each.size, schedule.pay, quantity, length_us)
    if quantity is not None and schedule.times is not None and downtime is not None:
        return _Paid(Fraction(quantity, downtime.denominator_us) * Fraction(schedule.times))
    return _Paid(_ZERO if schedule.pay is None else _share(schedule.pay, length_us))


def _tiers(tiers: Sequence[Tier], quantity: Fraction, length_us: Fraction) -> _Paid:
    for place, tier in enumerate(tiers):
        if _COMPARE[tier.when.operator](quantity, tier.when.measure.size):
            return _Paid(_share(tier.pay, length_us), tier=place)
    return _Paid(_ZERO)


def _each(schedule: Schedule, size: Fraction, pay: Pay, quantity: Fraction, length_us: Fraction) -> _Paid:
    free = _ZERO if schedule.free is None else schedule.free.size
    beyond = max(_ZERO, quantity - free)
    steps = Fraction(beyond, size)
    if schedule.count == "full":
        steps = Fraction(steps // 1)
    elif schedule.count == "started":
        steps = Fraction(-(-steps // 1))
    return _Paid(steps * _share(pay, length_us), beyond=beyond, steps=steps)


def _share(pay: Pay, length_us: Fraction) -> Fraction:
    """What a payment comes to as a share of the base: itself, or time over the length of the base's period."""
    return Fraction(pay.time_us or 0, length_us) if pay.share is None else pay.share


def _at_least_minimum(
    rule: Credit, amount: Fraction, cap: Fraction
) -> tuple[Fraction, Literal["dropped", "raised"] | None]:
    least = None if rule.minimum is None else Fraction(rule.minimum.amount)
    if rule.minimum is None or least is None or not 0 < amount < least:
        return amount, None
    return (_ZERO, "dropped") if rule.minimum.below == "drop" else (min(least, cap), "raised")
