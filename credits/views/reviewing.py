"""Claims for who decides on them: the list, and one on one screen with everything that is to be known."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from credits.access import get_claim_for
from credits.actions.decisions import approve_claim, reject_claim, review_claim
from credits.covering import with_claims
from credits.models import Claim
from credits.queries import OPEN, agreement_of_period, assessments_of, claims_of, is_up_to_date
from credits.reviewing import DECIDED, case_of, claim_lines, listed_claims
from credits.showing.claims import cards_of, claim_rows, counting
from credits.showing.lists import services_by_key
from credits.showing.month import month_of
from credits.views.decisions import ApprovalForm, RejectionForm
from slaportal.intervals import instant_of
from slaportal.pages.amounts import plain
from slaportal.pages.paging import page_of
from slaportal.pages.refusals import tell_in
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import at_reader
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Membership, Role
from uptime.views.trail import trail_of

LEADS = (Role.LEAD, Role.ADMIN)
SHOWN_AT_MOST = 200


@needs(*LEADS)
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the oldest first; below it what was decided, by `?state=`."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    waiting = _waiting(actor)
    page = page_of(listed_claims(actor.provider_id, [state] if state else DECIDED), request)
    words = {
        "waiting": claim_lines(list(waiting[:SHOWN_AT_MOST]), now),
        "waiting_count": waiting.count(),
        "page": page,
        "lines": claim_lines(list(page), now),
        "state": state,
        "states": [(one.value, one.label) for one in DECIDED],
    }
    return render(request, "credits/claims.html", words)


@needs(*LEADS)
@require_safe
def claims_csv(request: HttpRequest) -> HttpResponseBase:
    """Both lists as one file, what waits first; or what is in one state."""
    actor, now = membership_of(request), timezone.now()
    state = _state(request)
    heads = [
        _("Customer"),
        _("Subscription"),
        _("Month"),
        _("Claimed"),
        _("By"),
        _("Amount"),
        _("Currency"),
        _("In time"),
        _("State"),
        _("Decided"),
        _("Decided by"),
        _("Reason"),
        _("Note"),
    ]
    listed = [listed_claims(actor.provider_id, [state] if state else DECIDED)]
    if not state:
        listed.insert(0, _waiting(actor))
    rows = chain.from_iterable(in_blocks(found, lambda block: _cells(block, now)) for found in listed)
    return CsvFile("-".join(filter(None, ("claims", state))), heads, rows, at=now)


def _cells(claims: Sequence[Claim], now: datetime) -> Iterator[Cells]:
    for line in claim_lines(claims, now):
        claim = line.claim
        yield [
            claim.tenant.name,
            claim.period.subscription.name,
            claim.period.text,
            claim.at,
            claim.maker_name,
            None if line.total is None else plain(line.total, claim.period.currency),
            claim.period.currency,
            line.in_time,
            line.state,
            claim.decided_at,
            line.decided_by,
            claim.reason,
            claim.note,
        ]


def _waiting(actor: Membership) -> QuerySet[Claim]:
    return listed_claims(actor.provider_id, OPEN).order_by("at", "id")


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in DECIDED else ""


@needs(*LEADS)
@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with all that is to be known of it."""
    actor = membership_of(request)
    return _page(request, actor, get_claim_for(actor, pk))


def _page(
    request: HttpRequest,
    actor: Membership,
    claim: Claim,
    *,
    approving: forms.Form | None = None,
    rejecting: forms.Form | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    now, period = timezone.now(), claim.period
    agreement, rows = agreement_of_period(period), list(assessments_of(period))
    case = case_of(claim, rows, agreement, up_to_date=is_up_to_date(period), now=now)
    (line,) = claim_lines([claim], now)
    if approving is None:
        approving = ApprovalForm(currency=period.currency, discretionary=case.discretionary)
    if claim.state not in OPEN or case.hindrance:  # then the form is not there to say it
        refused = refused or " ".join(map(str, approving.non_field_errors()))
    if rejecting is not None and claim.state not in OPEN:
        refused = refused or " ".join(map(str, rejecting.non_field_errors()))
    made = list(claims_of(period))
    others = [one for one in made if one.pk != claim.pk]
    words: dict[str, Any] = {
        "claim": claim,
        "line": line,
        "case": case,
        "period": period,
        "subscription": period.subscription,
        "month": month_of(period, agreement, services_by_key([period.subscription_id]), now),
        "cards": cards_of(with_claims(period, agreement, rows, counting(made), at=instant_of(now)), agreement, now),
        "closed": at_reader(period.closed_at, now) if period.closed_at else None,
        "closes": at_reader(period.closes_at, now),
        "others": claim_rows(others, period.currency, now),
        "open": claim.state in OPEN,
        "may_take": claim.state == Claim.State.SUBMITTED,
        "approving": approving,
        "rejecting": rejecting or RejectionForm(),
        "refused": refused,
        "entries": trail_of(actor, "claim", claim.pk),
    }
    return render(request, "credits/claim_review.html", words, status=status)


@act_of("claim_review", "pk")
@needs(*LEADS)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looks at it, and the customer is told so."""
    actor = membership_of(request)
    found = get_claim_for(actor, pk)
    try:
        review_claim(found, actor=actor, at=timezone.now())
    except Refusal as refusal:
        if refusal.code != "claim_not_submitted":
            raise
        found.refresh_from_db()
        return _page(request, actor, found, refused=refusal.message, status=refusal.status)
    messages.success(request, _("Under review: the customer is told."))
    return redirect("claim_review", pk=pk)


@act_of("claim_review", "pk")
@needs(*LEADS)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The credits are granted. Sent twice by the same person it is approved once."""
    actor = membership_of(request)
    found = get_claim_for(actor, pk)
    if found.state == Claim.State.APPROVED and found.decided_by_id == actor.pk:
        return redirect("claim_review", pk=pk)
    form = ApprovalForm(request.POST, currency=found.period.currency, discretionary=_discretionary(found))
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            approve_claim(found, amount=given.get("amount"), note=given["note"], actor=actor, at=timezone.now())
        except Refusal as refusal:
            found.refresh_from_db()
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("Approved: the credit is granted, and the customer is told."))
            return redirect("claim_review", pk=pk)
    return _page(request, actor, found, approving=form, status=status)


def _discretionary(claim: Claim) -> bool:
    rows = list(assessments_of(claim.period))
    rules = agreement_of_period(claim.period).terms.credits
    mine = [row for row in rows if row.position < len(rules) and rules[row.position].claim.by == "customer"]
    return any(rules[row.position].schedule.discretionary and row.missed for row in mine)


@act_of("claim_review", "pk")
@needs(*LEADS)
@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """It is turned down with a reason that the customer reads."""
    actor = membership_of(request)
    found = get_claim_for(actor, pk)
    if found.state == Claim.State.REJECTED and found.decided_by_id == actor.pk:
        return redirect("claim_review", pk=pk)
    form = RejectionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            reject_claim(found, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now())
        except Refusal as refusal:
            found.refresh_from_db()
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("Rejected: the customer is told why."))
            return redirect("claim_review", pk=pk)
    return _page(request, actor, found, rejecting=form, status=status)
