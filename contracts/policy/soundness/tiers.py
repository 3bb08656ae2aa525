"""Whether every tier of a table can be reached, and whether the table pays for everything it seems to pay for.

A tier holds on one side of its figure, so what the tiers before it hold is all below one cut and all from another on.
A cut stands just before a value `(value, 0)` or just after it `(value, 1)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from contracts.policy.complaints import Keys
from contracts.policy.document import Terms
from contracts.policy.document.credits import LENGTHS, Credit
from contracts.policy.document.values import Condition
from contracts.policy.soundness.findings import Finding

Cut = tuple[Fraction, int]

_END: Cut = (Fraction(10**60), 0)
_ZERO: Cut = (Fraction(0), 0)
_HUNDRED: Cut = (Fraction(100), 1)


@dataclass(frozen=True, slots=True)
class _Range:
    """The values that a quantity can have when its promise was missed; `exact` where nothing else can be missed."""

    low: Cut
    high: Cut
    exact: bool = False


def tier_findings(terms: Terms, credit: Credit, keys: Keys) -> Iterator[Finding]:
    """A warning for each tier that never holds, and one for values of a missed promise for which no tier holds."""
    tiers, quantity = credit.schedule.tiers, credit.quantity
    if not tiers or quantity is None or _mixed_units(credit):
        return
    values = _values(terms, credit)
    below, beyond = values.low, values.high  # what is held so far: all below the one, all from the other on
    for n, tier in enumerate(tiers):
        downwards, cut = _reach(tier.when, whole=quantity == "misses")
        start, end = (below, min(cut, beyond)) if downwards else (max(cut, below), beyond)
        if start >= end:
            message = f'this tier is never reached: no {quantity} of "{tier.when.text}" is left by the tiers before it'
            if n == 0 or (downwards and cut <= values.low) or (not downwards and cut >= values.high):
                message = (
                    f'this tier is never reached: where the promise is missed, {quantity} is never "{tier.when.text}"'
                )
            yield Finding((*keys, "schedule", "tiers", n), message, "unreachable", warning=True)
        elif downwards:
            below = end
        else:
            beyond = start
    between = below > values.low and beyond < values.high
    untouched = below == values.low and beyond == values.high
    if below < beyond and not untouched and (between or values.exact):
        message = f"nothing is paid for {_written(below, beyond, credit)}, although the promise is missed there"
        yield Finding((*keys, "schedule", "tiers"), message, "hole", warning=True)


def _mixed_units(credit: Credit) -> bool:
    """Whether a figure has the wrong unit, which is an error of its own."""
    sizes = [tier.when.measure for tier in credit.schedule.tiers or ()]
    return any(
        (size.us is None) if credit.quantity in LENGTHS else (size.number is None) for size in sizes if size.size
    )


def _values(terms: Terms, credit: Credit) -> _Range:
    quantity = credit.quantity
    if quantity in LENGTHS:
        return _Range(_ZERO, _END)
    if quantity == "misses":
        return _Range((Fraction(1), 0) if credit.only_if_missed else _ZERO, _END)
    # A claim may cover a part of the outages only, and then any smaller failure is what is paid for.
    known = terms.availability is not None and credit.only_if_missed and credit.claim.from_ == "period_end"
    target = Fraction(terms.availability.target) if terms.availability is not None else Fraction(100)
    if quantity == "availability":
        return _Range(_ZERO, (target, 0) if known else _HUNDRED, exact=known)
    if quantity == "downtime_percent":
        return _Range((100 - target, 1) if known else _ZERO, _HUNDRED, exact=known)
    return _Range((Fraction(0), 1) if known else _ZERO, (target, 1), exact=known)


def _reach(condition: Condition, *, whole: bool) -> tuple[bool, Cut]:
    """Whether the condition holds downwards, and from which cut on."""
    downwards = condition.operator in ("<", "<=")
    value, after = condition.measure.size, int(condition.operator in ("<=", ">"))
    if whole:
        return downwards, (Fraction(floor(value) + 1 if after else ceil(value)), 0)
    return downwards, (value, after)


def _written(below: Cut, beyond: Cut, credit: Credit) -> str:
    start = f"{'>' if below[1] else '>='} {_figure(below[0], credit)}"
    end = f"{'<=' if beyond[1] else '<'} {_figure(beyond[0], credit)}"
    return f'{credit.quantity} "{start}" and "{end}"'


def _figure(value: Fraction, credit: Credit) -> str:
    for tier in credit.schedule.tiers or ():
        if tier.when.measure.size == value:
            return tier.when.measure.text
    whole, part = divmod(value.numerator * 10**12 // value.denominator, 10**12)
    return f"{whole}.{part:012d}".rstrip("0").rstrip(".")
