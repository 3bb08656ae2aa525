"""The list of tickets with what was promised on each, as a page and as a file."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts.policy.agreement import Agreement
from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import Membership
from tickets.models import Ticket, TicketClock
from tickets.queries import agreements_of, clocks_of_tickets, tickets_of
from tickets.timing import runs_in_open_hours
from tickets.views.ticket import EVERYBODY
from tickets.words import (
    BADGES_IN_WORDS,
    CLOCKS_NAMED,
    STATUSES_IN_WORDS,
    STATUSES_TO_CUSTOMER,
    Badge,
    badge_of,
    severity_in_words,
)


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD"])
def tickets(request: HttpRequest) -> HttpResponse:
    """All tickets that the reader may see, the newest first; `?number=` goes to one."""
    actor, now = membership_of(request), timezone.now()
    number = request.GET.get("number", "").strip().removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        return redirect("ticket", number=int(number))
    page = page_of(_listed(request, actor), request)
    context = {
        "page": page,
        "rows": _rows(list(page.object_list), now, customer=not actor.is_staff),
        "customer": not actor.is_staff,
        "only_open": bool(request.GET.get("open")),
        "asked": number[:40],
        "no_number": bool(number),
    }
    return render(request, "tickets/tickets.html", context)


@needs(*EVERYBODY)
@require_safe
def tickets_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file, whole."""
    actor, now = membership_of(request), timezone.now()
    with_customer = actor.is_staff
    heads = [
        _("Number"),
        _("Subject"),
        *([_("Customer")] if with_customer else []),
        _("Severity"),
        _("Status"),
        _("Next promise"),
        _("State of the promise"),
        _("Due"),
        _("Opened"),
        _("Solved"),
    ]
    rows = in_blocks(_listed(request, actor), lambda block: _cells(block, now, with_customer=with_customer))
    return CsvFile("tickets-open" if request.GET.get("open") else "tickets", heads, rows, at=now)


def _cells(block: Sequence[Ticket], now: datetime, *, with_customer: bool) -> Iterator[Cells]:
    for row in _rows(block, now, customer=not with_customer):
        ticket, leading = row["ticket"], row["leading"]
        yield [
            ticket.number,
            ticket.subject,
            *([ticket.tenant.name] if with_customer else []),
            row["severity"].name,
            row["status"],
            row["clock"],
            BADGES_IN_WORDS[row["badge"].kind] if leading else "",
            leading.due_at if leading else None,
            ticket.opened_at,
            ticket.solved_at,
        ]


def _listed(request: HttpRequest, actor: Membership) -> QuerySet[Ticket]:
    found = tickets_of(actor)
    return found.filter(solved_at=None) if request.GET.get("open") else found


def _rows(found: Sequence[Ticket], now: datetime, *, customer: bool) -> list[dict[str, Any]]:
    """Each ticket with its badge: the clock that is due next, or says most."""
    clocks = clocks_of_tickets([ticket.pk for ticket in found])
    agreements = agreements_of((ticket.version_id, ticket.plan) for ticket in found)
    statuses = STATUSES_TO_CUSTOMER if customer else STATUSES_IN_WORDS
    rows = []
    for ticket in found:
        going = sorted(clocks[ticket.pk], key=lambda clock: (clock.due_at is None, clock.due_at or now))
        leading, agreement = going[0] if going else None, agreements[ticket.version_id, ticket.plan]
        rows.append(
            {
                "ticket": ticket,
                "leading": leading,
                "severity": severity_in_words(agreement, ticket.severity),
                "status": statuses[ticket.status],
                "clock": CLOCKS_NAMED[leading.clock] if leading else "",
                "badge": _badge(leading, ticket, agreement, now, customer=customer) if leading else None,
                "opened": at_reader(ticket.opened_at, now),
            }
        )
    return rows


def _badge(clock: TicketClock, ticket: Ticket, agreement: Agreement, now: datetime, *, customer: bool) -> Badge:
    open_hours = runs_in_open_hours(agreement, clock.clock, clock.severity)
    return badge_of(clock, ticket.status, now, open_hours=open_hours, customer=customer)
