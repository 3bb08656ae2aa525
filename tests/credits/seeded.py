"""The same months in a clone of the database, for tests in which several processes commit: run inside of them."""

from datetime import datetime
from typing import Any

from django.db import connection

from credits.models import Claim
from credits.sweeping import sweep_unassessed
from slaportal.tenancy.models import Membership, Provider, Tenant, User
from slaportal.tenancy.queries import role_for
from slaportal.tenancy.scope import STAFF, presenting, scope
from tests.credits.months import Months, utc
from tests.world import CAST, World

NOON = utc("10-20 12:00")


def seed(*rules: dict[str, Any], now: datetime = NOON) -> Months:
    """One provider and tenant with staff and people, October missed and assessed at `now`; as the workers' login."""
    world = World()
    with presenting(), connection.cursor() as cursor:
        cursor.execute("SELECT tenancy_create_provider('p1', 'P1')")
        pk = cursor.fetchone()[0]
    users = {who: User.objects.create(email=f"{who}@example.test", name=who) for who in ("admin", "lead", "ann")}
    with scope(STAFF, provider=pk):
        provider = world.providers["p1"] = Provider.objects.get(pk=pk)
        tenant = world.tenants["a"] = Tenant.objects.create(provider=provider, name="A")
        for who, user in users.items():
            _, of, role = CAST[who]
            world.members[who] = Membership.objects.create(
                provider=provider, tenant=tenant if of else None, user=user, role=role, name=who, email=user.email
            )
    months = Months(world, rules)
    months.down("10-15 00:00")
    months.work_out(now)
    sweep_unassessed(at=now)
    return months


def inside(member: Membership) -> Any:
    """The scope of a member in another process."""
    return scope(role_for(member.tenant_id), provider=member.provider_id, tenant=member.tenant_id)


def member_named(provider: int, tenant: int | None, name: str) -> Membership:
    """A member whom `seed` made."""
    with scope(role_for(tenant), provider=provider, tenant=tenant):
        return Membership.objects.get(name=name)


def claims_there(provider: int) -> int:
    """How many claims were committed."""
    with scope(STAFF, provider=provider):
        return Claim.objects.count()
