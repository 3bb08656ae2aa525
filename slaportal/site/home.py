"""The first page of everybody: what is here for this member."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from contracts.models import Subscription
from contracts.policy.agreement import Agreement
from credits.showing.lists import SubscriptionMonths, months_of
from credits.showing.service_states import running_periods, status_of
from slaportal.pages.lengths import length_in_words
from slaportal.pages.times import Shown, at_reader
from slaportal.people.queries import open_invitations_for, people_for, tenants_for
from slaportal.tenancy.models import Membership, Role
from tickets.models import Ticket, TicketClock
from tickets.queries import agreements_of
from tickets.queue import view_counts
from tickets.timing import runs_in_open_hours
from tickets.views.queue import VIEW_NAMES
from tickets.words import STATUSES_TO_CUSTOMER, Badge, badge_of, severity_in_words
from uptime.queries import windows_told

SHOWN = 8
MONTHS = 4
WAITING = "waiting_on_customer"
# What is promised, by clock, as a guarantee and as a goal.
_BY: dict[str, tuple[Promise, Promise]] = {
    "response": (gettext_lazy("We answer by %(at)s."), gettext_lazy("Our goal: an answer by %(at)s.")),
    "next_reply": (gettext_lazy("We reply by %(at)s."), gettext_lazy("Our goal: a reply by %(at)s.")),
    "update": (gettext_lazy("We tell you how it stands by %(at)s."), gettext_lazy("Our goal: news by %(at)s.")),
    "status_request": (
        gettext_lazy("We tell you the status by %(at)s."),
        gettext_lazy("Our goal: the status by %(at)s."),
    ),
    "resolution": (gettext_lazy("We solve it by %(at)s."), gettext_lazy("Our goal: solved by %(at)s.")),
}


@login_required
@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    """Staff see queue and customers; a customer its services, tickets, credits, months; others are told what to do."""
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        if getattr(request.user, "is_operator", False):
            return redirect("installation")
        return render(request, "site/home_nowhere.html")
    now = timezone.now()
    if not member.is_staff:
        return render(request, "site/home_customer.html", _for_customer(member, now))
    may_invite = member.role in (Role.ADMIN, Role.MANAGER)
    words = {
        "actor": member,
        "may_invite": may_invite,
        "views": [(VIEW_NAMES[view], view, count) for view, count in view_counts(member, now=now).items()],
        "people_count": people_for(member).count(),
        "invitations_count": open_invitations_for(member, now).count() if may_invite else 0,
    }
    return render(request, "site/home_staff.html", {**words, "tenants": tenants_for(member)[:SHOWN]})


def _for_customer(actor: Membership, now: datetime) -> dict[str, Any]:
    assert actor.tenant_id is not None
    subscriptions = list(Subscription.objects.filter(tenant_id=actor.tenant_id).order_by("name", "pk"))
    lists = months_of(subscriptions, now)
    tickets = Ticket.objects.filter(tenant_id=actor.tenant_id, solved_at=None)
    running = list(running_periods(actor.tenant_id, now))
    rows = _tickets_shown(list(tickets.order_by("next_due_at", "-id")[: SHOWN + 1]), now)
    return {
        "actor": actor,
        "status": status_of(running, windows_told(actor.tenant_id, now), now),
        "tickets": rows[:SHOWN],
        "more_tickets": len(rows) > SHOWN,
        "to_claim": _to_claim(lists),
        "owed": _owed(lists),
        "lists": [_in_short(one) for one in lists],
        "several": len(lists) > 1,
        "now": at_reader(now, now),
    }


@dataclass(frozen=True)
class TicketLine:
    """An open ticket with the promise that comes next, in words and time."""

    number: int
    subject: str
    severity: str
    status: str
    opened: Shown
    badge: Badge | None
    promise: str


def _tickets_shown(tickets: list[Ticket], now: datetime) -> list[TicketLine]:
    """What waits for the customer first, then the next deadline. Two queries."""
    going: dict[int, list[TicketClock]] = {}
    for clock in TicketClock.objects.filter(ticket__in=[ticket.pk for ticket in tickets], stopped_at=None):
        going.setdefault(clock.ticket_id, []).append(clock)
    agreements = agreements_of((ticket.version_id, ticket.plan) for ticket in tickets)
    tickets.sort(key=lambda ticket: (ticket.status != WAITING, ticket.next_due_at is None))
    return [
        _ticket_line(ticket, going.get(ticket.pk, []), agreements[ticket.version_id, ticket.plan], now)
        for ticket in tickets
    ]


def _ticket_line(ticket: Ticket, clocks: list[TicketClock], agreement: Agreement, now: datetime) -> TicketLine:
    leading = min(clocks, key=lambda clock: (clock.due_at is None, clock.due_at or now), default=None)
    return TicketLine(
        number=ticket.number,
        subject=ticket.subject,
        severity=severity_in_words(agreement, ticket.severity).name,
        status=str(STATUSES_TO_CUSTOMER[ticket.status]),
        opened=at_reader(ticket.opened_at, now),
        badge=None
        if leading is None
        else badge_of(leading, ticket.status, now, open_hours=_in_open_hours(leading, agreement), customer=True),
        promise=_promise(leading, ticket, agreement, now),
    )


def _in_open_hours(clock: TicketClock, agreement: Agreement) -> bool:
    return runs_in_open_hours(agreement, clock.clock, clock.severity)


def _promise(clock: TicketClock | None, ticket: Ticket, agreement: Agreement, now: datetime) -> str:
    """The next promise as a sentence."""
    if clock is None:
        return _("No deadline runs now.")
    if clock.due_at is None:
        of_clock = timedelta(microseconds=clock.remaining_us or 0)
        left = length_in_words(of_clock, open_hours=_in_open_hours(clock, agreement))
        if ticket.status == WAITING:
            return _("%(length)s left once you reply.") % {"length": left}
        return _("%(length)s left when it goes on.") % {"length": left}
    if clock.due_at < now:
        return _("It was due %(at)s. We are late.") % {"at": at_reader(clock.due_at, now).text}
    severity = agreement.terms.support.severities.entries.get(clock.severity)
    promise = None if severity is None else getattr(severity, clock.clock)
    goal = promise is not None and promise.strength != "guarantee"
    return str(_BY[clock.clock][1 if goal else 0]) % {"at": at_reader(clock.due_at, now).text}


def _in_short(of: SubscriptionMonths) -> dict[str, Any]:
    """The newest months of a subscription; none where no month of it has a promise."""
    promised = any(line.percent for line in of.months)
    return {"subscription": of.subscription, "months": of.months[:MONTHS] if promised else (), "any": bool(of.months)}


def _to_claim(lists: list[SubscriptionMonths]) -> list[dict[str, Any]]:
    """The months with something to claim, the nearest end first."""
    found = [
        {"subscription": one.subscription, "line": line, "token": uuid.uuid4()}
        for one in lists
        for line in one.months
        if line.standing is not None and line.standing.claimable
    ]
    return sorted(found, key=lambda row: row["line"].standing.until.iso if row["line"].standing.until else "")


def _owed(lists: list[SubscriptionMonths]) -> list[dict[str, Any]]:
    """The other credits, the newest first."""
    found = [
        {"subscription": one.subscription, "line": line}
        for one in lists
        for line in one.months
        if line.standing is not None and not line.standing.claimable
    ]
    return found[:MONTHS]
