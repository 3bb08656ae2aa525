"""Instants of a contract: in the policy's zone, said so that midnight is no riddle, and the reader's beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from slaportal.intervals import Instant, moment_of
from slaportal.pages.lengths import length_in_words
from slaportal.pages.times import Shown, at_reader, zone_in_words


@dataclass(frozen=True)
class Until:
    """The end of a claim window: in words, for machines, for the reader in another zone, and what is left."""

    text: str
    iso: str
    reader: Shown | None
    left: str
    over: bool


def until_of(closes_at: datetime, zone: ZoneInfo, now: datetime) -> Until:
    """`the end of Fri 29 Jan 2027, New York time`, or to the minute where it is no midnight (semantics, Credits)."""
    local = closes_at.astimezone(zone)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        text = _("the end of %(date)s, %(zone)s") % {
            "date": _date(local - timedelta(days=1)),
            "zone": zone_in_words(zone),
        }
    else:
        text = f"{_date(local)}, {local:%H:%M} {local.tzname()}"
    here = timezone.localtime(closes_at)
    reader = None if here.utcoffset() == local.utcoffset() else at_reader(closes_at, now)
    left = _("%(length)s left") % {"length": length_in_words(closes_at - now)} if closes_at >= now else ""
    return Until(text, here.isoformat(timespec="seconds"), reader, left, closes_at < now)


def _date(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %Y}"


@dataclass(frozen=True)
class Span:
    """A stretch: the day on which it begins, and the times."""

    day: Shown
    times: str


def span_of(start: Instant, end: Instant | None, now: datetime) -> Span:
    """`Sat 3 Oct` and `21:10 to 23:40 EDT`, or `21:10 EDT until Sun 4 Oct, 00:30 EDT`, or `since 21:10 EDT`."""
    begins, today = timezone.localtime(moment_of(start)), timezone.localtime(now)
    day = f"{begins:%a} {begins.day} {begins:%b}" if begins.year == today.year else _date(begins)
    first = Shown(day, begins.isoformat(timespec="seconds"))
    if end is None:
        return Span(first, _("since %(at)s, still on") % {"at": f"{begins:%H:%M} {begins.tzname()}"})
    ends = timezone.localtime(moment_of(end))
    if ends.date() == begins.date() and ends.utcoffset() == begins.utcoffset():
        told = {"start": f"{begins:%H:%M}", "end": f"{ends:%H:%M} {ends.tzname()}"}
        return Span(first, _("%(start)s to %(end)s") % told)
    other = f"{ends:%a} {ends.day} {ends:%b}, {ends:%H:%M} {ends.tzname()}"
    told = {"start": f"{begins:%H:%M} {begins.tzname()}", "end": other}
    return Span(first, _("%(start)s until %(end)s") % told)


def shown(instant: Instant, now: datetime) -> Shown:
    """An instant of the figures as the reader reads it."""
    return at_reader(moment_of(instant), now)
