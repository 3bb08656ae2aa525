"""Builds the demo, as often as one likes: what is there already stays as it is."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.db import transaction

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import PolicyVersion, Subscription
from contracts.policy.documents import shipped_policy
from contracts.queries import document_of, version_in_force
from slaportal.people.actions.members import enrol
from slaportal.people.actions.organisations import add_tenant, create_provider
from slaportal.site.demo.cast import COMPANIES, OPERATOR, PASSWORD, Company, Person
from slaportal.tenancy.models import Provider, Tenant, User
from slaportal.tenancy.queries import providers_for_operator
from slaportal.tenancy.scope import STAFF, scope

BY = "Demo"
PROMISED_FOR = timedelta(days=120)
FEES = (Decimal(1200), Decimal(4200), Decimal(650))


def build_demo(*, at: datetime) -> Iterator[str]:
    """Yields a line for each provider once it is committed. Logged in as portal_jobs, outside any scope."""
    operator = _user(*OPERATOR)
    if not operator.is_operator:
        operator.is_operator = True
        operator.save(update_fields=["is_operator"])
    there = {provider.slug: provider.pk for provider in providers_for_operator(operator)}
    for company in COMPANIES:
        with transaction.atomic():
            users = {person.email: _user(person.email, person.name, company.zone) for person in _everybody(company)}
            pk = there.get(company.slug) or create_provider(company.slug, company.name)
            with scope(STAFF, provider=pk):
                _fill(Provider.objects.get(pk=pk), company, users, at)
        yield f"{company.name}: {len(company.staff)} staff, {len(company.customers)} customers"


def _everybody(company: Company) -> list[Person]:
    return [*company.staff, *(person for customer in company.customers for person in customer.people)]


def _user(email: str, name: str, zone: str) -> User:
    found = User.objects.filter(email=email).first()
    if found is None:
        found = User.objects.create_user(email, PASSWORD, name=name, time_zone=zone)
        EmailAddress.objects.create(user=found, email=email, verified=True, primary=True)
    return found


def _fill(provider: Provider, company: Company, users: dict[str, User], at: datetime) -> None:
    since = at - PROMISED_FOR
    if not PolicyVersion.objects.filter(provider=provider, policy=company.slug).exists():
        document = shipped_policy(company.slug)
        publish_policy(document, provider=provider, policy=company.slug, effective_from=since, actor=BY, at=at)
    for person in company.staff:
        enrol(users[person.email], person.role, provider=provider, tenant=None, email=person.email, at=at)
    for customer in company.customers:
        tenant = Tenant.objects.filter(provider=provider, name=customer.name).first()
        tenant = tenant or add_tenant(provider, customer.name, actor=BY)
        for person in customer.people:
            user = users[person.email]
            enrol(user, person.role, provider=provider, tenant=tenant, email=person.email, at=at)
        _promise(company, tenant, since, at)


def _promise(company: Company, tenant: Tenant, since: datetime, at: datetime) -> None:
    """A subscription on one of the provider's plans, and the service that it covers."""
    if Subscription.objects.filter(tenant=tenant).exists():
        return
    place = [customer.name for customer in company.customers].index(tenant.name)
    version = version_in_force(tenant.provider_id, company.slug, at)
    plans = list(document_of(version).plans)
    subscription = subscribe(
        tenant,
        "Production",
        policy=company.slug,
        plan=plans[place % len(plans)],
        fee=Fee(FEES[place % len(FEES)], company.currency),
        starts_at=since,
        actor=BY,
        at=at,
    )
    key = f"production-{place + 1}"
    service = add_service(tenant.provider, key, f"{tenant.name}: production", tenant=tenant, actor=BY, at=at)
    cover_service(subscription, service, actor=BY, at=at)
    first = company.customers[place].people[0]
    add_contact(tenant, concern="technical", name=first.name, email=first.email, actor=BY)


def sign_ins() -> Iterator[str]:
    """What to sign in with, a line for each provider."""
    yield f"Everybody's password: {PASSWORD}"
    for company in COMPANIES:
        staff = ", ".join(f"{p.email} ({p.role})" for p in company.staff[:3])
        customer = company.customers[0]
        people = ", ".join(f"{p.email} ({p.role})" for p in customer.people)
        yield f"  {company.name}: {staff}; {customer.name}: {people}"
    yield f"  Operator of the installation: {OPERATOR[0]}"
