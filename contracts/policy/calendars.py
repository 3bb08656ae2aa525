"""When a calendar is open: intervals of instants, built once per calendar and range of years, then only looked up."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from threading import Lock
from zoneinfo import ZoneInfo

from contracts.policy.document.calendars import CalendarTerms, Shift
from contracts.policy.durations import DAY, MINUTE
from contracts.policy.holiday_codes import holidays_in
from contracts.policy.wall_clock import local_instant, local_time, midnight
from slaportal.intervals import Instant, Interval, difference, instant_of, union
from slaportal.refusal import Refusal

ALWAYS = "always"
_ONE_DAY = timedelta(days=1)
_LONGEST_CLOSURE_DAYS = 366
FIRST_YEAR, LAST_YEAR = 1900, 2300
EARLIEST, LATEST = (
    instant_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)),
    instant_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that decides when a calendar is open; calendars of equal plans are the same object."""

    zone: str
    weekly: tuple[tuple[Shift, ...], ...]
    holidays: tuple[str, ...]
    closed: frozenset[date]
    open: tuple[tuple[date, tuple[Shift, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The open time of the years `first` to `last`, laid out for bisection.

    The n-th opening is at `opens[n]`; before it `before[n]` microseconds were open since the table's start, and
    `before` has one entry more, the whole. `closures` are the holidays and closed dates with their names.
    """

    first: int
    last: int
    start: Instant
    end: Instant
    opens: "array[int]"
    before: "array[int]"
    closures: tuple[tuple[Instant, Instant, str], ...]


class Calendar:
    """Open hours in one time zone, in microseconds; an answer never depends on what was asked before.

    The table grows by whole years to where it is asked about; it is replaced, never changed, so threads may share it.
    """

    __slots__ = ("_days", "_growing", "_plan", "_specials", "_table", "always", "zone")

    def __init__(self, plan: _Plan | None, zone: ZoneInfo) -> None:
        self.zone = zone
        self.always = plan is None
        self._plan = plan
        self._specials = dict(plan.open) if plan else {}
        self._days: dict[date, list[Interval]] = {}
        self._growing = Lock()
        self._table = _Table(1, 0, 0, 0, array("q"), array("q", [0]), ())

    def deadline(self, start: Instant, target: int) -> Instant:
        """The earliest instant at which `target` of open time has passed since `start` (semantics, Deadline)."""
        if self.always or target <= 0:
            return start + target if target > 0 else start
        table = self._table
        if not table.start <= start < table.end:
            table = self._reach(start)
        goal = self._open_before(table, start) + target
        while goal > table.before[-1]:
            known = table.start
            table = self._reach(table.end)
            if table.start != known:
                goal = self._open_before(table, start) + target
        opening = bisect_left(table.before, goal) - 1
        return table.opens[opening] + goal - table.before[opening]

    def open_us(self, start: Instant, end: Instant) -> int:
        """How much of `[start, end)` is open."""
        if end <= start:
            return 0
        if self.always:
            return end - start
        table = self._table
        if not (table.start <= start and end < table.end):
            self._reach(start)
            table = self._reach(end)
        return self._open_before(table, end) - self._open_before(table, start)

    def intervals(self, start: Instant, end: Instant) -> list[Interval]:
        """The open intervals of `[start, end)`, tidy and clipped to it."""
        if end <= start:
            return []
        if self.always:
            return [(start, end)]
        self._reach(start)
        table = self._reach(end)
        opens, before = table.opens, table.before
        n = max(bisect_right(opens, start) - 1, 0)
        found: list[Interval] = []
        while n < len(opens) and opens[n] < end:
            closes = opens[n] + before[n + 1] - before[n]
            if closes > start:
                found.append((max(opens[n], start), min(closes, end)))
            n += 1
        return found

    def closures(self, start: Instant, end: Instant) -> list[tuple[Instant, Instant, str]]:
        """The holidays and closed dates that touch `[start, end)`, with their names, clipped to it."""
        if self.always or end <= start:
            return []
        self._reach(start)
        closures = self._reach(end).closures
        n = bisect_right(closures, start, key=lambda closure: closure[1])
        found = []
        while n < len(closures) and closures[n][0] < end:
            found.append((max(closures[n][0], start), min(closures[n][1], end), closures[n][2]))
            n += 1
        return found

    def next_open(self, start: Instant) -> Instant:
        """The first open instant at or after `start`."""
        if self.always:
            return start
        return self.deadline(start, 1) - 1

    def business_deadline(self, start: Instant, days: int, *, next_open_day: bool = False) -> Instant:
        """The deadline of `days` business days from `start` (semantics, `N bd`), no later with `if_closed`."""
        first = self.next_open(start)
        local = local_time(first, self.zone)
        day = local.date()
        for _ in range(days):
            day = self._next_open_date(day)
        due = first if days == 0 else self._at_or_before(day, local.time())
        if next_open_day:
            today = local_time(start, self.zone).date()
            if not any(closes > start for _, closes in self.own_hours(today)):
                due = min(due, self.own_hours(self._next_open_date(today))[-1][1])
        return due

    def _at_or_before(self, day: date, hour: time) -> Instant:
        """That wall-clock time of a date if it is open or closes then, else the last closing before, else opening."""
        wanted, hours = local_instant(datetime.combine(day, hour), self.zone), self.own_hours(day)
        reached = hours[0][0]
        for opens, closes in hours:
            if opens <= wanted:
                reached = min(wanted, closes)
        return reached

    def _next_open_date(self, day: date) -> date:
        for _ in range(2 * _LONGEST_CLOSURE_DAYS):
            day += _ONE_DAY
            if self.own_hours(day):
                return day
        raise Refusal("calendar_never_open", f"The calendar has no open time in the two years up to {day}.")

    def own_hours(self, day: date) -> list[Interval]:
        """The open intervals of the shifts that start on a date, tidy; a holiday or closed date has none of its own."""
        hours = self._days.get(day)
        if hours is None:
            if len(self._days) > 4000:
                self._days.clear()
            hours = self._days[day] = [] if self._closed_as(day) else self._laid_out(day)
        return hours

    def _laid_out(self, day: date) -> list[Interval]:
        if self._plan is None:
            return [(midnight(day, self.zone), midnight(day + _ONE_DAY, self.zone))]
        shifts = self._specials.get(day)
        if shifts is None:
            shifts = self._plan.weekly[day.weekday()]
        if not shifts:
            return []
        start, tomorrow = midnight(day, self.zone), midnight(day + _ONE_DAY, self.zone)
        if tomorrow - start == DAY == midnight(day + 2 * _ONE_DAY, self.zone) - tomorrow:
            laid_out = [(start + shift.opens * MINUTE, start + shift.closes * MINUTE) for shift in shifts]
        else:  # the clocks change on this date or the next
            laid_out = [
                (
                    local_instant(_at(day, shift.opens), self.zone),
                    local_instant(_at(day, shift.closes), self.zone, last=True),
                )
                for shift in shifts
            ]
        cuts = [
            (midnight(closed, self.zone), midnight(closed + _ONE_DAY, self.zone))
            for closed in (day, day + _ONE_DAY)
            if self._closed_as(closed)
        ]
        return difference(union(laid_out), union(cuts)) if cuts else union(laid_out)

    def _closed_as(self, day: date) -> str | None:
        """The name of the holiday or closed date, None for a date like others or one with hours of its own."""
        if self._plan is None or day in self._specials:
            return None
        if day in self._plan.closed:
            return "closed date"
        for code in self._plan.holidays:
            name = holidays_in(code, day.year).get(day)
            if name is not None:
                return name
        return None

    @staticmethod
    def _open_before(table: _Table, instant: Instant) -> int:
        opening = bisect_right(table.opens, instant) - 1
        if opening < 0:
            return 0
        counted = table.before[opening] + instant - table.opens[opening]
        closed: int = table.before[opening + 1]
        return min(closed, counted)

    def _reach(self, instant: Instant) -> _Table:
        """A table that has the instant well within it."""
        table = self._table
        if table.start <= instant < table.end:
            return table
        with self._growing:
            table = self._table
            if not table.start <= instant < table.end:
                table = self._table = self._built(instant)
        return table

    def _built(self, instant: Instant) -> _Table:
        if not EARLIEST <= instant < LATEST:
            raise Refusal("instant_out_of_range", f"Calendars know the years {FIRST_YEAR} to {LAST_YEAR} only.")
        # The year is the local one, as the table's bounds are: at its end UTC may still be in the year before.
        table, year = self._table, local_time(instant, self.zone).year
        first, last = year - 1, year + 1
        if table.first <= table.last:
            # It at least doubles, so that a deadline far ahead is not walked to year by year.
            span = table.last - table.first + 1
            first = min(first, table.first - span) if year < table.first else table.first
            last = max(last, table.last + span) if year > table.last else table.last
        # A year more on either side, where zones begin and end; what lies beyond the years is cut off below.
        first, last = max(first, FIRST_YEAR - 1), min(last, LAST_YEAR + 1)
        day, after = date(first - 1, 12, 31), date(last + 1, 1, 1)
        start, end = max(midnight(date(first, 1, 1), self.zone), EARLIEST), min(midnight(after, self.zone), LATEST)
        openings: list[Interval] = []
        closures = []
        while day < after:
            openings += self._laid_out(day)
            name = self._closed_as(day)
            if name:
                closures.append((midnight(day, self.zone), midnight(day + _ONE_DAY, self.zone), name))
            day += _ONE_DAY
        opens, before = array("q"), array("q", [0])
        for opening, closing in union(openings):
            if closing > start and opening < end:
                opens.append(max(opening, start))
                before.append(before[-1] + min(closing, end) - opens[-1])
        return _Table(first, last, start, end, opens, before, tuple(closures))


def calendar_of(terms: CalendarTerms | None, timezone: str) -> Calendar:
    """The calendar of those terms (None: always open), built once for all that open and close alike.

    Refusal `calendar_never_open` where it is closed for a year on end, ZoneInfoNotFoundError for an unknown zone.
    """
    if terms is None:
        return _shared(None, timezone)
    closed = closed_for_a_year(terms, timezone)
    if closed:
        message = f"The calendar has no open time from {closed[0]} to {closed[1]}; a year on end may not be closed."
        raise Refusal("calendar_never_open", message)
    return _shared(_plan_of(terms, timezone), timezone)


def closed_for_a_year(terms: CalendarTerms, timezone: str) -> tuple[date, date] | None:
    """The first and last date of a year or more without open hours, None where there is no such stretch."""
    plan = _plan_of(terms, timezone)
    if any(plan.weekly) and len(plan.closed) < 30 and len(plan.holidays) < 2:
        return None  # too few closures to take away every one of the 52 days that a weekday has in a year
    calendar = Calendar(plan, ZoneInfo(timezone))
    named = {day.year for day in plan.closed} | {day.year for day, _ in plan.open}
    for first, last in _runs_of_years(named | {2024}):
        since = day = date(first, 1, 1)
        while day.year <= last:
            if calendar.own_hours(day):
                since = day + _ONE_DAY
            elif (day - since).days >= _LONGEST_CLOSURE_DAYS:
                return since, day
            day += _ONE_DAY
    return None


def _runs_of_years(years: set[int]) -> Iterator[tuple[int, int]]:
    """Runs of years that hold those given and the two on either side of each."""
    around = sorted({near for year in years for near in range(year - 2, year + 3) if FIRST_YEAR <= near <= LAST_YEAR})
    first = last = around[0]
    for year in around[1:]:
        if year > last + 1:
            yield first, last
            first = year
        last = year
    yield first, last


@lru_cache(maxsize=4096)
def _shared(plan: _Plan | None, timezone: str) -> Calendar:
    return Calendar(plan, ZoneInfo(timezone))


def _plan_of(terms: CalendarTerms, timezone: str) -> _Plan:
    weekly = terms.hours.by_weekday
    return _Plan(
        zone=timezone,
        weekly=tuple(weekly.get(weekday, ()) for weekday in range(7)),
        holidays=tuple(terms.holidays),
        closed=frozenset(terms.closed),
        open=tuple(terms.open.by_date.items()),
    )


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)
