"""The figures a policy's plan promises for each clock under each severity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .calendars import Calendar

CLOCKS = ("response", "next_reply", "update", "status_request", "resolution")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


@dataclass(frozen=True)
class OpenTime:
    """A target in open time, in microseconds."""

    length: int


@dataclass(frozen=True)
class BusinessDays:
    """A target of N business days."""

    number: int
    if_closed: bool  # due no later than the end of the next open day


Target = OpenTime | BusinessDays


@dataclass(frozen=True)
class Figure:
    """What one severity promises for one clock; two severities never share one, whatever the terms."""

    severity: str
    target: Target
    aim: Target | None
    calendar: Calendar


@dataclass(frozen=True)
class Desk:
    """What the `support` section of a plan says about clocks."""

    default_severity: str | None
    reclassify: str
    pauses: dict[str, frozenset[str]]
    figures: dict[str, dict[str, Figure]]  # severity, then clock


def merged(document: Mapping[str, Any], plan: str | None) -> dict[str, Any]:
    """The document with the plan (default: the first) merged over it, key by key."""
    plans = document["plans"]
    terms = plans[plan if plan is not None else next(iter(plans))]
    return _merge(document, terms)


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge, `none` drops, anything else replaces."""
    result = dict(under)
    for key, value in over.items():
        if value == "none":
            result.pop(key, None)
        elif isinstance(value, Mapping):
            below = result.get(key)
            result[key] = _merge(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def read_target(text: str, *, if_closed: bool) -> Target:
    """A duration of a clock: `2bd`, or open time such as `90s`, `1h30m`, `1d` (24 open hours)."""
    if business_days := re.fullmatch(r"(\d+)bd", text):
        return BusinessDays(int(business_days[1]), if_closed)
    if not re.fullmatch(r"(\d+[smhdw])+", text):
        raise ValueError(f"{text} is not a duration")
    seconds = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))
    return OpenTime(seconds * 1_000_000)


def read_desk(document: Mapping[str, Any], plan: str | None) -> Desk:
    """Read what matters to clocks from a policy document and a plan of it."""
    policy = merged(document, plan)
    zone = policy["timezone"]
    calendars = {"always": Calendar({"hours": {"mon-sun": "24h"}}, zone)}
    for name, terms in policy.get("calendars", {}).items():
        calendars[name] = Calendar(terms, zone)
    support = policy.get("support", {})
    return Desk(
        default_severity=support.get("default_severity"),
        reclassify=support.get("reclassify", "carry"),
        pauses={clock: frozenset(statuses) for clock, statuses in support.get("pause", {}).items()},
        figures={
            severity: _read_severity(severity, terms, calendars)
            for severity, terms in support.get("severities", {}).items()
        },
    )


def _read_severity(severity: str, terms: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> dict[str, Figure]:
    """The figures of a severity; a clock that is absent, or has only a text, has none."""
    figures = {}
    for clock in CLOCKS:
        promise = terms.get(clock, {})
        length = promise.get("every" if clock == "update" else "within")
        if length is None:
            continue
        if_closed = promise.get("if_closed") == "next_open_day"
        figures[clock] = Figure(
            severity=severity,
            target=read_target(length, if_closed=if_closed),
            aim=read_target(promise["aim"], if_closed=if_closed) if "aim" in promise else None,
            calendar=calendars[promise.get("calendar", "always")],
        )
    return figures
