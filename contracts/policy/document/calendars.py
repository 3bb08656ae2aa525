"""The calendars of a policy as written: opening hours, holidays, closed dates and dates with hours of their own."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from contracts.policy.document.stated import Named, Stated, WrongKeys
from contracts.policy.document.values import WEEKDAYS, Weekday, shown

_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)|([01]\d|2[0-3]):([0-5]\d)-24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """Opening hours in minutes after local midnight; `closes` over 1440 runs into the next day."""

    opens: int
    closes: int

    @property
    def over_midnight(self) -> bool:
        """Whether it goes on after the midnight that ends its day."""
        return self.closes > DAY_MINUTES


def read_shifts(value: Any) -> tuple[Shift, ...]:
    """`09:00-18:00`, `22:00-06:00` (over midnight), `24h`, or a list of them."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, list):
        return tuple(shift for text in value for shift in read_shifts(text))
    if value == "24h":
        return (Shift(0, DAY_MINUTES),)
    found = _SHIFT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{shown(value)} is not opening hours, write 09:00-18:00, 24h or a list of them")
    if found[5]:
        return (Shift(int(found[5]) * 60 + int(found[6]), DAY_MINUTES),)
    opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return (Shift(opens, closes if closes > opens else closes + DAY_MINUTES),)


def read_date(value: Any) -> date:
    """`2026-12-24`."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        raise ValueError(f"{shown(value)} is not a date, write 2026-12-24")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f'"{value}" is a date that no calendar has') from None


def read_weekdays(key: str) -> list[Weekday]:
    """`mon`, `mon-fri`, and `fri-mon` over the end of the week."""
    first, _, last = key.partition("-")
    names: list[str] = list(WEEKDAYS)
    if first not in names or (last or first) not in names or key.endswith("-"):
        raise ValueError(f'"{key}" is not a weekday or a range of them, write mon, sun or mon-fri')
    start, end = names.index(first), names.index(last or first)
    return [WEEKDAYS[n % 7] for n in range(start, (end if end >= start else end + 7) + 1)]


Shifts = Annotated[
    tuple[Shift, ...],
    PlainValidator(read_shifts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Day = Annotated[date, PlainValidator(read_date), WithJsonSchema({"type": "string", "format": "date"})]


class Hours(Named[tuple[Shift, ...]]):
    """Opening hours by weekday or range of weekdays."""

    __pydantic_extra__: dict[str, Shifts]

    @model_validator(mode="after")
    def _days_once(self) -> "Hours":
        named: dict[Weekday, str] = {}
        wrong: dict[str, str] = {}
        for key in self.entries:
            try:
                days = read_weekdays(key)
            except ValueError as error:
                wrong[key] = str(error)
                continue
            for day in days:
                if day in named and key not in wrong:
                    wrong[key] = f'"{key}" names {day}, which "{named[day]}" names already'
                named.setdefault(day, key)
        if wrong:
            raise WrongKeys(wrong)
        return self

    @property
    def by_weekday(self) -> dict[int, tuple[Shift, ...]]:
        """The shifts that start on each weekday, Monday being 0."""
        return {WEEKDAYS.index(day): shifts for key, shifts in self.entries.items() for day in read_weekdays(key)}


class OpenDates(Named[tuple[Shift, ...]]):
    """Dates with hours of their own."""

    __pydantic_extra__: dict[str, Shifts]

    @model_validator(mode="after")
    def _are_dates(self) -> "OpenDates":
        wrong: dict[str, str] = {}
        for key in self.entries:
            try:
                read_date(key)
            except ValueError as error:
                wrong[key] = str(error)
        if wrong:
            raise WrongKeys(wrong)
        return self

    @property
    def by_date(self) -> dict[date, tuple[Shift, ...]]:
        """The shifts that start on each of the dates."""
        return {read_date(key): shifts for key, shifts in self.entries.items()}


class CalendarTerms(Stated):
    """One calendar as the policy writes it."""

    timezone: str | None = None
    hours: Hours = Hours()
    holidays: list[str] = Field(default_factory=list)
    closed: list[Day] = Field(default_factory=list)
    open: OpenDates = OpenDates()


class Calendars(Named[CalendarTerms]):
    """The calendars of the document; `always` is built in."""

    __pydantic_extra__: dict[str, CalendarTerms]
