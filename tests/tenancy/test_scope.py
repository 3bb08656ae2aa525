"""The scope: nothing without it, only one's own in it, nothing left of it afterwards."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from slaportal.tenancy.models import Membership, Tenant, User
from slaportal.tenancy.scope import CUSTOMER, PLATFORM, STAFF, current_scope, scope, take
from tests.world import World


def who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.provider_id', true)")
        row = cursor.fetchone()
    return row[0], row[1] or ""


def test_without_a_scope_the_query_fails(world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Tenant.objects.all())


def test_in_a_scope_only_the_own_rows_are_there(world: World) -> None:
    with world.inside("admin"):
        assert {t.name for t in Tenant.objects.all()} == {"CANARY-tenant-a", "CANARY-tenant-b"}
    with world.inside("ann"):
        assert {t.name for t in Tenant.objects.all()} == {"CANARY-tenant-a"}
        assert {m.name for m in Membership.objects.all()} == {"CANARY-member-ann", "CANARY-member-amy"}


def test_people_are_not_listed_in_a_scope(world: World) -> None:
    with world.inside("admin"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        list(User.objects.all())


def test_nothing_of_the_scope_is_left(world: World) -> None:
    with world.inside("admin"):
        assert who()[0] == "portal_staff"
    assert who() == ("portal_web", "")
    assert current_scope() is None


def test_a_scope_within_a_scope_is_refused(world: World) -> None:
    with world.inside("admin"), pytest.raises(RuntimeError, match="open already"), world.inside("ann"):
        pass


def test_the_web_cannot_become_the_platform(world: World) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), scope(PLATFORM):
        pass


def test_a_swallowed_database_error_commits_nothing(world: World) -> None:
    provider = world.providers["p1"]
    with scope(STAFF, provider=provider.pk):
        Tenant.objects.create(provider=provider, name="half done")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        except DatabaseError:
            pass
    with scope(STAFF, provider=provider.pk):
        assert not Tenant.objects.filter(name="half done").exists()


def test_a_savepoint_rolled_back_keeps_the_wall(world: World) -> None:
    with world.inside("ann"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=world.members["ann"].pk).update(role="admin")
        assert who()[0] == "portal_customer"
        assert Tenant.objects.count() == 1


def test_take_narrows_from_the_claim_to_one_provider(world: World, as_login) -> None:  # type: ignore[no-untyped-def]
    with as_login("portal_jobs"), scope(PLATFORM):
        assert Membership.objects.values_list("id", "provider_id").count() == 8
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(Membership.objects.values_list("name"))
        take(STAFF, provider=world.providers["p2"].pk)
        assert {m.name for m in Membership.objects.all()} == {"CANARY-member-carl", "CANARY-member-cora"}


def test_take_outside_a_scope_is_refused(db: None) -> None:
    with pytest.raises(RuntimeError, match="open one first"):
        take(STAFF, provider=1)


@pytest.mark.parametrize("role", [STAFF, CUSTOMER])
def test_a_scope_without_values_is_an_error(world: World, role: str) -> None:
    with pytest.raises(DatabaseError), scope(role):
        list(Tenant.objects.all())
