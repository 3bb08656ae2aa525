"""The promises on tickets: severities, their five clocks, what pauses them, escalation and the lifecycle."""

from typing import Literal

from pydantic import Field

from contracts.policy.document.stated import Named, Stated
from contracts.policy.document.values import Clock, ClockDuration, EscalationMoment, PausingStatus, PlainDuration, Whole

Cause = str
Reclassify = Literal["carry", "from_open", "from_change"]
Act = Literal["notify_owner", "notify_lead", "notify_customer", "reassign", "raise_severity", "webhook"]


class ClockPromise(Stated):
    """A target of one clock at one severity: a figure (`within`, in an update `every`), or a `text`, never timed."""

    within: ClockDuration | None = None
    every: ClockDuration | None = None
    aim: ClockDuration | None = None
    calendar: str = "always"
    if_closed: Literal["next_open_day"] | None = None
    text: str | None = None


class Severity(Stated):
    """One severity with its name, its definition and the promises made at it."""

    name: str | None = None
    definition: str | None = None
    response: ClockPromise | None = None
    update: ClockPromise | None = None
    resolution: ClockPromise | None = None
    next_reply: ClockPromise | None = None
    status_request: ClockPromise | None = None

    def promise(self, clock: Clock) -> ClockPromise | None:
        """The promise of that clock, None where this severity makes none."""
        promise: ClockPromise | None = getattr(self, clock)
        return promise


class Severities(Named[Severity]):
    """The severities, most severe first."""

    __pydantic_extra__: dict[str, Severity]


class Pause(Stated):
    """For each clock the statuses that pause it."""

    response: list[PausingStatus] = Field(default_factory=list)
    update: list[PausingStatus] = Field(default_factory=list)
    resolution: list[PausingStatus] = Field(default_factory=list)
    next_reply: list[PausingStatus] = Field(default_factory=list)
    status_request: list[PausingStatus] = Field(default_factory=list)

    def statuses(self, clock: Clock) -> list[PausingStatus]:
        """The statuses that pause that clock."""
        statuses: list[PausingStatus] = getattr(self, clock)
        return statuses


class Escalation(Stated):
    """Acts at a share of the target, or at a time before or after due."""

    clock: Clock
    at: EscalationMoment
    severities: list[str] | None = None
    do: list[Act] = Field(min_length=1)


class Support(Stated):
    """What is promised on tickets."""

    channels: list[str] = Field(default_factory=list)
    hours: str = "always"
    excused: list[Cause] = Field(default_factory=list)
    classified_by: Literal["provider", "customer"] = "provider"
    default_severity: str | None = None
    reclassify: Reclassify = "carry"
    dispatch: Literal["deadline", "priority"] = "deadline"
    required: list[str] = Field(default_factory=list)
    escalate: list[Escalation] = Field(default_factory=list)
    pause: Pause = Pause()
    severities: Severities = Severities()


class SolveAfterSilence(Stated):
    """When a ticket that waits for the customer counts as solved: whichever comes first."""

    days: Whole | None = Field(default=None, ge=0)
    followups: Whole | None = Field(default=None, ge=1)
    apart: PlainDuration | None = None


class Lifecycle(Stated):
    """What becomes of a ticket that nobody answers, and how long a solved one can be reopened."""

    solve_after_silence: SolveAfterSilence | None = None
    reopen_within: PlainDuration | None = None
    close_after: PlainDuration | None = None
