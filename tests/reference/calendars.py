"""Open hours of a calendar, walked date by date, and the deadlines in them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from .instants import instant_of, local_time, midnight

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
FARTHEST_DAYS = 20_000

Interval = tuple[int, int]
Shift = tuple[timedelta, timedelta]  # opening and closing, counted from midnight of the date on which the shift starts


def read_shifts(value: str | list[str]) -> list[Shift]:
    """The shifts of a day's entry: `09:00-17:00`, `22:00-06:00` (over midnight), `24h`, or a list of them."""
    texts = [value] if isinstance(value, str) else value
    shifts = []
    for text in texts:
        if text == "24h":
            shifts.append((timedelta(0), ONE_DAY))
            continue
        opening, closing = (_read_hour(part) for part in text.split("-"))
        shifts.append((opening, closing if closing > opening else closing + ONE_DAY))
    return sorted(shifts)


def _read_hour(text: str) -> timedelta:
    """`09:30` as the time since midnight."""
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def read_week(hours: Mapping[str, str | list[str]]) -> dict[int, list[Shift]]:
    """The shifts of each weekday (0 is Monday) from keys such as `mon`, `mon-fri`, `fri-mon`."""
    week: dict[int, list[Shift]] = {}
    for key, value in hours.items():
        first, _, last = key.partition("-")
        weekday = WEEKDAYS.index(first)
        week[weekday] = read_shifts(value)
        while last and WEEKDAYS[weekday] != last:
            weekday = (weekday + 1) % 7
            week[weekday] = read_shifts(value)
    return week


class Calendar:
    """One calendar of a policy; every instant and length in microseconds."""

    def __init__(self, terms: Mapping[str, Any], document_zone: str) -> None:
        """Read the calendar's mapping; without a time zone of its own it has the document's."""
        self.zone = ZoneInfo(terms.get("timezone", document_zone))
        self._week = read_week(terms.get("hours", {}))
        self._closed = {date.fromisoformat(day) for day in terms.get("closed", [])}
        self._open = {date.fromisoformat(day): read_shifts(value) for day, value in terms.get("open", {}).items()}
        self._holidays = [
            holidays.country_holidays(country, subdiv=part or None)
            for country, _, part in (code.partition("-") for code in terms.get("holidays", []))
        ]
        self._known: dict[date, list[Interval]] = {}

    def is_closed(self, day: date) -> bool:
        """Whether the date is a holiday or a closed date, and no `open` date."""
        if day in self._open:
            return False
        return day in self._closed or any(day in country for country in self._holidays)

    def shifts_of(self, day: date) -> list[Interval]:
        """The open intervals of the shifts that start on the date, less what closed dates take away of them."""
        if day not in self._known:
            self._known[day] = self._lay_out(day)
        return self._known[day]

    def _lay_out(self, day: date) -> list[Interval]:
        """Turn the date's shifts into instants; what comes out empty or turned round is no open time."""
        start_of_day = datetime.combine(day, time())
        shifts = self._open[day] if day in self._open else self._week.get(day.weekday(), [])
        intervals = [
            (
                instant_of(start_of_day + opening, self.zone),
                instant_of(start_of_day + closing, self.zone, closing=True),
            )
            for opening, closing in shifts
        ]
        for touched in (day, day + ONE_DAY):
            if self.is_closed(touched):
                away = (midnight(touched, self.zone), midnight(touched + ONE_DAY, self.zone))
                intervals = [piece for interval in intervals for piece in _without(interval, away)]
        return sorted((start, end) for start, end in intervals if start < end)

    def intervals_from(self, start: int) -> Iterator[Interval]:
        """Open time from the instant on: disjoint intervals, in order, for ever."""
        day = local_time(start, self.zone).date() - 2 * ONE_DAY
        reached = start
        for _ in range(FARTHEST_DAYS):
            for opening, closing in self.shifts_of(day):
                if closing > reached:
                    yield max(opening, reached), closing
                    reached = closing
            day += ONE_DAY
        raise ValueError("no open hours are left in this calendar")

    def open_time(self, start: int, end: int) -> int:
        """The open time in [start, end)."""
        total = 0
        for opening, closing in self.intervals_from(start):
            if opening >= end:
                break
            total += min(closing, end) - opening
        return total

    def deadline(self, start: int, target: int) -> int:
        """The earliest instant t such that the open time in [start, t) is at least the target."""
        if target == 0:
            return start
        left = target
        for opening, closing in self.intervals_from(start):
            if closing - opening >= left:
                return opening + left
            left -= closing - opening
        raise AssertionError("intervals never end")

    def first_open(self, start: int) -> int:
        """The first open instant at or after the start."""
        return next(self.intervals_from(start))[0]

    def has_hours(self, day: date) -> bool:
        """Whether the date has open hours of its own."""
        return not self.is_closed(day) and bool(self.shifts_of(day))

    def next_day_with_hours(self, day: date) -> date:
        """The next date after this one that has open hours."""
        for _ in range(FARTHEST_DAYS):
            day += ONE_DAY
            if self.has_hours(day):
                return day
        raise ValueError("no open hours are left in this calendar")

    def business_deadline(self, start: int, days: int) -> int:
        """`N bd`: the same wall-clock time N dates with open hours on, brought into that date's hours."""
        first = local_time(self.first_open(start), self.zone)
        day = first.date()
        for _ in range(days):
            day = self.next_day_with_hours(day)
        if day == first.date():
            return self.first_open(start)
        wanted = instant_of(datetime.combine(day, first.time()), self.zone)
        closings = [closing for _, closing in self.shifts_of(day)]
        if wanted in closings or self.first_open(wanted) == wanted:
            return wanted
        return max((closing for closing in closings if closing < wanted), default=self.shifts_of(day)[0][0])

    def end_of_next_open_day(self, start: int) -> int | None:
        """`if_closed`: the last closing of the next date with open hours; none where the start's own has some left."""
        day = local_time(start, self.zone).date()
        if local_time(self.first_open(start), self.zone).date() == day:
            return None
        return max(closing for _, closing in self.shifts_of(self.next_day_with_hours(day)))


def _without(interval: Interval, away: Interval) -> list[Interval]:
    """What is left of the interval when the other is taken away."""
    before = (interval[0], min(interval[1], away[0]))
    after = (max(interval[0], away[1]), interval[1])
    return [(start, end) for start, end in (before, after) if start < end]
