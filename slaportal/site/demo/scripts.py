"""The stories of a provider's two months, read from its file: tickets, what is open now, and what went down.

A ticket is told in steps, each `[after the one before, verb, text ...]`. `vary` makes several tickets of one story: the
names in its lists are put where `{name}` stands, and `customer` says whose it is, by its place in the cast. `{first}`,
`{agent}` and `{company}` are the people's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "stories"
_SPAN = re.compile(r"(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


@dataclass(frozen=True)
class Step:
    """Something done `after` the step before it; `said` is what the verb takes."""

    after: timedelta
    verb: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One ticket. `due` (of the named clock) or `ago` say when one that is open now was opened.

    `phone`: it was called in, and written down so much later. `night`: it came outside office hours.
    """

    subject: str
    text: str
    severity: str | None
    steps: tuple[Step, ...]
    phone: timedelta | None = None
    night: bool = False
    shared: bool = False
    customer: int | None = None
    clock: str = ""
    due: timedelta | None = None
    ago: timedelta | None = None

    def tell(self, text: str, **names: str) -> str:
        """The text with the people's names in it."""
        return text.format(**names)


@dataclass(frozen=True)
class Script:
    """All of one provider: `past` tickets, those of `now`, what went down and was claimed (`months`), in plain words.

    `office`: the desk and its customers work in office hours, so a step at night happens the next morning.
    """

    office: bool
    past: tuple[Story, ...]
    now: tuple[Story, ...]
    months: tuple[Mapping[str, Any], ...]


def script_of(slug: str) -> Script:
    """The provider's file, its stories told once for each of their variations."""
    told = YAML(typ="safe", pure=True).load((FOLDER / f"{slug}.yaml").read_text())
    return Script(
        office=bool(told.get("office")),
        past=tuple(story for one in told["past"] for story in _told(one)),
        now=tuple(story for one in told["now"] for story in _told(one)),
        months=tuple(told.get("months", ())),
    )


def span(text: str | None) -> timedelta | None:
    """`1d4h30m`, `-35m`; None for nothing."""
    if text is None:
        return None
    found = _SPAN.fullmatch(text)
    if found is None or not text.strip("-"):
        raise ValueError(f"{text!r} is no span of time: write it like 1d4h30m.")
    days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
    length = timedelta(days=days, hours=hours, minutes=minutes)
    return -length if found[1] else length


def _told(one: Mapping[str, Any]) -> Iterator[Story]:
    lists: Mapping[str, list[Any]] = one.get("vary", {})
    times = max((len(values) for values in lists.values()), default=1)
    for number in range(times):
        names = {key: values[number % len(values)] for key, values in lists.items()}
        yield _story(one, names.pop("customer", one.get("customer")), names)


def _story(one: Mapping[str, Any], customer: int | None, names: Mapping[str, str]) -> Story:
    return Story(
        subject=_named(one["subject"], names),
        text=_named(one["text"], names),
        severity=one.get("severity"),
        steps=tuple(_step(step, names) for step in one.get("steps", ())),
        phone=span(one.get("phone")),
        night=bool(one.get("night")),
        shared=bool(one.get("shared")),
        customer=customer,
        clock=one.get("clock", "response"),
        due=span(one.get("due")),
        ago=span(one.get("ago")),
    )


def _step(step: list[str], names: Mapping[str, str]) -> Step:
    after = span(step[0])
    assert after is not None
    return Step(after, step[1], tuple(_named(text, names) for text in step[2:]))


def _named(text: str, names: Mapping[str, str]) -> str:
    for key, value in names.items():
        text = text.replace("{" + key + "}", value)
    return text.strip()
