"""What a plan promises: its mapping merged over the document, and where each merged value was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.policy.reading import Places, Problem
from contracts.policy.reading.places import above, joined, path_of

DROP = "none"
# What every plan of a document shares.
SHARED = ("format", "provider", "calendars", "plans")
# Where `none` is a value of its own and drops nothing.
NONE_IS_A_VALUE = ("availability.part_periods",)


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged mapping; `origins` leads the paths that a plan overrides to where the plan writes them.

    `idle` are the keys that the plan drops although the document has no such key.
    """

    value: dict[str, Any]
    origins: dict[str, str]
    idle: tuple[tuple[str, ...], ...] = ()

    def written_at(self, path: str) -> str:
        """The path in the document under which a merged path was written."""
        return written_at(path, self.origins)


def written_at(path: str, origins: Mapping[str, str]) -> str:
    """The path in the document of a merged path, by the `origins` of its plan."""
    parent = path
    while parent and parent not in origins:
        parent = above(parent)
    return origins[parent] + path[len(parent) :] if parent else path


def merged(document: dict[str, Any], plan: dict[str, Any], plan_path: str) -> Merged:
    """The document with the plan's mapping over it, without `plans` and without the plan's `name`.

    Mappings merge key by key, in the document's order; a list or plain value replaces; `none` drops the key.
    """
    terms = {key: value for key, value in document.items() if key != "plans"}
    overrides = {key: value for key, value in plan.items() if key not in ("name", *SHARED)}
    merging = _Merging(plan_path)
    return Merged(merging.over(terms, overrides, ()), merging.origins, tuple(merging.idle))


def refused_overrides(plan: dict[str, Any], plan_path: str, places: Places) -> list[Problem]:
    """A problem for each key of the plan that every plan of the document shares."""
    return [
        Problem(path, places.line(path), f'a plan cannot override "{key}", all plans share it', "override")
        for key in SHARED
        if key in plan
        for path in [joined(plan_path, key)]
    ]


class _Merging:
    """One merge under way."""

    def __init__(self, plan_path: str) -> None:
        self.plan_path = plan_path
        self.origins: dict[str, str] = {}
        self.idle: list[tuple[str, ...]] = []

    def over(self, under: dict[str, Any], over: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
        values = dict(under)
        for key, value in over.items():
            place = (*keys, key)
            if value == DROP and path_of(place) not in NONE_IS_A_VALUE:
                if key in values:
                    del values[key]
                else:
                    self.idle.append(place)
            elif isinstance(value, dict):
                below = values.get(key)
                if not isinstance(below, dict):
                    self._written(place)
                    below = {}
                values[key] = self.over(below, value, place)
            else:
                values[key] = value
                self._written(place)
        return values

    def _written(self, place: tuple[str, ...]) -> None:
        path = path_of(place)
        self.origins[path] = joined(self.plan_path, path)
