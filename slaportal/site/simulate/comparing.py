"""What a scenario expects held against what came out: only what is named is compared."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from slaportal.intervals import read_instant, written
from slaportal.site.simulate.scenario import Expectation, Part

_INSTANTS = ("due", "aim", "stopped_at", "breached_at", "claim_by")


def failures_of(expected: Expectation, figures: dict[str, Any]) -> list[str]:
    """A sentence for each expectation that does not hold, in their order; none where all do."""
    return list(_failures(expected, figures))


def _failures(expected: Expectation, figures: dict[str, Any]) -> Iterator[str]:
    named = expected.model_fields_set
    if "clocks" in named:
        yield from _entries("clocks", expected.clocks or {}, figures["clocks"])
    if "availability" in named:
        yield from _part("availability", expected.availability, figures["availability"])
    if "performance" in named:
        yield from _entries("performance", expected.performance or {}, figures["performance"])
    if "credits" in named:
        credits_ = expected.credits or []
        if len(credits_) != len(figures["credits"]):
            yield f"credits: expected {len(credits_)}, got {len(figures['credits'])}"
        for number, (part, got) in enumerate(zip(credits_, figures["credits"], strict=False)):
            yield from _part(f"credits[{number}]", part, got)


def _entries(path: str, expected: dict[Any, Any], got: dict[str, Any]) -> Iterator[str]:
    """Entries by name; one that is expected to be null is expected not to be there, and an empty mapping nothing."""
    if not expected and got:
        yield f"{path}: expected none, got {', '.join(got)}"
    for name, part in expected.items():
        yield from _part(f"{path}.{name}", part, got.get(name))


def _part(path: str, expected: Part | None, got: dict[str, Any] | None) -> Iterator[str]:
    if expected is None or got is None:
        if expected is not None:
            yield f"{path}: expected, but there is none"
        elif got is not None:
            yield f"{path}: expected none, but there is one"
        return
    for name, field in type(expected).model_fields.items():
        if name in expected.model_fields_set:
            key = field.alias or name
            wanted, found = getattr(expected, name), got.get(key)
            if not _agree(key, wanted, found):
                yield f"{path}.{key}: expected {_shown(key, wanted)}, got {_shown(key, found)}"


def _agree(key: str, wanted: Any, found: Any) -> bool:
    if wanted is None or found is None:
        return wanted is found
    if key == "value":
        values = found if isinstance(found, dict) else {"": found}
        return bool(wanted == {region: Decimal(value) for region, value in values.items()})
    if key in _INSTANTS:
        return bool(wanted == read_instant(found))
    if isinstance(wanted, Decimal):
        return wanted == Decimal(str(found))
    return bool(wanted == found)


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "null"
    if key in _INSTANTS and isinstance(value, int):
        return written(value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {figure}".strip() for name, figure in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
