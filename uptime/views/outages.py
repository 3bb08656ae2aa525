"""Outages: the list and its CSV, recording one, and everything about one on one page."""

from datetime import datetime

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.pages.paging import page_of
from slaportal.pages.refusals import tell_in
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import AGAIN, at_reader
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import STAFF_ROLES, Role
from uptime.access import get_outage_for
from uptime.actions.outages import record_outage
from uptime.concerned import months_of_outage
from uptime.forms import EndForm, OutageForm, ReasonForm
from uptime.models import Outage
from uptime.queries import recorded_alike
from uptime.standing import ENDED, GOING_ON, STRUCK, outages_in, state_of
from uptime.views.lines import OutageLine, month_line, outage_lines
from uptime.views.trail import trail_of

LEADS = (Role.LEAD, Role.ADMIN)


@needs(*STAFF_ROLES)
@require_safe
def outages(request: HttpRequest) -> HttpResponse:
    """Newest first; `?state=` is on, ended or struck."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    page = page_of(outages_in(actor.provider_id, state, now), request)
    words = {
        "page": page,
        "lines": outage_lines(list(page), now),
        "state": state,
        "states": [(GOING_ON, _("Going on")), (ENDED, _("Ended")), (STRUCK, _("Struck out"))],
        "may_record": actor.role in LEADS,
    }
    return render(request, "uptime/outages.html", words)


@needs(*STAFF_ROLES)
@require_safe
def outages_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file, whole."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    heads = [
        _("Title"),
        _("State"),
        _("Services"),
        _("Cause"),
        _("Impact"),
        _("Start"),
        _("End"),
        _("Length (seconds)"),
        _("Concerns"),
        _("Note"),
    ]
    rows = in_blocks(
        outages_in(actor.provider_id, state, now), lambda block: (_cells(line) for line in outage_lines(block, now))
    )
    return CsvFile("-".join(filter(None, ("outages", state))), heads, rows, at=now)


def _cells(line: OutageLine) -> Cells:
    outage = line.outage
    return [
        outage.title,
        line.badge.words,
        line.services,
        line.cause,
        line.impact,
        outage.starts_at,
        outage.ends_at,
        line.lasted,
        line.concerned,
        outage.note,
    ]


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in (GOING_ON, ENDED, STRUCK) else ""


@needs(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """A new outage; a form with mistakes comes back with them, what was typed kept."""
    actor, now = membership_of(request), timezone.now()
    initial = {"starts_at": now.replace(second=0, microsecond=0)}
    form = OutageForm(request.POST or None, actor=actor, now=now, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            there = recorded_alike(actor, form.cleaned_data, since=now - AGAIN)
            if there is not None:
                messages.info(request, _("This outage was recorded just before. Here it is: correct what is wrong."))
                return redirect("outage", pk=there.pk)
            try:
                outage = record_outage(actor.provider, actor=actor, at=now, **form.cleaned_data)
            except Refusal as refusal:
                status = tell_in(form, refusal)
            else:
                messages.success(request, _("Recorded. %(who)s") % {"who": told_of(outage, now)})
                return redirect("outage", pk=outage.pk)
    return render(request, "uptime/outage_record.html", {"form": form}, status=status)


def told_of(outage: Outage, now: datetime) -> str:
    """How many months are worked out anew."""
    count = months_of_outage(outage, now).count()
    said = ngettext(
        "The figures of %(count)s month are worked out anew.",
        "The figures of %(count)s months are worked out anew.",
        count,
    )
    return said % {"count": count} if count else _("No customer has a subscription that it concerns.")


@needs(*STAFF_ROLES)
@require_safe
def outage(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one outage."""
    return outage_page(request, get_outage_for(membership_of(request), pk))


def outage_page(
    request: HttpRequest,
    outage: Outage,
    *,
    ending: EndForm | None = None,
    striking: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, also with a form of it that was refused."""
    actor, now = membership_of(request), timezone.now()
    (line,) = outage_lines([outage], now)
    page = page_of(months_of_outage(outage, now), request)
    seen = {"seen": outage.revision}
    may_change = actor.role in LEADS and outage.void_at is None
    may_end = may_change and state_of(outage, now) == GOING_ON
    words = {
        "outage": outage,
        "line": line,
        "page": page,
        "months": [month_line(period) for period in page],
        "reported": at_reader(outage.reported_start_at, now),
        "true_start": at_reader(outage.true_start_at, now) if outage.true_start_at else None,
        "noticed": at_reader(outage.noticed_at, now),
        "recorded": at_reader(outage.recorded_at, now),
        "by": outage.recorded_by.name if outage.recorded_by else "",
        "struck": at_reader(outage.void_at, now) if outage.void_at else None,
        "entries": trail_of(actor, "outage", outage.pk),
        "refused": unseen_refusals((ending, may_end), (striking, may_change)),
        "may_change": may_change,
        "may_end": may_end,
        "ending": ending or EndForm(initial=seen, prefix="end"),
        "striking": striking or ReasonForm(initial=seen, prefix="strike"),
    }
    return render(request, "uptime/outage.html", words, status=status)


def unseen_refusals(*forms: tuple[BaseForm | None, bool]) -> list[str]:
    """What was refused of a form that the page shows no more, since somebody else did it meanwhile."""
    return [str(said) for form, shown in forms if form is not None and not shown for said in form.non_field_errors()]
