"""Attainment of a month: per severity and clock how many were met, with the tickets behind each figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import Shown, at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import STAFF_ROLES
from tickets.attainment import (
    BREACHED,
    EXCUSED,
    MET,
    OUTCOMES,
    PENDING,
    Line,
    Wanted,
    attainment,
    clocks_of,
    is_month,
    month_after,
    month_before,
    versions_of,
)
from tickets.models import TicketClock
from tickets.queries import agreements_of
from tickets.words import CLOCKS_NAMED, severity_in_words

OUTCOMES_NAMED = {
    MET: gettext_lazy("Met"),
    BREACHED: gettext_lazy("Breached"),
    EXCUSED: gettext_lazy("Excused"),
    PENDING: gettext_lazy("Still running"),
}
BADGES = {MET: "met", BREACHED: "breached", EXCUSED: "degraded", PENDING: "running"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of the tickets behind it."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page."""

    severity: str
    clock: str
    tickets: Figure
    met: Figure
    breached: Figure
    excused: Figure
    pending: Figure
    percent: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket behind a figure."""

    number: int
    url: str
    subject: str
    customer: str
    severity: str
    clock: str
    badge: str
    outcome: str
    due: Shown | None
    stopped: Shown | None


@needs(*STAFF_ROLES)
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """The figures of `?month=`, this month where none is named."""
    actor, now = membership_of(request), timezone.now()
    chosen, current = _month(request), f"{timezone.localtime(now):%Y-%m}"
    lines = attainment(actor.provider_id, chosen, now=now)
    groups: dict[str, list[Row]] = {}
    for line in lines:
        groups.setdefault(line.title, []).append(_row(line, chosen))
    words = {
        "month": chosen,
        "name": _named(chosen),
        "groups": groups,
        "previous": (month_before(chosen), _named(month_before(chosen))),
        "next": (month_after(chosen), _named(month_after(chosen))) if chosen < current else None,
    }
    return render(request, "tickets/attainment.html", words)


@needs(*STAFF_ROLES)
@require_safe
def month_csv(request: HttpRequest) -> HttpResponseBase:
    """The figures as a file."""
    actor, chosen, now = membership_of(request), _month(request), timezone.now()
    heads = [_("Policy"), _("Severity"), _("Clock"), _("Tickets"), *OUTCOMES_NAMED.values(), _("Percent met")]
    rows = [
        [
            line.title,
            line.severity_name,
            CLOCKS_NAMED[line.clock],
            line.tickets,
            line.met,
            line.breached,
            line.excused,
            line.pending,
            line.percent,
        ]
        for line in attainment(actor.provider_id, chosen, now=now)
    ]
    return CsvFile(f"attainment-{chosen}", heads, rows, at=now)


@needs(*STAFF_ROLES)
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """The tickets behind a figure."""
    actor, now = membership_of(request), timezone.now()
    wanted, versions = _wanted(request), versions_of(actor.provider_id)
    found = clocks_of(actor.provider_id, wanted, versions, now=now).select_related("ticket", "ticket__tenant")
    page = page_of(found, request)
    rows = _ticket_rows(list(page), now)
    words = {
        "page": page,
        "rows": rows,
        "month": wanted.month,
        "name": _named(wanted.month),
        "chips": _chips(wanted, rows),
    }
    return render(request, "tickets/attainment_tickets.html", words)


@needs(*STAFF_ROLES)
@require_safe
def tickets_csv(request: HttpRequest) -> HttpResponseBase:
    """The same tickets as a file, whole."""
    actor, wanted, now = membership_of(request), _wanted(request), timezone.now()
    found = clocks_of(actor.provider_id, wanted, versions_of(actor.provider_id), now=now)
    heads = [_("Number"), _("Subject"), _("Customer"), _("Severity"), _("Clock"), _("Outcome"), _("Due"), _("Stopped")]
    rows = in_blocks(found.select_related("ticket", "ticket__tenant"), lambda block: _cells(block, now))
    return CsvFile(f"attainment-{wanted.month}-tickets", heads, rows, at=now)


def _cells(clocks: Sequence[TicketClock], now: datetime) -> Iterator[Cells]:
    for clock, row in zip(clocks, _ticket_rows(clocks, now), strict=True):
        yield [
            row.number,
            row.subject,
            row.customer,
            row.severity,
            row.clock,
            row.outcome,
            clock.due_at,
            clock.stopped_at,
        ]


def _month(request: HttpRequest) -> str:
    asked = request.GET.get("month", "")
    return asked if is_month(asked) else f"{timezone.localtime():%Y-%m}"


def _wanted(request: HttpRequest) -> Wanted:
    """What the address asks for; what it cannot ask for is left out."""
    asked = request.GET
    clock, outcome = asked.get("clock", ""), asked.get("outcome", "")
    return Wanted(
        month=_month(request),
        policy=asked.get("policy", "")[:40],
        severity=asked.get("severity", "")[:40],
        clock=clock if clock in CLOCKS_NAMED else "",
        outcome=outcome if outcome in OUTCOMES else "",
    )


def _named(month: str) -> str:
    return f"{MONTHS[int(month[5:])]} {month[:4]}"


def _row(line: Line, month: str) -> Row:
    asked = {"month": month, "policy": line.policy, "severity": line.severity, "clock": line.clock}

    def figure(count: int, **more: str) -> Figure:
        return Figure(count, f"{reverse('attainment_tickets')}?{urlencode({**asked, **more})}")

    return Row(
        severity=line.severity_name,
        clock=str(CLOCKS_NAMED[line.clock]),
        tickets=figure(line.tickets),
        met=figure(line.met, outcome=MET),
        breached=figure(line.breached, outcome=BREACHED),
        excused=figure(line.excused, outcome=EXCUSED),
        pending=figure(line.pending, outcome=PENDING),
        percent=_("none decided") if line.percent is None else f"{line.percent} %",
    )


def _ticket_rows(clocks: Sequence[TicketClock], now: datetime) -> list[TicketRow]:
    """`verdict`, ticket and tenant were read with them."""
    agreements = agreements_of({(clock.ticket.version_id, clock.ticket.plan) for clock in clocks})
    rows = []
    for clock in clocks:
        ticket = clock.ticket
        verdict: str = getattr(clock, "verdict", PENDING)
        agreement = agreements[ticket.version_id, ticket.plan]
        rows.append(
            TicketRow(
                number=ticket.number,
                url=_address(ticket.number),
                subject=ticket.subject,
                customer=ticket.tenant.name,
                severity=severity_in_words(agreement, clock.severity).name,
                clock=str(CLOCKS_NAMED[clock.clock]),
                badge=BADGES[verdict],
                outcome=str(OUTCOMES_NAMED[verdict]),
                due=at_reader(clock.due_at, now) if clock.due_at else None,
                stopped=at_reader(clock.stopped_at, now) if clock.stopped_at else None,
            )
        )
    return rows


def _address(number: int) -> str:
    try:
        return reverse("ticket", args=[number])
    except NoReverseMatch:
        return ""


def _chips(wanted: Wanted, rows: Sequence[TicketRow]) -> list[tuple[str, str]]:
    """What is asked for, in words."""
    chips: list[tuple[str, Any]] = []
    if wanted.severity and rows:
        chips.append((_("Severity"), rows[0].severity))
    if wanted.clock:
        chips.append((_("Clock"), CLOCKS_NAMED[wanted.clock]))
    if wanted.outcome:
        chips.append((_("Outcome"), OUTCOMES_NAMED[wanted.outcome]))
    return [(label, str(value)) for label, value in chips]
