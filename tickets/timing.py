"""The figures of an agreement's clocks for the calculation: targets by clock and severity, pausing statuses."""

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from contracts.policy.agreement import Agreement
from contracts.policy.calendars import Calendar
from contracts.policy.document.support import ClockPromise, Reclassify
from contracts.policy.document.values import CLOCKS, Clock
from contracts.policy.durations import Duration
from tickets.history import Status


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What one clock has to keep at one severity: microseconds of open time, or business days where those are set."""

    clock: Clock
    severity: str
    limit: int
    limit_days: int | None
    aim: int | None
    aim_days: int | None
    calendar: Calendar
    next_open_day: bool
    promise: ClockPromise

    @property
    def in_open_hours(self) -> bool:
        """Whether its time is that of a calendar that closes; business days are counted in real time."""
        return self.limit_days is None and not self.calendar.always


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """All targets of an agreement; a severity without a figure for a clock is absent from that clock's mapping."""

    targets: dict[Clock, dict[str | None, Target]]
    pausing: dict[Clock, frozenset[Status]]
    reclassify: Reclassify
    severities: tuple[str, ...]
    default: str | None


@lru_cache(maxsize=1024)
def timing_of(agreement: Agreement) -> Timing:
    """The targets of an agreement, worked out once for each."""
    support = agreement.terms.support
    targets: dict[Clock, dict[str | None, Target]] = {clock: {} for clock in CLOCKS}
    for severity, terms in support.severities.entries.items():
        for clock in CLOCKS:
            promise = terms.promise(clock)
            limit = (promise.within or promise.every) if promise else None
            if promise is not None and limit is not None:
                targets[clock][severity] = _target(
                    clock, severity, promise, limit, agreement.calendars[promise.calendar]
                )
    return Timing(
        targets,
        {clock: frozenset(support.pause.statuses(clock)) for clock in CLOCKS},
        support.reclassify,
        tuple(support.severities.entries),
        support.default_severity,
    )


def runs_in_open_hours(agreement: Agreement, clock: str, severity: str) -> bool:
    """Whether the time of that clock at that severity is that of a calendar that closes."""
    target = timing_of(agreement).targets[cast("Clock", clock)].get(severity)
    return target is not None and target.in_open_hours


def _target(clock: Clock, severity: str, promise: ClockPromise, limit: Duration, calendar: Calendar) -> Target:
    aim = promise.aim
    return Target(
        clock,
        severity,
        limit.length,
        limit.business_days,
        aim.length if aim and aim.business_days is None else None,
        aim.business_days if aim else None,
        calendar,
        promise.if_closed == "next_open_day",
        promise,
    )
