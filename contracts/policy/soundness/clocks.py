"""Whether the promise of each clock is one: a figure or a text, in a calendar that can count it."""

from collections.abc import Iterator

from contracts.policy.calendars import ALWAYS
from contracts.policy.complaints import Keys
from contracts.policy.document import Terms
from contracts.policy.document.calendars import CalendarTerms
from contracts.policy.document.support import ClockPromise
from contracts.policy.document.values import CLOCKS, Clock
from contracts.policy.durations import Duration
from contracts.policy.soundness.findings import Finding


def clock_findings(terms: Terms) -> Iterator[Finding]:
    """Every clock of every severity."""
    for severity, entry in terms.support.severities.entries.items():
        for clock in CLOCKS:
            promise = entry.promise(clock)
            if promise is not None:
                keys: Keys = ("support", "severities", severity, clock)
                yield from _figure(promise, clock, keys)
                yield from _business_days(promise, terms, keys)
                yield from _days(promise, keys)
                yield from _aim(promise, keys)


def _figure(promise: ClockPromise, clock: Clock, keys: Keys) -> Iterator[Finding]:
    right, wrong = ("every", "within") if clock == "update" else ("within", "every")
    if getattr(promise, wrong) is not None:
        rhythm = "comes again and again" if clock == "update" else "is due once"
        yield Finding((*keys, wrong), f'"{clock}" {rhythm}, write "{right}" instead of "{wrong}"', "wrong_figure")
        return
    figure = getattr(promise, right)
    if figure is None and promise.text is None:
        yield Finding(keys, f'neither a figure nor a text is promised, write "{right}" or "text"', "no_figure")
    elif figure is not None and figure.length == 0 and figure.business_days is None:
        yield Finding((*keys, right), f'"{figure}" leaves no time at all', "zero", warning=True)


def _durations(promise: ClockPromise) -> Iterator[tuple[str, Duration]]:
    for key in ("within", "every", "aim"):
        duration: Duration | None = getattr(promise, key)
        if duration is not None:
            yield key, duration


def _business_days(promise: ClockPromise, terms: Terms, keys: Keys) -> Iterator[Finding]:
    calendar = terms.calendars.entries.get(promise.calendar)
    for key, duration in _durations(promise):
        if duration.business_days is not None and calendar is not None and _over_midnight(calendar):
            message = (
                f'"{duration}" counts business days, but the calendar "{promise.calendar}" has hours over midnight '
                "and so no business days; write hours such as 48h"
            )
            yield Finding((*keys, key), message, "over_midnight")
    target = promise.every or promise.within
    if promise.if_closed is not None and (target is None or target.business_days is None):
        message = '"if_closed" is for business days only, such as within: 1bd'
        yield Finding((*keys, "if_closed"), message, "if_closed")


def _over_midnight(calendar: CalendarTerms) -> bool:
    entries = [*calendar.hours.entries.values(), *calendar.open.entries.values()]
    return any(shift.over_midnight for shifts in entries for shift in shifts)


def _days(promise: ClockPromise, keys: Keys) -> Iterator[Finding]:
    if promise.calendar == ALWAYS:
        return
    for key, duration in _durations(promise):
        if duration.days:
            weeks, days = divmod(duration.days, 7)
            message = (
                f'"{duration}" is {duration.days * 24} open hours of "{promise.calendar}", '
                f"{weeks * 5 + days}bd is more likely meant"
            )
            yield Finding((*keys, key), message, "days", warning=True)


def _aim(promise: ClockPromise, keys: Keys) -> Iterator[Finding]:
    target, aim = promise.every or promise.within, promise.aim
    if aim is None:
        return
    if target is None:
        if promise.text is not None:
            yield Finding((*keys, "aim"), "an aim without a limit is never timed", "aim", warning=True)
    elif (target.business_days is None) == (aim.business_days is None):
        later = (aim.business_days or 0) > (target.business_days or 0) or aim.length > target.length
        if later:
            yield Finding((*keys, "aim"), f'the aim "{aim}" is later than the limit "{target}"', "aim", warning=True)
