"""The JSON Schema of a whole policy document, plans included, generated from the models for editors and importers."""

from copy import deepcopy
from functools import lru_cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from contracts.policy.document import Terms
from contracts.policy.durations import Duration
from contracts.policy.merging import DROP, SHARED

_IN_A_PLAN = "InAPlan"
_REFERENCE = "#/$defs/"
_BOUNDS = {"ge": "minimum", "le": "maximum"}
_STATED = ("clause", "strength", "note")


@lru_cache(maxsize=1)
def policy_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a document; the same object every time, not to be changed.

    A plan may hold any key of the document but `format`, `provider`, `calendars` and `plans`. What it names is merged,
    so nothing in it is required, and `none` drops whatever it stands for.
    """
    schema: dict[str, Any] = Terms.model_json_schema(schema_generator=_Schema)
    definitions = schema.pop("$defs")
    partial = {name + _IN_A_PLAN: _partial(definition) for name, definition in definitions.items()}
    schema["properties"]["plans"] = {
        "type": "object",
        "description": "The plans, the first being the default; each is merged over the document.",
        "minProperties": 1,
        "properties": {key: deepcopy(schema["properties"][key]) for key in _STATED},
        "additionalProperties": _plan(schema["properties"]),
    }
    schema["required"] = ["format", "provider", "title", "timezone", "plans"]
    schema["title"] = "Policy document"
    schema["description"] = "A service level agreement that SLA Portal can run."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": {**definitions, **partial}}


def _plan(properties: dict[str, Any]) -> dict[str, Any]:
    overrides = {key: _or_dropped(entry) for key, entry in properties.items() if key not in SHARED}
    return {
        "type": "object",
        "description": "What this plan promises differently; none drops a key.",
        "properties": {"name": {"type": "string"}, **overrides},
        "additionalProperties": False,
    }


def _partial(definition: dict[str, Any]) -> dict[str, Any]:
    """A mapping in a plan: its keys are merged, so none is required; a list in it replaces and is whole."""
    partial = {key: deepcopy(entry) for key, entry in definition.items() if key != "required"}
    partial["properties"] = {key: _or_dropped(entry) for key, entry in definition.get("properties", {}).items()}
    if isinstance(partial.get("additionalProperties"), dict):
        partial["additionalProperties"] = _or_dropped(partial["additionalProperties"])
    return partial


def _or_dropped(entry: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_merged(entry), {"const": DROP}]}


def _merged(entry: dict[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in entry.items() if key != "default"}
    if "$ref" in merged:
        merged["$ref"] += _IN_A_PLAN
    if "anyOf" in merged:
        merged["anyOf"] = [_merged(option) for option in merged["anyOf"]]
    return merged


class _Schema(GenerateJsonSchema):
    """The schema as a person would write it: no titles made of keys, no defaults but plain values."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        default = schema.get("default")
        inner = self.generate_inner(schema["schema"])
        if isinstance(default, Duration):
            default = default.text
        return {**inner, "default": default} if isinstance(default, str | bool | int) else inner

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        made = super().generate_inner(schema)
        return {_BOUNDS.get(key, key): value for key, value in made.items()}
