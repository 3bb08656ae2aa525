"""Events to seal, and the hand that changes what nobody may change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from slaportal.audit.models import Event
from slaportal.audit.record import record
from slaportal.audit.sealing import seal_provider
from slaportal.audit.verification import Verdict, verify
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import SUPERUSER, logged_in_as
from tests.world import World


def leave_events(world: World, count: int, *, tenant: str = "a", who: str = "admin") -> list[int]:
    """So many events of one provider, done by `who` to a tenant; their ids."""
    with world.inside(who):
        target = world.tenants[tenant]
        return [
            record("tenant_renamed", target, actor=world.members[who], before={"name": "x"}, after={"name": f"n{i}"}).pk
            for i in range(count)
        ]


def seal(world: World, provider: str = "p1") -> int:
    """As the worker does it."""
    with logged_in_as("portal_jobs"):
        return seal_provider(world.providers[provider].pk)


def sealed_chain(world: World, count: int) -> list[int]:
    """A chain of so many entries of p1; their ids in the order of their numbers."""
    leave_events(world, count)
    assert seal(world) == count
    with world.inside("admin"):
        return list(Event.objects.filter(number__isnull=False).order_by("number").values_list("id", flat=True))


def verified(world: World, provider: str = "p1", *, newest: int | None = None, now: datetime | None = None) -> Verdict:
    """As the command does it, now or at another time."""
    pk = world.providers[provider].pk
    with logged_in_as("portal_jobs"), scope(STAFF, provider=pk):
        return verify(pk, now=now or timezone.now(), newest=newest)


@contextmanager
def superuser() -> Iterator[None]:
    """The same transaction as the cluster's superuser, whom no trigger stops."""
    with logged_in_as(SUPERUSER), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def as_superuser(sql: str, *values: Any) -> int:
    """One statement that no trigger stops; how many rows it met."""
    with superuser(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
