"""Outages, windows, restore points and months as a row of a page says them: everything in words, prepared once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slaportal.pages.lengths import exact_length
from slaportal.pages.times import Shown, at_reader
from uptime.concerned import Customers, customers_of_outages, customers_of_windows
from uptime.differences import Difference
from uptime.models import Impact, Outage, OutageService, RestorePoint, SubscriptionPeriod, Window, WindowService
from uptime.standing import (
    COMING,
    ENDED,
    GOING_ON,
    GONE,
    STRUCK,
    THERE,
    last_told_at,
    point_state_of,
    state_of,
    window_state_of,
)
from uptime.words import cause_in_words, kind_in_words, period_in_words


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: `kind` is the look of `c-badge`."""

    kind: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class OutageLine:
    """One outage."""

    outage: Outage
    badge: Badge
    services: str
    cause: str
    impact: str
    since: Shown
    until: Shown | None
    lasted: timedelta
    length: str
    concerned: str


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window; `told` is when customers were told of it as it stands (cancelled: at all), None if they were not.

    `untold` says the latter in words.
    """

    window: Window
    badge: Badge
    services: str
    kind: str
    since: Shown
    until: Shown
    length: str
    concerned: str
    told: Shown | None
    untold: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month that an outage touches; `after` and `turns` are there where a change is tried out."""

    period: SubscriptionPeriod
    month: str
    state: str
    before: str
    after: str
    differs: bool
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class PointLine:
    """One restore point; its service is read with it."""

    point: RestorePoint
    badge: Badge
    taken: Shown
    gone: Shown | None


def point_line(point: RestorePoint, now: datetime) -> PointLine:
    """Whether it is there, gone, or never was."""
    badge = {
        THERE: Badge("met", "", _("There")),
        GONE: Badge("plain", "circle-minus", _("Gone")),
        STRUCK: Badge("none", "", _("Struck out")),
    }[point_state_of(point, now)]
    gone = None if point.gone_at is None else at_reader(point.gone_at, now)
    return PointLine(point, badge, at_reader(point.taken_at, now), gone)


def badge_of(outage: Outage, now: datetime) -> Badge:
    """The state in words."""
    return {
        GOING_ON: Badge("breached", "", _("Going on")),
        ENDED: Badge("plain", "check", _("Ended")),
        STRUCK: Badge("none", "", _("Struck out")),
    }[state_of(outage, now)]


def outage_lines(outages: Sequence[Outage], now: datetime) -> list[OutageLine]:
    """The rows of a list; two queries for all."""
    services = _names(OutageService.objects.filter(outage__in=list(outages)), "outage_id")
    customers = customers_of_outages(outages, now)
    return [_outage_line(outage, services[outage.pk], customers.get(outage.pk), now) for outage in outages]


def _outage_line(outage: Outage, services: Sequence[str], customers: Customers | None, now: datetime) -> OutageLine:
    lasted = min(outage.ends_at or now, now) - outage.starts_at
    return OutageLine(
        outage=outage,
        badge=badge_of(outage, now),
        services=", ".join(services),
        cause=cause_in_words(outage.cause),
        impact=str(Impact(outage.impact).label),
        since=at_reader(outage.starts_at, now),
        until=None if outage.ends_at is None else at_reader(outage.ends_at, now),
        lasted=lasted,
        length=exact_length(max(lasted, datetime.resolution)),
        concerned=customers_in_words(customers),
    )


def window_badge(window: Window, now: datetime) -> Badge:
    """Whether it comes, goes on, is over or was cancelled."""
    if window.cancelled_at is not None:
        return Badge("none", "x", _("Cancelled"))
    if window.ends_at <= now:
        return Badge("plain", "check", _("Over"))
    if window.starts_at <= now:
        return Badge("degraded", "clock", _("Going on"))
    return Badge("plain", "clock", _("Coming"))


def window_lines(windows: Sequence[Window], now: datetime) -> list[WindowLine]:
    """The rows of a list; `announcements` must have been fetched before. Two queries for all."""
    services = _names(WindowService.objects.filter(window__in=list(windows)), "window_id")
    customers = customers_of_windows(windows)
    return [
        WindowLine(
            window=window,
            badge=window_badge(window, now),
            services=", ".join(services[window.pk]),
            kind=kind_in_words(window.kind),
            since=at_reader(window.starts_at, now),
            until=at_reader(window.ends_at, now),
            length=exact_length(window.ends_at - window.starts_at),
            concerned=customers_in_words(customers.get(window.pk)),
            told=_told(window, now),
            untold=_("not yet") if window_state_of(window, now) == COMING else _("never"),
        )
        for window in windows
    ]


def _told(window: Window, now: datetime) -> Shown | None:
    told = last_told_at(window)
    return None if told is None else at_reader(told, now)


def customers_in_words(customers: Customers | None) -> str:
    """`Nobody`, the one customer's name, or how many they are."""
    if customers is None:
        return _("Nobody")
    if customers.count == 1:
        return customers.first
    return ngettext("%(count)s customer", "%(count)s customers", customers.count) % {"count": customers.count}


def month_line(period: SubscriptionPeriod) -> MonthLine:
    """What the customer sees of a month now."""
    percent = None if period.percent is None else f"{period.percent:.6f}"
    return MonthLine(
        period=period,
        month=period_in_words(period.text),
        state=_standing(period),
        before=percent_in_words(percent),
        after="",
        differs=False,
        badge=met_badge(period.met),
    )


def difference_line(difference: Difference) -> MonthLine:
    """The same with what a change would make of it."""
    return MonthLine(
        period=difference.period,
        month=period_in_words(difference.period.text),
        state=_standing(difference.period),
        before=percent_in_words(difference.before.percent),
        after=percent_in_words(difference.after.percent),
        differs=difference.differs,
        badge=met_badge(difference.after.met),
    )


def met_badge(met: bool | None) -> Badge | None:  # noqa: FBT001 - the one thing it is about
    """Whether the target is met."""
    if met is None:
        return None
    return Badge("met", "", _("Target met")) if met else Badge("missed", "", _("Target missed"))


def percent_in_words(percent: str | None) -> str:
    """Cut off after two places, never rounded up: `99.89 %`."""
    if percent is None:
        return _("no figure")
    whole, _dot, places = percent.partition(".")
    return f"{whole}.{places[:2]:0<2} %"


def _standing(period: SubscriptionPeriod) -> str:
    if period.marked_at is not None:
        return _("being worked out anew")
    if period.closed_at is not None:
        return _("closed; a change makes a correction")
    if period.revision > 1:
        return _("correction being worked out")
    return _("not closed yet")


def _names(rows: Any, of: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for pk, name in rows.order_by("service__name").values_list(of, "service__name"):
        found[pk].append(name)
    return found
