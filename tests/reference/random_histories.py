"""Random histories of a ticket that fit the rules, with events where figures turn."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .calendars import Calendar
from .clocks import work_out_clocks
from .figures import Desk, merged, read_desk
from .instants import EPOCH, MICROSECOND, midnight, read_instant, write_instant
from .random_policies import CLOCK_CHANGES

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
OFFSETS = (0, 0, 60, 330, 345, -210, -300, -720, 630, 840)
KINDS_BY_STATUS: dict[str, dict[str, int]] = {
    "in work": {
        "agent_reply": 5,
        "customer_reply": 5,
        "status": 5,
        "severity": 5,
        "status_request": 3,
        "resolved": 3,
        "internal_note": 1,
    },
    "solved": {"reopened": 5, "customer_reply": 5, "severity": 4, "agent_reply": 1, "internal_note": 1, "closed": 1},
    "closed": {"agent_reply": 2, "customer_reply": 2, "severity": 2, "internal_note": 1},
}
SETTABLE = ("open", "pending", "waiting_on_customer", "waiting_on_customer", "waiting_on_third_party")


def written(rng: random.Random, instant: int) -> str:
    """The instant as text with a random offset."""
    offset = rng.choice(OFFSETS)
    local = EPOCH + instant * MICROSECOND + timedelta(minutes=offset)
    if offset == 0 and rng.random() < 0.7:
        return f"{local.isoformat()}Z"
    sign = "-" if offset < 0 else "+"
    return f"{local.isoformat()}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def calendars_of(policy: dict[str, Any], plan: str | None) -> list[Calendar]:
    """The calendars that a document names, in the plan's time zone where they have none."""
    zone = merged(policy, plan)["timezone"]
    return [Calendar(terms, zone) for terms in policy["calendars"].values()]


@dataclass
class History:
    """A history in the making: what has happened, and the status and severity it has led to."""

    rng: random.Random
    policy: dict[str, Any]
    plan: str | None
    desk: Desk
    calendars: list[Calendar]
    at: int
    status: str = "open"
    severity: str = ""
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def add(self, kind: str, **terms: str) -> None:
        """Append an event at the instant reached."""
        self.events.append((self.at, {"at": written(self.rng, self.at), "type": kind, **terms}))

    def open(self) -> None:
        """The first event."""
        self.severity = self.desk.default_severity or ""
        if self.rng.random() < 0.7:
            self.severity = self.rng.choice(list(self.desk.figures))
            self.add("opened", severity=self.severity)
        else:
            self.add("opened")

    def happen(self) -> None:
        """Append a random event that fits the status."""
        kinds = KINDS_BY_STATUS[self.status if self.status in ("solved", "closed") else "in work"]
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        if kind == "status":
            self.status = self.rng.choice(SETTABLE)
            self.add(kind, status=self.status)
        elif kind == "severity":
            others = [name for name in self.desk.figures if name != self.severity]
            if others and self.rng.random() < 0.9:
                self.severity = self.rng.choice(others)
            self.add(kind, severity=self.severity)
        elif kind == "resolved":
            self.status = "solved"
            self.add(kind, resolution=self.rng.choice(("fix", "workaround", "restored", "agreed")))
        else:
            self.add(kind)
            self.status = self._status_after(kind)

    def _status_after(self, kind: str) -> str:
        """The status to which an event of the kind leads from the one before it."""
        match kind, self.status:
            case "agent_reply", "open":
                return "pending"
            case "customer_reply", "waiting_on_customer":
                return "pending"
            case (("customer_reply" | "reopened"), "solved"):
                return "open"
            case "closed", "solved":
                return "closed"
        return self.status

    def turning_points(self) -> list[int]:
        """Instants ahead at which a figure turns: deadlines, aims, openings, closings, changes of the clocks."""
        now = write_instant(self.at) or ""
        clocks = work_out_clocks(self.policy, self.plan, now, [event for _, event in self.events])
        points = [read_instant(clock[key]) for clock in clocks.values() for key in ("due", "aim") if clock[key]]
        for calendar in self.calendars:
            for _, interval in zip(range(2), calendar.intervals_from(self.at), strict=False):
                points.extend(interval)
            changes = [midnight(day, calendar.zone) for day in CLOCK_CHANGES.get(calendar.zone.key, [])]
            points.extend(change + self.rng.choice((0, 1, 2, 3)) * 60 * MINUTE for change in changes)
        return [point for point in points if self.at < point < self.at + 30 * DAY]

    def move_on(self) -> None:
        """Let time pass, or not: the next event is often at the same instant or at a turning point."""
        choice = self.rng.random()
        if choice < 0.22:
            return
        points = self.turning_points() if choice < 0.6 else []
        if points:
            nudge = self.rng.choice((0, 0, 0, 0, 1, -1, SECOND, -SECOND))
            self.at = max(self.at, self.rng.choice(points) + nudge)
        elif choice < 0.8:
            self.at += self.rng.randint(1, 300) * MINUTE
        elif choice < 0.95:
            self.at += self.rng.randint(1, 72 * 60) * MINUTE + self.rng.choice((0, 0, 30 * SECOND, 123_456, 999_999))
        else:
            self.at += self.rng.randint(1, 12 * DAY)


def random_history(rng: random.Random, policy: dict[str, Any], plan: str | None, day: date) -> History:
    """A history of 1 to 14 events that begins about the date."""
    zone = ZoneInfo(policy["timezone"])
    history = History(
        rng=rng,
        policy=policy,
        plan=plan,
        desk=read_desk(policy, plan),
        calendars=calendars_of(policy, plan),
        at=midnight(day, zone) + rng.randint(0, 48 * 4) * 15 * MINUTE + rng.choice((0, 0, 0, 1, 500_000)),
    )
    history.open()
    for _ in range(rng.randint(0, 13)):
        history.move_on()
        history.happen()
    return history
