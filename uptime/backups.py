"""Whether backups are kept as promised: the restore points that are there now, by promise (semantics, Backups)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.policy.agreement import Agreement
from contracts.policy.document.promises import Backup
from contracts.policy.document.values import WEEKDAYS
from contracts.policy.durations import DAY
from contracts.policy.periods import Active
from contracts.policy.wall_clock import local_time, midnight
from contracts.policy.windows import after, before
from slaportal.intervals import Instant
from uptime.explanation import Ground

_ONE_DAY = timedelta(days=1)


class RestorePoint(NamedTuple):
    """A state to which a service can be taken back: there from `taken` until just before `gone` (None: still there)."""

    taken: Instant
    gone: Instant | None = None

    def there(self, now: Instant) -> bool:
        """Whether it is there at `now`."""
        return self.taken <= now and (self.gone is None or self.gone > now)


class Lack(NamedTuple):
    """What is missing: a stretch `[start, end)` that is too long; or a local `day`, of which only `there` are there."""

    start: Instant
    end: Instant
    day: date | None = None
    there: int = 0


@dataclass(frozen=True, slots=True)
class BackupVerdict:
    """One backup promise on one service: `asked` stretches or days were looked at, `missing` are those that lack.

    `promise` says how often and how long; `clause` is its own, or else that of the section; `ground` is where it
    stands, with its strength and note.
    """

    name: str
    promise: Backup
    ground: Ground
    clause: str | None
    asked: int
    missing: tuple[Lack, ...]

    @property
    def kept(self) -> bool:
        """Whether nothing is missing; also where nothing was asked for yet."""
        return not self.missing


def judge_backups(
    agreement: Agreement, points: Iterable[RestorePoint], *, active: Active, now: Instant
) -> tuple[BackupVerdict, ...]:
    """The verdict on each backup promise for one service, in the order of the policy (semantics, Backups).

    `points` may come in any order, with some that are gone or still to come. `active` is when the subscription runs:
    what lies before is not asked for, and outside of it there is no promise, so no verdict. Microseconds in and out.
    """
    if (active.start is not None and now < active.start) or (active.end is not None and now >= active.end):
        return ()
    there = sorted({point.taken for point in points if point.there(now)})
    section = agreement.terms.backups
    found = []
    for name, backup in section.entries.items():
        start = _reach(backup, now, agreement.zone)
        if active.start is not None:
            start = max(start, active.start)
        if backup.every is None:
            asked, missing = _days(backup, there, (start, now), agreement.zone)
        else:
            asked, missing = _stretches(backup, there, (start, now), agreement.zone)
        ground = Ground(f"backups.{name}", backup)
        found.append(BackupVerdict(name, backup, ground, backup.clause or section.clause, asked, tuple(missing)))
    return tuple(found)


def reach_of(agreement: Agreement, now: Instant) -> Instant | None:
    """The earliest instant that any of the backup promises looks back to; None where there is none."""
    backups = agreement.terms.backups.entries.values()
    return min((_reach(backup, now, agreement.zone) for backup in backups), default=None)


def _reach(backup: Backup, now: Instant, zone: ZoneInfo) -> Instant:
    """From where on restore points are asked for: `keep` before now, or the first of its whole days before today."""
    if backup.every is not None:
        return before(now, backup.keep, zone)
    return midnight(local_time(now, zone).date() - timedelta(days=backup.keep.length // DAY), zone)


def _stretches(
    backup: Backup, there: Sequence[Instant], span: tuple[Instant, Instant], zone: ZoneInfo
) -> tuple[int, list[Lack]]:
    """How many stretches the restore points make of the span, and those that are longer than `every`."""
    assert backup.every is not None
    start, now = span
    ends = [start, *there[bisect_left(there, start) :], now]
    stretches = [(a, b) for a, b in pairwise(ends) if a < b]
    return len(stretches), [Lack(a, b) for a, b in stretches if after(a, backup.every, zone) < b]


def _days(
    backup: Backup, there: Sequence[Instant], span: tuple[Instant, Instant], zone: ZoneInfo
) -> tuple[int, list[Lack]]:
    """How many whole days are asked for, and those of which fewer restore points are there than promised."""
    asked, missing = 0, []
    for day, start, end in _whole_days(span, zone):
        if backup.weekday is not None and WEEKDAYS[day.weekday()] != backup.weekday:
            continue
        asked += 1
        count = bisect_left(there, end) - bisect_left(there, start)
        if count < (backup.per_day or 1):
            missing.append(Lack(start, end, day, count))
    return asked, missing


def _whole_days(span: tuple[Instant, Instant], zone: ZoneInfo) -> Iterator[tuple[date, Instant, Instant]]:
    """The local days that begin and end within the span; a date that the zone left out is none."""
    day, last = local_time(span[0], zone).date(), local_time(span[1], zone).date()
    while day < last:
        start, end = midnight(day, zone), midnight(day + _ONE_DAY, zone)
        if span[0] <= start < end:
            yield day, start, end
        day += _ONE_DAY
