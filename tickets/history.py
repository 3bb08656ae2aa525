"""A ticket's history: append-only events, the statuses and severities they set, and when each clock starts and stops.

Nothing here depends on a policy but for the names of its severities (section A ticket's history of the semantics).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from contracts.policy.document.values import CLOCKS, Clock
from slaportal.intervals import Instant
from slaportal.refusal import Refusal

EventType = Literal[
    "opened",
    "agent_reply",
    "customer_reply",
    "internal_note",
    "status",
    "severity",
    "status_request",
    "resolved",
    "reopened",
    "closed",
]
Status = Literal["open", "pending", "waiting_on_customer", "waiting_on_third_party", "solved", "closed"]
Resolution = Literal["fix", "workaround", "restored", "agreed"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
STATUSES: tuple[Status, ...] = get_args(Status)
RESOLUTIONS: tuple[Resolution, ...] = get_args(Resolution)

NOT_YET = 1 << 60  # the ordinal of an event that has not come

# from when to when, and in which status, a ticket was paused
Paused: TypeAlias = tuple[Instant, Instant, Status]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a ticket; `status`, `severity` and `resolution` where the type has one."""

    at: Instant
    type: EventType
    status: Status | None = None
    severity: str | None = None
    resolution: Resolution | None = None


class DoesNotFit(Refusal):
    """An event that cannot follow the history before it; `ordinal` counts the events in their order, from 0."""

    def __init__(self, ordinal: int, message: str) -> None:
        super().__init__("event_does_not_fit", message, status=409)
        self.ordinal = ordinal


@dataclass(slots=True)
class Episode:
    """A stretch in which a clock would run or be paused, had it a figure: from one event to another, or on and on.

    `first` and `last` are ordinals of events, `last` is NOT_YET and `until` None while it goes on.
    """

    first: int
    since: Instant
    last: int = NOT_YET
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Became:
    """What a history makes of its ticket; `solved` and `closed` are since when it is, None where it is not."""

    status: Status
    severity: str
    resolution: str
    solved: Instant | None
    closed: Instant | None


class History:
    """What the events so far amount to; `add` takes the next one, or refuses it (DoesNotFit) and changes nothing.

    `statuses` and `severities` are lists of (ordinal, instant, value), in order, only where the value changed.
    """

    __slots__ = (
        "_answered",
        "_default",
        "_known",
        "_resolution",
        "_running",
        "count",
        "episodes",
        "severities",
        "status",
        "statuses",
    )

    def __init__(self, severities: Collection[str], default: str | None) -> None:
        self._known = severities
        self._default = default
        self._answered = False
        self._resolution: Resolution | None = None
        self._running: dict[Clock, Episode] = {}
        self.count = 0
        self.status: Status | None = None
        self.statuses: list[tuple[int, Instant, Status]] = []
        self.severities: list[tuple[int, Instant, str | None]] = []
        self.episodes: dict[Clock, list[Episode]] = {clock: [] for clock in CLOCKS}

    def add(self, event: Event) -> None:
        """Take the next event, which is not earlier than the last."""
        if self.status is None and event.type != "opened":
            raise DoesNotFit(self.count, f"{_SPOKEN[event.type]} comes before the ticket was opened.")
        _EFFECTS[event.type](self, event)
        self.count += 1

    def became(self) -> Became:
        """The ticket as its events so far leave it, of which the first is its opening."""
        return Became(
            self.status or "open",
            self.severities[-1][2] or "",
            self._resolution or "",
            self._since("solved", "closed"),
            self._since("closed"),
        )

    def _since(self, *statuses: Status) -> Instant | None:
        """Since when it has been in one of those, None where it is not."""
        since: Instant | None = None
        for _, at, status in self.statuses:
            since = (at if since is None else since) if status in statuses else None
        return since

    def paused_by(self, pausing: Collection[Status], until: Instant) -> list[Paused]:
        """The stretches up to `until` that the ticket spent in one of those statuses."""
        stretches: list[Paused] = []
        since: Instant = 0
        paused: Status | None = None
        for _, at, status in self.statuses:
            if paused is not None:
                stretches.append((since, at, paused))
            since, paused = at, status if status in pausing else None
        if paused is not None and since < until:
            stretches.append((since, until, paused))
        return stretches

    def status_before(self, ordinal: int) -> Status | None:
        """The status in force just before that event."""
        held: Status | None = None
        for first, _, status in self.statuses:
            if first >= ordinal:
                break
            held = status
        return held

    def _start(self, clock: Clock, at: Instant) -> None:
        episode = Episode(self.count, at)
        self._running[clock] = episode
        self.episodes[clock].append(episode)

    def _stop(self, clocks: tuple[Clock, ...], at: Instant) -> None:
        running = self._running
        for clock in clocks:
            if clock in running:
                episode = running.pop(clock)
                episode.last, episode.until = self.count, at

    def _set_status(self, status: Status, at: Instant) -> None:
        if status != self.status:
            self.status = status
            self.statuses.append((self.count, at, status))

    def _refuse_unless_unsolved(self, event: Event) -> None:
        if self.status in ("solved", "closed"):
            raise DoesNotFit(self.count, f"{_SPOKEN[event.type]} cannot follow: the ticket is {self.status}.")

    def _refuse_unless_solved(self, event: Event) -> None:
        if self.status != "solved":
            raise DoesNotFit(
                self.count, f"{_SPOKEN[event.type]} cannot follow: the ticket is {self.status}, not solved."
            )

    def _opened(self, event: Event) -> None:
        if self.status is not None:
            raise DoesNotFit(self.count, "The ticket was opened already; a history has one opening.")
        severity = event.severity if event.severity is not None else self._default
        self._refuse_unknown(severity)
        self._set_status("open", event.at)
        self.severities.append((self.count, event.at, severity))
        self._start("response", event.at)
        self._start("resolution", event.at)

    def _refuse_unknown(self, severity: str | None) -> None:
        if severity not in self._known and (severity is not None or self._known):
            known = ", ".join(self._known) or "none"
            raise DoesNotFit(self.count, f'The severity "{severity}" is not in the policy, which has: {known}.')

    def _agent_reply(self, event: Event) -> None:
        if self.status in ("solved", "closed"):
            return
        self._stop(_ANSWERED_BY_A_REPLY, event.at)
        if self.status == "open":
            self._set_status("pending", event.at)
        self._answered = True
        self._start("update", event.at)

    def _customer_reply(self, event: Event) -> None:
        if self.status == "closed":
            return
        if self.status == "solved":
            self._reopen(event.at)
        elif self.status == "waiting_on_customer":
            self._set_status("pending", event.at)
        if self._answered and "next_reply" not in self._running:
            self._start("next_reply", event.at)

    def _internal_note(self, event: Event) -> None:
        """A note is for the desk: it changes nothing."""

    def _status(self, event: Event) -> None:
        self._refuse_unless_unsolved(event)
        if event.status is None or event.status in ("solved", "closed"):
            raise DoesNotFit(self.count, f"A status event cannot set {event.status}; resolved and closed are events.")
        self._set_status(event.status, event.at)

    def _severity(self, event: Event) -> None:
        self._refuse_unknown(event.severity)
        if event.severity != self.severities[-1][2]:
            self.severities.append((self.count, event.at, event.severity))

    def _status_request(self, event: Event) -> None:
        self._refuse_unless_unsolved(event)
        if "status_request" not in self._running:
            self._start("status_request", event.at)

    def _resolved(self, event: Event) -> None:
        self._refuse_unless_unsolved(event)
        self._stop(CLOCKS, event.at)
        self._set_status("solved", event.at)
        self._answered = True
        self._resolution = event.resolution

    def _reopened(self, event: Event) -> None:
        self._refuse_unless_solved(event)
        self._reopen(event.at)

    def _reopen(self, at: Instant) -> None:
        self._set_status("open", at)
        self._resolution = None
        self._start("resolution", at)
        self._start("update", at)

    def _closed(self, event: Event) -> None:
        self._refuse_unless_solved(event)
        self._set_status("closed", event.at)


def read_history(events: Iterable[Event], *, severities: Collection[str], default: str | None, now: Instant) -> History:
    """The history of what happened by `now`, events in any order: sorted by instant, then as they came."""
    history = History(severities, default)
    for event in sorted(events, key=_instant):
        if event.at > now:
            break
        history.add(event)
    return history


def _instant(event: Event) -> Instant:
    return event.at


_ANSWERED_BY_A_REPLY: tuple[Clock, ...] = ("response", "next_reply", "update", "status_request")
_EFFECTS: dict[EventType, Callable[[History, Event], None]] = {
    "opened": History._opened,
    "agent_reply": History._agent_reply,
    "customer_reply": History._customer_reply,
    "internal_note": History._internal_note,
    "status": History._status,
    "severity": History._severity,
    "status_request": History._status_request,
    "resolved": History._resolved,
    "reopened": History._reopened,
    "closed": History._closed,
}
_SPOKEN: dict[EventType, str] = {
    "opened": "An opening",
    "agent_reply": "An agent's reply",
    "customer_reply": "A customer's reply",
    "internal_note": "An internal note",
    "status": "A change of status",
    "severity": "A change of severity",
    "status_request": "A request for the status",
    "resolved": "A resolution",
    "reopened": "A reopening",
    "closed": "A closing",
}
