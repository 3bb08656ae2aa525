"""One maintenance window: its verdict, announced to customers, moved with a look at the new verdict, cancelled."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.models import Service
from slaportal.pages.fields import fill_in
from slaportal.pages.refusals import tell_in
from slaportal.pages.times import at_reader
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES
from uptime.access import get_window_for
from uptime.actions.checks import in_order, planned_ahead, unchanged_since
from uptime.actions.windows import announce_window, cancel_window, move_window
from uptime.forms import AnnouncementForm, MoveForm, ReasonForm
from uptime.models import Announcement, Window
from uptime.standing import announced_at, people_told
from uptime.views.lines import window_lines
from uptime.views.maintenance import SAVE
from uptime.views.outages import LEADS, unseen_refusals
from uptime.views.trail import trail_of
from uptime.views.verdicts import VerdictLine, verdicts_on


@needs(*STAFF_ROLES)
@require_safe
def window(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one window."""
    return _page(request, get_window_for(membership_of(request), pk))


def _page(
    request: HttpRequest,
    window: Window,
    *,
    announcing: AnnouncementForm | None = None,
    cancelling: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, now = membership_of(request), timezone.now()
    services = _services(window)
    (line,) = window_lines([window], now)
    seen = {"seen": window.revision}
    may_change = actor.role in LEADS and window.cancelled_at is None
    verdicts = [] if window.cancelled_at is not None else verdicts_on(window, services, now=now)
    told = announced_at(window)
    words = {
        "window": window,
        "line": line,
        "verdicts": verdicts,
        "planned": at_reader(window.planned_at, now),
        "by": window.planned_by.name if window.planned_by else "",
        "cancelled": at_reader(window.cancelled_at, now) if window.cancelled_at else None,
        "announcements": _announcements(window, now),
        "entries": trail_of(actor, "window", window.pk),
        "refused": unseen_refusals((announcing, may_change), (cancelling, may_change)),
        "may_change": may_change,
        "told": told is not None,
        "announcing": announcing or AnnouncementForm(initial={**seen, "text": _text(services)}, prefix="tell"),
        "cancelling": cancelling or ReasonForm(initial=seen, prefix="cancel"),
    }
    return render(request, "uptime/window.html", words, status=status)


def _services(window: Window) -> list[Service]:
    return [row.service for row in window.services.select_related("service").order_by("service__name")]


def _announcements(window: Window, now: datetime) -> list[dict[str, Any]]:
    """Each that was made, the newest first, and whether it still covers the window."""
    rows = window.announcements.select_related("announced_by").order_by("-announced_at", "-pk")
    return [
        {
            "at": at_reader(one.announced_at, now),
            "by": one.announced_by.name if one.announced_by else "",
            "since": at_reader(one.starts_at, now),
            "until": at_reader(one.ends_at, now),
            "text": one.text,
            "counts": one.starts_at <= window.starts_at and one.ends_at >= window.ends_at,
        }
        for one in rows
    ]


def _text(services: list[Service]) -> str:
    """What customers may be told, to begin with."""
    names = ", ".join(service.name for service in services)
    return _("We maintain %(services)s. During this time it may not be available.") % {"services": names}


@act_of("window", "pk")
@needs(*LEADS)
@require_POST
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    """Tells customers by mail of the window as it was seen; the same once more tells nobody twice."""
    actor, now = membership_of(request), timezone.now()
    window = get_window_for(actor, pk)
    form = AnnouncementForm(request.POST, prefix="tell")
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = announce_window(window, text=given["text"], actor=actor, at=now, seen=given["seen"])
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("Announced. %(told)s") % {"told": _people_mailed(made)})
            return redirect("window", pk=pk)
    fill_in(form, "seen", window.revision)
    return _page(request, window, announcing=form, status=status)


def _people_mailed(made: Announcement) -> str:
    """Who is mailed, and who is not since they were."""
    if not made.knew:
        return _people_told(made.mailed)
    knew = ngettext(
        "%(count)s person was mailed of this time already and gets no second mail.",
        "%(count)s people were mailed of this time already and get no second mail.",
        made.knew,
    ) % {"count": made.knew}
    return f"{_people_told(made.mailed) if made.mailed else _('Nobody is mailed now.')} {knew}"


def _people_told(count: int) -> str:
    return ngettext("%(count)s person is told.", "%(count)s people are told.", count) % {"count": count}


@act_of("window", "pk")
@needs(*LEADS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    actor, now = membership_of(request), timezone.now()
    window = get_window_for(actor, pk)
    form = ReasonForm(request.POST, prefix="cancel")
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            cancelled = cancel_window(window, reason=given["reason"], actor=actor, at=now, seen=given["seen"])
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            told = _people_told(people_told(cancelled, "window_cancelled"))
            messages.success(request, _("Cancelled: it excludes nothing. %(told)s") % {"told": told})
            return redirect("window", pk=pk)
    fill_in(form, "seen", window.revision)
    return _page(request, window, cancelling=form, status=status)


@needs(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time: first what it would count as then, then saved."""
    actor, now = membership_of(request), timezone.now()
    window = get_window_for(actor, pk)
    form = MoveForm(request.POST or None, window=window)
    verdicts: list[VerdictLine] | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("act") == SAVE and form.cleaned_data["checked"] == form.asked():
                    return _moved(request, form, window, now)
                verdicts, status = _tried(form, window, now), 200
            except Refusal as refusal:
                status = tell_in(form, refusal)
        if status == 409:
            fill_in(form, "seen", window.revision)
    (line,) = window_lines([get_window_for(actor, pk)], now)
    words = {"window": line.window, "line": line, "form": form, "verdicts": verdicts}
    return render(request, "uptime/window_move.html", words, status=status)


def _moved(request: HttpRequest, form: MoveForm, window: Window, now: datetime) -> HttpResponse:
    given = form.cleaned_data
    moved = move_window(
        window,
        starts_at=given["starts_at"],
        ends_at=given["ends_at"],
        reason=given["reason"],
        actor=membership_of(request),
        at=now,
        seen=given["seen"],
    )
    if announced_at(moved) is None:
        said = _("Moved. %(told)s What was announced does not cover it any more: announce it anew.")
    else:
        said = _("Moved. %(told)s What was announced still covers it.")
    told = 0 if moved.revision == given["seen"] else people_told(moved, "window_moved")
    messages.success(request, said % {"told": _people_told(told)})
    return redirect("window", pk=moved.pk)


def _tried(form: MoveForm, window: Window, now: datetime) -> list[VerdictLine]:
    """The verdicts on the window as it would stand; the row is changed in memory only."""
    given = form.cleaned_data
    unchanged_since(window.revision, given["seen"])
    in_order(given["starts_at"], given["ends_at"])
    was = (window.starts_at, window.ends_at)
    planned_ahead(window.kind, given["starts_at"], given["ends_at"], now, was=was)
    fill_in(form, "checked", form.asked())
    window.starts_at, window.ends_at = given["starts_at"], given["ends_at"]
    return verdicts_on(window, _services(window), now=now)
