"""The sum of a month, line by line: its length, what is taken off, downtime, what did not count, availability."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.policy.document.availability import Availability
from credits.showing.amounts import Unit, cut, fraction_of, unit_of
from credits.showing.happened import reason_of
from credits.showing.pieces import StoredOutage
from slaportal.intervals import instant_of
from uptime.models import SubscriptionPeriod


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: "" a figure, `sub` what is taken off, `tot` a total; `bad`: over what is allowed.

    `key` names it for programs; `us` is the figure exactly, in microseconds, None for a percentage.
    """

    key: str
    label: str
    note: str
    figure: str
    us: Fraction | int | None
    kind: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """The lines, and the unit of all figures but the percentages."""

    lines: tuple[Line, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class _Figures:
    """Everything in microseconds."""

    length: int
    inactive: int
    closed: int
    windows: int
    unmonitored: int
    denominator: int
    reported: Fraction
    uncounted: dict[str, Fraction]
    counted: Fraction
    allowed: Fraction


def sum_of(period: SubscriptionPeriod, name: str, promise: Availability, outages: Sequence[StoredOutage]) -> Sum | None:
    """The sum of a worked out period; None where it has no availability."""
    stored = period.figures.get("availability")
    if not stored:
        return None
    figures = _read(period, promise, outages)
    lengths: list[Fraction | int] = [*figures.uncounted.values(), figures.reported, figures.counted, figures.allowed]
    lengths += [figures.length, figures.inactive, figures.closed, figures.windows, figures.unmonitored]
    unit = unit_of([*lengths, figures.denominator])
    told = sum(1 for outage in outages if outage.measured)
    lines = [*_denominator(figures, unit, name), *_downtime(figures, unit, told), *_result(figures, unit, stored)]
    return Sum(tuple(lines), unit.name)


def _read(period: SubscriptionPeriod, promise: Availability, outages: Sequence[StoredOutage]) -> _Figures:
    stored = period.figures["availability"]
    length = instant_of(period.ends_at) - instant_of(period.starts_at)
    active = _active(period)
    windows = int(period.figures.get("detail", {}).get("windows_us", 0))
    counted = fraction_of(stored["counted_downtime_us"])
    excluded = fraction_of(stored["excluded_downtime_us"])
    uncounted: dict[str, Fraction] = {}
    for outage in outages:
        for piece in outage.pieces:
            if piece.word != "counted":
                label = reason_of(piece, promise).label
                uncounted[label] = uncounted.get(label, Fraction(0)) + piece.us
    rest = excluded - sum(uncounted.values(), Fraction(0))
    if rest:  # figures of before the details were kept
        uncounted[_("Not counted under the agreement")] = rest
    return _Figures(
        length=length,
        inactive=length - active,
        closed=active - stored["open_us"],
        windows=windows,
        unmonitored=stored["open_us"] - windows - stored["denominator_us"],
        denominator=stored["denominator_us"],
        reported=counted + excluded,
        uncounted=uncounted,
        counted=counted,
        allowed=fraction_of(stored["allowed_downtime_us"]),
    )


def _active(period: SubscriptionPeriod) -> int:
    """The length of the active part, as `Active.part_of` cuts it."""
    start, end = instant_of(period.starts_at), instant_of(period.ends_at)
    since = start if period.active_from is None else min(max(start, instant_of(period.active_from)), end)
    until = end if period.active_to is None else min(end, instant_of(period.active_to))
    return max(0, until - since)


def _denominator(figures: _Figures, unit: Unit, name: str) -> Iterator[Line]:
    days, rest = divmod(figures.length, 86_400_000_000)
    note = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if rest:
        note = _("its days are not all of 24 h: the clocks change")
    yield Line("length", _("Length of %(month)s") % {"month": name}, note, unit(figures.length), figures.length)
    less = (
        ("inactive", _("The subscription was not active"), figures.inactive),
        ("closed", _("Outside the hours in which downtime counts"), figures.closed),
        ("maintenance", _("Excluded maintenance"), figures.windows),
        ("unmonitored", _("Time that nobody measured"), figures.unmonitored),
    )
    taken = [Line(key, label, "", f"− {unit(us)}", us, "sub") for key, label, us in less if us]
    yield from taken
    if taken:
        whole, label = figures.denominator, _("Time of service, which downtime is divided by")
        yield Line("service_time", label, "", unit(whole), whole, "tot")


def _downtime(figures: _Figures, unit: Unit, outages: int) -> Iterator[Line]:
    note = ngettext("%(n)s outage", "%(n)s outages", outages) % {"n": outages} if outages else ""
    yield Line("reported", _("Downtime reported"), note, unit(figures.reported), figures.reported)
    for label, us in figures.uncounted.items():
        yield Line("not_counted", label, "", f"− {unit(us)}", us, "sub")
    yield Line("counted", _("Downtime counted"), "", unit(figures.counted), figures.counted, "tot")


def _result(figures: _Figures, unit: Unit, stored: dict[str, str]) -> Iterator[Line]:
    denominator, counted = unit(figures.denominator), unit(figures.counted)
    note = _("1 − %(counted)s ÷ %(all)s, cut off after six places") % {"counted": counted, "all": denominator}
    yield Line("availability", _("Availability"), note, f"{stored['percent']} %", None)
    target = Fraction(stored["target"])
    share = _("%(share)s %% of %(all)s") % {"share": cut(100 - target), "all": denominator}
    label = _("Allowed at %(target)s %%") % {"target": cut(target)}
    yield Line("allowed", label, share, unit(figures.allowed), figures.allowed)
    left = figures.allowed - figures.counted
    if left >= 0:
        yield Line("left", _("Left of the allowance"), "", unit(left), left, "tot")
    else:
        yield Line("over", _("Over the allowance"), "", unit(-left), -left, "tot", bad=True)
