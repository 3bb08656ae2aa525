"""What became of each outage and window of a period, kept with its figures, so that who sees no outages sees why."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from slaportal.intervals import Instant
from uptime.availability import MeasuredAvailability, NoAvailability, Outage
from uptime.exclusions import Verdict, Window
from uptime.explanation import CAUSE_PATH, OutageLine, Piece, WindowLine, explain_availability

Detail = dict[str, Any]
Row = list[Any]

# What stands where in a row. Rows, not objects: a month is written half as fast with a name before every value. What
# is none at the end of a row is left off.
OUTAGE = ("start", "end", "cause", "impact", "service", "pieces", "rest", "unmeasured")
WINDOW = (
    *("start", "end", "kind", "announced", "word", "announce_by", "excluded", "excluded_us", "ended_by"),
    *("hidden_us", "late_us", "used"),
)
PIECE = ("start", "end", "word", "weight", "ground")


def exact(value: Fraction | int) -> int | str:
    """A whole number as one, any other as `a/b`."""
    return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def detail_of(measured: MeasuredAvailability) -> Detail:
    """`outages`, `windows`, `unmonitored` and `windows_us`, each only where there is some; {} where there is none.

    Instants in microseconds since 1970; the rows of outages and windows are those of `OUTAGE` and `WINDOW`. `pieces` of
    an outage are its reported downtime, each a `PIECE` with the words of `uptime.explanation`; a word alone is one
    piece of full weight from the start to the end of it, counted or of its cause. `rest` has the microseconds of it
    that reported none, by word. Windows that nobody was told of and that lie ahead are the provider's own and left out.
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
        "outages": [_shortened(_facts(outage, now)) for outage in outages if outage.start <= now],
        "windows": [
            [w.start, w.end, w.kind, w.announced]
            for w in windows
            if w.announced is not None and w.announced <= now and w.end > without.period.start
        ],
    }
    return {name: part for name, part in parts.items() if part}


def outage_rows(figures: Mapping[str, Any]) -> list[Detail]:
    """The outages of stored figures by the names of `OUTAGE`, their pieces always as `PIECE`; without what is none."""
    return [_read_outage(row) for row in figures.get("detail", {}).get("outages", ())]


def window_rows(figures: Mapping[str, Any]) -> list[Detail]:
    """The maintenance windows of stored figures by the names of `WINDOW`; without what is none."""
    return [_named(WINDOW, row) for row in figures.get("detail", {}).get("windows", ())]


def written_as_objects(figures: Mapping[str, Any]) -> bool:
    """Whether the detail is of before it was kept in rows; a period that is closed since keeps it so."""
    detail = figures.get("detail", {})
    return any(isinstance(row, Mapping) for row in (*detail.get("outages", ()), *detail.get("windows", ())))


def _read_outage(row: Row | Mapping[str, Any]) -> Detail:
    found = _named(OUTAGE, row)
    word = found.get("pieces", ())
    if isinstance(word, str):
        ground = CAUSE_PATH + found["cause"] if word == "cause" else ""
        found["pieces"] = [[found["start"], found["end"], word, 1, ground]]
    return found


def _named(names: Sequence[str], row: Row | Mapping[str, Any]) -> Detail:
    if isinstance(row, Mapping):
        return {**row, "unmeasured": not row.get("measured", True)}
    return {name: value for name, value in zip(names, row, strict=False) if value is not None}


def _concerns(verdict: Verdict, measured: MeasuredAvailability) -> bool:
    """Whether the window lies in the period and is known to customers; earlier ones only used up the quota."""
    return verdict.word not in ("not_happened", "empty") and verdict.window.end > measured.period.start


def _facts(outage: Outage, now: Instant) -> Row:
    return [outage.start, outage.ended_by(now), outage.cause, outage.impact, outage.service]


def _outage(line: OutageLine, now: Instant) -> Row:
    row = _facts(line.outage, now)
    if len(line.pieces) == 1 and line.outage.measured and _is_whole(line.pieces[0], line.outage):
        row.append(line.pieces[0].word)
        return row
    pieces, rest = [], dict[str, int]()
    for piece in line.pieces:
        if piece.weight:
            ground = piece.ground.path if piece.word in ("cause", "window") else ""  # else the word says it all
            pieces.append([piece.start, piece.end, piece.word, exact(piece.weight), ground])
        else:
            rest[piece.word] = rest.get(piece.word, 0) + piece.us
    return _shortened([*row, pieces or None, rest or None, None if line.outage.measured else True])


def _is_whole(piece: Piece, outage: Outage) -> bool:
    """Whether it can be written as a word alone."""
    return (
        piece.word in ("counted", "cause")
        and piece.weight == 1
        and piece.start == outage.start
        and piece.end == outage.end
    )


def _window(line: WindowLine) -> Row:
    verdict, window = line.verdict, line.verdict.window
    return _shortened(
        [
            *(window.start, window.end, window.kind, window.announced, verdict.word, verdict.announce_by),
            None if verdict.excluded is None else list(verdict.excluded),
            line.excluded_us or None,
            verdict.ended_by,
            exact(line.hidden_us) or None,
            verdict.late_us,
            len(verdict.used_by) or None,
        ]
    )


def _shortened(row: Row) -> Row:
    while row[-1] is None:
        row.pop()
    return row
