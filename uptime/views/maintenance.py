"""Maintenance: the list and its CSV, and planning a window with its verdict before it is saved."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.pages.fields import fill_in
from slaportal.pages.paging import page_of
from slaportal.pages.refusals import tell_in
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import STAFF_ROLES, Membership
from uptime.actions.checks import in_order, planned_ahead
from uptime.actions.windows import plan_window
from uptime.forms import WindowForm
from uptime.standing import CANCELLED, COMING, PAST, last_told_at, windows_in
from uptime.views.lines import WindowLine, window_lines
from uptime.views.outages import LEADS
from uptime.views.verdicts import VerdictLine, verdicts_before

SAVE = "plan"


@needs(*STAFF_ROLES)
@require_safe
def maintenance(request: HttpRequest) -> HttpResponse:
    """What comes and goes on, the next first; `?state=` is past or cancelled."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    page = page_of(windows_in(actor.provider_id, state, now), request)
    words = {
        "page": page,
        "lines": window_lines(list(page), now),
        "state": state,
        "states": [(COMING, _("Coming")), (PAST, _("Past")), (CANCELLED, _("Cancelled"))],
        "may_plan": actor.role in LEADS,
    }
    return render(request, "uptime/maintenance.html", words)


@needs(*STAFF_ROLES)
@require_safe
def maintenance_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file, whole."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    heads = [
        _("Title"),
        _("State"),
        _("Kind"),
        _("Services"),
        _("Start"),
        _("End"),
        _("Length (seconds)"),
        _("Concerns"),
        _("Announced"),
    ]
    rows = in_blocks(
        windows_in(actor.provider_id, state, now), lambda block: (_cells(line) for line in window_lines(block, now))
    )
    return CsvFile(f"maintenance-{state}", heads, rows, at=now)


def _cells(line: WindowLine) -> Cells:
    window = line.window
    return [
        window.title,
        line.badge.words,
        line.kind,
        line.services,
        window.starts_at,
        window.ends_at,
        window.ends_at - window.starts_at,
        line.concerned,
        last_told_at(window),
    ]


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", COMING)
    return asked if asked in (PAST, CANCELLED) else COMING


@needs(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """First the verdict for every customer, then, for the very same window, the plan is saved."""
    actor, now = membership_of(request), timezone.now()
    form = WindowForm(request.POST or None, actor=actor, now=now)
    verdicts: list[VerdictLine] | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("act") == SAVE and form.cleaned_data["checked"] == form.asked():
                    return _planned(request, form, actor, now)
                verdicts, status = _judged(form, now), 200
            except Refusal as refusal:
                status = tell_in(form, refusal)
    words = {"form": form, "verdicts": verdicts, "checked_first": verdicts is not None and _hurried(request)}
    return render(request, "uptime/window_plan.html", words, status=status)


def _hurried(request: HttpRequest) -> bool:
    """Whether it was to be saved without, or after another, verdict."""
    return request.POST.get("act") == SAVE


def _planned(request: HttpRequest, form: WindowForm, actor: Membership, now: datetime) -> HttpResponse:
    given = form.cleaned_data
    window = plan_window(
        actor.provider,
        given["title"],
        kind=given["kind"],
        services=given["services"],
        starts_at=given["starts_at"],
        ends_at=given["ends_at"],
        actor=actor,
        at=now,
        token=given["token"],
    )
    messages.success(request, _("Planned. Nobody is told yet: announce it next."))
    return redirect("window", pk=window.pk)


def _judged(form: WindowForm, now: datetime) -> list[VerdictLine]:
    given = form.cleaned_data
    in_order(given["starts_at"], given["ends_at"])
    planned_ahead(given["kind"], given["starts_at"], given["ends_at"], now)
    fill_in(form, "checked", form.asked())
    return verdicts_before(list(given["services"]), given["kind"], given["starts_at"], given["ends_at"], now=now)
