"""What an event says, that it stands or falls with its act, and that nobody changes it afterwards."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import structlog
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from slaportal.audit.models import Event, Head
from slaportal.audit.record import record
from slaportal.tenancy.models import Role, Tenant
from slaportal.tenancy.scope import PLATFORM, STAFF, scope, take
from tests.audit.chains import leave_events, sealed_chain, superuser
from tests.conftest import SUPERUSER, Login, logged_in_as
from tests.world import World


def test_an_event_says_who_did_what_to_what_and_why(world: World) -> None:
    admin, ann = world.members["admin"], world.members["ann"]
    with world.inside("admin"):
        record("member_role_changed", ann, actor=admin, before={"role": "a"}, after={"role": "b"}, reason="asked for")
        event = Event.objects.get()
    assert (event.provider_id, event.tenant_id) == (world.providers["p1"].pk, world.tenants["a"].pk)
    assert (event.actor_id, event.actor_name, event.actor_role) == (admin.pk, "CANARY-member-admin", "admin")
    assert (event.target_kind, event.target_id, event.target_name) == ("membership", ann.pk, "CANARY-member-ann")
    assert (event.action, event.before, event.after) == ("member_role_changed", {"role": "a"}, {"role": "b"})
    assert (event.reason, event.number, event.digest) == ("asked for", None, None)
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


def test_the_name_stays_as_it_was(world: World) -> None:
    with world.inside("admin"):
        world.tenants["a"].name = "Before"
        record("tenant_renamed", world.tenants["a"], actor=world.members["admin"])
        Tenant.objects.filter(pk=world.tenants["a"].pk).update(name="After")
        assert Event.objects.get().target_name == "Before"


def test_whoever_is_no_member_is_named(world: World) -> None:
    with world.inside("admin"):
        record("provider_founded", world.providers["p1"], actor="Operator olga@example.test")
        event = Event.objects.get()
    assert (event.actor_id, event.actor_name, event.actor_role) == (None, "Operator olga@example.test", "")
    assert event.tenant_id is None


def test_a_tenant_is_itself_the_tenant(world: World) -> None:
    with world.inside("admin"):
        assert record("tenant_added", world.tenants["b"], actor="Worker").tenant_id == world.tenants["b"].pk


def test_an_event_stands_or_falls_with_its_act(world: World) -> None:
    with world.inside("admin"):
        with suppress(ZeroDivisionError), transaction.atomic():
            leave_one(world)
            raise ZeroDivisionError
        assert not Event.objects.exists()


def leave_one(world: World) -> Event:
    return record("tenant_renamed", world.tenants["a"], actor=world.members["admin"])


def test_the_reference_is_the_requests_or_the_tasks(world: World) -> None:
    with world.inside("admin"):
        assert leave_one(world).reference == ""
        with structlog.contextvars.bound_contextvars(task_id="task-1"):
            assert leave_one(world).reference == "task-1"
            with structlog.contextvars.bound_contextvars(request_id="request-1" + "x" * 100):
                assert leave_one(world).reference.startswith("request-1x")


def test_values_are_kept_as_json_can_say_them(world: World) -> None:
    after = {
        "price": Decimal("10.50"),
        "from": date(2026, 1, 31),
        "at": datetime(2026, 1, 31, 12, tzinfo=UTC),
        "role": Role.ADMIN,
        "words": gettext_lazy("yes"),
        "days": {3, 1, 2},
        "deep": {"list": (1, None, True)},
    }
    with world.inside("admin"):
        record("provider_changed", world.providers["p1"], actor="Worker", after=after)
        assert Event.objects.get().after == {
            "price": "10.50",
            "from": "2026-01-31",
            "at": "2026-01-31T12:00:00+00:00",
            "role": "admin",
            "words": "yes",
            "days": [1, 2, 3],
            "deep": {"list": [1, None, True]},
        }


@pytest.mark.parametrize("value", [0.1, object(), b"bytes"])
def test_other_values_are_an_error_of_the_caller(world: World, value: object) -> None:
    with world.inside("admin"), pytest.raises(TypeError, match="no plain value"):
        record("provider_changed", world.providers["p1"], actor="Worker", after={"x": value})


@pytest.mark.parametrize("action", ["", "Member invited", "member__invited", "_x", "member_invited\n"])
def test_an_action_is_written_one_way(world: World, action: str) -> None:
    with world.inside("admin"), pytest.raises(ValueError, match="is no action"):
        record(action, world.providers["p1"], actor="Worker")


def test_what_belongs_to_nobody_leaves_no_event(world: World) -> None:
    with pytest.raises(TypeError, match="belongs to no provider"):
        record("user_changed", world.users["ann"], actor="Worker")
    with pytest.raises(TypeError, match="belongs to no provider"):
        record("type_changed", ContentType(pk=1), actor="Worker")


def test_a_customer_leaves_events_and_reads_none(world: World) -> None:
    with world.inside("ann"):
        record("member_invited", world.members["amy"], actor=world.members["ann"])
        for column in ("action", "actor_name", "after", "digest"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                list(Event.objects.values_list(column))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(Head.objects.values_list("number"))
    with world.inside("admin"):
        assert Event.objects.get().actor_name == "CANARY-member-ann"


@pytest.mark.parametrize("who", ["cora", "carl", "bob"])
def test_strangers_see_no_event_and_leave_none_here(world: World, who: str) -> None:
    leave_events(world, 2)
    with world.inside(who):
        assert not Event.objects.values_list("id").exists()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            record("tenant_renamed", world.tenants["a"], actor=world.members[who])


def test_an_actor_of_another_provider_is_refused(world: World) -> None:
    with world.inside("admin"), pytest.raises(IntegrityError, match="event_actor"), transaction.atomic():
        record("tenant_renamed", world.tenants["a"], actor=world.members["cora"])


def test_a_tenant_of_another_provider_is_refused(world: World) -> None:
    with world.inside("admin"), pytest.raises(IntegrityError, match="event_tenant"), transaction.atomic():
        Event.objects.create(
            provider=world.providers["p1"],
            tenant=world.tenants["c"],
            actor_name="x",
            action="x",
            target_kind="x",
            target_id=1,
            target_name="x",
        )


def test_an_insert_brings_neither_time_nor_seal(world: World) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with world.inside("admin"):
        Event.objects.create(
            provider=world.providers["p1"],
            at=long_ago,
            actor_name="x",
            action="x",
            target_kind="x",
            target_id=1,
            target_name="x",
            number=7,
            digest="f" * 64,
        )
        event = Event.objects.get()
    assert event.at > long_ago
    assert (event.number, event.digest) == (None, None)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET reason = 'never'",
        "UPDATE audit_event SET number = 1, digest = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_head SET number = 99",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ],
)
@pytest.mark.parametrize("who", ["admin", "ann"])
def test_nobody_is_granted_a_change(world: World, sql: str, who: str) -> None:
    sealed_chain(world, 1)
    with world.inside(who), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(sql)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET reason = 'never'",
        "UPDATE audit_event SET at = now()",
        "UPDATE audit_event SET number = 2",
        "UPDATE audit_event SET number = NULL, digest = NULL",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_head SET number = 0",
        "UPDATE audit_head SET digest = 'x'",
        "UPDATE audit_head SET number = 99, provider_id = provider_id + 1",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ],
)
@pytest.mark.parametrize("login", ["portal_owner", SUPERUSER])
def test_triggers_stop_also_the_owner_and_the_superuser(world: World, sql: str, login: str) -> None:
    sealed_chain(world, 1)
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE refuses while keys wait to be judged
    with logged_in_as(login), pytest.raises(IntegrityError, match=r"the audit|only moves on"), transaction.atomic():
        execute(sql)


@pytest.mark.parametrize(
    "change",
    [
        "number = 1",
        "digest = 'x'",
        "number = 1, digest = 'x', reason = 'a'",
        """number = 1, digest = 'x', after = '{"name": 1.00}'""",
    ],
)
def test_an_unsealed_event_takes_its_seal_and_nothing_else(world: World, change: str) -> None:
    leave_events(world, 1)
    with superuser():
        execute("""UPDATE audit_event SET after = '{"name": 1.0}'""")
    with logged_in_as("portal_owner"), pytest.raises(IntegrityError, match="sealed once"), transaction.atomic():
        execute(f"UPDATE audit_event SET {change}")


def test_the_platform_writes_seals_and_reads_no_contents(world: World, as_login: Login) -> None:
    leave_events(world, 1)
    with as_login("portal_jobs"), scope(PLATFORM):
        assert list(Event.objects.values_list("provider_id", "tenant_id", "number", "digest")) == [
            (world.providers["p1"].pk, world.tenants["a"].pk, None, None)
        ]
        for column in ("action", "actor_name", "before", "reason", "at"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                list(Event.objects.values_list(column))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Event.objects.update(reason="x")
        take(STAFF, provider=world.providers["p1"].pk)
        assert Event.objects.get().action == "tenant_renamed"


def test_a_head_starts_at_nothing(world: World) -> None:
    with world.inside("admin"):
        Head.objects.create(provider=world.providers["p1"], number=9, digest="f" * 64)
        head = Head.objects.get()
    assert (head.number, head.digest) == (0, "0" * 64)


def test_without_a_scope_nothing_is_there(world: World) -> None:
    for model in (Event, Head):
        with pytest.raises(DatabaseError), transaction.atomic():
            list(model.objects.values_list("id"))
