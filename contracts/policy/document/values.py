"""The single values of a policy, each read from its text into an exact type, with a refusal that says what to write."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from contracts.policy.durations import Duration, read_duration

Clock = Literal["response", "next_reply", "update", "status_request", "resolution"]
CLOCKS: tuple[Clock, ...] = ("response", "next_reply", "update", "status_request", "resolution")
PausingStatus = Literal["open", "pending", "waiting_on_customer", "waiting_on_third_party"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_PERCENTAGE = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s?%", re.ASCII)
_FRACTION = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_CONDITION = re.compile(r"(<=|>=|<|>)\s*(\S+)", re.ASCII)
_MOMENT = re.compile(r"([+-])(\S+)", re.ASCII)
# Beyond it an escalation is a mistake of typing, and would lie outside the years that calendars know.
MOST_OF_A_TARGET = 10


@dataclass(frozen=True, slots=True)
class Pay:
    """What a credit pays or may pay at most: a share of the base, or time of service (`time_us`)."""

    text: str
    share: Fraction | None = None
    time_us: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A size of a credit's quantity: a plain number (percent, misses) or a length of time in microseconds."""

    text: str
    number: Fraction | None = None
    us: int | None = None

    @property
    def size(self) -> Fraction:
        """The number, or the microseconds, to compare and divide with."""
        return self.number if self.number is not None else Fraction(self.us or 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a tier holds: an operator and what the quantity is compared with."""

    text: str
    operator: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Moment:
    """When an escalation acts: at a share of the target, or `offset_us` after (negative: before) due."""

    text: str
    share: Fraction | None = None
    offset_us: int | None = None


def read_exact(value: Any) -> Decimal:
    """A decimal in quotes or a whole number."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return Decimal(value)
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise ValueError(f'{shown(value)} is not a decimal, write it in quotes as "99.95"')
    return Decimal(value)


def read_pay(value: Any) -> Pay:
    """`10%`, `1/12` or time as `12h`."""
    if isinstance(value, Pay):
        return value
    text = _text(value, "a percentage as 10%, a fraction as 1/12 or time as 12h")
    percentage, fraction = _PERCENTAGE.fullmatch(text), _FRACTION.fullmatch(text)
    if percentage:
        return Pay(text, share=Fraction(percentage[1]) * Fraction(1, 100))
    if fraction:
        if int(fraction[2]) == 0:
            raise ValueError(f'"{text}" divides by zero, write a fraction as 1/12')
        return Pay(text, share=Fraction(int(fraction[1]), int(fraction[2])))
    if _DECIMAL.fullmatch(text):
        raise ValueError(f'"{text}" has no unit, write a percentage as 10%, a fraction as 1/12 or time as 12h')
    if not text[:1].isdigit():
        raise ValueError(f'"{text}" is no payment, write a percentage as 10%, a fraction as 1/12 or time as 12h')
    return Pay(text, time_us=read_duration(text).length)


def read_measure(value: Any) -> Measure:
    """A number as `"0.5"` or a duration as `30m`."""
    if isinstance(value, Measure):
        return value
    text = _text(value, 'a number as "1" or a duration as 30m')
    if _DECIMAL.fullmatch(text):
        return Measure(text, number=Fraction(text))
    return Measure(text, us=read_duration(text).length)


def read_condition(value: Any) -> Condition:
    """`"< 99.9"`, `">= 4h"`: an operator and a measure."""
    if isinstance(value, Condition):
        return value
    text = _text(value, 'a condition as "< 99.9"')
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is not a condition, write <, <=, > or >= and a number or duration, as "< 99.9"')
    return Condition(text, found[1], read_measure(found[2]))


def read_moment(value: Any) -> Moment:
    """`75%` of the target, `-30m` before due, `+1h` after."""
    if isinstance(value, Moment):
        return value
    text = _text(value, "a share of the target as 75%, or a time before or after due as -30m or +30m")
    percentage, offset = _PERCENTAGE.fullmatch(text), _MOMENT.fullmatch(text)
    if percentage:
        share = Fraction(percentage[1]) * Fraction(1, 100)
        if share > MOST_OF_A_TARGET:
            raise ValueError(f'"{text}" is more than ten times the target')
        return Moment(text, share=share)
    if offset:
        length = read_duration(offset[2]).length
        return Moment(text, offset_us=-length if offset[1] == "-" else length)
    raise ValueError(f'"{text}" is no moment, write a share as 75%, or a time before or after due as -30m or +30m')


def read_clock_duration(value: Any) -> Duration:
    """A duration of a clock: business days are allowed."""
    return value if isinstance(value, Duration) else read_duration(_text(value, "a duration as 4h"), business_days=True)


def read_plain_duration(value: Any) -> Duration:
    """A duration of a window: business days are refused."""
    return value if isinstance(value, Duration) else read_duration(_text(value, "a duration as 48h"))


def read_lead(value: Any) -> Literal["before"] | Duration:
    """A duration of a window, or `before`: in advance, without a figure."""
    return "before" if value == "before" else read_plain_duration(value)


def read_whole(value: Any) -> int:
    """A whole number, plain or in quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or _WHOLE.fullmatch(value) is None:
        raise ValueError(f"{shown(value)} is not a whole number, write it as 3")
    return int(value)


def read_flag(value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false, write one of them")
    return value


def _text(value: Any, expected: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not {expected}")
    return value


def shown(value: Any) -> str:
    """A value as a sentence names it: `"abc"`, `5`, `true`, `a mapping`, `a list`, `nothing`."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value)
    return text if isinstance(value, int) else f'"{text if len(text) <= 80 else text[:77] + "..."}"'


def _as_text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


Exact = Annotated[
    Decimal,
    BeforeValidator(read_exact),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "integer"}]}),
]
_DURATION = r"(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?"
ClockDuration = Annotated[Duration, PlainValidator(read_clock_duration), _as_text(rf"^{_DURATION}$|^\d+bd$")]
PlainDuration = Annotated[Duration, PlainValidator(read_plain_duration), _as_text(rf"^{_DURATION}$")]
Lead = Annotated[Literal["before"] | Duration, PlainValidator(read_lead), _as_text(rf"^before$|^{_DURATION}$")]
Payment = Annotated[Pay, PlainValidator(read_pay), _as_text(rf"^\d+(\.\d+)?\s?%$|^\d+/\d+$|^{_DURATION}$")]
Size = Annotated[
    Measure,
    PlainValidator(read_measure),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
When = Annotated[Condition, PlainValidator(read_condition), _as_text(r"^(<=|>=|<|>)\s*\S+$")]
EscalationMoment = Annotated[Moment, PlainValidator(read_moment), _as_text(r"^\d+(\.\d+)?\s?%$|^[+-]\S+$")]
Whole = Annotated[int, BeforeValidator(read_whole)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
