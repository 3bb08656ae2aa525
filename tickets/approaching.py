"""When a clock has used up a share of its time, if nothing changes: what owners are warned of ahead of a breach."""

from collections.abc import Iterator

from slaportal.intervals import Instant
from tickets.clocks import Clock

# The shares, in percent, at which the owner of a ticket is told (product, Main flows: Ticket).
WARNED_AT = (75, 90)


def warnings_of(clock: Clock) -> Iterator[tuple[int, Instant]]:
    """Each share with the instant at which it is reached, while the clock has not stopped and is not paused before."""
    if clock.stopped_at is None and clock.due is not None and clock.since < clock.due:
        for percent in WARNED_AT:
            reached = reached_at(clock, percent)
            if reached is not None:
                yield percent, reached


def soon_at(clock: Clock) -> Instant | None:
    """From when on a clock that has not stopped is due soon: the first of the shares."""
    return None if clock.stopped_at is not None or clock.due is None else reached_at(clock, WARNED_AT[0])


def reached_at(clock: Clock, percent: int) -> Instant | None:
    """The earliest instant at which `percent` of the target has been used; None while paused before that.

    Of a target in business days, which is never paused, the share is one of the real time until it is due.
    """
    target = clock.target
    if target.limit_days is not None:
        return None if clock.due is None else clock.since + _share(clock.due - clock.since, percent)
    length = _share(target.limit, percent)
    if clock.elapsed < length:
        return None if clock.state == "paused" else target.calendar.deadline(clock.at, length - clock.elapsed)
    for start, _, counted, calendar in clock.ran:
        if counted >= length:
            return calendar.deadline(start, length)
        length -= counted
    return clock.since


def _share(length: int, percent: int) -> int:
    """Rounded up, so that the share is not announced before it is used."""
    return -(-length * percent // 100)
