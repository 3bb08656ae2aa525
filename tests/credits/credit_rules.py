"""Credits of November 2026 for the tests: one rule, some downtime, a fee."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from contracts.policy.agreement import Agreement
from contracts.policy.durations import MINUTE
from credits.assessment import Assessment, Fee, Miss, assess
from credits.claims import Claim
from tests.uptime.promises import at, measured_or_none, promised
from uptime.availability import Outage

FEE = Fee(Decimal("1000.00"), None, "EUR")
AFTERWARDS = "2026-12-02T00:00:00Z"


def rule(schedule: dict[str, Any], quantity: str | None = None, **more: Any) -> dict[str, Any]:
    """A credit for availability with that schedule, as a document writes it."""
    return {"for": "availability", "schedule": schedule, **({"quantity": quantity} if quantity else {}), **more}


def agreed(*rules: dict[str, Any], promise: dict[str, Any] | None = None, **sections: Any) -> Agreement:
    """An agreement with those credits, and 99 percent of November promised where `promise` says nothing else."""
    return promised(promise, credits=list(rules), **sections)


def minutes_down(minutes: int, start: str = "05 00:00", **facts: Any) -> Outage:
    """An outage of so many minutes; November allows 432."""
    return Outage(at(start), at(start) + minutes * MINUTE, **facts)


def assessed(
    agreement: Agreement,
    *outages: Outage,
    now: str = AFTERWARDS,
    period: str = "2026-11",
    claims: Sequence[str] = (),
    fee: Fee | None = FEE,
    misses: Sequence[Miss] = (),
    performance: Any = (),
    account_current: bool = True,
    **facts: Any,
) -> tuple[Assessment, ...]:
    """What the credits of a month come to."""
    return assess(
        agreement,
        measured_or_none(agreement, *outages, period=period, now=now, **facts),
        performance=performance,
        fee=fee,
        misses=misses,
        claims=[Claim(at(claim)) for claim in claims],
        account_current=account_current,
        now=at(now),
    )


def assessed_one(agreement: Agreement, *outages: Outage, **facts: Any) -> Assessment:
    """What the only credit of a month comes to."""
    (assessment,) = assessed(agreement, *outages, **facts)
    return assessment


def paid(schedule: dict[str, Any], quantity: str | None, minutes: int, **more: Any) -> Decimal:
    """What a rule pays in a month of that much downtime with a fee of 1000.00."""
    return assessed_one(agreed(rule(schedule, quantity, **more)), minutes_down(minutes)).amount.amount
