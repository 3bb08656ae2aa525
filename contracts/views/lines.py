"""Subscriptions, terms and services as a row of a page says them: everything in words, prepared once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from contracts.models import Contact, Kind, PolicyVersion, Service, Subscription, Term
from contracts.naming import plan_names
from slaportal.pages.amounts import money
from slaportal.pages.times import Shown, at_reader

RUNNING, COMING, OVER = "running", "coming", "over"


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term: plan, kind and fees in words, from when to when (None: until further notice)."""

    plan: str
    kind: str
    fee: str
    annual: str
    since: Shown
    until: Shown | None
    state: str


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """One subscription with the terms that are not over, or, where all are, the last; and what it covers."""

    subscription: Subscription
    policy: str
    terms: list[TermLine]
    services: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service, and who promises something about it."""

    service: Service
    covered: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Whom to tell, and about what."""

    contact: Contact
    concern: str


def subscription_lines(
    subscriptions: Collection[Subscription], offered: Mapping[str, Sequence[PolicyVersion]], now: datetime
) -> list[SubscriptionLine]:
    """The rows of a list; `with_their_parts` has fetched them, `offered` are the versions in force and to come."""
    plans = plan_names(subscriptions, offered)
    lines = []
    for one in subscriptions:
        all_terms = [term_line(term, plans.get(one.policy, {}), now) for term in one.terms.all()]
        lines.append(
            SubscriptionLine(
                subscription=one,
                policy=title_of(one.policy, offered),
                terms=[term for term in all_terms if term.state != OVER] or all_terms[-1:],
                services=", ".join(coverage.service.name for coverage in one.coverages.all()),
            )
        )
    return lines


def title_of(policy: str, offered: Mapping[str, Sequence[PolicyVersion]]) -> str:
    """What the policy is called now."""
    return offered[policy][0].title if policy in offered else policy


def term_line(term: Term, plans: Mapping[str, str], now: datetime) -> TermLine:
    """A term in words; `plans` are the names of the plans by key."""
    over = term.ends_at is not None and term.ends_at <= now
    return TermLine(
        plan=plans.get(term.plan, term.plan),
        kind=str(Kind(term.kind).label),
        fee=money(term.fee_monthly, term.currency),
        annual=money(term.fee_annual, term.currency),
        since=at_reader(term.starts_at, now),
        until=None if term.ends_at is None else at_reader(term.ends_at, now),
        state=OVER if over else COMING if term.starts_at > now else RUNNING,
    )


def service_lines(services: Iterable[Service], *, with_tenant: bool) -> list[ServiceLine]:
    """The rows of a list; `coverages__subscription__tenant` must have been fetched before."""
    lines = []
    for service in services:
        covering = sorted(
            _named(coverage.subscription, with_tenant=with_tenant) for coverage in service.coverages.all()
        )
        lines.append(ServiceLine(service, ", ".join(covering)))
    return lines


def _named(subscription: Subscription, *, with_tenant: bool) -> str:
    if not with_tenant:
        return subscription.name
    return _("%(subscription)s of %(tenant)s") % {"subscription": subscription.name, "tenant": subscription.tenant.name}


def contact_lines(contacts: Iterable[Contact]) -> list[ContactLine]:
    """The rows of a list."""
    return [ContactLine(contact, str(Contact.Concern(contact.concern).label)) for contact in contacts]
