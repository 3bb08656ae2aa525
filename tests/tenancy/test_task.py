"""The base task: the scope is open when its body begins, and a call that names nobody does nothing."""

from collections.abc import Iterator

import pytest
from celery import shared_task
from django.db import DatabaseError, connection, transaction

from slaportal.celery import app
from slaportal.tenancy.models import Membership, Tenant
from slaportal.tenancy.scope import current_scope
from slaportal.tenancy.task import PortalTask
from tests.conftest import logged_in_as
from tests.world import World


@shared_task(base=PortalTask, plane="provider", name="tests.rename")
def rename(tenant_id: int, name: str) -> int:
    """What a task of one provider may look like."""
    return Tenant.objects.filter(pk=tenant_id).update(name=name)


@shared_task(base=PortalTask, plane="platform", name="tests.due")
def due() -> list[int]:
    """Ids of everybody, to claim."""
    return list(Membership.objects.order_by("id").values_list("id", flat=True))


@shared_task(base=PortalTask, plane="itself", name="tests.idle")
def idle() -> object:
    """Opens nothing by itself."""
    return current_scope()


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


def name_of(world: World, who: str, tenant: str) -> str:
    with world.inside(who):
        return Tenant.objects.get(pk=world.tenants[tenant].pk).name


def test_a_task_of_a_provider_changes_its_own(world: World) -> None:
    pk = world.tenants["a"].pk
    assert rename(pk, "Renamed", provider_id=world.providers["p1"].pk) == 1
    assert name_of(world, "admin", "a") == "Renamed"
    assert current_scope() is None


def test_with_the_wrong_provider_it_finds_nothing(world: World) -> None:
    assert rename(world.tenants["a"].pk, "Taken over", provider_id=world.providers["p2"].pk) == 0
    assert name_of(world, "admin", "a") == "CANARY-tenant-a"


def test_without_a_provider_it_does_nothing(world: World) -> None:
    with pytest.raises(TypeError, match=r"tests\.rename works for one provider"):
        rename(world.tenants["a"].pk, "Nobody's")
    assert name_of(world, "admin", "a") == "CANARY-tenant-a"


def test_a_task_of_the_platform_sees_ids_and_no_contents(world: World) -> None:
    assert due() == sorted(member.pk for member in world.members.values())


def test_a_task_that_opens_its_scopes_itself_has_none_before(world: World) -> None:
    assert idle() is None
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Tenant.objects.all())


def test_every_task_of_the_portal_is_one() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if name.startswith("slaportal.")]
    assert len(ours) >= 6
    for task in ours:
        assert isinstance(task, PortalTask), task.name
        assert task.acks_late
        assert task.reject_on_worker_lost
    assert not app.conf.task_always_eager


def test_the_connection_is_the_workers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user::text")
        assert cursor.fetchone() == ("portal_jobs",)
