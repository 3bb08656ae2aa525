"""The outages of a period as its figures hold them, read back: pieces of downtime, each with what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from credits.showing.amounts import fraction_of
from slaportal.intervals import Instant
from uptime.detail import outage_rows, window_rows


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an outage, its reported downtime by weight, and the word of `uptime.explanation` for it.

    `key` is the cause or the kind of window that the policy excludes, "" where the word says it all.
    """

    start: Instant
    end: Instant
    word: str
    weight: Fraction
    key: str

    @property
    def us(self) -> Fraction:
        """The reported downtime in it."""
        return self.weight * (self.end - self.start)

    @property
    def counted_us(self) -> Fraction:
        """What of it counts."""
        return self.us if self.word == "counted" else Fraction(0)


@dataclass(frozen=True, slots=True)
class StoredOutage:
    """An outage as the figures hold it; `end` None while it is on."""

    start: Instant
    end: Instant | None
    cause: str
    impact: str
    service: str
    measured: bool
    pieces: tuple[Piece, ...]
    rest: Mapping[str, int]

    @property
    def reported_us(self) -> Fraction:
        """The downtime that it, and no outage before it, reported."""
        return sum((piece.us for piece in self.pieces), Fraction(0))

    @property
    def counted_us(self) -> Fraction:
        """The downtime of it that counts."""
        return sum((piece.counted_us for piece in self.pieces), Fraction(0))


def outages_in(figures: Mapping[str, Any]) -> list[StoredOutage]:
    """The outages of stored figures, in the order of their starts; none where nothing happened."""
    return sorted(map(_read, outage_rows(figures)), key=lambda outage: outage.start)


def windows_in(figures: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The maintenance windows of stored figures, by the names of `uptime.detail.WINDOW`, in time."""
    return sorted(window_rows(figures), key=lambda window: int(window["start"]))


def _read(outage: Mapping[str, Any]) -> StoredOutage:
    return StoredOutage(
        start=outage["start"],
        end=outage.get("end"),
        cause=outage["cause"],
        impact=outage["impact"],
        service=outage.get("service", ""),
        measured=not outage.get("unmeasured", False),
        pieces=tuple(
            Piece(start, end, word, fraction_of(weight), path.rsplit(".", 1)[-1])
            for start, end, word, weight, path in outage.get("pieces", ())
        ),
        rest=outage.get("rest", {}),
    )
