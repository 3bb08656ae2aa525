"""Builds the demo, as often as one likes: what is there already stays as it is."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Service
from contracts.policy.documents import agreement_of, shipped_policy
from slaportal.people.actions.members import enrol
from slaportal.people.actions.organisations import add_tenant, create_provider
from slaportal.refusal import Refusal
from slaportal.site.demo.cast import COMPANIES, OPERATOR, PASSWORD, Company, Customer, Person
from slaportal.site.demo.history import is_alive, play_history, play_now_again
from slaportal.site.demo.months import month_start
from slaportal.site.demo.registry import is_registered, register
from slaportal.site.demo.scripts import script_of
from slaportal.site.demo.stage import stage_of
from slaportal.site.publishing import publish_with_scenarios, shipped_scenarios
from slaportal.tenancy.models import Provider, Tenant, User
from slaportal.tenancy.queries import providers_for_operator
from slaportal.tenancy.scope import STAFF, scope
from tickets.models import Ticket
from uptime.models import Outage

BY = "Demo"
FORMER = "The agreement of the year before"
# So many months before the running one the subscriptions began.
MONTHS = 3


def build_demo(*, at: datetime, companies: Sequence[Company] = COMPANIES) -> Iterator[str]:
    """Yields a line for each provider once it is committed. Logged in as portal_jobs, outside any scope.

    A provider comes whole or not at all, in one transaction: nobody works on its past while it is being played. One
    that is there already stays as it is; only where nothing is due soon any more, some tickets are opened anew. What
    the demo did not make is left alone.
    """
    operator = _user(*OPERATOR)
    if not operator.is_operator:
        operator.is_operator = True
        operator.save(update_fields=["is_operator"])
    there = {provider.slug: provider.pk for provider in providers_for_operator(operator)}
    for company in companies:
        if company.slug not in there:
            yield _build(company, at)
        elif is_registered("provider", there[company.slug]):
            yield f"{company.name}: is there already{_freshened(company, there[company.slug], at)}"
        else:
            yield f"{company.name}: there is one that the demo did not make; it is left alone"


def _build(company: Company, at: datetime) -> str:
    since = _since(company, at)
    with transaction.atomic():
        users = {person.email: _user(person.email, person.name, company.zone) for person in _everybody(company)}
        pk = create_provider(company.slug, company.name)
        register("provider", [pk])
        with scope(STAFF, provider=pk):
            provider = Provider.objects.get(pk=pk)
            _fill(provider, company, users, since)
            stage = stage_of(provider, company, at)
            play_history(stage, script_of(company.slug), since=since, now=at)
            tenants = list(Tenant.objects.filter(provider=provider).values_list("pk", flat=True))
            said = f"{Ticket.objects.count()} tickets, {Outage.objects.count()} outages"
        register("tenant", tenants)
        register("service", [stage.shared.pk])
        # Nothing is left to be worked out: the workers need not be told a thousand times to look.
        connection.run_on_commit.clear()
    theirs = sum(len(customer.people) for customer in company.customers)
    people = f"{len(company.staff)} staff, {len(company.customers)} customers with {theirs} people"
    return f"{company.name}: {people}, {said}"


def _freshened(company: Company, pk: int, at: datetime) -> str:
    """Nothing where the queue lives, or where so much was changed by hand that the stories do not fit any more."""
    try:
        with scope(STAFF, provider=pk):
            if is_alive(at):
                return ""
            stage = stage_of(Provider.objects.get(pk=pk), company, at)
            opened = play_now_again(stage, script_of(company.slug), now=at)
    except (LookupError, ObjectDoesNotExist, Refusal):
        return ", and was changed: nothing is opened anew"
    return f", {opened} tickets opened anew"


def _since(company: Company, at: datetime) -> datetime:
    """The first of a month, so that every month after it is a full one."""
    zone = ZoneInfo(agreement_of(shipped_policy(company.slug)).terms.timezone)
    return datetime.combine(month_start(at.astimezone(zone).date(), -MONTHS), time(), zone)


def _everybody(company: Company) -> list[Person]:
    return [*company.staff, *(person for customer in company.customers for person in customer.people)]


def _user(email: str, name: str, zone: str) -> User:
    found = User.objects.filter(email=email).first()
    if found is None:
        found = User.objects.create(email=email, name=name, time_zone=zone, password=_hashed())
        EmailAddress.objects.create(user=found, email=email, verified=True, primary=True)
        register("user", [found.pk])
    return found


@cache
def _hashed() -> str:
    """One for all: it is meant to cost time, and everybody knows the password anyway."""
    return make_password(PASSWORD)


def _fill(provider: Provider, company: Company, users: dict[str, User], since: datetime) -> None:
    """The policy, the desk, and the customers with what they bought, all as of `since`."""
    if company.former:
        _publish(_former_text(company), None, provider, since - timedelta(days=365), note=FORMER)
    _publish(shipped_policy(company.slug).text, shipped_scenarios(company.slug), provider, since)
    for person in company.staff:
        enrol(users[person.email], person.role, provider=provider, tenant=None, email=person.email, at=since)
    shared = add_service(provider, company.shared.key, company.shared.name, tenant=None, actor=BY, at=since)
    for customer in company.customers:
        tenant = add_tenant(provider, customer.name, actor=BY)
        for person in customer.people:
            enrol(users[person.email], person.role, provider=provider, tenant=tenant, email=person.email, at=since)
        _promise(company, customer, tenant, shared, since)


def _publish(text: str, scenarios: bytes | None, provider: Provider, since: datetime, *, note: str = "") -> None:
    publish_with_scenarios(
        text,
        scenarios,
        provider=provider,
        policy=provider.slug,
        effective_from=since,
        actor=BY,
        at=since,
        note=note,
        confirm_warnings=True,
    )


def _former_text(company: Company) -> str:
    text = shipped_policy(company.slug).text
    for now, before in company.former:
        assert text.count(now) == 1, now
        text = text.replace(now, before)
    return text


def _promise(company: Company, customer: Customer, tenant: Tenant, shared: Service, since: datetime) -> None:
    """The customer's subscriptions, the services they cover, and whom to tell."""
    own = [add_service(tenant.provider, s.key, s.name, tenant=tenant, actor=BY, at=since) for s in customer.services]
    for number, sold in enumerate(customer.sold):
        subscription = subscribe(
            tenant,
            sold.name,
            policy=company.slug,
            plan=sold.plan,
            kind=sold.kind,
            fee=Fee(sold.fee, company.currency),
            starts_at=since,
            actor=BY,
            at=since,
        )
        for service in [shared, *own] if number == 0 else own:
            cover_service(subscription, service, actor=BY, at=since)
    manager, technical = customer.people[0], customer.people[-1]
    for concern, person in (("technical", technical), ("billing", manager), ("security", technical)):
        add_contact(tenant, concern=concern, name=person.name, email=person.email, actor=BY)


def sign_ins() -> Iterator[str]:
    """What to sign in with, a line for each provider."""
    yield f"Everybody's password: {PASSWORD}"
    for company in COMPANIES:
        staff = ", ".join(f"{p.email} ({p.role})" for p in company.staff[:3])
        customer = company.customers[0]
        people = ", ".join(f"{p.email} ({p.role})" for p in customer.people[:2])
        yield f"  {company.name}: {staff}; {customer.name}: {people}"
    yield f"  Operator of the installation: {OPERATOR[0]}"
