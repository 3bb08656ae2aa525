"""Tickets, events and clocks as they go out: plain dicts of the shapes. Names are looked up once for a list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contracts.models import PolicyVersion, Service, Subscription
from contracts.policy.agreement import Agreement
from slaportal.api.shapes import moment, seconds
from slaportal.intervals import Instant, instant_of, moment_of, written
from slaportal.tenancy.models import Membership, Tenant
from tickets.clocks import Clock, read_clocks
from tickets.explanation import Segment, explain
from tickets.history import History, read_history
from tickets.models import Breach, Ticket, TicketClock, TicketEvent
from tickets.queries import agreement_of_ticket, agreements_of, clocks_of_tickets, logs_of
from tickets.timing import timing_of
from tickets.words import severity_in_words

Said = dict[str, Any]


def tickets_said(found: Sequence[Ticket], *, actor: Membership) -> list[Said]:
    """Each as lists have it. Five queries, however many there are."""
    clocks = clocks_of_tickets([ticket.pk for ticket in found])
    agreements = agreements_of((ticket.version_id, ticket.plan) for ticket in found)
    names = _Names(found, actor)
    said = []
    for ticket in found:
        told = _ticket(ticket, agreements[ticket.version_id, ticket.plan], names)
        told["clocks"] = [stored_clock_said(clock) for clock in clocks[ticket.pk]]
        said.append(told)
    return said


def ticket_said(ticket: Ticket, *, actor: Membership, now: datetime) -> Said:
    """One with its clocks worked out now and explained, its breaches and the policy that it is timed by."""
    agreement = agreement_of_ticket(ticket)
    version = PolicyVersion.objects.only("policy", "number", "effective_from").get(pk=ticket.version_id)
    return {
        **_ticket(ticket, agreement, _Names([ticket], actor)),
        "clocks": clocks_said(ticket, agreement, now=now),
        "breaches": [breach_said(b) for b in Breach.objects.filter(ticket=ticket).order_by("breached_at", "pk")],
        "policy": {
            "policy": version.policy,
            "number": version.number,
            "plan": ticket.plan,
            "plan_name": agreement.plan_name or ticket.plan,
            "effective_from": moment(version.effective_from),
        },
        "severity_wished": ticket.details.get("severity_wished"),
    }


class _Names:
    """Of all that tickets point at; people of the desk only for the desk."""

    def __init__(self, found: Sequence[Ticket], actor: Membership) -> None:
        self.tenants = _by_id(Tenant.objects.all(), (t.tenant_id for t in found))
        self.subscriptions = _by_id(Subscription.objects.all(), (t.subscription_id for t in found))
        self.services = _by_id(Service.objects.all(), (t.service_id for t in found))
        owners = [t.assignee_id for t in found] if actor.is_staff else []
        self.people = _by_id(Membership.objects.all(), [*(t.requester_id for t in found), *owners])


def _by_id(rows: QuerySet[Any], wanted: Iterable[int | None]) -> dict[int, str]:
    ids = {pk for pk in wanted if pk is not None}
    return dict(rows.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _ref(names: Mapping[int, str], pk: int | None) -> Said | None:
    return None if pk is None or pk not in names else {"id": pk, "name": names[pk]}


def _ticket(ticket: Ticket, agreement: Agreement, names: _Names) -> Said:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "resolution": ticket.resolution or None,
        "severity": severity_said(agreement, ticket.severity),
        "tenant": _ref(names.tenants, ticket.tenant_id),
        "subscription": _ref(names.subscriptions, ticket.subscription_id),
        "service": _ref(names.services, ticket.service_id),
        "requester": _ref(names.people, ticket.requester_id),
        "assignee": _ref(names.people, ticket.assignee_id),
        "opened_at": moment(ticket.opened_at),
        "updated_at": moment(ticket.last_event_at),
        "solved_at": moment(ticket.solved_at),
        "closed_at": moment(ticket.closed_at),
        "next_due_at": moment(ticket.next_due_at),
        "revision": ticket.revision,
    }


def severity_said(agreement: Agreement, key: str) -> Said | None:
    """None where the policy knows none."""
    shown = severity_in_words(agreement, key)
    return {"key": shown.key, "name": shown.name} if shown.key else None


def stored_clock_said(clock: TicketClock) -> Said:
    """As the worker wrote it."""
    return {
        "clock": clock.clock,
        "state": clock.state,
        "outcome": clock.outcome,
        "due_at": moment(clock.due_at),
        "stopped_at": moment(clock.stopped_at),
        "breached_at": moment(clock.breached_at),
    }


def clock_said(clock: Clock | None) -> Said | None:
    """In few words, as it was worked out."""
    if clock is None:
        return None
    return {
        "clock": clock.name,
        "state": clock.state,
        "outcome": clock.outcome,
        "due_at": _instant(clock.due),
        "stopped_at": _instant(clock.stopped_at),
        "breached_at": _instant(clock.breached_at),
    }


def clocks_said(ticket: Ticket, agreement: Agreement, *, now: datetime) -> list[Said]:
    """Every clock of the ticket as of `now` with its segments, the nearest deadline first (semantics, Clocks)."""
    log = logs_of([ticket.pk])[ticket.pk]
    at = max(instant_of(now), log[-1].at)
    timing = timing_of(agreement)
    history = read_history(log, severities=timing.severities, default=timing.default, now=at)
    clocks = read_clocks(timing, history, at).values()
    ordered = sorted(clocks, key=lambda clock: (clock.stopped_at is not None, clock.due is None, clock.due or 0))
    return [_explained(clock, history) for clock in ordered]


def _explained(clock: Clock, history: History) -> Said:
    explanation, target = explain(clock, history), clock.target
    resumed = None
    if clock.state == "paused" and clock.due is None:
        resumed = target.calendar.deadline(clock.at, clock.remaining)
    promise, days = explanation.promise, target.limit_days
    return {
        "clock": clock.name,
        "severity": target.severity,
        "state": clock.state,
        "outcome": clock.outcome,
        "strength": promise.strength,
        "since_at": written(clock.since),
        "due_at": _instant(clock.due),
        "aim_at": _instant(clock.aim),
        "due_if_resumed_at": _instant(resumed),
        "stopped_at": _instant(clock.stopped_at),
        "breached_at": _instant(clock.breached_at),
        "breaches": clock.breaches,
        "limit_s": seconds(target.limit) if days is None else None,
        "limit_business_days": days,
        "elapsed_s": seconds(clock.elapsed),
        "remaining_s": seconds(clock.remaining),
        "calendar": getattr(promise, "calendar", "always"),
        "clause": promise.clause,
        "note": promise.note,
        "segments": [_segment(segment) for segment in explanation.segments],
    }


def _segment(segment: Segment) -> Said:
    return {
        "kind": segment.kind,
        "start_at": written(segment.start),
        "end_at": written(segment.end),
        "length_s": seconds(segment.length),
        "status": segment.status,
        "holiday": segment.holiday,
    }


def _instant(at: Instant | None) -> str | None:
    return None if at is None else moment(moment_of(at))


def event_said(event: TicketEvent) -> Said:
    """One entry of the log."""
    return {
        "ordinal": event.ordinal,
        "at": moment(event.at),
        "type": event.type,
        "side": event.side,
        "author": event.author_name,
        "public": event.public,
        "text": event.text,
        "reason": event.reason,
        "status": event.status or None,
        "severity": event.severity or None,
        "resolution": event.resolution or None,
    }


def breach_said(breach: Breach) -> Said:
    """That a clock was late."""
    return {
        "id": breach.pk,
        "clock": breach.clock,
        "severity": breach.severity,
        "breached_at": moment(breach.breached_at),
        "excused_at": moment(breach.excused_at),
        "cause": breach.cause,
        "excuse": breach.excuse,
    }
