"""Tiers that are never reached, and tables with a hole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy.documents import document_problems
from tests.contracts.policy.policies import document, said

BODY = """\
availability: {{target: "99.9"}}
support: {{default_severity: high, severities: {{high: {{response: {{within: 1h}}}}}}}}
credits:
  - for: {promise}
    quantity: {quantity}
    schedule: {{tiers: [{tiers}]}}
    {more}
"""


def text_of(quantity: str, tiers: list[str], more: str = "") -> str:
    promise = "response" if quantity == "misses" else "availability"
    written = ", ".join(f'{{when: "{tier}", pay: 10%}}' for tier in tiers)
    return BODY.format(promise=promise, quantity=quantity, tiers=written, more=more)


def said_of(quantity: str, tiers: list[str], more: str = "") -> list[str]:
    return [message.removeprefix("line 11: warning: ") for message in said(text_of(quantity, tiers, more))]


@pytest.mark.parametrize(
    ("quantity", "tiers"),
    [
        ("availability", ["< 95", "< 99", "< 99.9"]),
        ("availability", ["<= 95", "<= 99.9"]),
        ("availability", ["< 95", ">= 95"]),
        ("availability", ["< 95", "< 100"]),
        ("downtime_percent", ["> 5", "> 1", "> 0.1"]),
        ("downtime_percent", [">= 5", "> 0"]),
        ("shortfall", ["> 1", "> 0"]),
        ("downtime", ["> 4h", "> 1h"]),
        ("longest_outage", ["< 1h", ">= 1h"]),
        ("excess_downtime", ["> 8h", "< 1h", "< 2h", ">= 2h"]),
        ("misses", [">= 5", ">= 3"]),
        ("misses", ["< 2", ">= 2"]),
        ("misses", ["<= 1", "> 1"]),
    ],
)
def test_table_without_fault(quantity: str, tiers: list[str]) -> None:
    assert said_of(quantity, tiers) == []


@pytest.mark.parametrize(
    ("quantity", "tiers", "tier", "expected"),
    [
        ("availability", ["< 99.9", "< 99"], 1, 'no availability of "< 99" is left by the tiers before it'),
        ("availability", ["< 99.9", "< 99.9"], 1, 'no availability of "< 99.9" is left by the tiers before it'),
        ("availability", ["< 100", "< 99"], 1, 'no availability of "< 99" is left by the tiers before it'),
        ("availability", [">= 99.9", "< 99.9"], 0, 'where the promise is missed, availability is never ">= 99.9"'),
        ("availability", ["< 0", "< 99.9"], 0, 'where the promise is missed, availability is never "< 0"'),
        ("downtime_percent", ["> 0.1", "> 5"], 1, 'no downtime_percent of "> 5" is left by the tiers before it'),
        ("downtime_percent", ["< 0.05", "> 0.1"], 0, 'where the promise is missed, downtime_percent is never "< 0.05"'),
        ("shortfall", ["> 99.9", "> 0"], 0, 'where the promise is missed, shortfall is never "> 99.9"'),
        ("downtime", ["> 1h", "> 60m"], 1, 'no downtime of "> 60m" is left by the tiers before it'),
        ("downtime", ["< 0s", "> 1h"], 0, 'where the promise is missed, downtime is never "< 0s"'),
        ("misses", ["< 1", ">= 1"], 0, 'where the promise is missed, misses is never "< 1"'),
        ("misses", ["> 2", ">= 3"], 1, 'no misses of ">= 3" is left by the tiers before it'),
    ],
)
def test_tier_that_is_never_reached(quantity: str, tiers: list[str], tier: int, expected: str) -> None:
    found = said_of(quantity, tiers)
    assert found == [f"credits[0].schedule.tiers[{tier}]: this tier is never reached: {expected}"]


@pytest.mark.parametrize(
    ("quantity", "tiers", "expected"),
    [
        ("availability", ["< 95", "< 99"], 'availability ">= 99" and "< 99.9"'),
        ("availability", ["< 95", "> 99"], 'availability ">= 95" and "<= 99"'),
        ("downtime_percent", ["> 5", ">= 1"], 'downtime_percent "> 0.1" and "< 1"'),
        ("shortfall", ["> 1", "> 0.5"], 'shortfall "> 0" and "<= 0.5"'),
        ("downtime", ["< 1h", "> 2h"], 'downtime ">= 1h" and "<= 2h"'),
        ("misses", ["< 2", "> 3"], 'misses ">= 2" and "< 4"'),
    ],
)
def test_table_with_a_hole(quantity: str, tiers: list[str], expected: str) -> None:
    found = said_of(quantity, tiers)
    assert found == [f"credits[0].schedule.tiers: nothing is paid for {expected}, although the promise is missed there"]


def test_claims_of_single_outages_leave_no_hole() -> None:
    claim = "claim: {by: customer, within: 5d, from: failure}"
    assert said_of("downtime_percent", ["> 5", "> 1"], claim) == []
    assert said_of("availability", ["< 99", ">= 99.9"], claim) == [
        'credits[0].schedule.tiers: nothing is paid for availability ">= 99" and "< 99.9", although the '
        "promise is missed there"
    ]


def test_table_that_also_pays_at_the_target() -> None:
    assert said_of("availability", ["< 99", "<= 100"], "only_if_missed: false") == []
    assert said_of("misses", ["< 1", ">= 1"], "only_if_missed: false") == []


def test_plan_with_a_higher_target_leaves_a_hole() -> None:
    text = document(text_of("availability", ["< 95", "< 99.9"]))
    text = text.replace("plans: {standard", 'plans: {premium: {availability: {target: "99.95"}}, standard')
    assert [str(problem) for problem in document_problems(text)] == [
        'line 11: warning: credits[0].schedule.tiers: nothing is paid for availability ">= 99.9" and "< '
        '99.95", although '
        'the promise is missed there (in the plan "premium")'
    ]


def _holds(tier: str, value: int) -> bool:
    operator, bound = tier.split(" ")
    figure = int(bound)
    return {"<": value < figure, "<=": value <= figure, ">": value > figure, ">=": value >= figure}[operator]


tiers = st.lists(
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 12)).map(lambda tier: f"{tier[0]} {tier[1]}"),
    min_size=1,
    max_size=4,
)


@given(tiers)
@settings(max_examples=200)
def test_unreached_tiers_are_those_that_no_number_of_misses_meets(tiers: list[str]) -> None:
    """What is said about a table of misses is what trying every number says."""
    reached = {next((n for n, tier in enumerate(tiers) if _holds(tier, value)), None) for value in range(1, 30)}
    found = said_of("misses", tiers)
    unreached = {n for n in range(len(tiers)) if any(f"tiers[{n}]:" in message for message in found)}
    assert unreached == set(range(len(tiers))) - reached
    paid = [value for value in range(1, 30) if any(_holds(tier, value) for tier in tiers)]
    hole = bool(paid) and paid[0] == 1 and paid[-1] == 29 and len(paid) < 29
    assert any("nothing is paid" in message for message in found) is hole
