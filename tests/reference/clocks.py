"""The clocks of a ticket, worked out by replaying its history event by event."""

from collections.abc import Mapping
from typing import Any

from .figures import CLOCKS, Desk, Figure, read_desk
from .instants import read_instant
from .lives import Clock

SETTABLE = ("open", "pending", "waiting_on_customer", "waiting_on_third_party")
ANSWERED_CLOCKS = ("response", "next_reply", "update", "status_request")


class DoesNotFit(ValueError):  # noqa: N818 -- says what is wrong with a history
    """The history breaks the rules of a ticket."""


class Ticket:
    """A ticket as far as its events have been replayed."""

    def __init__(self, desk: Desk) -> None:
        """A ticket of which nothing has happened yet."""
        self.desk = desk
        self.status: str | None = None
        self.severity: str | None = None
        self.answered = False
        self.clocks = {
            name: Clock(name=name, pauses=desk.pauses.get(name, frozenset()), reclassify=desk.reclassify)
            for name in CLOCKS
        }

    def replay(self, event: Mapping[str, Any], at: int) -> None:
        """Let the event happen: clocks stop, then the status changes, then clocks start."""
        kind = event["type"]
        if (kind == "opened") != (self.status is None):
            raise DoesNotFit(f"{kind} when the ticket is {self.status}")
        for clock in self.clocks.values():
            clock.notice_lateness(at)
        match kind:
            case "opened":
                self._opened(at, event.get("severity"))
            case "status":
                self._status(at, event["status"])
            case "severity":
                self._severity(at, event["severity"])
            case "agent_reply" | "customer_reply" | "internal_note":
                self._said(kind, at)
            case "status_request":
                self._status_request(at)
            case "resolved":
                self._resolved(at)
            case "reopened":
                self._reopened(at)
            case "closed":
                self._closed()
            case _:
                raise DoesNotFit(f"no event is called {kind}")

    def _figure(self, clock: str) -> Figure | None:
        """The figure of the severity in force for the clock."""
        assert self.severity is not None
        return self.desk.figures[self.severity].get(clock)

    def _begin(self, clock: str, at: int) -> None:
        """Start the clock, or a new cycle of it."""
        assert self.status is not None
        self.clocks[clock].begin(at, self.status, self._figure(clock))

    def _become(self, status: str, at: int) -> None:
        """Change the status, which may pause clocks or let them run on."""
        self.status = status
        for clock in self.clocks.values():
            clock.status_changed(at, status)

    def _refuse_when(self, *statuses: str, event: str) -> None:
        """Refuse an event that does not fit the status."""
        if self.status in statuses:
            raise DoesNotFit(f"{event} on a ticket that is {self.status}")

    def _opened(self, at: int, severity: str | None) -> None:
        """The ticket opens, and response and resolution start."""
        self.severity = self._known(self.desk.default_severity if severity is None else severity)
        self.status = "open"
        self._begin("response", at)
        self._begin("resolution", at)

    def _known(self, severity: str | None) -> str:
        """The severity, which must be one of the policy's."""
        if severity not in self.desk.figures:
            raise DoesNotFit(f"no severity is called {severity}")
        return severity

    def _said(self, kind: str, at: int) -> None:
        """Somebody writes; internal notes, agents on a solved ticket and anybody on a closed one change no clock."""
        if kind == "agent_reply" and self.status not in ("solved", "closed"):
            self._agent_reply(at)
        elif kind == "customer_reply" and self.status != "closed":
            self._customer_reply(at)

    def _agent_reply(self, at: int) -> None:
        """An answer stops what waits for one and starts a new cycle of updates."""
        for name in ANSWERED_CLOCKS:
            self.clocks[name].stop(at)
        self.answered = True
        if self.status == "open":
            self._become("pending", at)
        self._begin("update", at)

    def _customer_reply(self, at: int) -> None:
        """The customer speaks: a solved ticket reopens, and after the first answer a reply is owed."""
        if self.status == "solved":
            self._reopened(at)
        elif self.status == "waiting_on_customer":
            self._become("pending", at)
        if self.answered and not self.clocks["next_reply"].waiting:
            self._begin("next_reply", at)

    def _status(self, at: int, status: str) -> None:
        """Staff set a status."""
        self._refuse_when("solved", "closed", event="status")
        if status not in SETTABLE:
            raise DoesNotFit(f"status cannot be set to {status}")
        self._become(status, at)

    def _severity(self, at: int, severity: str) -> None:
        """The severity changes; naming the one in force changes nothing."""
        if self._known(severity) == self.severity:
            return
        self.severity = severity
        for name, clock in self.clocks.items():
            clock.reclassified(at, self._figure(name))

    def _status_request(self, at: int) -> None:
        """The customer asks how things stand."""
        self._refuse_when("solved", "closed", event="status_request")
        if not self.clocks["status_request"].waiting:
            self._begin("status_request", at)

    def _resolved(self, at: int) -> None:
        """The ticket is solved, and every clock stops."""
        self._refuse_when("solved", "closed", event="resolved")
        for clock in self.clocks.values():
            clock.stop(at)
        self.answered = True
        self.status = "solved"

    def _reopened(self, at: int) -> None:
        """A solved ticket opens again: resolution goes on, an update is owed."""
        if self.status != "solved":
            raise DoesNotFit(f"reopened on a ticket that is {self.status}")
        self.status = "open"
        self.clocks["resolution"].restart(at, self.status, self._figure("resolution"))
        self._begin("update", at)

    def _closed(self) -> None:
        """A solved ticket is closed for good."""
        if self.status != "solved":
            raise DoesNotFit(f"closed on a ticket that is {self.status}")
        self.status = "closed"


def work_out_clocks(
    policy: dict[str, Any], plan: str | None, now: str, events: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The `clocks` of `simulate --json` for a raw policy document, a plan of it and a ticket's events.

    Instants are ISO 8601 texts with offset, in UTC in the result; lengths are seconds. A history that breaks the rules
    raises `DoesNotFit`. See Calendars, A ticket's history and Clocks in the semantics.
    """
    ends = read_instant(now)
    dated = [(read_instant(event["at"]), event) for event in events]
    happened = [(at, event) for at, event in dated if at <= ends]
    ticket = Ticket(read_desk(policy, plan))
    for at, event in sorted(happened, key=lambda pair: pair[0]):
        ticket.replay(event, at)
    result = {}
    for name, clock in ticket.clocks.items():
        clock.notice_lateness(ends)
        shown = clock.reading(ends)
        if shown is not None:
            result[name] = shown
    return result
