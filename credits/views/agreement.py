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
from contracts.policy.agreement import Agreement
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
    over = term is not None and term.ends_at is not None and term.ends_at <= now
    # What ended is shown as it was promised last: no later version ever held for it.
    reached = [one for one in versions if _holds_by(one, term, now)]
    held = _in_force(reached, term)
    version = _chosen(versions, request.GET.get("version", "")) or held or (versions[-1] if versions else None)
    if version is None or term is None:
        return {"sections": [], "version": None, "versions": []}
    plans = document_of(version).plans
    plan = term.plan if term.plan in plans else None
    promised = agreement_of(document_of(version), plan)
    named = _plan_name(held, term)
    return {
        "sections": sections_of(promised),
        "title": promised.terms.title,
        "plan": promised.plan_name,
        "plan_is_gone": named if plan is None else "",
        "zone": zone_in_words(promised.zone),
        "kind": term.get_kind_display(),
        "not_for": _is_not_for(promised, term),
        "fee": money(term.fee_monthly, term.currency),
        "begins": term.starts_at > now,
        "since": at_reader(term.starts_at, now),
        "over": over,
        "until": at_reader(term.ends_at, now) if term.ends_at else None,
        "goes_on": term.pk != terms[-1].pk,
        "version": version,
        "in_force": held is not None and held.pk == version.pk,
        "other": _why_other(version, held, named, has_plan=plan is not None, over=over, now=now),
        "newest": _why_not_newest(reached, held, named),
        # As of now and by what holds now: beside an older text the verdicts would be on other promises.
        "backups": backups_shown(subscription, now) if version == held and not over else None,
        "versions": [
            {"row": row, "from": at_reader(row.effective_from, now), "current": row.pk == version.pk}
            for row in versions
        ],
    }


def _holds_by(version: PolicyVersion, term: Term | None, now: datetime) -> bool:
    """Whether it was in force before the term was over, up to now."""
    if term is not None and term.ends_at is not None and term.ends_at <= now:
        return version.effective_from < term.ends_at
    return version.effective_from <= now


def _plan_name(held: PolicyVersion | None, term: Term) -> str:
    plan = None if held is None else document_of(held).plans.get(term.plan)
    return term.plan if plan is None else plan.name


def _is_not_for(promised: Agreement, term: Term) -> bool:
    """That availability is promised, but not to subscriptions of this kind."""
    promise = promised.terms.availability
    return promise is not None and term.kind in promise.not_for


def _why_other(
    version: PolicyVersion, held: PolicyVersion | None, plan: str, *, has_plan: bool, over: bool, now: datetime
) -> str:
    """Why the version that was chosen is not the one that holds; "" where it is."""
    if held and held.pk == version.pk:
        return ""
    told = {"number": version.number, "plan": plan, "held": held.number if held else None}
    if version.effective_from > now:
        said = _("This is version %(number)s; it holds from %(at)s on.")
        coming = said % {**told, "at": at_reader(version.effective_from, now).text}
        more = _("It does not have the plan %(plan)s: version %(held)s goes on for this subscription.") % told
        return f"{coming} {more}" if held and not has_plan and not over else coming
    if held and over:
        return _("This is version %(number)s; when the subscription ended, version %(held)s held.") % told
    if held and not has_plan and version.effective_from > held.effective_from:
        gone = _(
            "This is version %(number)s. It does not have the plan %(plan)s: "
            "version %(held)s goes on for this subscription."
        )
        return gone % told
    return _("This is version %(number)s; a later one is in force.") % told


def _why_not_newest(reached: list[PolicyVersion], held: PolicyVersion | None, plan: str) -> str:
    """Why the version that holds is not the newest in force; "" where it is."""
    if held is None or reached[0].pk == held.pk:
        return ""
    said = _(
        "Version %(number)s is the newest in force, but does not have the plan %(plan)s: "
        "version %(held)s goes on for this subscription."
    )
    return said % {"number": reached[0].number, "plan": plan, "held": held.number}


def _in_force(reached: list[PolicyVersion], term: Term | None) -> PolicyVersion | None:
    """The one that holds for the term: the last in force that has its plan, for what was sold is kept."""
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
