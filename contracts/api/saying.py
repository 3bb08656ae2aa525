"""Subscriptions and services as they go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.models import PolicyVersion, Service, Subscription, Term
from contracts.naming import plan_names
from contracts.queries import versions_to_offer, with_their_parts
from slaportal.api.shapes import moment
from slaportal.tenancy.models import Membership

Said = dict[str, Any]
COMING, RUNNING, OVER = "coming", "running", "over"


def subscriptions_said(found: Sequence[Subscription], *, actor: Membership, now: datetime) -> list[Said]:
    """Each with its terms and services, which `with_their_parts` has fetched: three queries more at most."""
    offered = versions_to_offer(actor.provider_id, now)
    plans = plan_names(found, offered)
    return [_subscription(one, offered, plans.get(one.policy, {}), actor=actor, now=now) for one in found]


def subscription_said(pk: int, *, actor: Membership, now: datetime) -> Said:
    """One, read anew."""
    one = with_their_parts(Subscription.objects.select_related("tenant")).get(pk=pk)
    return subscriptions_said([one], actor=actor, now=now)[0]


def _subscription(
    one: Subscription,
    offered: Mapping[str, Sequence[PolicyVersion]],
    plans: Mapping[str, str],
    *,
    actor: Membership,
    now: datetime,
) -> Said:
    terms = [_term(term, plans, now) for term in one.terms.all()]
    if not actor.is_staff:  # what the page of the agreement shows
        terms = [term for term in terms if term["state"] == RUNNING] or terms[-1:]
    title = offered[one.policy][0].title if one.policy in offered else one.policy
    return {
        "id": one.pk,
        "name": one.name,
        "tenant": {"id": one.tenant_id, "name": one.tenant.name},
        "policy": {"policy": one.policy, "title": title},
        "account_current": one.account_current if actor.is_staff else None,
        "account_reason": one.account_reason if actor.is_staff else None,
        "terms": terms,
        "services": [{"id": each.service_id, "name": each.service.name} for each in one.coverages.all()],
        "created_at": moment(one.created_at),
    }


def _term(term: Term, plans: Mapping[str, str], now: datetime) -> Said:
    over = term.ends_at is not None and term.ends_at <= now
    return {
        "plan": term.plan,
        "plan_name": plans.get(term.plan, term.plan),
        "kind": term.kind,
        "fee_monthly": term.fee_monthly,
        "fee_annual": term.fee_annual,
        "currency": term.currency,
        "starts_at": moment(term.starts_at),
        "ends_at": moment(term.ends_at),
        "state": OVER if over else COMING if term.starts_at > now else RUNNING,
    }


def service_said(service: Service) -> Said:
    """Its tenant and `coverages__subscription` must have been fetched before."""
    covering = sorted((each.subscription for each in service.coverages.all()), key=lambda one: one.pk)
    return {
        "id": service.pk,
        "key": service.key,
        "name": service.name,
        "tenant": None if service.tenant is None else {"id": service.tenant_id, "name": service.tenant.name},
        "subscriptions": [{"id": one.pk, "name": one.name} for one in covering],
        "created_at": moment(service.created_at),
    }
