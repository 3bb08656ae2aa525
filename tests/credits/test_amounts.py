"""Amounts: every quantity with every schedule, bases, caps, minimums, currencies and rounding."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.assessment import Fee
from tests.credits.credit_rules import FEE, agreed, assessed_one, minutes_down, paid, rule
from tests.uptime.promises import Month, months, period_of
from uptime.availability import MeasuredAvailability, Outage

CLAIM = {"by": "customer", "within": "5d", "from": "failure"}
PROMISE = {"degraded": "0.5", "outages": {"at_least": "30m"}, "exclusions": {"causes": {"customer": {}}}}
AFTER_ALL = "2027-01-15T00:00:00Z"

# November has 43200 minutes, of which 432 may be down; 1080 are 2.5 percent, 648 beyond the allowance.
TIERS_OF_PERCENT = {
    "availability": [("< 95", "100%"), ("< 99", "25%")],
    "downtime_percent": [("> 5", "100%"), ("> 1", "25%")],
    "shortfall": [(">= 4", "100%"), (">= 1", "25%")],
}
TIERS_OF_TIME = {
    "downtime": [("> 1d", "100%"), (">= 18h", "25%")],
    "excess_downtime": [("> 1d", "100%"), (">= 10h48m", "25%")],
    "longest_outage": [("> 18h", "100%"), (">= 18h", "25%")],
}


@pytest.mark.parametrize(("quantity", "tiers"), [*TIERS_OF_PERCENT.items(), *TIERS_OF_TIME.items()])
def test_tiers_pay_the_first_that_holds_for_every_quantity(quantity: str, tiers: list[tuple[str, str]]) -> None:
    schedule = {"tiers": [{"when": when, "pay": pay} for when, pay in tiers]}
    assert paid(schedule, quantity, 1080) == 250
    assert paid(schedule, quantity, 4321) == 1000


def test_tiers_hold_in_the_order_written() -> None:
    schedule = {"tiers": [{"when": "< 99", "pay": "10%"}, {"when": "< 95", "pay": "100%"}]}
    assert paid(schedule, "availability", 4321) == 100


def test_hole_between_tiers_pays_nothing() -> None:
    schedule = {"tiers": [{"when": "< 97.5", "pay": "50%"}, {"when": "> 97.5", "pay": "10%"}]}
    assert [paid(schedule, "availability", minutes) for minutes in (1079, 1080, 1081)] == [100, 0, 500]


@pytest.mark.parametrize(
    ("quantity", "each", "full", "started", "exact"),
    [
        ("downtime_percent", "1", "20", "30", "25"),
        ("shortfall", "1", "10", "20", "15"),
        ("availability", "40", "20", "30", "24.38"),
        ("downtime", "7h", "20", "30", "25.71"),
        ("excess_downtime", "7h", "10", "20", "15.43"),
        ("longest_outage", "7h", "20", "30", "25.71"),
    ],
)
def test_steps_are_counted_full_started_or_exactly(
    quantity: str, each: str, full: str, started: str, exact: str
) -> None:
    amounts = [
        paid({"each": each, "pay": "1%", "count": count}, quantity, 1080) for count in ("full", "started", "exact")
    ]
    assert amounts == [Decimal(full), Decimal(started), Decimal(exact)]
    assert paid({"each": each, "pay": "1%"}, quantity, 1080) == Decimal(full)


@pytest.mark.parametrize(("minutes", "started"), [(480, 80), (481, 90)])
def test_step_reached_exactly_is_full_and_no_further_one_is_started(minutes: int, started: int) -> None:
    assert paid({"each": "1h", "pay": "1%"}, "downtime", minutes) == 80
    assert paid({"each": "1h", "pay": "1%", "count": "started"}, "downtime", minutes) == started


@pytest.mark.parametrize(
    ("quantity", "free", "amount"),
    [("downtime", "8h", 100), ("excess_downtime", "48m", 100), ("longest_outage", "17h59m", 0), ("downtime", "20h", 0)],
)
def test_free_part_of_the_quantity_costs_nothing(quantity: str, free: str, amount: int) -> None:
    assert paid({"each": "1h", "pay": "1%", "free": free}, quantity, 1080) == amount


def test_free_part_of_a_percentage() -> None:
    assert paid({"each": "0.5", "pay": "1%", "free": "1"}, "downtime_percent", 1080) == 30


@pytest.mark.parametrize(
    ("quantity", "times", "amount"),
    [
        ("downtime", "1", "25"),
        ("downtime", "10", "250"),
        ("excess_downtime", "10", "150"),
        ("downtime", "2.5", "62.50"),
    ],
)
def test_multiples_of_the_share_of_the_period_that_was_down(quantity: str, times: str, amount: str) -> None:
    assert paid({"times": times}, quantity, 1080) == Decimal(amount)


def test_multiples_divide_by_the_denominator_of_the_promise() -> None:
    agreement = agreed(rule({"times": "1"}, "downtime"), promise={"hours": "office", "target": "100"})
    found = assessed_one(agreement, minutes_down(7 * 60, "09 09:00"))
    assert found.amount.amount == Decimal("40.82")  # six open hours of 147


@pytest.mark.parametrize(
    ("pay", "amount"),
    [("10%", "100"), ("1/12", "83.33"), ("0.5%", "5"), ("12h", "16.67"), ("3d", "100"), ("1w", "233.33")],
)
def test_payment_is_a_share_of_the_base_or_time_of_its_period(pay: str, amount: str) -> None:
    assert paid({"pay": pay}, None, 600) == Decimal(amount)


@pytest.mark.parametrize(
    ("kind", "period", "base", "month", "amount"),
    [
        ("month", "2026-11", "monthly_fee", None, "33.33"),  # 1000 / 30
        ("month", "2026-10", "monthly_fee", None, "32.26"),  # 1000 / 31
        ("month", "2026-10", "monthly_fee", "30d", "33.33"),
        ("month", "2026-10", "monthly_fee", "672h", "35.71"),
        ("month", "2026-10", "period_fee", None, "32.26"),
        ("quarter", "2026-Q4", "monthly_fee", None, "32.61"),  # 1000 / (92 / 3)
        ("quarter", "2026-Q4", "period_fee", None, "32.61"),  # 3000 / 92
        ("quarter", "2026-Q4", "period_fee", "30d", "33.33"),  # 3000 / 90
        ("year", "2026", "monthly_fee", None, "32.88"),  # 1000 / (365 / 12)
        ("year", "2026", "period_fee", None, "30.14"),  # 11000 / 365
        ("year", "2026", "annual_fee", None, "30.14"),
        ("year", "2026", "annual_fee", "30d", "30.56"),  # 11000 / 360
        ("year", "2028", "annual_fee", None, "30.05"),  # 11000 / 366
    ],
)
def test_day_is_worth_its_share_of_the_bases_period(
    kind: str, period: str, base: str, month: str | None, amount: str
) -> None:
    more = {"month": month} if month else {}
    agreement = agreed(rule({"pay": "1d"}, base=base, **more), promise={"period": kind, "target": "100"})
    start = period_of(agreement, period).start
    found = assessed_one(
        agreement,
        Outage(start, start + 1),
        period=period,
        now="2029-06-01T00:00:00Z",
        fee=Fee(Decimal(1000), Decimal(11000), "EUR"),
    )
    assert found.amount.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("kind", "period", "base", "annual", "amount"),
    [
        ("month", "2026-11", "monthly_fee", None, 100),
        ("month", "2026-11", "period_fee", None, 100),
        ("month", "2026-11", "annual_fee", None, 1200),
        ("month", "2026-11", "annual_fee", "11000", 1100),
        ("quarter", "2026-Q4", "monthly_fee", None, 100),
        ("quarter", "2026-Q4", "period_fee", "11000", 300),
        ("year", "2026", "period_fee", None, 1200),
        ("year", "2026", "period_fee", "11000", 1100),
    ],
)
def test_base_is_the_fee_of_a_month_of_the_year_or_of_the_period(
    kind: str, period: str, base: str, annual: str | None, amount: int
) -> None:
    agreement = agreed(rule({"pay": "10%"}, base=base), promise={"period": kind, "target": "100"})
    found = assessed_one(
        agreement,
        minutes_down(1),
        period=period,
        now="2027-02-01T00:00:00Z",
        fee=Fee(Decimal(1000), None if annual is None else Decimal(annual), "EUR"),
    )
    assert found.amount.amount == amount


@pytest.mark.parametrize(
    ("cap", "amount"), [(None, 1000), ("50%", 500), ("1/3", "333.33"), ("3d", 100), ("0%", 0), ("200%", 1800)]
)
def test_cap_is_the_most_it_pays(cap: str | None, amount: int | str) -> None:
    more = {} if cap is None else {"cap": cap}
    assert paid({"each": "1h", "pay": "10%"}, "downtime", 1080, **more) == Decimal(amount)


@pytest.mark.parametrize(
    ("below", "minimum", "cap", "amount"),
    [
        ("drop", "5.00", "100%", "5"),  # as much as the minimum is not less
        ("drop", "5.01", "100%", "0"),
        ("raise", "5.01", "100%", "5.01"),
        ("raise", "50", "100%", "50"),
        ("raise", "50", "2%", "20"),  # never over the cap
        ("raise", "4", "100%", "5"),
    ],
)
def test_amount_below_the_minimum_is_dropped_or_raised(below: str, minimum: str, cap: str, amount: str) -> None:
    more: dict[str, Any] = {"minimum": {"amount": minimum, "below": below}, "cap": cap}
    assert paid({"pay": "0.5%"}, None, 600, **more) == Decimal(amount)


@pytest.mark.parametrize("below", ["drop", "raise"])
def test_amount_of_nothing_is_not_raised(below: str) -> None:
    minimum = {"amount": "5", "below": below}
    assert paid({"each": "1d", "pay": "10%"}, "downtime", 600, minimum=minimum) == 0


def test_minimum_is_compared_before_rounding() -> None:
    agreement = agreed(rule({"pay": "1/3"}, minimum={"amount": "1.00", "below": "drop"}))
    found = assessed_one(agreement, minutes_down(600), fee=Fee(Decimal("2.99"), None, "EUR"))
    assert (found.status, found.reckoning is not None and found.reckoning.minimum) == ("none", "dropped")


@pytest.mark.parametrize(
    ("currency", "fee", "amount"),
    [
        ("EUR", "10.05", "1.01"),
        ("EUR", "10.04", "1.00"),
        ("JPY", "15", "2"),
        ("JPY", "14", "1"),
        ("KWD", "1.005", "0.101"),
        ("KWD", "1.004", "0.100"),
    ],
)
def test_amount_is_rounded_half_up_to_the_currencys_smallest_unit(currency: str, fee: str, amount: str) -> None:
    found = assessed_one(agreed(rule({"pay": "10%"})), minutes_down(600), fee=Fee(Decimal(fee), None, currency))
    assert str(found.amount) == f"{amount} {currency}"


def test_amount_is_rounded_once() -> None:
    agreement = agreed(rule({"each": "1h", "pay": "1/3"}, "downtime", cap="1000%"))
    found = assessed_one(agreement, minutes_down(540), fee=Fee(Decimal("0.01"), None, "EUR"))
    assert found.amount.amount == Decimal("0.03")
    assert found.reckoning is not None
    assert found.reckoning.payable == Fraction(3, 100)


@pytest.mark.parametrize("quantity", ["downtime", "excess_downtime", "downtime_percent", "shortfall", "longest_outage"])
@given(month=months, hours=st.lists(st.integers(0, 40 * 24), min_size=2, max_size=4))
def test_more_claims_never_pay_less(quantity: str, month: Month, hours: list[int]) -> None:
    each = "1" if quantity in ("downtime_percent", "shortfall") else "1h"
    agreement = agreed(
        rule({"each": each, "pay": "1%", "count": "exact"}, quantity, cap="9000%", claim=CLAIM), promise=PROMISE
    )
    if not isinstance(month.measured(agreement), MeasuredAvailability):
        return
    claims = [f"2026-{11 + hour // 720:02}-{hour % 720 // 24 + 1:02}T{hour % 24:02}:00:00Z" for hour in hours]
    facts = {"windows": month.windows, "active": month.active, "now": AFTER_ALL, "fee": FEE}
    ended = [one for one in month.outages if one.end is not None]
    fewer = assessed_one(agreement, *ended, claims=claims[:-1], **facts)
    more = assessed_one(agreement, *ended, claims=claims, **facts)
    if fewer.claimed_us is not None:
        assert more.claimed_us is not None
        assert more.claimed_us >= fewer.claimed_us
        assert more.amount.amount >= fewer.amount.amount
