"""Windows of time: so long after or before an instant, in days on the wall clock of a zone and hours that elapse."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from contracts.policy.durations import Duration
from contracts.policy.wall_clock import local_instant, local_time
from slaportal.intervals import Instant


def after(instant: Instant, duration: Duration, zone: ZoneInfo) -> Instant:
    """The instant at which a window that opens at `instant` closes (policy format, Durations: in a window).

    Days are counted first, on the wall clock: of a local time that occurs twice the first is meant, one that does not
    exist is read with the offset before the change. Then hours, minutes and seconds elapse.
    """
    return _days_on(instant, duration.days, zone) + duration.us


def before(instant: Instant, duration: Duration, zone: ZoneInfo) -> Instant:
    """The instant at which a window that closes at `instant` opens; days and hours are counted as in `after`."""
    return _days_on(instant, -duration.days, zone) - duration.us


def _days_on(instant: Instant, days: int, zone: ZoneInfo) -> Instant:
    if days == 0:
        return instant
    return local_instant(local_time(instant, zone) + timedelta(days=days), zone)
