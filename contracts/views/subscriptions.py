"""A subscription on one page: terms, standing of the account, what it covers, and what is changed on the spot."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.access import get_service_for, get_subscription_for
from contracts.actions.subscriptions import cover_service, rename_subscription, set_account_standing, uncover_service
from contracts.consequences import of_covering, of_standing, of_uncovering
from contracts.forms import CoverForm, NameForm, StandingForm
from contracts.models import Service, Subscription
from contracts.naming import plan_names
from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of
from contracts.queries import agreed_at, document_of, services_for, versions_to_offer, with_their_parts
from contracts.views.lines import OVER, term_line, title_of
from contracts.views.steps import attempt
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES, Role


@needs(*STAFF_ROLES)
@require_safe
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one subscription."""
    return subscription_page(request, get_subscription_for(membership_of(request), pk))


def subscription_page(
    request: HttpRequest,
    found: Subscription,
    *,
    standing: forms.BaseForm | None = None,
    covering: forms.BaseForm | None = None,
    renaming: forms.BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, also with a form of it that was refused."""
    actor, now = membership_of(request), timezone.now()
    one = with_their_parts(Subscription.objects.select_related("tenant")).get(pk=found.pk)
    offered = versions_to_offer(actor.provider_id, now)
    plans = plan_names([one], offered)
    terms = [term_line(term, plans.get(one.policy, {}), now) for term in one.terms.all()]
    agreed = _agreed(one, offered, now)
    free = services_to_cover(one)
    known = {"current": one.account_current, "reason": one.account_reason}
    words = {
        "subscription": one,
        "policy": title_of(one.policy, offered),
        "terms": terms[::-1],
        "may_end": any(term.state != OVER for term in terms),
        "services": [coverage.service for coverage in one.coverages.all()],
        "may_change": actor.role == Role.ADMIN,
        "backed_up": agreed is not None and bool(agreed.terms.backups.entries),
        "standing": standing or StandingForm(initial=known, prefix="standing"),
        "covering": covering or CoverForm(services=free, prefix="cover"),
        "may_cover": free.exists(),
        "renaming": renaming or NameForm(initial={"name": one.name}, prefix="name"),
        "of_standing": of_standing(agreed),
        "of_covering": of_covering(),
        "of_uncovering": of_uncovering(),
    }
    return render(request, "contracts/subscription.html", words, status=status)


def services_to_cover(one: Subscription) -> QuerySet[Service]:
    """The customer's own services and the shared ones that the subscription does not cover."""
    return services_for(one).exclude(coverages__subscription=one).order_by("name", "pk")


def _agreed(one: Subscription, offered: Any, now: datetime) -> Agreement | None:
    """What the version in force, or the first to come, promises in the plan of the last term; dropped, as it was."""
    last = list(one.terms.all())[-1:]
    if not last or one.policy not in offered:
        return None
    document = document_of(offered[one.policy][0])
    if last[0].plan in document.plans:
        return agreement_of(document, last[0].plan)
    try:
        return agreed_at(one, last[0].plan, now)[1]
    except Refusal:  # only a version to come has it
        return agreement_of(document, None)


@act_of("subscription", "pk")
@needs(Role.ADMIN)
@require_POST
def subscription_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """What the customer calls it now."""
    actor = membership_of(request)
    found = get_subscription_for(actor, pk)
    form = NameForm(request.POST, prefix="name")
    status = attempt(form, lambda: rename_subscription(found, form.cleaned_data["name"], actor=actor))
    if status:
        return subscription_page(request, found, renaming=form, status=status)
    messages.success(request, _("Saved."))
    return redirect("subscription", pk=pk)


@act_of("subscription", "pk")
@needs(Role.ADMIN)
@require_POST
def subscription_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the account is in good standing, and why not."""
    actor, now = membership_of(request), timezone.now()
    found = get_subscription_for(actor, pk)
    form = StandingForm(request.POST, prefix="standing")
    status = attempt(form, lambda: set_account_standing(found, **form.cleaned_data, actor=actor, at=now))
    if status:
        return subscription_page(request, found, standing=form, status=status)
    messages.success(request, _("Saved."))
    return redirect("subscription", pk=pk)


@act_of("subscription", "pk")
@needs(Role.ADMIN)
@require_POST
def subscription_cover(request: HttpRequest, pk: int) -> HttpResponse:
    """A service more."""
    actor, now = membership_of(request), timezone.now()
    found = get_subscription_for(actor, pk)
    form = CoverForm(request.POST, services=services_to_cover(found), prefix="cover")
    status = attempt(form, lambda: cover_service(found, form.cleaned_data["service"], actor=actor, at=now))
    if status:
        return subscription_page(request, found, covering=form, status=status)
    messages.success(request, _("%(name)s is covered now.") % {"name": form.cleaned_data["service"].name})
    return redirect("subscription", pk=pk)


@act_of("subscription", "pk")
@needs(Role.ADMIN)
@require_POST
def subscription_uncover(request: HttpRequest, pk: int, service: int) -> HttpResponse:
    """A service less; who was faster is told so."""
    actor, now = membership_of(request), timezone.now()
    found, gone = get_subscription_for(actor, pk), get_service_for(actor, service)
    try:
        uncover_service(found, gone, actor=actor, at=now)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("subscription", pk=pk)
    messages.success(request, _("%(name)s is not covered any more.") % {"name": gone.name})
    return redirect("subscription", pk=pk)
