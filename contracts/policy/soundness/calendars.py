"""Whether time zones, holiday codes and calendars exist, are open now and then, and are used."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from contracts.policy.calendars import ALWAYS, closed_for_a_year
from contracts.policy.complaints import Keys, suggestion
from contracts.policy.document import Terms
from contracts.policy.document.calendars import CalendarTerms, Shift
from contracts.policy.document.values import CLOCKS
from contracts.policy.holiday_codes import holidays_in, known_holiday_codes
from contracts.policy.soundness.findings import Finding

_MOST_CALENDARS = 100
_ONE_WEEKDAY_OF_A_YEAR = 52
_YEAR = timedelta(days=366)


def time_zone_findings(terms: Terms) -> Iterator[Finding]:
    """The time zone of the document or plan."""
    return _zone(terms.timezone, ("timezone",))


def calendar_findings(terms: Terms) -> Iterator[Finding]:
    """The calendars one by one."""
    if len(terms.calendars.entries) > _MOST_CALENDARS:
        message = f"there are {len(terms.calendars.entries)} calendars, at most {_MOST_CALENDARS} are read"
        yield Finding(("calendars",), message, "too_many")
        return
    for name, calendar in terms.calendars.entries.items():
        keys: Keys = ("calendars", name)
        if calendar.timezone is not None:
            yield from _zone(calendar.timezone, (*keys, "timezone"))
        yield from _holidays(calendar, keys)
        yield from _dates(calendar, keys)
        yield from _shifts(calendar, keys)
        yield from _closed(calendar, calendar.timezone or terms.timezone, keys)


def zone_is_known(name: str) -> bool:
    """Whether it is a time zone of the IANA database: Linux has files beside them that are none."""
    if name.startswith(("right/", "posix/")) or name in ("localtime", "posixrules", "Factory"):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(name: str, keys: Keys) -> Iterator[Finding]:
    if zone_is_known(name):
        return
    near = _nearest_zone(name)
    hint = f', did you mean "{near}"?' if near else ", write one such as Europe/Berlin or America/New_York"
    yield Finding(keys, f'unknown time zone "{name}"{hint}', "unknown_zone")


@lru_cache(maxsize=256)
def _nearest_zone(name: str) -> str | None:
    by_lower = _zones_by_lower_case()
    wanted = name.lower().replace(" ", "_")
    by_city = {zone.rpartition("/")[2]: zone for zone in by_lower}
    if wanted in by_city:
        return by_lower[by_city[wanted]]
    near = get_close_matches(wanted, by_lower, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else None


@lru_cache(maxsize=1)
def _zones_by_lower_case() -> dict[str, str]:
    return {zone.lower(): zone for zone in sorted(available_timezones())}


def _holidays(calendar: CalendarTerms, keys: Keys) -> Iterator[Finding]:
    for n, code in enumerate(calendar.holidays):
        if not _holiday_code_is_known(code):
            near = _nearest_code(code)
            hint = f', did you mean "{near}"?' if near else ", write one such as US, US-CA, GB-ENG or IN"
            yield Finding((*keys, "holidays", n), f'unknown holiday code "{code}"{hint}', "unknown_holidays")


def _holiday_code_is_known(code: str) -> bool:
    return code in known_holiday_codes()


@lru_cache(maxsize=256)
def _nearest_code(code: str) -> str | None:
    known = known_holiday_codes()
    wanted = code.upper().replace("_", "-").replace("UK", "GB")
    if wanted in known:
        return wanted
    near = get_close_matches(wanted, sorted(known), n=1, cutoff=0.7)
    return near[0] if near else None


def _dates(calendar: CalendarTerms, keys: Keys) -> Iterator[Finding]:
    opened = calendar.open.by_date
    for n, day in enumerate(calendar.closed):
        if day in opened:
            message = f"{day} is closed here and has hours under open, which win"
            yield Finding((*keys, "closed", n), message, "closed_and_open", warning=True)


def _shifts(calendar: CalendarTerms, keys: Keys) -> Iterator[Finding]:
    for section, entries in (("hours", calendar.hours.entries), ("open", calendar.open.entries)):
        for key, shifts in entries.items():
            if _overlap(shifts):
                message = "two of these hours overlap, what they share counts once"
                yield Finding((*keys, section, key), message, "overlap", warning=True)


def _overlap(shifts: tuple[Shift, ...]) -> bool:
    ordered = sorted(shifts, key=lambda shift: shift.opens)
    return any(later.opens < earlier.closes for earlier, later in pairwise(ordered))


def _closed(calendar: CalendarTerms, zone: str, keys: Keys) -> Iterator[Finding]:
    if not any(calendar.hours.entries.values()) and not any(calendar.open.entries.values()):
        message = "the calendar has no open hours, write hours: {mon-fri: 09:00-18:00}"
        yield Finding(keys, message, "never_open")
    elif zone_is_known(zone) and all(map(_holiday_code_is_known, calendar.holidays)):
        closed = closed_for_a_year(calendar, zone) if _may_close_for_a_year(calendar) else None
        if closed is not None:
            message = f"the calendar has no open hours from {closed[0]} to {closed[1]}, it may not be closed for a year"
            yield Finding(keys, message, "never_open")


def _may_close_for_a_year(calendar: CalendarTerms) -> bool:
    """Whether closures could take away a weekday all year: looking through the years is slow."""
    if not any(calendar.hours.entries.values()):
        return True
    ordered = sorted(set(calendar.closed))
    most = max((n + 1 - bisect_left(ordered, day - _YEAR) for n, day in enumerate(ordered)), default=0)
    most += sum(len(holidays_in(code, 2024)) + 5 for code in calendar.holidays)
    return most >= _ONE_WEEKDAY_OF_A_YEAR


def use_findings(terms: Terms) -> Iterator[Finding]:
    """The names by which the other sections call the calendars."""
    known = [ALWAYS, *terms.calendars.entries]
    used = set()
    for keys, name in _uses(terms):
        used.add(name)
        if name not in known:
            yield Finding(keys, f'unknown calendar "{name}"{suggestion(name, known)}', "unknown_calendar")
    for name in terms.calendars.entries:
        if name not in used and name != ALWAYS:
            yield Finding(("calendars", name), f'nothing uses the calendar "{name}"', "unused", warning=True)


def _uses(terms: Terms) -> Iterator[tuple[Keys, str]]:
    yield ("support", "hours"), terms.support.hours
    for severity, entry in terms.support.severities.entries.items():
        for clock in CLOCKS:
            promise = entry.promise(clock)
            if promise is not None:
                yield ("support", "severities", severity, clock, "calendar"), promise.calendar
    if terms.availability is not None:
        yield ("availability", "hours"), terms.availability.hours
    for name, notice in terms.notices.entries.items():
        if notice.outside is not None:
            yield ("notices", name, "outside"), notice.outside
