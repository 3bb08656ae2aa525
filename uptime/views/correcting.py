"""What becomes of an outage: it ends, is corrected with a look at the difference first, or is struck out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from slaportal.audit.entries import Change
from slaportal.pages.fields import fill_in
from slaportal.pages.refusals import tell_in
from slaportal.pages.times import at_reader
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Membership
from uptime.access import get_outage_for
from uptime.actions.outages import correct_outage, end_outage, strike_out_outage
from uptime.concerned import months_of_outage
from uptime.differences import differences_of
from uptime.forms import CorrectionForm, EndForm, ReasonForm
from uptime.models import Impact, Outage, SubscriptionPeriod
from uptime.views.lines import MonthLine, difference_line
from uptime.views.outages import LEADS, outage_page, told_of
from uptime.words import cause_in_words

MONTHS_SHOWN = 200


@act_of("outage", "pk")
@needs(*LEADS)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over: now, or since the time given."""
    actor, now = membership_of(request), timezone.now()
    outage = get_outage_for(actor, pk)
    form = EndForm(request.POST, prefix="end")
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            ended = end_outage(outage, ends_at=given["ends_at"] or now, actor=actor, at=now, seen=given["seen"])
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("Ended. %(who)s") % {"who": told_of(ended, now)})
            return redirect("outage", pk=pk)
    fill_in(form, "seen", outage.revision)
    return outage_page(request, outage, ending=form, status=status)


@act_of("outage", "pk")
@needs(*LEADS)
@require_POST
def strike_out(request: HttpRequest, pk: int) -> HttpResponse:
    """It never was."""
    actor, now = membership_of(request), timezone.now()
    outage = get_outage_for(actor, pk)
    form = ReasonForm(request.POST, prefix="strike")
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            strike_out_outage(outage, reason=given["reason"], actor=actor, at=now, seen=given["seen"])
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("Struck out: it counts no more."))
            return redirect("outage", pk=pk)
    fill_in(form, "seen", outage.revision)
    return outage_page(request, outage, striking=form, status=status)


@needs(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """What turned out to be otherwise. First a look at what differs and who sees it, then saved."""
    actor, now = membership_of(request), timezone.now()
    outage = get_outage_for(actor, pk)
    services = [row.service for row in outage.services.select_related("service")]
    form = CorrectionForm(request.POST or None, actor=actor, now=now, outage=outage, services=services)
    words: dict[str, Any] = {"outage": outage, "previewed": False}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            change = _correction(form, outage, actor, now)
            try:
                if request.POST.get("act") == "save":
                    corrected = change()
                    messages.success(request, _("Corrected. %(who)s") % {"who": told_of(corrected, now)})
                    return redirect("outage", pk=pk)
                words |= {"previewed": True, **_difference(form, outage, services, change, now)}
                status = 200
            except Refusal as refusal:
                status = tell_in(form, refusal)
        if status == 409:
            words["now"] = _as_it_stands(outage, now)
            fill_in(form, "seen", outage.revision)
    return render(request, "uptime/outage_correct.html", {**words, "form": form}, status=status)


def _correction(form: CorrectionForm, outage: Outage, actor: Membership, now: datetime) -> Callable[[], Outage]:
    given = form.cleaned_data

    def change() -> Outage:
        return correct_outage(outage, reason=given["reason"], actor=actor, at=now, seen=given["seen"], **form.changes())

    return change


def _difference(
    form: CorrectionForm, outage: Outage, services: Sequence[Any], change: Callable[[], Outage], now: datetime
) -> dict[str, Any]:
    """What is different in the outage, and in whose months."""

    def periods() -> list[SubscriptionPeriod]:
        return list(months_of_outage(Outage.objects.get(pk=outage.pk), now)[:MONTHS_SHOWN])

    months: list[MonthLine] = [difference_line(one) for one in differences_of(change, periods, now=now)]
    months.sort(key=lambda line: not line.differs)
    return {
        "changes": _changes(form, outage, services, now),
        "months": months,
        "most": MONTHS_SHOWN if len(months) >= MONTHS_SHOWN else 0,
    }


def _changes(form: CorrectionForm, outage: Outage, services: Sequence[Any], now: datetime) -> list[Change]:
    """Field by field in words, what stays as it was left out."""
    given = form.changes()
    pairs = [
        (_("Title"), outage.title, given["title"]),
        (_("Services"), _named(services), _named(given["services"])),
        (_("Cause"), cause_in_words(outage.cause), cause_in_words(given["cause"])),
        (_("Impact"), str(Impact(outage.impact).label), str(Impact(given["impact"]).label)),
        (_("Note"), outage.note, given["note"].strip()),
    ]
    for name, label in (("true_start_at", _("True start")), ("ends_at", _("End"))):
        if name in given:
            pairs.append((label, _when(getattr(outage, name), now), _when(given[name], now)))
    return [Change(label, before or None, after or None) for label, before, after in pairs if before != after]


def _as_it_stands(outage: Outage, now: datetime) -> list[tuple[str, str]]:
    return [
        (_("Title"), outage.title),
        (_("Cause"), cause_in_words(outage.cause)),
        (_("Impact"), str(Impact(outage.impact).label)),
        (_("Start"), _when(outage.starts_at, now)),
        (_("End"), _when(outage.ends_at, now) or _("still on")),
        (_("Note"), outage.note),
    ]


def _named(services: Sequence[Any]) -> str:
    return ", ".join(sorted(service.name for service in services))


def _when(instant: datetime | None, now: datetime) -> str:
    return "" if instant is None else at_reader(instant, now).text
