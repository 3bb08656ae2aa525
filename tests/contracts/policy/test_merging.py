"""A plan's mapping over the document, and where merged values were written."""

from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from contracts.policy.document import Terms
from contracts.policy.documents import DocumentRefused, document_problems, read_document
from contracts.policy.drafts import Draft
from contracts.policy.merging import NONE_IS_A_VALUE, merged
from contracts.policy.reading import Places


@pytest.mark.parametrize(
    ("document", "plan", "expected"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": [3]}, {"a": [3]}),
        ({"a": [1]}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": {"b": 1}, "c": 1}, {"a": "none"}, {"c": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": "none"}}, {"a": {"c": 2}}),
        ({"a": 1}, {"b": {"c": "none", "d": 1}}, {"a": 1, "b": {"d": 1}}),
        ({"a": 1}, {"b": "none"}, {"a": 1}),
        ({"a": 1, "plans": {}}, {"name": "x", "format": "y", "calendars": {}}, {"a": 1}),
        ({"availability": {}}, {"availability": {"part_periods": "none"}}, {"availability": {"part_periods": "none"}}),
    ],
)
def test_merged_mapping(document: dict[str, Any], plan: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merged(document, plan, "plans.p").value == expected


def test_merging_keeps_the_order_of_the_document_and_changes_neither() -> None:
    document = {"a": {"x": 1, "y": 2}, "b": 1}
    plan = {"b": 2, "a": {"z": 3, "x": 0}}
    value = merged(document, plan, "plans.p").value
    assert list(value) == ["a", "b"]
    assert list(value["a"]) == ["x", "y", "z"]
    assert document == {"a": {"x": 1, "y": 2}, "b": 1}
    assert plan == {"b": 2, "a": {"z": 3, "x": 0}}


def test_merged_values_lead_to_where_they_were_written() -> None:
    terms = merged({"a": {"x": 1}, "l": [{"k": 1}]}, {"a": {"y": {"z": 1}}, "l": [{"k": 2}]}, "plans.p")
    assert terms.written_at("a.x") == "a.x"
    assert terms.written_at("a.y.z") == "plans.p.a.y.z"
    assert terms.written_at("l[0].k") == "plans.p.l[0].k"
    assert terms.written_at("a") == "a"


def test_none_is_a_value_wherever_a_model_says_so() -> None:
    """The exceptions to `none drops the key` are exactly the keys that know `none` as one of their choices."""
    assert set(_takes_none(Terms, "")) == set(NONE_IS_A_VALUE)


def _takes_none(model: type[BaseModel], path: str) -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        place = f"{path}.{field.alias or name}".strip(".")
        for part in [field.annotation, *get_args(field.annotation)]:
            if get_origin(part) is Literal and "none" in get_args(part):
                found.append(place)
            if isinstance(part, type) and issubclass(part, BaseModel):
                found += _takes_none(part, place)
    extra = model.__annotations__.get("__pydantic_extra__")
    entry = get_args(extra)[1] if get_args(extra) else None
    if isinstance(entry, type) and issubclass(entry, BaseModel):
        found += _takes_none(entry, f"{path}.*")
    return found


TEXT = """\
format: slaportal/1
provider: {key: acme, name: Acme}
title: An agreement
timezone: UTC
availability:
  target: "99"
  part_periods: cut
credits:
  - {for: availability, schedule: {pay: 10%}}
plans:
  standard: {}
  premium:
    name: Premium
    availability:
      target: "99.9"
      part_periods: none
  bare:
    name: Bare
    availability: none
    credits: none
"""


def test_plans_are_read_in_order_with_their_terms() -> None:
    document = read_document(TEXT)
    assert [(plan.key, plan.name) for plan in document.plans.values()] == [
        ("standard", "standard"),
        ("premium", "Premium"),
        ("bare", "Bare"),
    ]
    standard, premium, bare = (plan.terms for plan in document.plans.values())
    assert standard.availability is not None
    assert premium.availability is not None
    assert (str(standard.availability.target), standard.availability.part_periods) == ("99", "cut")
    assert (str(premium.availability.target), premium.availability.part_periods) == ("99.9", "none")
    assert premium.credits == standard.credits
    assert (bare.availability, bare.credits) == (None, ())


def test_problem_in_an_override_has_the_line_of_the_plan() -> None:
    broken = TEXT.replace('target: "99.9"', 'target: "101"').replace("credits: none", "credits: [{for: performance}]")
    assert [str(problem) for problem in document_problems(broken)] == [
        "line 15: plans.premium.availability.target: 101 is more than 100, the most it may be",
        'line 20: plans.bare.credits[0].schedule: the key "schedule" is missing here',
    ]


def test_problem_of_all_plans_is_said_once_and_of_some_with_their_names() -> None:
    everywhere = TEXT.replace("{pay: 10%}", "{}")
    assert [str(problem) for problem in document_problems(everywhere)] == [
        "line 9: credits[0].schedule: the schedule pays nothing, write one of pay, tiers, each, times and discretionary"
        ' (in the plans "standard" and "premium")'
    ]
    kept = everywhere.replace("    credits: none\n", "").replace("    availability: none\n", "")
    assert [str(problem) for problem in document_problems(kept)] == [
        "line 9: credits[0].schedule: the schedule pays nothing, write one of pay, tiers, each, times and discretionary"
    ]


def test_plan_that_drops_a_promise_keeps_its_credit_as_a_warning() -> None:
    assert [str(problem) for problem in document_problems(TEXT.replace("    credits: none\n", ""))] == [
        'line 9: warning: credits[0].for: no availability is promised, so this is never owed (in the plan "bare")'
    ]


@pytest.mark.parametrize("key", ["format", "provider", "calendars", "plans"])
def test_plan_cannot_override_what_all_share(key: str) -> None:
    text = TEXT.replace("name: Premium", f"name: Premium\n    {key}: {{}}")
    with pytest.raises(DocumentRefused) as refused:
        read_document(text)
    assert [str(problem) for problem in refused.value.problems] == [
        f'line 14: plans.premium.{key}: a plan cannot override "{key}", all plans share it'
    ]


def test_plan_that_drops_nothing() -> None:
    text = TEXT.replace("name: Premium", "name: Premium\n    backups: none\n    suport: none\n    promises: {x: none}")
    assert [str(problem) for problem in document_problems(text)] == [
        "line 14: warning: plans.premium.backups: the document has nothing here that a plan could drop",
        'line 15: plans.premium.suport: unknown key "suport", did you mean "support"?',
        "line 16: warning: plans.premium.promises.x: the document has nothing here that a plan could drop",
    ]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ("{}", "plans: there is no plan, a policy has at least one"),
        ("[a]", "plans: a list stands where a mapping of plans is expected"),
        ("{note: some}", "plans: there is no plan, a policy has at least one"),
        ("{a: }", "plans.a: nothing stands where a plan is expected, write {} or {name: ...}"),
        ("{a: {name: 5}}", "plans.a.name: 5 stands where text is expected"),
        ("{a b: {}}", 'plans.a b: "a b" cannot be the key of a plan, write a lower-case word as "a_b"'),
        ("{" + ", ".join(f"p{n}: {{}}" for n in range(101)) + "}", "plans: there are 101 plans, at most 100 are read"),
    ],
)
def test_plans_that_cannot_be_read(plans: str, expected: str) -> None:
    text = TEXT[: TEXT.index("plans:")] + f"plans: {plans}\n"
    assert [str(problem) for problem in document_problems(text)] == [f"line 10: {expected}"]


def test_document_without_plans_is_judged_all_the_same() -> None:
    text = TEXT[: TEXT.index("plans:")].replace("10%", "10").replace("UTC", "Utc/Nowhere")
    assert [str(problem) for problem in document_problems(text)] == [
        'line 1: plans: the key "plans" is missing here, a policy has at least one plan',
        'line 4: timezone: unknown time zone "Utc/Nowhere", write one such as Europe/Berlin or America/New_York',
        'line 9: credits[0].schedule.pay: "10" has no unit, write a percentage as 10%, a fraction as 1/12 or '
        "time as 12h",
    ]


def test_document_too_large_for_its_plans() -> None:
    severities = ", ".join(f"s{n}: {{}}" for n in range(3000))
    plans = ", ".join(f"p{n}: {{}}" for n in range(90))
    text = f"support: {{default_severity: s0, severities: {{{severities}}}}}\nplans: {{{plans}}}\n"
    assert [problem.code for problem in Draft(text).problems] == ["missing"] * 4 + ["too_many"]


def test_places_of_nothing() -> None:
    assert Places().line("a.b") == 1
