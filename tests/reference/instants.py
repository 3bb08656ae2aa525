"""Instants as whole microseconds since 1970, read from and written to text, and what the local clock shows at them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- UTC, naive for plain arithmetic


def read_instant(text: str) -> int:
    """The microseconds since 1970 of an ISO 8601 text; one without offset is refused (ValueError)."""
    moment = datetime.fromisoformat(text)
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"{text} has no offset")
    return (moment.replace(tzinfo=None) - offset - EPOCH) // MICROSECOND


def write_instant(instant: int | None) -> str | None:
    """The instant as UTC text such as 2026-11-10T13:00:00Z, with the fraction where there is one."""
    if instant is None:
        return None
    return (EPOCH + instant * MICROSECOND).isoformat() + "Z"


def write_seconds(microseconds: int) -> int | float:
    """A length in seconds: a whole number where it is one."""
    if microseconds % 1_000_000 == 0:
        return microseconds // 1_000_000
    return microseconds / 1_000_000


def local_time(instant: int, zone: ZoneInfo) -> datetime:
    """What the wall clock of the zone shows at the instant, as a naive datetime."""
    moment = (EPOCH + instant * MICROSECOND).replace(tzinfo=UTC)
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def instant_of(local: datetime, zone: ZoneInfo, *, closing: bool = False) -> int:
    """The instant of a naive wall-clock time.

    One that does not exist is read with the offset in force before the change; of one that exists twice, the first is
    meant, for a closing the second.
    """
    earlier = local.replace(tzinfo=zone, fold=0).utcoffset()
    later = local.replace(tzinfo=zone, fold=1).utcoffset()
    assert earlier is not None
    assert later is not None
    exists_twice = earlier > later
    offset = later if closing and exists_twice else earlier
    return (local - offset - EPOCH) // MICROSECOND


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which the date begins in the zone."""
    return instant_of(datetime.combine(day, time()), zone)
