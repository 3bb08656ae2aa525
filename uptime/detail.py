"""What became of each outage and window of a period, kept with its figures, so that who sees no outages sees why."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from slaportal.intervals import Instant
from uptime.availability import MeasuredAvailability, NoAvailability, Outage
from uptime.exclusions import Verdict, Window
from uptime.explanation import OutageLine, WindowLine, explain_availability

Detail = dict[str, Any]

# Words of pieces whose ground is not said by the outage itself.
_GROUNDED = ("cause", "window")


def exact(value: Fraction | int) -> int | str:
    """A whole number as one, any other as `a/b`."""
    return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def detail_of(measured: MeasuredAvailability) -> Detail:
    """`outages`, `windows`, `unmonitored` and `windows_us`, each only where there is some; {} where there is none.

    Instants in microseconds since 1970. An outage has `pieces` of reported downtime, `[start, end, word, weight,
    ground]` with the words of `uptime.explanation`, and under `rest` the microseconds of it that reported none, by
    word. Windows that nobody was told of and that lie ahead are the provider's own and left out.
    """
    if not (measured.outages or measured.verdicts or measured.blind):
        return {}
    explained = explain_availability(measured)
    parts: Detail = {
        "outages": [_outage(line, measured.now) for line in explained.outages if line.outage.start <= measured.now],
        "windows": [_window(line) for line in explained.windows if _concerns(line.verdict, measured)],
        "unmonitored": [list(stretch) for stretch in measured.blind],
        "windows_us": explained.windows_us,
    }
    return {name: part for name, part in parts.items() if part}


def reported(without: NoAvailability, outages: Sequence[Outage], windows: Sequence[Window], now: Instant) -> Detail:
    """What is known of a period that has no availability: outages that have begun and windows that were announced."""
    parts: Detail = {
        "outages": [_facts(outage, now) for outage in outages if outage.start <= now],
        "windows": [
            {"start": w.start, "end": w.end, "kind": w.kind, "announced": w.announced}
            for w in windows
            if w.announced is not None and w.announced <= now and w.end > without.period.start
        ],
    }
    return {name: part for name, part in parts.items() if part}


def _concerns(verdict: Verdict, measured: MeasuredAvailability) -> bool:
    """Whether the window lies in the period and is known to customers; earlier ones only used up the quota."""
    return verdict.word not in ("not_happened", "empty") and verdict.window.end > measured.period.start


def _facts(outage: Outage, now: Instant) -> Detail:
    facts: Detail = {"start": outage.start, "end": outage.ended_by(now), "cause": outage.cause, "impact": outage.impact}
    if outage.service is not None:
        facts["service"] = outage.service
    if not outage.measured:
        facts["measured"] = False
    return facts


def _outage(line: OutageLine, now: Instant) -> Detail:
    pieces, rest = [], dict[str, int]()
    for piece in line.pieces:
        if piece.weight:
            ground = piece.ground.path if piece.word in _GROUNDED else ""
            pieces.append([piece.start, piece.end, piece.word, exact(piece.weight), ground])
        else:
            rest[piece.word] = rest.get(piece.word, 0) + piece.us
    found = _facts(line.outage, now)
    if pieces:
        found["pieces"] = pieces
    if rest:
        found["rest"] = rest
    return found


def _window(line: WindowLine) -> Detail:
    verdict, window = line.verdict, line.verdict.window
    found: Detail = {
        "start": window.start,
        "end": window.end,
        "kind": window.kind,
        "announced": window.announced,
        "word": verdict.word,
    }
    more: Detail = {
        "excluded": None if verdict.excluded is None else list(verdict.excluded),
        "ended_by": verdict.ended_by,
        "announce_by": verdict.announce_by,
        "late_us": verdict.late_us,
        "used": len(verdict.used_by),
        "excluded_us": line.excluded_us,
        "hidden_us": exact(line.hidden_us),
    }
    return {**found, **{name: value for name, value in more.items() if value}}
