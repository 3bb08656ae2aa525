"""The backups of a subscription: whether they are kept as promised, the restore points and their CSV, recording one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contracts.access import get_subscription_for
from contracts.models import Service, Subscription
from slaportal.pages.paging import page_of
from slaportal.pages.refusals import tell_in
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import STAFF_ROLES
from uptime.actions.restore_points import report_restore_points
from uptime.forms import RestorePointForm
from uptime.kept import backups_shown
from uptime.models import RestorePoint
from uptime.standing import GONE, STRUCK, THERE, restore_points_in
from uptime.views.lines import point_line
from uptime.views.outages import LEADS


@needs(*STAFF_ROLES)
@require_safe
def backups(request: HttpRequest, pk: int) -> HttpResponse:
    """The verdicts as of now, and the restore points, newest first; `?state=` is there, gone or struck."""
    actor, now = membership_of(request), timezone.now()
    subscription = get_subscription_for(actor, pk)
    state = _state(request)
    services = list(_covered(subscription))
    page = page_of(_points(subscription, services, state, now), request)
    words = {
        "subscription": subscription,
        "kept": backups_shown(subscription, now),
        "page": page,
        "lines": [point_line(point, now) for point in page],
        "state": state,
        "states": [(THERE, _("There")), (GONE, _("Gone")), (STRUCK, _("Struck out"))],
        "may_record": actor.role in LEADS and bool(services),
    }
    return render(request, "uptime/backups.html", words)


@needs(*STAFF_ROLES)
@require_safe
def backups_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same restore points as a file, all of them."""
    now, state = timezone.now(), _state(request)
    subscription = get_subscription_for(membership_of(request), pk)
    heads = [_("Taken"), _("Service"), _("State"), _("Gone"), _("Recorded"), _("Struck out")]
    points = _points(subscription, list(_covered(subscription)), state, now)
    rows = in_blocks(points, lambda block: map(_cells_at(now), block))
    return CsvFile("-".join(filter(None, ("restore-points", str(pk), state))), heads, rows, at=now)


def _cells_at(now: datetime) -> Callable[[RestorePoint], Cells]:
    def cells(point: RestorePoint) -> Cells:
        words = point_line(point, now).badge.words
        return [point.taken_at, point.service.name, words, point.gone_at, point.recorded_at, point.void_at]

    return cells


def _points(
    subscription: Subscription, services: Sequence[Service], state: str, now: datetime
) -> QuerySet[RestorePoint]:
    found = restore_points_in(subscription.provider_id, state, now)
    return found.filter(service__in=services).select_related("service")


def _covered(subscription: Subscription) -> QuerySet[Service]:
    return Service.objects.filter(coverages__subscription=subscription).order_by("name", "pk")


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in (THERE, GONE, STRUCK) else ""


@needs(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One that was not reported by itself; a form with mistakes comes back with them, what was typed kept."""
    actor, now = membership_of(request), timezone.now()
    subscription = get_subscription_for(actor, pk)
    form = RestorePointForm(request.POST or None, services=_covered(subscription))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            try:
                new = report_restore_points(given["service"], [given["taken_at"]], actor=actor, at=now)
            except Refusal as refusal:
                status = tell_in(form, _at_its_field(refusal))
            else:
                said = _("Recorded.") if new else _("It is there already, and stays as it is.")
                messages.success(request, said)
                return redirect("subscription_backups", pk=pk)
    words = {"subscription": subscription, "form": form}
    return render(request, "uptime/restore_point_record.html", words, status=status)


def _at_its_field(refusal: Refusal) -> Refusal:
    """The action names the place of an instant in a list; the form has one."""
    fields = {"taken_at" if name == "taken.0" else name: said for name, said in refusal.fields.items()}
    return Refusal(refusal.code, refusal.message, fields=fields, status=refusal.status)
