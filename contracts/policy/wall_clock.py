"""Local times as instants and back, the two changes of the clocks included (section Calendars of the semantics)."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from slaportal.intervals import Instant, moment_of

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times have no zone
_MICROSECOND = timedelta(microseconds=1)


def local_instant(naive: datetime, zone: ZoneInfo, *, last: bool = False) -> Instant:
    """The instant of a local time: of one that occurs twice the first, or the `last`.

    One that does not exist is read with the offset in force before the change.
    """
    offset = naive.replace(tzinfo=zone).utcoffset() or timedelta()
    if last:
        second = naive.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
        offset = min(offset, second)
    return (naive - _EPOCH - offset) // _MICROSECOND


def local_time(instant: Instant, zone: ZoneInfo) -> datetime:
    """The local time of an instant, without its zone."""
    return moment_of(instant).astimezone(zone).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=16_384)
def midnight(day: date, zone: ZoneInfo) -> Instant:
    """The instant at which a date begins."""
    return local_instant(datetime.combine(day, time()), zone)
