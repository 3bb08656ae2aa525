"""Instants, lengths and the policy's own words as a person reads them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from contracts.policy.document.stated import Stated
from slaportal.intervals import Instant, moment_of
from slaportal.site.simulate.figures import cut_off

_STRENGTHS = {"guarantee": "guaranteed", "target": "a target, no guarantee", "best_effort": "best effort, no guarantee"}
_WIDTH = 116


def at(instant: Instant, zone: ZoneInfo) -> str:
    """`Fri 13 Mar 2026 17:40 EDT`, with seconds and their fraction only where there are some."""
    moment = moment_of(instant).astimezone(zone)
    seconds = f":{moment.second:02d}" if moment.second or moment.microsecond else ""
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    return f"{moment:%a} {moment.day} {moment:%b} {moment.year} {moment:%H:%M}{seconds}{fraction} {moment:%Z}"


def length(us: Fraction | int) -> str:
    """`2 h 15 min`, `40 s`, `0 s`; what is less than a second as a decimal of it."""
    if us < 0:
        return f"-{length(-us)}"
    exact = Fraction(us, 1_000_000)
    minutes, seconds = divmod(exact, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    if seconds or not parts:
        parts.append(f"{cut_off(seconds).rstrip('0').rstrip('.')} s")
    return " ".join(parts)


def spoken(name: str) -> str:
    """A name of the policy without its underscores: `local_connectivity` as local connectivity."""
    return name.replace("_", " ")


def strength(stated: Stated) -> str:
    """How strong the promise is, in words."""
    return _STRENGTHS[stated.strength]


def grounds(chain: Sequence[Stated], indent: str) -> Iterator[str]:
    """The clause and the reading that a figure rests on: each from the nearest mapping that has one."""
    clause = next((stated.clause for stated in chain if stated.clause), None)
    note = next((stated.note for stated in chain if stated.note), None)
    if clause:
        yield from folded(f"Clause: {clause}.", indent)
    if note:
        yield from folded(f"Reading: {note}", indent)


def folded(text: str, indent: str) -> Iterator[str]:
    """The text in lines that fit a terminal, all but the first indented two further."""
    line = indent
    for word in text.split():
        if len(line) + len(word) + 1 > _WIDTH and line.strip():
            yield line
            line = indent + "  "
        line += word if line.endswith("  ") or not line else f" {word}"
    yield line
