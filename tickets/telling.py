"""What a ticket's page tells: its log as a conversation, each clock with the reasons for its deadline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from slaportal.intervals import Instant, moment_of
from slaportal.pages.lengths import length_in_words
from slaportal.pages.markdown import as_html
from slaportal.pages.times import Shown, at_reader, to_the_second
from tickets.approaching import soon_at
from tickets.clocks import Clock, read_clocks
from tickets.explanation import Segment, explain
from tickets.history import Event, History, read_history
from tickets.models import Escalation, Side, Ticket, TicketClock, TicketEvent
from tickets.notices import ASKED
from tickets.timing import timing_of
from tickets.words import (
    CLOCKS_NAMED,
    PAUSED_IN_WORDS,
    PAUSED_TO_CUSTOMER,
    RESOLUTIONS_IN_WORDS,
    STATUSES_IN_WORDS,
    STATUSES_TO_CUSTOMER,
    Badge,
    badge_of,
    severity_in_words,
    step_in_words,
)

_SAID = ("opened", "agent_reply", "customer_reply", "internal_note", "status_request", "resolved", "reopened")
_NAMED = ("assigned", "retimed")  # whose reason is whom or what they name


@dataclass(frozen=True)
class Entry:
    """One entry of the log: a message (`kind` public, ours or note) with its text, or a change in words."""

    ordinal: int
    kind: str
    author: str
    at: Shown
    html: SafeString | None
    words: str
    reason: str


@dataclass(frozen=True)
class Part:
    """A stretch of a clock's span, in words: what it was, from when to when, and how long."""

    kind: str
    words: str
    start: Shown
    end: Shown
    length: str
    x: int
    width: int


@dataclass(frozen=True)
class ClockTold:
    """A clock with all that explains it; `total` is what the parts that ran add up to, of `limit`."""

    name: str
    goal: str
    badge: Badge
    limit: str
    used: str
    due: Shown | None
    aim: Shown | None
    if_resumed: Shown | None
    parts: Sequence[Part]
    total: str
    clause: str
    note: str
    calendar: str


@dataclass(frozen=True)
class EscalationTold:
    """An escalation for the desk: at which step of which clock, when it came, and who was told when.

    `told` is empty where nobody was told of it by itself: of a later step that had come too (`passed_over`), or where
    nobody was there.
    """

    clock: str
    severity: str
    step: str
    reached: Shown
    announced: Shown
    told: str
    passed_over: bool
    asked: Sequence[str]


def entries_of(events: Iterable[TicketEvent], agreement: Agreement, *, now: datetime, customer: bool) -> list[Entry]:
    """The log in order; to a customer in their words."""
    return [_entry(event, agreement, now, customer=customer) for event in events]


def _entry(event: TicketEvent, agreement: Agreement, now: datetime, *, customer: bool) -> Entry:
    kind = "change"
    if event.type in _SAID and event.text:
        kind = "note" if not event.public else "ours" if event.side == Side.STAFF else "public"
    return Entry(
        ordinal=event.ordinal,
        kind=kind,
        author=event.author_name,
        at=at_reader(event.at, now),
        html=as_html(event.text) if event.text else None,
        words=_words(event, agreement, customer=customer),
        reason=event.reason if event.type not in _NAMED else "",
    )


def _words(event: TicketEvent, agreement: Agreement, *, customer: bool) -> str:
    """What was done, as a sentence without its subject."""
    statuses = STATUSES_TO_CUSTOMER if customer else STATUSES_IN_WORDS
    severity = severity_in_words(agreement, event.severity).name
    said = {
        "opened": _("Opened as %(severity)s") % {"severity": severity} if severity else _("Opened"),
        "agent_reply": _("Public reply"),
        "customer_reply": _("Reply"),
        "internal_note": _("Internal note: the customer cannot see this"),
        "status": _("Status: %(status)s") % {"status": statuses.get(event.status, event.status)},
        "severity": _("Severity: %(severity)s") % {"severity": severity},
        "status_request": _("Asked how it stands"),
        "resolved": _("Solved: %(how)s") % {"how": RESOLUTIONS_IN_WORDS[event.resolution]}
        if event.resolution
        else _("Solved"),
        "reopened": _("Reopened"),
        "closed": _("Closed"),
        "assigned": _("Assigned to %(who)s") % {"who": event.reason},
        "excused": _("Breach excused"),
        "escalated": _("Escalated"),
        "retimed": _("Timed by %(version)s") % {"version": event.reason},
    }
    return said[event.type]


def escalations_told(ticket: Ticket, agreement: Agreement, *, now: datetime) -> list[EscalationTold]:
    """Those of the ticket in the order in which they came."""
    rows = list(Escalation.objects.filter(ticket=ticket).order_by("reached_at", "pk"))
    last = {(row.clock, row.announced_at): row.pk for row in rows}
    return [
        EscalationTold(
            clock=str(CLOCKS_NAMED[row.clock]),
            severity=severity_in_words(agreement, row.severity).name,
            step=step_in_words(row, agreement),
            reached=at_reader(row.reached_at, now),
            announced=at_reader(row.announced_at, now),
            told=", ".join(row.told),
            passed_over=last[row.clock, row.announced_at] != row.pk,
            asked=[str(words) for act, words in ASKED.items() if act in row.acts],
        )
        for row in rows
    ]


def clocks_told(
    agreement: Agreement, events: Sequence[Event], *, now: datetime, at: Instant, customer: bool
) -> list[ClockTold]:
    """Every clock of a log as of `now`, the nearest deadline first; worked out here by the workers' calculation.

    `at` is now, or the last event where a web server's clock is behind it.
    """
    timing = timing_of(agreement)
    history = read_history(events, severities=timing.severities, default=timing.default, now=at)
    clocks = read_clocks(timing, history, at).values()
    ordered = sorted(clocks, key=lambda clock: (clock.stopped_at is not None, clock.due is None, clock.due or 0))
    return [_told(clock, history, now=now, customer=customer) for clock in ordered]


def _told(clock: Clock, history: History, *, now: datetime, customer: bool) -> ClockTold:
    explanation, target = explain(clock, history), clock.target
    resumed = None
    if clock.state == "paused" and clock.due is None:
        resumed = at_reader(moment_of(target.calendar.deadline(clock.at, clock.remaining)), now)
    promise = explanation.promise
    days, open_hours = target.limit_days, target.in_open_hours
    used = _length(clock.elapsed, open_hours=open_hours)
    return ClockTold(
        name=str(CLOCKS_NAMED[clock.name]),
        goal=_strength(promise.strength),
        badge=badge_of(_as_row(clock), history.status or "", now, open_hours=open_hours, customer=customer),
        limit=_("%(days)s business days") % {"days": days}
        if days is not None
        else _length(target.limit, open_hours=open_hours),
        used=used,
        due=None if clock.due is None else to_the_second(moment_of(clock.due)),
        aim=None if clock.aim is None else at_reader(moment_of(clock.aim), now),
        if_resumed=resumed,
        parts=_parts(explanation.segments, now, open_hours=open_hours, customer=customer),
        total=used,
        clause=promise.clause or "",
        note=promise.note or "",
        calendar=getattr(promise, "calendar", "always"),
    )


def _parts(segments: Sequence[Segment], now: datetime, *, open_hours: bool, customer: bool) -> list[Part]:
    """The segments on a line of 1,000 units, each at least two wide so that it can be seen."""
    whole = sum(segment.length for segment in segments) or 1
    parts, reached = [], 0
    for segment in segments:
        width = max(2, segment.length * 1000 // whole)
        parts.append(
            Part(
                segment.kind,
                _part_in_words(segment, customer=customer),
                at_reader(moment_of(segment.start), now),
                at_reader(moment_of(segment.end), now),
                _length(segment.length, open_hours=open_hours and segment.kind == "running"),
                min(reached, 998),
                width,
            )
        )
        reached += width
    return parts


def _part_in_words(segment: Segment, *, customer: bool) -> str:
    if segment.kind == "running":
        return _("Counted")
    if segment.kind == "closed":
        return _("Holiday: %(name)s") % {"name": segment.holiday} if segment.holiday else _("Closed hours")
    if segment.kind == "solved":
        return _("Solved")
    reasons = PAUSED_TO_CUSTOMER if customer else PAUSED_IN_WORDS
    return _("Paused: %(why)s") % {"why": reasons.get(segment.status or "", segment.status or "")}


def _strength(strength: str) -> str:
    return {"guarantee": "", "target": _("goal"), "best_effort": _("when possible")}[strength]


def _length(us: int, *, open_hours: bool) -> str:
    return length_in_words(timedelta(microseconds=us), open_hours=open_hours)


def _as_row(clock: Clock) -> TicketClock:
    """The row that the worker would write, for the badge: one way of saying it, in the queue and here."""
    soon = soon_at(clock)
    return TicketClock(
        clock=clock.name,
        state=clock.state,
        outcome=clock.outcome,
        due_at=None if clock.due is None else moment_of(clock.due),
        soon_at=None if soon is None else moment_of(soon),
        stopped_at=None if clock.stopped_at is None else moment_of(clock.stopped_at),
        remaining_us=clock.remaining,
    )
