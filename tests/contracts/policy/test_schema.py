"""The JSON Schema of a policy document, held against documents that are valid and some that are not."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.policy.documents import shipped_policies, shipped_policy
from contracts.policy.merging import SHARED
from contracts.policy.reading import read_text
from contracts.policy.schema import policy_schema

from .policies import document

ACME = Path(__file__).parents[2] / "scenarios" / "policies" / "acme.yaml"
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the value is valid by the words of JSON Schema that our schema uses; an unknown word is a KeyError."""
    return all(WORDS[word](value, meant, schema) for word, meant in schema.items())


def _refers(value: Any, meant: str, schema: dict[str, Any]) -> bool:
    return fits(value, policy_schema()["$defs"][meant.removeprefix("#/$defs/")])


def _has_type(value: Any, meant: str, schema: dict[str, Any]) -> bool:
    return isinstance(value, TYPES[meant]) and (meant == "boolean" or not isinstance(value, bool))


def _has_properties(value: Any, meant: dict[str, Any], schema: dict[str, Any]) -> bool:
    return not isinstance(value, dict) or all(fits(value[key], meant[key]) for key in meant if key in value)


def _has_others(value: Any, meant: Any, schema: dict[str, Any]) -> bool:
    others = [value[key] for key in value if key not in schema.get("properties", {})] if isinstance(value, dict) else []
    return all(meant is not False and fits(other, meant) for other in others)


WORDS: dict[str, Callable[[Any, Any, dict[str, Any]], bool]] = {
    **dict.fromkeys(("$schema", "$defs", "title", "description", "default", "format"), lambda *_: True),
    "$ref": _refers,
    "type": _has_type,
    "properties": _has_properties,
    "additionalProperties": _has_others,
    "anyOf": lambda value, meant, _: any(fits(value, option) for option in meant),
    "const": lambda value, meant, _: bool(value == meant),
    "enum": lambda value, meant, _: value in meant,
    "pattern": lambda value, meant, _: not isinstance(value, str) or re.search(meant, value) is not None,
    "minimum": lambda value, meant, _: not isinstance(value, int) or value >= meant,
    "minItems": lambda value, meant, _: not isinstance(value, list) or len(value) >= meant,
    "minProperties": lambda value, meant, _: not isinstance(value, dict) or len(value) >= meant,
    "items": lambda value, meant, _: not isinstance(value, list) or all(fits(entry, meant) for entry in value),
    "required": lambda value, meant, _: not isinstance(value, dict) or all(key in value for key in meant),
}


def value_of(text: str) -> Any:
    return read_text(text, floats="keep", limit=10**6).value


@pytest.mark.parametrize("text", [*[shipped_policy(key).text for key in shipped_policies()], ACME.read_text()])
def test_valid_document_fits(text: str) -> None:
    assert fits(value_of(text), policy_schema())


@pytest.mark.parametrize(
    "body",
    [
        "suport: {}",
        "note: 5",
        "lifecycle: {close_after: 3 days}",
        "lifecycle: {close_after: ''}",
        "availability: {}",
        'availability: {target: "99%"}',
        'availability: {target: "99", period: monthly}',
        "support: {severities: {high: {respons: {}}}}",
        "support: {severities: {high: {response: {within: 4 hours}}}}",
        "support: {escalate: [{clock: response, at: soon, do: [webhook]}]}",
        "support: {escalate: [{clock: response, at: 75%, do: []}]}",
        "backups: {daily: {per_day: 0, keep: 1d}}",
        "credits: [{for: availability, schedule: {pay: 10}}]",
        "credits: {}",
        "promises: {a: {text: b, kept: nowhere}}",
    ],
)
def test_invalid_document_does_not_fit(body: str) -> None:
    assert not fits(value_of(document(body)), policy_schema())


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("{}", True),
        ("{name: Bare, availability: none, credits: none}", True),
        ("{availability: {target: none, period: year, part_periods: none}}", True),
        ("{support: {severities: {high: {response: none}, low: {update: {aim: 1h}}}}}", True),
        ("{credits: [{for: availability, schedule: {pay: 10%}}]}", True),
        ("{credits: [{for: availability}]}", False),
        ("{suport: none}", False),
        ("{availability: {period: monthly}}", False),
        *[(f"{{{key}: {{}}}}", False) for key in SHARED],
    ],
)
def test_plan_holds_parts_of_any_section(plan: str, expected: bool) -> None:
    text = document("").replace("{standard: {name: Standard}}", f"{{standard: {plan}}}")
    assert fits(value_of(text), policy_schema()) is expected


def test_document_needs_five_keys() -> None:
    value = value_of(document(""))
    assert fits(value, policy_schema())
    for key in ("format", "provider", "title", "timezone", "plans"):
        assert not fits({name: entry for name, entry in value.items() if name != key}, policy_schema())
    assert not fits({**value, "plans": {}}, policy_schema())


def test_schema_is_plain_json_with_defaults_in_words_and_no_titles_of_keys() -> None:
    text = json.dumps(policy_schema())
    assert json.loads(text) == policy_schema()
    availability = policy_schema()["$defs"]["Availability"]["properties"]
    assert availability["close_after"]["default"] == "5d"
    assert availability["period"] == {"default": "month", "enum": ["month", "quarter", "year"], "type": "string"}
    assert policy_schema()["$defs"]["Credit"]["properties"]["cap"]["default"] == "100%"
