"""Instants as whole microseconds, lengths of time, and a time line cut into pieces."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Span = tuple[int, int]

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str) -> int:
    """The instant that an ISO 8601 text with an offset names, in microseconds since 1970 UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def written(at: int) -> str:
    """An instant as ISO 8601 text in UTC, with a fraction only where there is one."""
    return (EPOCH + at * MICROSECOND).isoformat().replace("+00:00", "Z")


def wall_clock(at: int, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows at an instant (naive)."""
    return (EPOCH + at * MICROSECOND).astimezone(zone).replace(tzinfo=None)


def first_instant(wall: datetime, zone: ZoneInfo) -> int:
    """The instant of a local time: of two the first; one that does not exist is read with the offset before."""
    moment = wall.replace(tzinfo=zone, fold=0)
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def second_instant(wall: datetime, zone: ZoneInfo) -> int:
    """As `first_instant`, but of two the second.

    Python reads a missing time with `fold=1` by the offset after the change, which is the earlier instant of the
    two readings; the offset before the change gives the later one. So the later one is right in both cases.
    """
    moment = wall.replace(tzinfo=zone, fold=1)
    return max(first_instant(wall, zone), (moment.astimezone(UTC) - EPOCH) // MICROSECOND)


def parts(text: str) -> list[tuple[int, str]]:
    """The numbers and units of a duration such as `1h30m`."""
    if not re.fullmatch(r"([0-9]+[smhdw])+", text):
        raise ValueError(f"{text} is not a duration")
    return [(int(number), unit) for number, unit in re.findall(r"([0-9]+)([smhdw])", text)]


def length(text: str) -> int:
    """A duration as elapsed time, a day being 24 hours."""
    return sum(number * UNITS[unit] for number, unit in parts(text))


def moved(at: int, text: str, zone: ZoneInfo, direction: int = 1) -> int:
    """The end of a window that starts at `at` (`direction` -1: that ends there).

    Days and weeks go by the wall clock, and first; hours, minutes and seconds are elapsed time.
    """
    days = sum(number * (7 if unit == "w" else 1) for number, unit in parts(text) if unit in "dw")
    rest = sum(number * UNITS[unit] for number, unit in parts(text) if unit in "smh")
    if days:
        at = first_instant(wall_clock(at, zone) + timedelta(days=direction * days), zone)
    return at + direction * rest


def pieces(whole: Span, *many: Iterable[Span]) -> list[Span]:
    """The span cut at every start and end of all the others that lies inside it."""
    begin, end = whole
    cuts = {edge for spans in many for span in spans for edge in span if begin < edge < end}
    edges = [begin, *sorted(cuts), end]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def within(piece: Span, spans: Iterable[Span]) -> bool:
    """Whether an elementary piece lies in one of the spans."""
    return any(start <= piece[0] and piece[1] <= end for start, end in spans)


def strung_together(consecutive: Iterable[Span]) -> list[Span]:
    """Pieces in order, those that touch made one."""
    stretches: list[Span] = []
    for start, end in consecutive:
        if stretches and stretches[-1][1] == start:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches
