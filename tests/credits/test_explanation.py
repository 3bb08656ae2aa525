"""The steps of a credit, and that they lead to its amount."""

from fractions import Fraction
from typing import Any

import pytest

from contracts.policy.durations import DAY, HOUR
from credits.assessment import Assessment
from credits.explanation import CreditExplanation, Step, explain_credit
from tests.credits.credit_rules import agreed, assessed_one, minutes_down, rule


def steps(assessment: Assessment) -> dict[str, Step]:
    explanation = explain_credit(assessment)
    found = {step.kind: step for step in explanation.steps}
    assert len(found) == len(explanation.steps)
    return {str(kind): step for kind, step in found.items()}


def adds_up(explanation: CreditExplanation) -> bool:
    found = {step.kind: step.value for step in explanation.steps}
    return (
        found["uncapped"] == found["base"] * found["share"]
        and found["payable"] <= found["cap"]
        and abs(found["amount"] - found["payable"]) <= Fraction(1, 200)
    )


def test_steps_of_a_schedule_of_steps() -> None:
    stated = {"each": "1h", "pay": "1%", "free": "8h", "count": "started", "clause": "5.2"}
    found = assessed_one(agreed(rule(stated, "downtime", cap="5%", clause="5")), minutes_down(1075))
    by_kind = steps(found)
    assert list(by_kind) == [
        "quantity", "free", "beyond", "each", "steps", "share", "base", "uncapped", "cap", "payable", "amount",
    ]  # fmt: skip
    assert by_kind["quantity"].value == 1075 * HOUR // 60
    assert by_kind["quantity"].unit == "microseconds"
    assert by_kind["beyond"].value == 595 * HOUR // 60
    assert by_kind["steps"].value == 10
    assert (by_kind["steps"].said, by_kind["steps"].ground.path) == ("started", "credits.0.schedule")
    assert by_kind["steps"].ground.stated.clause == "5.2"
    assert by_kind["uncapped"].value == 100
    assert by_kind["cap"].value == 50
    assert by_kind["cap"].said == "5%, capped"
    assert adds_up(explain_credit(found))


def test_steps_of_tiers_name_the_line_that_holds() -> None:
    tiers = {"tiers": [{"when": "< 95", "pay": "100%"}, {"when": "< 99", "pay": "12h", "clause": "5.3"}]}
    by_kind = steps(assessed_one(agreed(rule(tiers, "availability")), minutes_down(1080)))
    assert (by_kind["quantity"].value, by_kind["quantity"].unit) == (Fraction(975, 10), "percent")
    assert by_kind["tier"].value == 2
    assert by_kind["tier"].said == "< 99"
    assert (by_kind["tier"].ground.path, by_kind["tier"].ground.stated.clause) == ("credits.0.schedule.tiers.1", "5.3")
    assert by_kind["length"].value == 30 * DAY
    assert by_kind["share"].value == Fraction(1, 60)
    assert by_kind["share"].said == "12h"


def test_tiers_of_which_none_holds_say_so() -> None:
    tiers = {"tiers": [{"when": "< 95", "pay": "100%"}]}
    by_kind = steps(assessed_one(agreed(rule(tiers, "availability")), minutes_down(1080)))
    assert by_kind["tier"].value == 0
    assert by_kind["tier"].said == "none holds"
    assert by_kind["share"].said == "nothing"


def test_steps_of_a_multiple_and_of_a_minimum() -> None:
    stated = rule({"times": "2"}, "downtime", minimum={"amount": "60", "below": "raise", "clause": "5.9"})
    by_kind = steps(assessed_one(agreed(stated), minutes_down(1080)))
    assert by_kind["denominator"].value == 30 * DAY
    assert by_kind["times"].value == 2
    assert by_kind["share"].value == by_kind["quantity"].value * 2 * Fraction(1, 30 * DAY)
    assert (by_kind["minimum"].said, by_kind["minimum"].ground.stated.clause) == ("raised", "5.9")
    assert by_kind["uncapped"].value == 50
    assert by_kind["payable"].value == 60
    assert by_kind["amount"].value == 60


def test_steps_of_a_claim_tell_what_it_covers() -> None:
    stated = rule(
        {"each": "1", "pay": "5%"}, "downtime_percent", claim={"by": "customer", "within": "5d", "from": "failure"}
    )
    outages = minutes_down(864, "02 00:00"), minutes_down(1296, "12 00:00")
    by_kind = steps(assessed_one(agreed(stated), *outages, claims=["13 00:00"]))
    assert by_kind["claimed"].value == 1296 * HOUR // 60
    assert by_kind["claimed"].ground.path == "credits.0.claim"
    assert by_kind["quantity"].value == 3
    assert by_kind["steps"].value == 3
    assert by_kind["amount"].value == 150


def test_discretionary_credit_says_so() -> None:
    by_kind = steps(assessed_one(agreed(rule({"discretionary": True})), minutes_down(600)))
    assert by_kind["share"].value == 0
    assert by_kind["share"].said == "discretionary"


def test_misses_are_counted_in_misses() -> None:
    stated = {"for": "response", "quantity": "misses", "schedule": {"each": "1", "pay": "5%"}, "only_if_missed": False}
    by_kind = steps(assessed_one(agreed(stated)))
    assert by_kind["quantity"].value == 0
    assert by_kind["quantity"].unit == "misses"
    assert by_kind["each"].unit == "misses"


def test_promise_kept_has_no_steps() -> None:
    explanation = explain_credit(assessed_one(agreed(rule({"pay": "10%"}))))
    assert (explanation.steps, explanation.ground.path) == ((), "credits.0")


@pytest.mark.parametrize(
    "stated",
    [
        rule({"pay": "1/12"}, base="annual_fee", cap="1/24"),
        rule({"each": "0.3", "pay": "7h", "count": "exact"}, "shortfall", month="30d"),
        rule({"each": "7m", "pay": "1/7"}, "longest_outage", cap="300%"),
        rule({"times": "7"}, "excess_downtime", minimum={"amount": "1000", "below": "drop"}),
    ],
)
def test_steps_lead_to_the_amount(stated: dict[str, Any]) -> None:
    assert adds_up(explain_credit(assessed_one(agreed(stated), minutes_down(1111))))
