"""The five clocks of a ticket: when each is due, what it counted, whether it is late (semantics, Clocks)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from contracts.policy.agreement import Agreement
from contracts.policy.calendars import Calendar
from contracts.policy.document.values import CLOCKS
from contracts.policy.document.values import Clock as ClockName
from slaportal.intervals import Instant
from tickets.history import NOT_YET, Episode, Event, History, Paused, read_history
from tickets.timing import Target, Timing, timing_of

State = Literal["running", "paused", "stopped"]
Outcome = Literal["pending", "met", "breached"]
IN_CYCLES: tuple[ClockName, ...] = ("next_reply", "update", "status_request")

# a stretch in which a clock ran: from, to, the open microseconds in it, and the calendar they were counted in
Ran: TypeAlias = tuple[Instant, Instant, int, Calendar]


@dataclass(slots=True)
class Clock:
    """What one clock says at `at` (now, or when it stopped). Instants and lengths are microseconds.

    `elapsed` and `remaining` are open time, for a target of business days real time. `breaches` counts cycles and is
    None for a clock that has none. `ran` explains `elapsed`; what lies between, since `since`, was paused or solved.
    `late` has each breach, its instant and the severity then in force; `cycle` counts the starts of a clock in cycles.
    """

    name: ClockName
    target: Target
    state: State
    outcome: Outcome
    due: Instant | None
    aim: Instant | None
    elapsed: int
    remaining: int
    stopped_at: Instant | None
    breached_at: Instant | None
    breaches: int | None
    since: Instant
    at: Instant
    ran: Sequence[Ran]
    late: Sequence[tuple[Instant, str]]
    cycle: int


def clocks_of(agreement: Agreement, events: Sequence[Event], now: Instant) -> dict[ClockName, Clock]:
    """The clocks of a ticket with that history at `now`; one without a figure is absent.

    DoesNotFit for events that are no history. What an event would do is the same question on a longer history.
    """
    timing = timing_of(agreement)
    history = read_history(events, severities=timing.severities, default=timing.default, now=now)
    return read_clocks(timing, history, now)


def read_clocks(timing: Timing, history: History, now: Instant) -> dict[ClockName, Clock]:
    """The clocks of a history that was read up to `now`."""
    paused: dict[frozenset[str], list[Paused]] = {}
    clocks: dict[ClockName, Clock] = {}
    for name in CLOCKS:
        episodes = history.episodes[name]
        if episodes and timing.targets[name]:
            pausing = timing.pausing[name]
            stretches = paused.get(pausing)
            if stretches is None:
                stretches = paused[pausing] = history.paused_by(pausing, now) if pausing else []
            clock = _Watch(name, timing, history, stretches).read(now)
            if clock is not None:
                clocks[name] = clock
    return clocks


@dataclass(slots=True)
class _Timer:
    """A clock while it is worked out: it has counted up to where its watch stands.

    `origin` is where counting began, `began` where business days are counted from (after a reopening, there).
    """

    target: Target
    origin: Instant
    began: Instant
    counted: int = 0
    ran: list[Ran] = field(default_factory=list)
    stopped_at: Instant | None = None
    stopped_by: int = NOT_YET
    taken_over: int = 0  # how many of `ran` were counted under earlier targets

    def run(self, start: Instant, end: Instant, paused: Sequence[Paused]) -> None:
        """Count from start to end, but for the stretches that pause it; business days are never paused."""
        if paused and self.target.limit_days is None:
            for pause_start, pause_end, _ in paused:
                if pause_end > start:
                    if pause_start >= end:
                        break
                    if pause_start > start:
                        self._count(start, pause_start)
                    start = pause_end
        if start < end:
            self._count(start, end)

    def _count(self, start: Instant, end: Instant) -> None:
        calendar = self.target.calendar
        length = end - start if calendar.always else calendar.open_us(start, end)
        self.counted += length
        self.ran.append((start, end, length, calendar))

    def reaches(self, length: int, days: int | None, at: Instant, *, paused: bool) -> Instant | None:
        """When a limit or an aim is reached if nothing changes after `at`; None while paused with time left."""
        target = self.target
        if days is not None:
            return target.calendar.business_deadline(self.began, days, next_open_day=target.next_open_day)
        left = length - self.counted
        if left > 0:
            return None if paused else target.calendar.deadline(at, left)
        if length > 0:
            for start, _, counted, calendar in self.ran:
                if counted >= length:
                    return calendar.deadline(start, length)
                length -= counted
        return self.origin


class _Watch:
    """Follows one clock through the episodes of a history, one change of severity after the other."""

    __slots__ = ("_breaches", "_episodes", "_history", "_late", "_name", "_paused", "_timer", "_timing")

    def __init__(self, name: ClockName, timing: Timing, history: History, paused: list[Paused]) -> None:
        self._name = name
        self._timing = timing
        self._history = history
        self._episodes = history.episodes[name]
        self._paused = paused
        self._timer: _Timer | None = None
        self._late: Episode | None = None  # the last cycle that was a breach
        self._breaches: list[tuple[Instant, str]] = []

    def read(self, now: Instant) -> Clock | None:
        """What the clock says at `now`; None where it does not exist."""
        changes = self._history.severities
        severity = changes[0][2]
        n, changed, at = 1, len(changes), now
        for number, episode in enumerate(self._episodes):
            while n < changed and changes[n][0] < episode.first:
                severity = changes[n][2]
                n += 1
            self._start(severity, episode, number)
            at = episode.since
            while n < changed and changes[n][0] < episode.last:
                severity = changes[n][2]
                self._change(number, at, changes[n])
                at = changes[n][1]
                n += 1
            if episode.until is not None:
                self._stop(episode, at)
        return None if self._timer is None else self._told(self._timer, at, now)

    def _start(self, severity: str | None, episode: Episode, number: int) -> None:
        """An episode begins: a first start, a new cycle, or a resolution clock that goes on where it stood."""
        target, timer, at = self._timing.targets[self._name].get(severity), self._timer, episode.since
        if target is None:
            if not self._breaches:
                self._timer = None
            return
        if self._name != "resolution" or number == 0:
            self._timer = _Timer(target, at, at)
            return
        if timer is None:
            timer = self._brought_in(target, number, at)
        else:
            timer.stopped_at, timer.began = None, at
            if target is not timer.target:
                timer = self._retargeted(timer, target, number, at)
        self._timer = timer
        self._judge(timer, at, episode, noticed=at)

    def _change(self, number: int, at: Instant, change: tuple[int, Instant, str | None]) -> None:
        """The severity changes while the clock runs, is paused, or would be."""
        ordinal, change_at, severity = change
        target, timer, episode = self._timing.targets[self._name].get(severity), self._timer, self._episodes[number]
        if timer is not None and timer.stopped_at is None:
            timer.run(at, change_at, self._paused)
            self._judge(timer, change_at, episode)
            if target is None:
                timer.stopped_at, timer.stopped_by = change_at, ordinal
                if not self._breaches:
                    self._timer = None
                return
            timer = self._retargeted(timer, target, number, change_at)
        elif target is None:
            return
        else:
            timer = self._brought_in(target, number, change_at)
        self._timer = timer
        self._judge(timer, change_at, episode, noticed=change_at)

    def _retargeted(self, timer: _Timer, target: Target, number: int, at: Instant) -> _Timer:
        """The clock under another severity, by the policy's rule for changes."""
        if self._timing.reclassify == "carry":
            timer.target, timer.taken_over = target, len(timer.ran)
            return timer
        return self._brought_in(target, number, at)

    def _brought_in(self, target: Target, number: int, at: Instant) -> _Timer:
        """A clock that starts at a change, or anew over its whole history where the policy says from_open."""
        if self._timing.reclassify != "from_open":
            return _Timer(target, at, at)
        episodes = self._episodes[: number + 1] if self._name == "resolution" else [self._episodes[number]]
        timer = _Timer(target, episodes[0].since, episodes[-1].since)
        for episode in episodes:
            timer.run(episode.since, at if episode.until is None else min(episode.until, at), self._paused)
        return timer

    def _stop(self, episode: Episode, at: Instant) -> None:
        timer, until = self._timer, episode.until
        if timer is not None and timer.stopped_at is None and until is not None:
            timer.run(at, until, self._paused)
            self._judge(timer, until, episode)
            timer.stopped_at, timer.stopped_by = until, episode.last

    def _judge(self, timer: _Timer, at: Instant, episode: Episode, noticed: Instant | None = None) -> None:
        """Late at `at`? Then breached when due, or when a change or a reopening made it so (`noticed`)."""
        target = timer.target
        if self._late is episode or (target.limit_days is None and timer.counted < target.limit):
            return
        due = timer.reaches(target.limit, target.limit_days, at, paused=False)
        if due is not None and due < at:
            self._late = episode
            self._breaches.append((due if noticed is None else noticed, target.severity))

    def _told(self, timer: _Timer, at: Instant, now: Instant) -> Clock:
        target, last, stopped_at = timer.target, self._episodes[-1], timer.stopped_at
        if stopped_at is None:
            timer.run(at, now, self._paused)
            self._judge(timer, now, last)
            at, held = now, self._history.status
        else:
            at, held = stopped_at, self._history.status_before(timer.stopped_by)
        in_days = target.limit_days is not None
        in_cycles, late = self._name in IN_CYCLES, self._breaches
        pausing = held in self._timing.pausing[self._name]
        paused = pausing and not in_days
        due = timer.reaches(target.limit, target.limit_days, at, paused=paused)
        running: State = "paused" if paused else "running"
        return Clock(
            name=self._name,
            target=target,
            state=running if stopped_at is None else "stopped",
            outcome="breached" if late else "pending" if stopped_at is None else "met",
            due=due,
            aim=self._aim(timer, at, paused=pausing),
            elapsed=at - timer.began if in_days else timer.counted,
            remaining=due - at if in_days and due is not None else target.limit - timer.counted,
            stopped_at=stopped_at,
            breached_at=late[0][0] if late else None,
            breaches=len(late) if in_cycles else None,
            since=timer.began if in_days else timer.origin,
            at=at,
            ran=timer.ran,
            late=late if in_cycles else late[:1],
            cycle=len(self._episodes) if in_cycles else 1,
        )

    def _aim(self, timer: _Timer, at: Instant, *, paused: bool) -> Instant | None:
        """When the aim is reached, worked out as if it were the limit of the severity in force."""
        target = timer.target
        if target.aim is None:
            return None if target.aim_days is None else timer.reaches(0, target.aim_days, at, paused=paused)
        if target.limit_days is not None:
            pausable = _Timer(replace(target, limit_days=None), timer.origin, timer.began)
            pausable.ran = timer.ran[: timer.taken_over]
            pausable.counted = sum(counted for _, _, counted, _ in pausable.ran)
            for start, end, _, _ in timer.ran[timer.taken_over :]:
                pausable.run(start, end, self._paused)
            timer = pausable
        return timer.reaches(target.aim, None, at, paused=paused)
