"""The agreement of a subscription in plain sentences, as it is in force or as it was in an older version."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.access import get_subscription_for
from contracts.models import PolicyVersion, Subscription, Term
from contracts.policy.documents import agreement_of
from contracts.queries import document_of, last_with_plan
from contracts.sentences import sections_of
from slaportal.pages.amounts import money
from slaportal.pages.times import at_reader, zone_in_words
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs, not_found
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES
from uptime.kept import backups_shown


@needs(*CUSTOMER_ROLES)
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """The customer's subscriptions; where there is one, its agreement at once."""
    actor = membership_of(request)
    found = list(Subscription.objects.filter(tenant=actor.tenant).order_by("name", "pk"))
    if len(found) == 1:
        return redirect("agreement", pk=found[0].pk)
    return render(request, "credits/agreements.html", {"subscriptions": found})


@needs(*STAFF_ROLES, *CUSTOMER_ROLES)
@require_safe
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What one subscription is promised; `?version=` an older one."""
    actor = membership_of(request)
    subscription = get_subscription_for(actor, pk)
    words = {
        "subscription": subscription,
        "customer": subscription.tenant if actor.is_staff else None,
        **_promised(request, subscription),
    }
    return render(request, "credits/agreement.html", words)


def _promised(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    now = timezone.now()
    of_policy = PolicyVersion.objects.filter(provider_id=subscription.provider_id, policy=subscription.policy)
    versions = list(of_policy.defer("text").order_by("-number"))
    terms = list(Term.objects.filter(subscription=subscription).order_by("starts_at"))
    running = [term for term in terms if term.starts_at <= now and (term.ends_at is None or now < term.ends_at)]
    term = running[0] if running else (terms[-1] if terms else None)
    in_force = _in_force(versions, term, now)
    version = _chosen(versions, request.GET.get("version", "")) or in_force or (versions[-1] if versions else None)
    if version is None or term is None:
        return {"sections": [], "version": None, "versions": []}
    plans = document_of(version).plans
    plan = term.plan if term.plan in plans else None
    promised = agreement_of(document_of(version), plan)
    return {
        "sections": sections_of(promised),
        "title": promised.terms.title,
        "plan": promised.plan_name,
        "plan_is_gone": plan is None,
        "zone": zone_in_words(promised.zone),
        "term": term,
        "kind": term.get_kind_display(),
        "fee": money(term.fee_monthly, term.currency),
        "since": at_reader(term.starts_at, now),
        "version": version,
        "in_force": in_force is not None and in_force.pk == version.pk,
        # As of now and by what holds now: beside an older text the verdicts would be on other promises.
        "backups": backups_shown(subscription, now) if version == in_force else None,
        "coming": version.effective_from > now,
        "from": at_reader(version.effective_from, now),
        "versions": [
            {"row": row, "from": at_reader(row.effective_from, now), "current": row.pk == version.pk}
            for row in versions
        ],
    }


def _in_force(versions: list[PolicyVersion], term: Term | None, now: datetime) -> PolicyVersion | None:
    """The one that holds for the term: the last in force that has its plan, for what was sold is kept."""
    reached = [version for version in versions if version.effective_from <= now]
    if term is not None:
        with suppress(Refusal):
            return last_with_plan(reached, term.plan)[0]
    return reached[0] if reached else None


def _chosen(versions: list[PolicyVersion], number: str) -> PolicyVersion | None:
    """The version that the address names; one that is not there is not found."""
    if not number:
        return None
    found = next((version for version in versions if str(version.number) == number), None)
    if found is None:
        raise not_found(_("There is no such version here."))
    return found
