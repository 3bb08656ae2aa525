"""What does not count as downtime: which maintenance windows are excluded, how much of each, and why others are not."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from contracts.policy.document.availability import Availability, ExcludedCause, MaintenanceKind
from contracts.policy.periods import Kind, Period, period_at
from contracts.policy.windows import after, before
from slaportal.intervals import Instant, Interval

VerdictWord = Literal[
    "excluded", "empty", "not_happened", "unknown_kind", "never_announced", "announced_late", "quota_used"
]


class Window(NamedTuple):
    """A maintenance window: its kind, and when customers were told of it, if they were."""

    start: Instant
    end: Instant
    kind: str
    announced: Instant | None = None


class Verdict(NamedTuple):
    """Whether a window is excluded, how much of it, and on what that rests.

    `excluded` is the part that is, and `ended_by` what ends it: the window's own end, the policy's `up_to`, or now.
    `announce_by` is the latest instant at which it could be announced and `late_us` how much later it was.
    `used_by` are the windows that used up the quota of the period.
    """

    window: Window
    word: VerdictWord
    rule: MaintenanceKind | None = None
    excluded: Interval | None = None
    ended_by: Literal["end", "up_to", "now"] | None = None
    announce_by: Instant | None = None
    late_us: int | None = None
    used_by: tuple[Window, ...] = ()

    @property
    def notice_us(self) -> int | None:
        """How long before its start the window was announced, None if it never was."""
        return None if self.window.announced is None else self.window.start - self.window.announced


def judge_windows(
    windows: Sequence[Window], promise: Availability, *, period: Period, zone: ZoneInfo, now: Instant
) -> tuple[Verdict, ...]:
    """A verdict on each window, in the order given (semantics, Availability: maintenance windows).

    Windows of other periods belong in as far as they run into this one or use up the quota of one that does.
    """
    quotas = _Quotas(promise.period, period, zone)
    verdicts: dict[int, Verdict] = {}
    for n in sorted(range(len(windows)), key=lambda n: windows[n].start):
        verdicts[n] = _judged(windows[n], promise.exclusions.maintenance.entries, quotas, zone, now)
    return tuple(verdicts[n] for n in range(len(windows)))


def excluded_cause(cause: str, promise: Availability) -> ExcludedCause | None:
    """The exclusion under which outages of that cause do not count, None where they do."""
    return promise.exclusions.causes.entries.get(cause)


class _Quotas:
    """How many windows of a kind, in the period in which they start, have been excluded so far."""

    __slots__ = ("_kind", "_period", "_used", "_zone")

    def __init__(self, kind: Kind, period: Period, zone: ZoneInfo) -> None:
        self._kind, self._period, self._zone = kind, period, zone
        self._used: dict[tuple[str, Instant], list[Window]] = {}

    def used_up(self, window: Window, rule: MaintenanceKind) -> Verdict | None:
        """The verdict on a window whose quota is used up; one that is not takes its share of it."""
        if rule.per_period is None:
            return None
        period = self._period
        if not period.start <= window.start < period.end:
            period = period_at(window.start, self._kind, self._zone)
        used = self._used.setdefault((window.kind, period.start), [])
        if len(used) >= rule.per_period:
            return Verdict(window, "quota_used", rule, used_by=tuple(used))
        used.append(window)
        return None


def _judged(
    window: Window, kinds: Mapping[str, MaintenanceKind], quotas: _Quotas, zone: ZoneInfo, now: Instant
) -> Verdict:
    rule = kinds.get(window.kind)
    announced = None if window.announced is None or window.announced > now else window.announced
    if window.start >= window.end:
        return Verdict(window, "empty", rule)
    if announced is None and window.start >= now:
        return Verdict(window, "not_happened", rule)
    if rule is None:
        return Verdict(window, "unknown_kind")
    announce_by = None if rule.notice is None else before(window.start, rule.notice, zone)
    return (
        _without_notice(window, rule, announced, announce_by)
        or quotas.used_up(window, rule)
        or _excluded(window, rule, announce_by, zone, window.end if announced is not None else now)
    )


def _without_notice(
    window: Window, rule: MaintenanceKind, announced: Instant | None, announce_by: Instant | None
) -> Verdict | None:
    if announce_by is None:
        return None
    if announced is None:
        return Verdict(window, "never_announced", rule, announce_by=announce_by)
    if announced > announce_by:
        return Verdict(window, "announced_late", rule, announce_by=announce_by, late_us=announced - announce_by)
    return None


def _excluded(
    window: Window, rule: MaintenanceKind, announce_by: Instant | None, zone: ZoneInfo, known_until: Instant
) -> Verdict:
    end = window.end
    ended_by: Literal["end", "up_to", "now"] = "end"
    limit = end if rule.up_to is None else after(window.start, rule.up_to, zone)
    if limit < end:
        end, ended_by = limit, "up_to"
    if known_until < end:
        end, ended_by = known_until, "now"
    return Verdict(window, "excluded", rule, (window.start, end), ended_by, announce_by)
