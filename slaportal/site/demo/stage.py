"""Who and what of a provider acts in its two months: memberships, subscriptions and services, as they are there."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.models import Service, Subscription
from contracts.policy.agreement import Agreement
from contracts.queries import agreement_at
from slaportal.site.demo.cast import Company
from slaportal.tenancy.models import Membership, Provider, Tenant


@dataclass(frozen=True)
class Party:
    """A tenant with its people (the manager first), its main subscription and its own service."""

    tenant: Tenant
    people: tuple[Membership, ...]
    subscription: Subscription
    service: Service


@dataclass(frozen=True)
class Stage:
    """A provider's desk and its customers, in the order of the cast."""

    provider: Provider
    zone: ZoneInfo
    admin: Membership
    lead: Membership
    agents: tuple[Membership, ...]
    shared: Service
    parties: tuple[Party, ...]
    agreement: Agreement

    def services(self, places: list[int | str]) -> list[Service]:
        """`shared`, or the own service of the customer at that place."""
        return [self.shared if place == "shared" else self.parties[int(place)].service for place in places]


def stage_of(provider: Provider, company: Company, at: datetime) -> Stage:
    """Inside the scope of the provider's staff, once everybody is there; LookupError or DoesNotExist where not."""
    members = {member.email: member for member in Membership.objects.filter(provider=provider, removed_at=None)}
    services = {service.key: service for service in Service.objects.filter(provider=provider)}
    parties = []
    for customer in company.customers:
        tenant = Tenant.objects.get(provider=provider, name=customer.name)
        subscription = Subscription.objects.get(tenant=tenant, name=customer.sold[0].name)
        people = tuple(members[person.email] for person in customer.people)
        parties.append(Party(tenant, people, subscription, services[customer.services[0].key]))
    admin, lead, *agents = [members[person.email] for person in company.staff]
    agreement = agreement_at(parties[0].subscription, at)
    if agreement is None:
        raise LookupError(f"{parties[0].subscription} is not active any more.")
    return Stage(
        provider,
        ZoneInfo(company.zone),
        admin,
        lead,
        tuple(agents),
        services[company.shared.key],
        tuple(parties),
        agreement,
    )
