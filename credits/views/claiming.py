"""Claiming the credits of a month, and taking a claim back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from credits.access import get_claim_for
from credits.actions.claims import file_claim, withdraw_claim
from credits.forms import ClaimForm
from credits.views.months import EVERYBODY, claimed_words, known_of, page_of_month
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import CUSTOMER_ROLES, Membership
from uptime.access import get_period_for
from uptime.models import SubscriptionPeriod
from uptime.words import period_in_words


@act_of("month", "pk")
@needs(*EVERYBODY)
@require_POST
def month_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a claim; what is refused comes back on the month's page in words, the note kept."""
    actor = membership_of(request)
    period = get_period_for(actor, pk)
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _again(request, actor, period, form, Refusal("invalid", "", status=422))
    note, token = form.cleaned_data["note"], form.cleaned_data["token"]
    try:
        claim = file_claim(period, note=note, actor=actor, at=timezone.now(), token=token)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _again(request, actor, period, form, refusal)
    messages.success(request, claimed_words(period_in_words(claim.period.text)))
    return redirect("month", pk=claim.period_id)


def _again(
    request: HttpRequest, actor: Membership, period: SubscriptionPeriod, form: ClaimForm, refusal: Refusal
) -> HttpResponse:
    words = page_of_month(known_of(period), actor, form, timezone.now(), refused=refusal.message)
    return render(request, "credits/month.html", words, status=refusal.status)


@act_of("month", pk=lambda actor, pk: get_claim_for(actor, pk).period_id)
@needs(*CUSTOMER_ROLES)
@require_POST
def claim_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a claim back that is not decided yet."""
    actor = membership_of(request)
    claim = get_claim_for(actor, pk)
    try:
        withdraw_claim(claim, actor=actor, at=timezone.now())
    except Refusal as refusal:
        if refusal.code != "claim_decided":
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The claim is withdrawn. It can be made again while the time for it runs."))
    return redirect("month", pk=claim.period_id)
