"""Whether each credit can be worked out: its promise, the shape of its schedule, its quantity, base and claim."""

from collections.abc import Iterator

from contracts.policy.complaints import Keys
from contracts.policy.document import Terms
from contracts.policy.document.credits import LENGTHS, PERCENTAGES, Credit, Schedule
from contracts.policy.document.values import CLOCKS, Measure, Pay
from contracts.policy.soundness.findings import Finding, unknown_severities
from contracts.policy.soundness.support import Figures, figures
from contracts.policy.soundness.tiers import tier_findings

_NEED_QUANTITY = ("tiers", "each", "times")


def credit_findings(terms: Terms) -> Iterator[Finding]:
    """Every credit rule."""
    targets = figures(terms)
    for n, credit in enumerate(terms.credits):
        keys: Keys = ("credits", n)
        yield from _promise(terms, credit, targets, keys)
        yield from _severities(terms, credit, targets, keys)
        shape = list(_shape(credit.schedule, (*keys, "schedule")))
        yield from shape
        if not shape:
            misfits = list(_quantity(credit, keys))
            yield from misfits or _units(credit, keys)
            yield from _oddities(credit, keys)
            yield from tier_findings(terms, credit, keys)
        yield from _base(terms, credit, keys)
        yield from _claim(credit, keys)


def shape_of(schedule: Schedule) -> str | None:
    """The shape of the schedule: tiers, each, times, discretionary or pay; None where it has none or several."""
    shapes = [key for key in ("tiers", "each", "times", "discretionary") if getattr(schedule, key) is not None]
    if not shapes:
        return None if schedule.pay is None else "pay"
    return shapes[0] if len(shapes) == 1 else None


def _promise(terms: Terms, credit: Credit, targets: Figures, keys: Keys) -> Iterator[Finding]:
    message = None
    if credit.for_ == "availability" and terms.availability is None:
        message = "no availability is promised, so this is never owed"
    elif credit.for_ == "performance" and not terms.performance.entries:
        message = "no performance is promised, so this is never owed"
    elif credit.for_ in CLOCKS and not targets[credit.for_]:
        message = f'no severity has a figure for "{credit.for_}", so this is never owed'
    if message:
        yield Finding((*keys, "for"), message, "nothing_promised")


def _severities(terms: Terms, credit: Credit, targets: Figures, keys: Keys) -> Iterator[Finding]:
    if credit.severities is None:
        return
    place = (*keys, "severities")
    if credit.for_ not in CLOCKS:
        message = f'"severities" is for the misses of a clock, and this is for: {credit.for_}'
        yield Finding(place, message, "severities")
        return
    known = terms.support.severities.entries
    yield from unknown_severities(credit.severities, known, place)
    timed = targets[credit.for_]
    for n, severity in enumerate(credit.severities):
        if timed and severity in known and severity not in timed:
            message = f'"{severity}" has no figure for "{credit.for_}", so it is never missed there'
            yield Finding((*place, n), message, "idle", warning=True)


def _shape(schedule: Schedule, keys: Keys) -> Iterator[Finding]:
    shapes = [key for key in ("tiers", "each", "times", "discretionary") if getattr(schedule, key) is not None]
    if len(shapes) > 1:
        yield Finding((*keys, shapes[1]), f"{' and '.join(shapes)} exclude each other, keep one", "shape")
    elif not shapes and schedule.pay is None:
        message = "the schedule pays nothing, write one of pay, tiers, each, times and discretionary"
        yield Finding(keys, message, "shape")
    elif shapes == ["each"] and schedule.pay is None:
        yield Finding(keys, 'what is paid for each step is missing, write "pay"', "shape")
    elif shapes and shapes != ["each"] and schedule.pay is not None:
        yield Finding((*keys, "pay"), f'"pay" and "{shapes[0]}" exclude each other, keep one', "shape")
    if "each" not in shapes:
        for key in ("count", "free"):
            if key in schedule.model_fields_set:
                yield Finding((*keys, key), f'"{key}" is for steps and needs "each"', "shape")


def _quantity(credit: Credit, keys: Keys) -> Iterator[Finding]:
    shape, quantity = shape_of(credit.schedule), credit.quantity
    fitting = _fitting(credit)
    if credit.for_ == "performance" and shape not in ("pay", "discretionary"):
        message = f'performance has no quantity, so "{shape}" has nothing to count; write pay or discretionary'
        yield Finding((*keys, "schedule", str(shape)), message, "quantity")
    elif shape in _NEED_QUANTITY and quantity is None:
        yield Finding(keys, f'"{shape}" needs a "quantity", one of {", ".join(fitting)}', "quantity")
    elif shape not in _NEED_QUANTITY and quantity is not None:
        message = f'"quantity" is for tiers, each and times, and the schedule is "{shape}"'
        yield Finding((*keys, "quantity"), message, "quantity")
    elif quantity is not None and quantity not in fitting:
        message = f'"{quantity}" is no quantity of {credit.for_}, expected one of {", ".join(fitting)}'
        yield Finding((*keys, "quantity"), message, "quantity")
    elif shape == "times" and quantity not in ("downtime", "excess_downtime"):
        message = f'"times" works with downtime and excess_downtime, not with "{quantity}"'
        yield Finding((*keys, "quantity"), message, "quantity")


def _fitting(credit: Credit) -> tuple[str, ...]:
    if credit.for_ in CLOCKS:
        return ("misses",)
    return (*PERCENTAGES, *LENGTHS) if credit.for_ == "availability" else ()


def _sizes(schedule: Schedule) -> Iterator[tuple[Keys, Measure]]:
    if schedule.each is not None:
        yield ("each",), schedule.each
    if schedule.free is not None:
        yield ("free",), schedule.free
    for n, tier in enumerate(schedule.tiers or ()):
        yield ("tiers", n, "when"), tier.when.measure


def _units(credit: Credit, keys: Keys) -> Iterator[Finding]:
    """Percentages and misses are measured in numbers, lengths in durations; zero needs no unit."""
    quantity = credit.quantity
    for place, size in _sizes(credit.schedule):
        message = None
        if place == ("each",) and size.size <= 0:
            message = f'a step of "{size.text}" leads nowhere, write one above zero'
        elif place == ("free",) and size.size < 0:
            message = f'"{size.text}" is less than nothing'
        elif quantity in LENGTHS and size.us is None and size.size != 0:
            message = f'"{quantity}" is a length of time and "{size.text}" is none, write one as 30m'
        elif quantity in PERCENTAGES and size.number is None:
            message = f'"{quantity}" is in percent and "{size.text}" is not, write a number as "1"'
        elif quantity == "misses" and (size.number is None or size.number.denominator != 1):
            message = f'"misses" is a whole number and "{size.text}" is none, write one as "1"'
        if message:
            yield Finding((*keys, "schedule", *place), message, "unit")


def _oddities(credit: Credit, keys: Keys) -> Iterator[Finding]:
    shape = shape_of(credit.schedule)
    if shape == "each" and credit.quantity == "availability":
        message = (
            "with steps of availability more is paid the more the service was up, downtime_percent is more likely meant"
        )
        yield Finding((*keys, "quantity"), message, "backwards", warning=True)
    if shape == "pay" and not credit.only_if_missed:
        yield Finding(
            (*keys, "only_if_missed"), "this pays in every period, missed or not", "always_paid", warning=True
        )
    if shape == "discretionary" and credit.claim.by == "automatic":
        message = "staff decide this on a claim, and by: automatic there is none; by: customer is more likely meant"
        yield Finding((*keys, "claim"), message, "no_claim", warning=True)
    if credit.month is not None and credit.month.length and not any(_time(pay) for _, pay in _payments(credit)):
        message = '"month" is the length that time is paid by, and no time is paid here'
        yield Finding((*keys, "month"), message, "idle", warning=True)
    if credit.cap.share == 0 or credit.cap.time_us == 0:
        yield Finding((*keys, "cap"), f'with a cap of "{credit.cap.text}" nothing is ever paid', "zero", warning=True)


def _payments(credit: Credit) -> Iterator[tuple[Keys, Pay]]:
    if credit.schedule.pay is not None:
        yield ("schedule", "pay"), credit.schedule.pay
    for n, tier in enumerate(credit.schedule.tiers or ()):
        yield ("schedule", "tiers", n, "pay"), tier.pay
    yield ("cap",), credit.cap


def _time(pay: Pay) -> bool:
    return pay.time_us is not None


def _base(terms: Terms, credit: Credit, keys: Keys) -> Iterator[Finding]:
    """Time, and multiples, are shares of a period's length, which a year's fee has only where the period is a year."""
    if credit.month is not None and credit.month.length == 0:
        yield Finding((*keys, "month"), f'"{credit.month}" is no month, write its length as 30d', "zero")
    # Without availability no period is named: it is whatever the credit is worked out for.
    period, unknown = ("month", True) if terms.availability is None else (terms.availability.period, False)
    if credit.base != "annual_fee" or period == "year":
        return
    for place, pay in _payments(credit):
        if _time(pay):
            message = f'time such as "{pay.text}" cannot be paid from annual_fee while the period is a {period}'
            yield Finding((*keys, *place), f"{message}, write a share of it", "base", warning=unknown)
    if credit.schedule.times is not None:
        message = f'"times" cannot be paid from annual_fee while the period is a {period}, write period_fee'
        yield Finding((*keys, "base"), message, "base", warning=unknown)


def _claim(credit: Credit, keys: Keys) -> Iterator[Finding]:
    claim, place = credit.claim, (*keys, "claim")
    if claim.from_ == "failure" and credit.for_ != "availability":
        message = f"only outages have an end to count from, and this is for: {credit.for_}; write period_end"
        yield Finding((*place, "from"), message, "claim")
    if claim.by == "customer":
        if claim.within is None:
            yield Finding(place, 'until when a customer may claim is missing, write "within" as 30d', "claim")
        elif claim.within.length == 0:
            yield Finding((*place, "within"), f'"{claim.within}" leaves no time to claim', "zero", warning=True)
        return
    if claim.within is not None:
        yield Finding((*place, "within"), "nothing need be claimed by: automatic", "idle", warning=True)
    if claim.from_ == "failure" and credit.for_ == "availability":
        yield Finding((*place, "from"), "nothing need be claimed by: automatic", "idle", warning=True)
