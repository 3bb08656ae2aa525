"""Which credits there are, what state they are in, and for what they are judged."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.policy.durations import MINUTE
from contracts.policy.periods import Active
from credits.assessment import Fee, Miss
from slaportal.money import Money
from tests.credits.credit_rules import agreed, assessed, assessed_one, minutes_down, rule
from tests.uptime.promises import at
from uptime.performance import measure_performance

TEN_PERCENT = rule({"pay": "10%"})
MISSES = {"for": "response", "quantity": "misses", "schedule": {"each": "1", "pay": "5%"}}


def miss(when: str, severity: str = "high", clock: str = "response") -> Miss:
    return Miss(clock, severity, at(when))


def test_promise_kept_leaves_no_credit() -> None:
    found = assessed_one(agreed(TEN_PERCENT), minutes_down(432))
    assert (found.missed, found.status, found.amount, found.claim_by) == (
        False,
        "none",
        Money(Decimal("0.00"), "EUR"),
        None,
    )
    assert found.reckoning is None


@pytest.mark.parametrize(
    ("now", "status"), [("30 23:59", "pending"), ("2026-12-01T00:00:00Z", "granted"), ("06 00:00", "pending")]
)
def test_automatic_credit_is_pending_until_the_periods_end(now: str, status: str) -> None:
    found = assessed_one(agreed(TEN_PERCENT), minutes_down(433), now=now)
    assert (found.missed, found.status, str(found.amount), found.claim_by) == (True, status, "100.00 EUR", None)


def test_account_that_is_not_current_makes_a_credit_ineligible_where_the_policy_asks() -> None:
    asks = rule({"pay": "10%"}, requires=["current_account"], claim={"by": "customer", "within": "10d"})
    found = assessed_one(agreed(asks), minutes_down(600), account_current=False, claims=["06 00:00"])
    assert (found.status, found.reason, str(found.amount), found.claim_by) == (
        "ineligible",
        "account_not_current",
        "100.00 EUR",
        None,
    )
    assert assessed_one(agreed(TEN_PERCENT), minutes_down(600), account_current=False).status == "granted"
    assert assessed_one(agreed(asks), minutes_down(600)).status == "claimable"


def test_amount_of_nothing_is_none_before_it_is_ineligible() -> None:
    asks = rule({"pay": "10%"}, requires=["current_account"])
    found = assessed_one(agreed(asks), minutes_down(600), account_current=False, fee=Fee(Decimal("0.04"), None, "EUR"))
    assert (found.status, found.reason, str(found.amount)) == ("none", None, "0.00 EUR")


def test_discretionary_credit_stands_open_with_no_amount() -> None:
    found = assessed_one(
        agreed(rule({"discretionary": True}, claim={"by": "customer", "within": "10d"})), minutes_down(600)
    )
    assert (found.status, str(found.amount), found.claim_by) == ("claimable", "0.00 EUR", at("2026-12-11T00:00:00Z"))
    kept = assessed_one(agreed(rule({"discretionary": True}, claim={"by": "customer", "within": "10d"})))
    assert kept.status == "none"


def test_rule_that_pays_at_the_target_is_worked_out_though_the_promise_was_kept() -> None:
    tiers = {"tiers": [{"when": "<= 99", "pay": "10%"}]}
    found = assessed_one(agreed(rule(tiers, "availability", only_if_missed=False)), minutes_down(432))
    assert (found.missed, found.status, str(found.amount)) == (False, "granted", "100.00 EUR")
    nothing = assessed_one(agreed(rule(tiers, "availability", only_if_missed=False)), minutes_down(431))
    assert (nothing.status, str(nothing.amount)) == ("none", "0.00 EUR")


def test_credits_come_in_the_order_of_the_policy() -> None:
    found = assessed(agreed(TEN_PERCENT, MISSES, rule({"pay": "20%"})), minutes_down(600))
    assert [(one.position, one.rule.for_, one.status) for one in found] == [
        (0, "availability", "granted"),
        (1, "response", "none"),
        (2, "availability", "granted"),
    ]


def test_no_availability_leaves_no_availability_credit_and_keeps_the_others() -> None:
    found = assessed(
        agreed(TEN_PERCENT, MISSES, promise={"not_for": ["trial"]}), subscription="trial", misses=[miss("05 00:00")]
    )
    assert [(one.rule.for_, str(one.amount)) for one in found] == [("response", "50.00 EUR")]


def test_misses_count_at_the_severities_of_the_rule_in_the_active_part_of_the_period() -> None:
    active = Active(at("03 00:00"), at("20 00:00"))
    facts = [
        miss("02 23:59"),
        miss("03 00:00"),
        miss("04 00:00", "low"),
        miss("05 00:00", clock="update"),
        miss("10 00:00"),
        miss("10 00:01"),
        miss("20 00:00"),
    ]
    only_high = {**MISSES, "severities": ["high"]}
    found = assessed_one(agreed(only_high), misses=facts, active=active, now="10 00:00")
    assert (found.misses, str(found.amount), found.status) == ((facts[1], facts[4]), "100.00 EUR", "pending")
    every = assessed_one(agreed(MISSES), misses=facts, active=active)
    assert (len(every.misses), every.missed) == (4, True)


@pytest.mark.parametrize(
    ("schedule", "misses", "amount"),
    [
        (
            {"tiers": [{"when": ">= 5", "pay": "15%"}, {"when": ">= 3", "pay": "10%"}, {"when": "> 0", "pay": "5%"}]},
            2,
            "50",
        ),
        (
            {"tiers": [{"when": ">= 5", "pay": "15%"}, {"when": ">= 3", "pay": "10%"}, {"when": "> 0", "pay": "5%"}]},
            4,
            "100",
        ),
        ({"each": "1", "pay": "5%", "free": "1"}, 3, "100"),
        ({"each": "2", "pay": "5%"}, 3, "50"),
        ({"each": "2", "pay": "5%", "count": "started"}, 3, "100"),
        ({"each": "2", "pay": "5%", "count": "exact"}, 3, "75"),
        ({"each": "1", "pay": "2d"}, 3, "200"),
    ],
)
def test_misses_are_paid_by_any_schedule(schedule: dict[str, Any], misses: int, amount: str) -> None:
    found = assessed_one(agreed({**MISSES, "schedule": schedule}), misses=[miss(f"05 0{n}:00") for n in range(misses)])
    assert found.amount.amount == Decimal(amount)


def test_missed_clock_pays_once_where_the_schedule_does() -> None:
    once = {"for": "response", "schedule": {"pay": "10%"}}
    assert str(assessed_one(agreed(once), misses=[miss("05 00:00"), miss("06 00:00")]).amount) == "100.00 EUR"
    assert assessed_one(agreed(once)).status == "none"


@pytest.mark.parametrize(("sample", "status"), [("49", "none"), ("50", "claimable")])
def test_performance_is_judged_where_there_are_samples(sample: str, status: str) -> None:
    agreement = agreed(
        {"for": "performance", "schedule": {"pay": "10%"}, "claim": {"by": "customer", "within": "7d"}},
        performance={"latency_ms": {"limit": "50", "is": "below"}, "loss": {"limit": "1", "is": "below"}},
    )
    samples = {"latency_ms": {"": [Decimal(sample)]}}
    performance = measure_performance(agreement.terms.performance, samples)
    assert assessed_one(agreement, performance=performance).status == status
    assert assessed(agreement) == ()


def test_missing_fee_is_nothing_in_the_currency_of_the_policy() -> None:
    found = assessed_one(agreed(TEN_PERCENT, currency="JPY"), minutes_down(600), fee=None)
    assert (found.status, str(found.amount)) == ("none", "0 JPY")


def test_downtime_that_entered_the_formula_is_kept_for_the_explanation() -> None:
    found = assessed_one(agreed(TEN_PERCENT), minutes_down(600))
    assert found.downtime is not None
    assert found.downtime.us == 600 * MINUTE
    assert found.claimed_us is None
    assert found.standing is None


def test_quantity_of_a_promise_that_is_not_made_is_refused() -> None:
    unsound = {"for": "response", "quantity": "downtime", "schedule": {"each": "1h", "pay": "5%"}}
    with pytest.raises(ValueError, match="downtime is asked of a period without an availability"):
        assessed(agreed(unsound, availability=None), misses=[miss("05 00:00")])
