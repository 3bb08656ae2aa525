"""Lengths of time as a policy writes them: `90s`, `1h30m`, `2w`, `2bd` (section Durations of the policy format)."""

import re
from dataclasses import dataclass

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"h": HOUR, "m": MINUTE, "s": SECOND}
_JOINED = re.compile(r"(?:(\d{1,18})w)?(?:(\d{1,18})d)?(?:(\d{1,18})h)?(?:(\d{1,18})m)?(?:(\d{1,18})s)?", re.ASCII)
_BUSINESS = re.compile(r"(\d{1,18})bd", re.ASCII)
_WORDS = r"(\d+)\s*(weeks?|business days?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?)"
_SPOKEN = re.compile(_WORDS, re.IGNORECASE | re.ASCII)
_LONGEST = 100 * 366 * DAY
_MOST_BUSINESS_DAYS = 9999
_TOO_LONG = '"%s" is longer than a hundred years, write less (business days: at most 9999bd)'


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: `days` (weeks are seven), `us` microseconds of h, m and s, or `business_days` alone.

    What a day means depends on where it stands: 24 open hours in a clock, a day on the wall clock in a window.
    """

    text: str
    days: int = 0
    us: int = 0
    business_days: int | None = None

    @property
    def length(self) -> int:
        """Microseconds with a day of 24 hours: the meaning in a clock, a filter, a step and a payment of time."""
        return self.days * DAY + self.us

    def __str__(self) -> str:
        return self.text


def read_duration(text: str, *, business_days: bool = False) -> Duration:
    """Read `4h`, `1h30m`, `2w` and, where `business_days` is true, `2bd`; ValueError says what to write instead."""
    found = _BUSINESS.fullmatch(text)
    if found:
        if not business_days:
            raise ValueError(f'"{text}" counts business days, which only a clock can; write days such as 2d')
        if int(found[1]) > _MOST_BUSINESS_DAYS:
            raise ValueError(_TOO_LONG % text)
        return Duration(text, business_days=int(found[1]))
    joined = _JOINED.fullmatch(text)
    if not text or joined is None:
        raise ValueError(f'"{text}" is not a duration{_meant(text)}')
    weeks, days, *rest = (int(part or 0) for part in joined.groups())
    us = sum(n * unit for n, unit in zip(rest, _UNITS.values(), strict=True))
    duration = Duration(text, days=weeks * 7 + days, us=us)
    if duration.length > _LONGEST:
        raise ValueError(_TOO_LONG % text)
    return duration


def _meant(text: str) -> str:
    """What was probably meant, said as the end of a sentence: ", write 6h"."""
    spoken = _SPOKEN.fullmatch(text.strip())
    if spoken:
        unit = "bd" if spoken[2].lower().startswith("business") else spoken[2][0].lower()
        return f", write {spoken[1]}{unit}"
    closed_up = "".join(text.lower().split())
    if closed_up and (_JOINED.fullmatch(closed_up) or _BUSINESS.fullmatch(closed_up)):
        return f", write {closed_up}"
    if closed_up.isdecimal():
        return f", its unit is missing: write {closed_up}h or {closed_up}m"
    if "bd" in text:
        return ", business days stand alone: write 2bd"
    return ", write it as 90s, 15m, 4h, 1d, 2w or joined as 1h30m, the larger unit first"
