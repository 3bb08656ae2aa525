"""The one way into a ticket's log: the ticket is locked, what it became by itself is noted, the event is added."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from contracts.actions.checks import refused_as
from contracts.policy.agreement import Agreement
from slaportal.intervals import instant_of, moment_of
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from slaportal.tenancy.task import hint
from tickets.announcing import announce_added
from tickets.history import EVENT_TYPES, Event, History, Resolution, Status
from tickets.lifecycle import Act, next_act
from tickets.models import Mark, Side, Ticket, TicketEvent
from tickets.queries import agreement_of_ticket, events_since, logs_of
from tickets.timing import timing_of

PORTAL = "SLA Portal"
WORK = "tickets.tasks.work"
# What an addition to the log changes of the ticket; a customer may write these and no others.
WRITTEN = (
    "severity",
    "status",
    "resolution",
    "solved_at",
    "closed_at",
    "revision",
    "last_event_at",
    "mark",
)


@dataclass(frozen=True, slots=True)
class Said:
    """Who adds to the log, what is said with it, and the mark of the submission."""

    actor: Membership | str
    text: str = ""
    reason: str = ""
    token: uuid.UUID | None = None

    @property
    def side(self) -> Side:
        """Support, the customer, or the portal itself."""
        if isinstance(self.actor, str):
            return Side.PORTAL if self.actor == PORTAL else Side.STAFF
        return Side.STAFF if self.actor.is_staff else Side.CUSTOMER


class Log:
    """A locked ticket and its history; what is added is written at once, the ticket itself by `save`."""

    def __init__(self, ticket: Ticket, agreement: Agreement, events: list[Event]) -> None:
        timing = timing_of(agreement)
        self.ticket = ticket
        self.agreement = agreement
        self.events = events
        self.submitted: TicketEvent | None = None
        self.added: list[TicketEvent] = []
        self.before = ticket.status
        self.history = History(timing.severities, timing.default)
        for event in events:
            self.history.add(event)

    def add(
        self,
        kind: str,
        said: Said,
        at: datetime,
        *,
        status: Status | None = None,
        severity: str | None = None,
        resolution: Resolution | None = None,
        public: bool = True,
    ) -> TicketEvent:
        """The next event, not before the last one; DoesNotFit where it cannot follow, and nothing is changed."""
        ticket = self.ticket
        at = max(at, ticket.last_event_at, ticket.settled_at or at)
        if kind in EVENT_TYPES:
            self._follow(Event(instant_of(at), kind, status, severity, resolution))
        event = TicketEvent(
            provider_id=ticket.provider_id,
            tenant_id=ticket.tenant_id,
            ticket=ticket,
            ordinal=ticket.revision + 1,
            at=at,
            type=kind,
            status=status or "",
            severity=severity or "",
            resolution=resolution or "",
            public=public,
            text=said.text,
            reason=said.reason,
            author=None if isinstance(said.actor, str) else said.actor,
            author_name=str(said.actor)[:120],
            side=said.side,
            token=said.token,
        )
        _write(event)
        self.added.append(event)
        ticket.revision += 1
        ticket.last_event_at = at
        return event

    def settle(self, until: datetime) -> list[Act]:
        """Notes what the ticket became by itself up to `until`, each at its own instant, whenever somebody looks."""
        acts: list[Act] = []
        while True:
            act = next_act(self.agreement, self.events, self.history)
            if act is None or moment_of(act.at) > until:
                return acts
            self.add(act.type, Said(PORTAL, reason=_why(act)), moment_of(act.at))
            acts.append(act)

    def save(self) -> None:
        """Writes what the history says now to the ticket, marks it to be worked out soon, and tells the webhooks."""
        ticket, became = self.ticket, self.history.became()
        ticket.status, ticket.severity, ticket.resolution = became.status, became.severity, became.resolution
        ticket.solved_at = None if became.solved is None else moment_of(became.solved)
        ticket.closed_at = None if became.closed is None else moment_of(became.closed)
        ticket.mark = Mark.SOON
        written = {name: getattr(ticket, name) for name in WRITTEN}
        Ticket.objects.filter(pk=ticket.pk).update(**written, marked_at=Now())
        announce_added(ticket, self.added, was=self.before)
        hint(WORK)

    def _follow(self, event: Event) -> None:
        self.history.add(event)
        self.events.append(event)


def open_log(
    ticket: Ticket, *, at: datetime, seen: int | None = None, token: uuid.UUID | None = None, kind: str = ""
) -> Log:
    """The ticket locked and brought up to `at`. Refuses `changed_meanwhile` when others added to it since `seen`.

    `seen` is the revision that the person acted on. The refusal says what happened; what they wrote is theirs to keep.
    If the submission `token` came before, the log says what it did then (`submitted`), and nothing more is done: that
    is an event of `kind`, the first of the act's. Refuses `token_taken` where it was another act, or another ticket.
    """
    locked = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    log = Log(locked, agreement_of_ticket(locked), logs_of([locked.pk])[locked.pk])
    log.submitted = submitted(ticket.provider_id, token, kind)
    if log.submitted is not None and log.submitted.ticket_id != ticket.pk:
        raise _taken()
    if log.submitted is None:
        if seen is not None and seen < locked.revision:
            refuse_changed(locked, seen)
        log.settle(at)
    return log


def submitted(provider_id: int, token: uuid.UUID | None, kind: str) -> TicketEvent | None:
    """What the submission did, None if it did not come before; refuses `token_taken` where that is not of `kind`."""
    if token is None:
        return None
    event = TicketEvent.objects.filter(provider_id=provider_id, token=token).select_related("ticket").first()
    if event is not None and event.type != kind:
        raise _taken()
    return event


def _write(event: TicketEvent) -> None:
    if event.token is None:
        event.save(force_insert=True)
        return
    # The token is just now another ticket's, or of an event that is not for this reader.
    with refused_as(_taken(), constraint="ticket_event_once"):
        event.save(force_insert=True)


def _taken() -> Refusal:
    said = _("This form was sent before, for something else. Look at it and send it once more.")
    return Refusal("token_taken", said, status=409)


def refuse_changed(ticket: Ticket, seen: int) -> None:
    """Refuses if anything that can be seen was added since; notes of the desk stand in nobody's way.

    Nor does an escalation: it comes when somebody is about to answer at last.
    """
    since = list(events_since(ticket, seen).exclude(type__in=("internal_note", "escalated")))
    if since:
        told = "; ".join(f"{event.author_name}: {event_in_words(event)}" for event in since[:5])
        said = _("This ticket changed while you were writing (%(told)s). Look at it and send again.") % {"told": told}
        raise Refusal("changed_meanwhile", said, status=409)


def event_in_words(event: TicketEvent) -> str:
    """What an event was, in a few words."""
    words = {
        "opened": _("opened it"),
        "agent_reply": _("replied"),
        "customer_reply": _("replied"),
        "internal_note": _("left a note"),
        "status": _("set the status"),
        "severity": _("set the severity"),
        "status_request": _("asked for the status"),
        "resolved": _("solved it"),
        "reopened": _("reopened it"),
        "closed": _("closed it"),
        "assigned": _("assigned it"),
        "excused": _("excused a breach"),
        "escalated": _("escalated it"),
        "retimed": _("timed it by a new version of the policy"),
    }
    return words.get(event.type, event.type)


def _why(act: Act) -> str:
    return {
        "silence": _("No answer from the customer for the days that the policy names."),
        "followups": _("No answer from the customer to the follow-ups that the policy names."),
        "solved": _("Solved for as long as the policy names."),
    }[act.why]
