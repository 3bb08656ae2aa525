"""What pydantic finds wrong with a document, in plain words: where, what was found, what was expected."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.policy.document import Terms
from contracts.policy.document.stated import Named, WrongKeys
from contracts.policy.document.values import shown

Keys = tuple[str | int, ...]
_MOST = 200
_MOST_NAMED = 30


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong at a chain of keys and indexes."""

    keys: Keys
    message: str
    code: str


def complaints(error: ValidationError, root: type[BaseModel] = Terms) -> Iterator[Complaint]:
    """What pydantic found in a `root`, the first 200 of it: nobody reads more, and each costs a search for a hint."""
    for found in error.errors(include_url=False)[:_MOST]:
        reason = found.get("ctx", {}).get("error")
        if isinstance(reason, WrongKeys):
            for key, message in reason.reasons.items():
                yield Complaint((*found["loc"], key), message, "value")
        elif found["type"] == "extra_forbidden":
            yield Complaint(found["loc"], unknown_key(found["loc"], root), "unknown_key")
        else:
            message, code = _IN_WORDS.get(found["type"], _as_pydantic_says)(found)
            yield Complaint(found["loc"], message, code)


def unknown_key(keys: Keys, root: type[BaseModel] = Terms) -> str:
    """The sentence for a key that its mapping does not know: the nearest known one, else all."""
    key, known = str(keys[-1]), known_keys(keys[:-1], root)
    return f'unknown key "{key}"{suggestion(key, known)}'


def nearest_key(keys: Keys) -> str | None:
    """The known key that an unknown one was most likely meant to be."""
    return next(iter(get_close_matches(str(keys[-1]).lower(), known_keys(keys[:-1]), n=1, cutoff=0.6)), None)


def suggestion(word: str, known: list[str]) -> str:
    """The end of a sentence about an unknown word: `, did you mean "response"?`, else what is known."""
    near = get_close_matches(word.lower(), known[:_MOST], n=1, cutoff=0.6)
    if near:
        return f', did you mean "{near[0]}"?'
    if not known:
        return ""
    shortened = known if len(known) <= _MOST_NAMED else [*known[:_MOST_NAMED], "..."]
    return f", expected one of {', '.join(shortened)}"


def known_keys(keys: Keys, root: type[BaseModel] = Terms) -> list[str]:
    """The keys that the mapping at the end of the chain knows; none where any name may stand."""
    model = _model_at(keys, root)
    return [] if model is None or issubclass(model, Named) else _fields(model)


def is_open(keys: Keys) -> bool:
    """Whether the mapping at the end of the chain takes names of the provider's choice."""
    model = _model_at(keys)
    return model is None or issubclass(model, Named)


@lru_cache(maxsize=256)
def _fields(model: type[BaseModel]) -> list[str]:
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _model_at(keys: Keys, root: type[BaseModel] = Terms) -> type[BaseModel] | None:
    model: Any = root
    for key in keys:
        if isinstance(key, int) or model is None:
            continue  # the annotation of a list already leads to its entries
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        if key in fields:
            model = _model_in(fields[key])
        elif issubclass(model, Named):
            model = _model_in(model.__annotations__.get("__pydantic_extra__"))
        else:
            return None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model within `X | None`, `list[X]`, `dict[str, X]`, `Annotated[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, Annotated, list, tuple, dict):
        found = [_model_in(part) for part in get_args(annotation)]
        return next((model for model in found if model is not None), None)
    return None


def _missing(found: ErrorDetails) -> tuple[str, str]:
    return f'the key "{found["loc"][-1]}" is missing here', "missing"


def _no_choice(found: ErrorDetails) -> tuple[str, str]:
    value = found["input"]
    choices = [choice.strip("'") for choice in found["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    if choices == ["True"]:
        return f"{shown(value)} is not true, leave the key out", "choice"
    near = get_close_matches(value.lower(), choices, n=1, cutoff=0.6) if isinstance(value, str) else []
    hint = f', did you mean "{near[0]}"?' if near and near[0] != value else ""
    expected = f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
    return f"{shown(value)} is not {expected}{hint}", "choice"


def _no_mapping(found: ErrorDetails) -> tuple[str, str]:
    known = known_keys(found["loc"])
    keys = f" with keys such as {', '.join(known[:4])}" if known else ""
    return f"{shown(found['input'])} stands where a mapping is expected{keys}", "type"


def _no_list(found: ErrorDetails) -> tuple[str, str]:
    value = found["input"]
    hint = f", write [{value}]" if isinstance(value, str | int) else ""
    return f"{shown(value)} stands where a list is expected{hint}", "type"


def _no_text(found: ErrorDetails) -> tuple[str, str]:
    value = found["input"]
    hint = f', write "{shown(value)}"' if isinstance(value, bool | int) else ""
    return f"{shown(value)} stands where text is expected{hint}", "type"


def _too_much(found: ErrorDetails) -> tuple[str, str]:
    return f"{_figure(found)} is more than {found['ctx']['le']}, the most it may be", "range"


def _too_little(found: ErrorDetails) -> tuple[str, str]:
    return f"{_figure(found)} is less than {found['ctx']['ge']}, the least it may be", "range"


def _figure(found: ErrorDetails) -> str:
    return str(found["input"])


def _empty(found: ErrorDetails) -> tuple[str, str]:  # noqa: ARG001 - one shape for all of them
    return "the list is empty, at least one entry is expected", "empty_list"


def _value(found: ErrorDetails) -> tuple[str, str]:
    return str(found["ctx"]["error"]), "value"


def _no_truth(found: ErrorDetails) -> tuple[str, str]:
    return f"{shown(found['input'])} is neither true nor false, write one of them", found["type"]


def _as_pydantic_says(found: ErrorDetails) -> tuple[str, str]:
    said = found["msg"]
    return f"{shown(found['input'])} cannot be read: {said[:1].lower()}{said[1:]}", found["type"]


_IN_WORDS: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "missing": _missing,
    "literal_error": _no_choice,
    "model_type": _no_mapping,
    "model_attributes_type": _no_mapping,
    "dict_type": _no_mapping,
    "list_type": _no_list,
    "tuple_type": _no_list,
    "string_type": _no_text,
    "bool_type": _no_truth,
    "bool_parsing": _no_truth,
    "less_than_equal": _too_much,
    "greater_than_equal": _too_little,
    "too_short": _empty,
    "value_error": _value,
}
