"""The desk's queue, and the counts of its views, which are asked for after the page."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import STAFF_ROLES
from tickets.models import Standing
from tickets.queue import (
    VIEWS,
    Filters,
    Row,
    agreements_in_force,
    newest_ticket,
    opened_since,
    queue_rows,
    queued,
    rows_of,
    severities_to_choose,
    severity_first,
    view_counts,
)
from tickets.words import BADGES_IN_WORDS, SeverityShown

VIEW_NAMES = {
    "all": _("All open"),
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "soon": _("Due within the hour"),
    "breached": _("Breached"),
    "waiting": _("Waiting"),
}
GROUPS = {
    Standing.DUE: _("Due"),
    Standing.BREACHED: _("Breached, nothing due ahead"),
    Standing.UNTIMED: _("No deadline"),
    Standing.PAUSED: _("Paused"),
}


@needs(*STAFF_ROLES)
@require_http_methods(["GET", "HEAD"])
def queue(request: HttpRequest) -> HttpResponse:
    """Fifty tickets in the order of work; views and filters stand in the address."""
    actor, now = membership_of(request), timezone.now()
    filters = _filters(request)
    agreements = agreements_in_force(actor.provider_id, now=now)
    by_severity = severity_first(agreements)
    rows, further = queue_rows(actor, filters, now=now, by_severity=by_severity)
    grouped = groupby(rows, key=lambda row: row.severity.name if by_severity else str(GROUPS[row.standing]))
    context = {
        "groups": [{"name": name, "rows": _drawn(held)} for name, held in grouped],
        "further": _address(filters, further) if further else "",
        "views": [(key, VIEW_NAMES[key], _address(Filters(key, filters.severity), ""), "") for key in VIEWS],
        "filters": filters,
        "view_name": VIEW_NAMES[filters.view],
        "severities": severities_to_choose(agreements),
        "by_severity": by_severity,
        "newest": newest_ticket(actor),
        "now": at_reader(now, now),
    }
    return render(request, "tickets/queue.html", context)


@needs(*STAFF_ROLES)
@require_safe
def queue_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole view as a file, in the order of work."""
    actor, now, filters = membership_of(request), timezone.now(), _filters(request)
    by_severity = severity_first(agreements_in_force(actor.provider_id, now=now))
    heads = [
        _("Group"),
        _("Number"),
        _("Subject"),
        _("Customer"),
        _("Severity"),
        _("Status"),
        _("Owner"),
        _("Clock"),
        _("State of the clock"),
        _("Due"),
        _("Left while paused (seconds)"),
        _("Opened"),
        _("Escalated"),
    ]
    found = queued(actor, filters, now=now, by_severity=by_severity)
    rows = in_blocks(found, lambda block: map(_cells, rows_of(block, now)))
    return CsvFile("queue" if filters.view == "all" else f"queue-{filters.view}", heads, rows, at=now)


def _cells(row: Row) -> Cells:
    return [
        GROUPS[row.standing],
        row.number,
        row.subject,
        row.tenant,
        row.severity.name,
        row.status,
        row.owner,
        row.clock,
        BADGES_IN_WORDS[row.badge.kind] if row.badge else "",
        row.due_at,
        row.left,
        row.opened_at,
        row.escalated_at,
    ]


@needs(*STAFF_ROLES)
@require_http_methods(["GET", "HEAD"])
def queue_counts(request: HttpRequest) -> HttpResponse:
    """How many tickets each view holds, and how many are new since the page was drawn."""
    actor, now = membership_of(request), timezone.now()
    filters = _filters(request)
    last = request.GET.get("newest", "")
    context = {
        "views": [
            (key, VIEW_NAMES[key], _address(Filters(key, filters.severity), ""), count)
            for key, count in view_counts(actor, now=now).items()
        ],
        "filters": filters,
        "fresh": opened_since(actor, int(last)) if last.isdecimal() and len(last) < 19 else 0,
    }
    return render(request, "tickets/queue_counts.html", context)


def _drawn(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The cells of each row, as dicts, the quickest for a template; `bars` are drawn once for each severity."""
    bars: dict[SeverityShown, str] = {}
    nobody = format_html('<span class="mute">{}</span>', _("Nobody"))
    untimed = format_html('<span class="mute small">{}</span>', _("no deadline"))
    opened = str(_("opened"))
    held = []
    for row in rows:
        if row.severity not in bars:
            bars[row.severity] = render_to_string("tickets/severity_bars.html", {"of": row.severity})
        held.append(
            {
                "badge": row.badge.element if row.badge else untimed,
                "clock": row.clock if row.badge else opened,
                "when": _when(row),
                "number": row.number,
                "url": row.url,
                "subject": row.subject,
                "tenant": row.tenant,
                "bars": bars[row.severity],
                "status": row.status,
                "owner": row.owner or nobody,
                "escalated": row.escalated,
            }
        )
    return held


def _when(row: Row) -> str:
    """The instant that the row's clock is due, what it has left while it is paused, or when the ticket was opened."""
    at = row.badge.due if row.badge else row.opened
    return at.element if at else _("%(length)s left") % {"length": row.paused_left}


def _filters(request: HttpRequest) -> Filters:
    """What the address says; what it says wrongly is left out."""
    view = request.GET.get("view", "all")
    return Filters(
        view=view if view in VIEWS else "all",
        severity=request.GET.get("severity", "")[:40],
        after=request.GET.get("after", ""),
    )


def _address(filters: Filters, after: str) -> str:
    said = {"view": filters.view if filters.view != "all" else "", "severity": filters.severity, "after": after}
    kept = {name: value for name, value in said.items() if value}
    return f"{reverse('queue')}?{urlencode(kept)}" if kept else reverse("queue")
