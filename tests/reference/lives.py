"""The life of one clock on one ticket: the stretches it went through, what counts of them, and what it shows."""

from dataclasses import dataclass, field, replace
from typing import Any

from .figures import BusinessDays, Figure, OpenTime, Target
from .instants import write_instant, write_seconds

IN_CYCLES = ("next_reply", "update", "status_request")


@dataclass(frozen=True)
class Stretch:
    """A part of a clock's life under one status and one figure; without a figure it does not count."""

    start: int
    end: int | None  # none: still on
    status: str
    figure: Figure | None
    restarts: bool = False  # begins with a reopening


@dataclass
class Clock:
    """A clock, kept also while the severity has no figure for it: then it is waited for, but does not exist."""

    name: str
    pauses: frozenset[str]
    reclassify: str
    waiting: bool = False  # would be running or paused now, had it a figure
    life: list[Stretch] = field(default_factory=list)  # of the current cycle
    figure: Figure | None = None  # the one in force; of a stopped clock, the one in force when it stopped
    stood: tuple[list[Stretch], Figure | None] | None = (
        None  # where a late clock stood that a change left without a figure
    )
    shown: dict[str, Any] | None = None  # what a clock that has stopped shows
    breached_at: int | None = None
    breaches: int = 0
    cycle_is_breached: bool = False

    def begin(self, at: int, status: str, figure: Figure | None) -> None:
        """Start the clock, or a new cycle of it."""
        self.waiting = True
        self.life = [Stretch(at, None, status, None)]
        self.figure = None
        self.cycle_is_breached = False
        self._take(at, figure)

    def restart(self, at: int, status: str, figure: Figure | None) -> None:
        """Start a stopped clock again where it stood, also one that a change left without a figure once it was late."""
        self.waiting = True
        if figure is not None and self.stood is not None:
            self.life = [*self.stood[0], *self.life[len(self.stood[0]) :]]
            self.figure = self.stood[1]
            self.stood = None
        elif figure is None and self.figure is not None and self.breached_at is not None:
            self.stood = (self.life, self.figure)
        self.life = [*self.life, Stretch(at, None, status, None, restarts=True)]
        self._take(at, figure)

    def reclassified(self, at: int, figure: Figure | None) -> None:
        """Apply a change of severity to a clock that has not stopped."""
        if not self.waiting:
            return
        left = self.exists and figure is None
        if left:
            self.shown = self.reading(at, stopped=True)
        self._next_stretch(at, self.life[-1].status)
        if figure is not None:
            self.stood = None
        elif left and self.breached_at is not None:
            self.stood = (self.life[:-1], self.figure)
        self._take(at, figure)

    def status_changed(self, at: int, status: str) -> None:
        """Run or pause by the new status from here on."""
        if self.waiting:
            self._next_stretch(at, status)

    def stop(self, at: int) -> None:
        """Stop the clock; one that does not exist is only waited for no longer."""
        if not self.waiting:
            return
        if self.exists:
            self.shown = self.reading(at, stopped=True)
        self.life[-1] = replace(self.life[-1], end=at)
        self.waiting = False

    @property
    def exists(self) -> bool:
        """Whether it runs or is paused now."""
        return self.waiting and self.figure is not None

    def _next_stretch(self, at: int, status: str) -> None:
        """End the stretch that is on and begin another under the same figure."""
        last = self.life[-1]
        self.life[-1] = replace(last, end=at)
        self.life.append(Stretch(at, None, status, last.figure))

    def _take(self, at: int, figure: Figure | None) -> None:
        """Put the figure in force from the stretch that has just begun, by the policy's rule for what lies before."""
        before, now = self.life[:-1], self.life[-1]
        if figure is None:
            before = [replace(stretch, figure=None) for stretch in before]
        elif self.figure is not None and self.figure.severity == figure.severity:
            pass  # a restart under the severity under which it stopped
        elif self.reclassify == "from_open":
            before = [replace(stretch, figure=figure) for stretch in before]
        elif self.reclassify == "from_change" or self.figure is None:
            before = [replace(stretch, figure=None) for stretch in before]
        self.life = [*before, replace(now, figure=figure)]
        self.figure = figure
        if figure is not None or self.breached_at is None:
            self.shown = None
        if figure is not None:
            due = self.due(figure.target)
            if due is not None and due < at:
                self._breach(at)

    def notice_lateness(self, at: int) -> None:
        """Record a breach if the clock is late at the instant, which is before anything that happens then."""
        if self.exists and self.figure is not None:
            due = self.due(self.figure.target)
            if due is not None and due < at:
                self._breach(due)

    def _breach(self, at: int) -> None:
        """Record the breach of this cycle, once."""
        if not self.cycle_is_breached:
            self.cycle_is_breached = True
            self.breaches += 1
            if self.breached_at is None:
                self.breached_at = at

    def _counted(self) -> list[Stretch]:
        """The stretches that count."""
        return [stretch for stretch in self.life if stretch.figure is not None]

    def _counts_from(self) -> int:
        """Where business days are counted from: the start of the clock, or the last reopening since."""
        counted = self._counted()
        reopenings = [stretch.start for stretch in counted if stretch.restarts]
        return reopenings[-1] if reopenings else counted[0].start

    def _runs(self, status: str, target: Target) -> bool:
        """Whether time in the status counts towards the target; business days are never paused."""
        return isinstance(target, BusinessDays) or status not in self.pauses

    def due(self, target: Target) -> int | None:
        """When the target, put in the place of the one in force, is reached if nothing changes; none while paused."""
        assert self.figure is not None
        if isinstance(target, BusinessDays):
            start, calendar = self._counts_from(), self.figure.calendar
            due = calendar.business_deadline(start, target.number)
            limit = calendar.end_of_next_open_day(start) if target.if_closed else None
            return due if limit is None else min(due, limit)
        counted = self._counted()
        if target.length == 0:
            return counted[0].start
        return self._reached(counted, target)

    def _reached(self, counted: list[Stretch], target: OpenTime) -> int | None:
        """The earliest instant at which the counted open time reaches the target."""
        left = target.length
        for position, stretch in enumerate(counted):
            assert stretch.figure is not None
            in_force = all(later.figure == self.figure for later in counted[position:])
            if not self._runs(stretch.status, target if in_force else stretch.figure.target):
                continue
            calendar = stretch.figure.calendar
            if stretch.end is None:
                return calendar.deadline(stretch.start, left)
            open_time = calendar.open_time(stretch.start, stretch.end)
            if open_time >= left:
                return calendar.deadline(stretch.start, left)
            left -= open_time
        return None

    def _elapsed(self, at: int) -> int:
        """The open time of the stretches in which the clock ran, each in the calendar it was counted in."""
        total = 0
        for stretch in self._counted():
            assert stretch.figure is not None
            if self._runs(stretch.status, stretch.figure.target):
                total += stretch.figure.calendar.open_time(stretch.start, at if stretch.end is None else stretch.end)
        return total

    def reading(self, at: int, *, stopped: bool = False) -> dict[str, Any] | None:
        """What the clock shows at an instant at which its lateness has been noticed; none if it is not in the result.

        With `stopped` what a clock that exists shows when it stops there.
        """
        if not self.exists or self.figure is None:
            return self.shown
        target = self.figure.target
        due = self.due(target)
        if isinstance(target, BusinessDays):
            assert due is not None
            elapsed, remaining = at - self._counts_from(), due - at
        else:
            elapsed = self._elapsed(at)
            remaining = target.length - elapsed
        running = "running" if self._runs(self.life[-1].status, target) else "paused"
        kept = "met" if stopped else "pending"
        shown: dict[str, Any] = {
            "state": "stopped" if stopped else running,
            "outcome": kept if self.breached_at is None else "breached",
            "due": write_instant(due),
            "aim": write_instant(None if self.figure.aim is None else self.due(self.figure.aim)),
            "elapsed_s": write_seconds(elapsed),
            "remaining_s": write_seconds(remaining),
            "stopped_at": write_instant(at if stopped else None),
            "breached_at": write_instant(self.breached_at),
        }
        if self.name in IN_CYCLES:
            shown["breaches"] = self.breaches
        return shown
