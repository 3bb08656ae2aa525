"""What is owed when a promise is missed: quantity, schedule, base, cap, claim window."""

from typing import Literal

from pydantic import Field

from contracts.policy.document.stated import Stated
from contracts.policy.document.values import Clock, Exact, Flag, Payment, PlainDuration, Size, When

Quantity = Literal[
    "availability", "downtime_percent", "shortfall", "downtime", "excess_downtime", "longest_outage", "misses"
]
# What a credit can be for: availability, performance, or a clock of `support`.
Missed = Literal["availability", "performance", Clock]
PERCENTAGES: tuple[Quantity, ...] = ("availability", "downtime_percent", "shortfall")
LENGTHS: tuple[Quantity, ...] = ("downtime", "excess_downtime", "longest_outage")


class Tier(Stated):
    """What is paid while a condition on the quantity holds."""

    when: When
    pay: Payment


class Schedule(Stated):
    """How the quantity becomes an amount: one of `pay`, `tiers`, `each` (with `pay`), `times`, `discretionary`."""

    pay: Payment | None = None
    tiers: list[Tier] | None = Field(default=None, min_length=1)
    each: Size | None = None
    count: Literal["full", "started", "exact"] = "full"
    free: Size | None = None
    times: Exact | None = Field(default=None, ge=0)
    discretionary: Literal[True] | None = None


class Minimum(Stated):
    """The smallest amount that is paid, and what happens to a smaller one."""

    amount: Exact = Field(ge=0)
    below: Literal["drop", "raise"]


class ClaimTerms(Stated):
    """Who asks for the credit, and until when."""

    by: Literal["customer", "automatic"] = "automatic"
    within: PlainDuration | None = None
    from_: Literal["period_end", "failure"] = Field(default="period_end", alias="from")


class Credit(Stated):
    """One credit rule: amount = base x schedule(quantity), kept within cap and minimum."""

    for_: Missed = Field(alias="for")
    severities: list[str] | None = None
    quantity: Quantity | None = None
    schedule: Schedule
    base: Literal["monthly_fee", "annual_fee", "period_fee"] = "monthly_fee"
    month: PlainDuration | None = None
    cap: Payment = Field(default="100%", validate_default=True)
    minimum: Minimum | None = None
    only_if_missed: Flag = True
    claim: ClaimTerms = ClaimTerms()
    settle: Literal["next_invoice", "refund_if_not_renewed"] = "next_invoice"
    requires: list[Literal["current_account"]] = Field(default_factory=list)
