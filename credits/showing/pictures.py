"""Pictures of a month, drawn by the server: a bar for each day, and how the counted downtime adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.policy.wall_clock import midnight
from credits.showing.amounts import MINUTE_US, short_length
from credits.showing.pieces import Piece
from slaportal.intervals import Instant, moment_of

HEIGHT = 40
LEAST = 5
# A bar is full from so much downtime on, so that a minute does not look like a night.
FULL_US = 6 * 3_600_000_000
STEP, BAR = 100, 88
# Round lengths in minutes to mark a height with.
_ROUND = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 43200)
LEFT, RIGHT, TOP, BOTTOM = 44, 624, 24, 128


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: its place, the heights of the excluded (from above) and the counted (from below), and its words."""

    x: int
    date: date
    title: str
    label: str
    counted_us: Fraction
    excluded_us: Fraction
    counted: str
    excluded: str
    counted_height: int
    excluded_height: int
    something: bool
    ahead: bool

    @property
    def counted_y(self) -> int:
        """Where the counted part begins."""
        return HEIGHT - self.counted_height


_BAR = "<g><title>{}</title>{}</g>"


def _rects(day: Day) -> SafeString:
    """The ground of a bar, the excluded part from above, the counted one from below."""
    parts = [("ahead" if day.ahead else "up", 0, HEIGHT)]
    parts += [("excl", 0, day.excluded_height)] if day.excluded_height else []
    parts += [("down", day.counted_y, day.counted_height)] if day.counted_height else []
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((kind, day.x, y, BAR, height) for kind, y, height in parts),
    )


@dataclass(frozen=True, slots=True)
class Strip:
    """The bars of a period, `width` wide, and what they say in one sentence."""

    days: tuple[Day, ...]
    width: int
    label: str
    first: str
    last: str

    @property
    def bars(self) -> SafeString:
        """The bars as SVG: written here once, for a loop in a template costs more than all queries of the page."""
        return format_html_join("", _BAR, ((day.title, _rects(day)) for day in self.days))

    @property
    def told(self) -> list[Day]:
        """The days on which there was something."""
        return [day for day in self.days if day.something]

    @property
    def runs(self) -> bool:
        """Whether there are days to come."""
        return any(day.ahead for day in self.days)


@dataclass(frozen=True, slots=True)
class Burn:
    """Counted downtime over the period as the points of a line, the allowance as a height, and when it was used up."""

    trace: str
    pace: str
    allowed_y: int
    marks: tuple[tuple[int, str], ...]
    dates: tuple[tuple[int, str], ...]
    used_up: Instant | None
    used_x: int


def strip_of(
    pieces: Sequence[Piece], start: Instant, end: Instant, zone: ZoneInfo, name: str, *, now: Instant | None = None
) -> Strip:
    """A bar for each date of `[start, end)` in the policy's zone; what begins after `now` is still to come."""
    first = moment_of(start).astimezone(zone).date()
    bounds = [(first, start)]
    while True:
        day = bounds[-1][0] + timedelta(days=1)
        opens = midnight(day, zone)
        if opens >= end:
            break
        bounds.append((day, opens))
    edges = [*(opens for _day, opens in bounds), end]
    days = [
        _day_of(place, day, _within(pieces, opens, edges[place + 1]), ahead=now is not None and opens > now)
        for place, (day, opens) in enumerate(bounds)
    ]
    counted, excluded = sum(1 for d in days if d.counted), sum(1 for d in days if d.excluded)
    label = _("%(month)s day by day: downtime counted on %(counted)s, not counted on %(excluded)s.") % {
        "month": name,
        "counted": ngettext("%(n)s day", "%(n)s days", counted) % {"n": counted},
        "excluded": ngettext("%(n)s day", "%(n)s days", excluded) % {"n": excluded},
    }
    return Strip(tuple(days), STEP * len(days), label, _named(bounds[0][0]), _named(bounds[-1][0]))


def _within(pieces: Sequence[Piece], start: Instant, end: Instant) -> tuple[Fraction, Fraction]:
    """Counted and not counted downtime in a stretch."""
    counted = excluded = Fraction(0)
    for piece in pieces:
        us = piece.weight * max(0, min(piece.end, end) - max(piece.start, start))
        if piece.word == "counted":
            counted += us
        else:
            excluded += us
    return counted, excluded


def _day_of(place: int, day: date, downtime: tuple[Fraction, Fraction], *, ahead: bool) -> Day:
    counted, excluded = downtime
    label = _named(day)
    parts = [_("%(length)s counted") % {"length": short_length(counted)}] if counted else []
    parts += [_("%(length)s not counted") % {"length": short_length(excluded)}] if excluded else []
    nothing = _("still to come") if ahead else _("no downtime")
    return Day(
        x=STEP * place,
        date=day,
        title=f"{label} {day.year}: {', '.join(parts) or nothing}",
        label=label,
        counted_us=counted,
        excluded_us=excluded,
        counted=short_length(counted) if counted else "",
        excluded=short_length(excluded) if excluded else "",
        counted_height=_height(counted, counted + excluded),
        excluded_height=_height(excluded, counted + excluded),
        something=bool(parts),
        ahead=ahead,
    )


def _height(us: Fraction, of: Fraction) -> int:
    """Its share of a full bar, never so small that it is not seen nor so high that the other has no place."""
    if not us:
        return 0
    full = max(of, Fraction(FULL_US))
    return min(HEIGHT - (LEAST if of != us else 0), max(LEAST, int(HEIGHT * us / full)))


def _named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def burn_of(
    pieces: Iterable[Piece], start: Instant, end: Instant, allowed: Fraction, *, now: Instant, zone: ZoneInfo
) -> Burn | None:
    """How the counted downtime adds up; None where nothing counted or nothing is allowed."""
    counted = sorted((p for p in pieces if p.word == "counted"), key=lambda piece: piece.start)
    total = sum((piece.us for piece in counted), Fraction(0))
    if not total or not allowed:
        return None
    most = max(total, allowed) * Fraction(21, 20)
    points, so_far = [(LEFT, BOTTOM)], Fraction(0)
    used_up: Instant | None = None
    for piece in counted:
        points.append((_x(piece.start, start, end), _y(so_far, most)))
        if used_up is None and so_far + piece.us > allowed:
            used_up = piece.start + int((allowed - so_far) / piece.weight)
        so_far += piece.us
        points.append((_x(piece.end, start, end), _y(so_far, most)))
    points.append((_x(min(now, end), start, end), _y(so_far, most)))
    return Burn(
        trace="M" + " L".join(f"{x} {y}" for x, y in points),
        pace=f"M{LEFT} {BOTTOM} L{RIGHT} {_y(allowed, most)}",
        allowed_y=_y(allowed, most),
        marks=_marks(most),
        dates=_dates(start, end, zone),
        used_up=used_up,
        used_x=0 if used_up is None else _x(used_up, start, end),
    )


def _marks(most: Fraction) -> tuple[tuple[int, str], ...]:
    """Heights with round lengths beside them, three to five of them."""
    step = next((minutes for minutes in _ROUND if most <= 4 * minutes * MINUTE_US), _ROUND[-1]) * MINUTE_US
    count = min(12, int(most // step))
    return tuple((_y(Fraction(n * step), most), short_length(n * step) if n else "0") for n in range(count + 1))


def _x(instant: Instant, start: Instant, end: Instant) -> int:
    return LEFT + (RIGHT - LEFT) * (instant - start) // (end - start)


def _y(us: Fraction, most: Fraction) -> int:
    return BOTTOM - int((BOTTOM - TOP) * us / most)


def _dates(start: Instant, end: Instant, zone: ZoneInfo) -> tuple[tuple[int, str], ...]:
    """Four dates along the foot, in the policy's zone."""
    quarters = [start + (end - start) * n // 4 for n in range(4)]
    days = [moment_of(instant).astimezone(zone).date() for instant in quarters]
    return tuple((_x(max(start, midnight(day, zone)), start, end), f"{day.day} {day:%b}") for day in days)
