"""Every walled table, found by its constraint: nothing without a scope, nothing of others, nothing over the wall."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, models, transaction
from psycopg2.errors import InsufficientPrivilege

from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.scope import CUSTOMER, STAFF, scope
from slaportal.tenancy.wall import CompositeForeignKey, Wall
from tests.conftest import SUPERUSER, logged_in_as
from tests.world import World


def wall_of(model: type[models.Model]) -> Wall | None:
    return next((c for c in model._meta.constraints if isinstance(c, Wall)), None)


WALLED = [model for model in apps.get_models() if wall_of(model)]
BELOW_PROVIDER = [model for model in WALLED if model is not Provider]
KEYS = pytest.mark.parametrize("model", WALLED, ids=lambda model: model._meta.label)
ROWS = pytest.mark.parametrize("model", BELOW_PROVIDER, ids=lambda model: model._meta.label)


def rows(model: type[models.Model]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY id')
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def provider_of(model: type[models.Model], row: dict[str, Any]) -> int:
    return int(row["id"] if model is Provider else row["provider_id"])


def staff(settled: World, slug: str) -> Any:
    return scope(STAFF, provider=settled.providers[slug].pk)


def rows_or_none(model: type[models.Model], inside: Any) -> list[dict[str, Any]]:
    """What the scope shows; nothing where its role may not read the table at all."""
    try:
        with inside:
            return rows(model)
    except ProgrammingError as error:
        if error.__cause__.__class__ is InsufficientPrivilege:
            return []
        raise


def touched(statement: str, pk: int, inside: Any) -> int:
    """How many rows the statement changed; none where the privilege is missing."""
    try:
        with inside, connection.cursor() as cursor:
            cursor.execute(statement, [pk])
            return int(cursor.rowcount)
    except ProgrammingError as error:
        if error.__cause__.__class__ is InsufficientPrivilege:
            return 0
        raise


@KEYS
def test_without_a_scope_it_is_an_error(settled: World, model: type[models.Model]) -> None:
    with staff(settled, "p1"):
        assert rows(model), "the world must have a row in every table: see tests/world.py"
    with pytest.raises(DatabaseError), transaction.atomic():
        rows(model)


@KEYS
def test_staff_see_their_own_provider_and_no_other(settled: World, model: type[models.Model]) -> None:
    for slug in ("p1", "p2"):
        with staff(settled, slug):
            assert {provider_of(model, row) for row in rows(model)} == {settled.providers[slug].pk}


@KEYS
def test_customers_see_nothing_of_other_tenants(settled: World, model: type[models.Model]) -> None:
    for tenant in settled.tenants.values():
        for row in rows_or_none(model, scope(CUSTOMER, provider=tenant.provider_id, tenant=tenant.pk)):
            assert provider_of(model, row) == tenant.provider_id
            if model is Tenant:
                assert row["id"] == tenant.pk
            elif "tenant_id" in row:
                assert row["tenant_id"] == tenant.pk


def insert(model: type[models.Model], row: dict[str, Any]) -> None:
    kept = {name: value for name, value in row.items() if name != "id"}
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    values = [fields[name].get_db_prep_save(value, connection) for name, value in kept.items()]
    with connection.cursor() as cursor:
        names = ", ".join(f'"{name}"' for name in kept)
        marks = ", ".join(["%s"] * len(kept))
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', values)


@KEYS
def test_a_row_for_another_provider_cannot_be_written(settled: World, model: type[models.Model]) -> None:
    with staff(settled, "p1"):
        foreign = rows(model)[0]
    with pytest.raises(DatabaseError, match=r"row-level security|permission denied"), staff(settled, "p2"):
        insert(model, foreign)


@KEYS
def test_a_row_for_another_tenant_cannot_be_written_by_a_customer(settled: World, model: type[models.Model]) -> None:
    with staff(settled, "p1"):
        foreign = rows(model)[0]
    other = settled.tenants["c" if customers_may_insert_their_providers(model) else "b"]
    if "tenant_id" in foreign:
        foreign["tenant_id"] = settled.tenants["a"].pk
    with (
        pytest.raises(DatabaseError, match=r"row-level security|permission denied"),
        scope(CUSTOMER, provider=other.provider_id, tenant=other.pk),
    ):
        insert(model, foreign)


def customers_may_insert_their_providers(model: type[models.Model]) -> bool:
    """A row of no tenant that any customer may write, as the counter of tickets: only another provider's is not."""
    wall = wall_of(model)
    return wall is not None and wall.arguments["tenant_key"] == "" and "INSERT" in wall.arguments["customer"]


@ROWS
def test_a_row_cannot_be_moved_over_the_wall(settled: World, model: type[models.Model]) -> None:
    target = settled.providers["p2"].pk
    with (
        pytest.raises(DatabaseError, match=r"row-level security|permission denied"),
        staff(settled, "p1"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET provider_id = %s', [target])


@KEYS
def test_foreign_rows_are_neither_changed_nor_deleted(settled: World, model: type[models.Model]) -> None:
    table = model._meta.db_table
    with staff(settled, "p2"):
        before = rows(model)
    for statement in (f'DELETE FROM "{table}" WHERE id = %s', f'UPDATE "{table}" SET id = id WHERE id = %s'):
        assert touched(statement, before[0]["id"], staff(settled, "p1")) == 0
    with staff(settled, "p2"):
        assert rows(model) == before


@KEYS
def test_nobody_may_truncate(settled: World, model: type[models.Model]) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        staff(settled, "p1"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')


@KEYS
def test_every_key_between_walled_tables_contains_the_wall(model: type[models.Model]) -> None:
    """Plain foreign keys are judged past row level security: one of the provider's columns must be in each.

    A tenant is held too by the key of three to something of that tenant: the row it points at lies behind the wall.
    """
    keys = [c.arguments["columns"] for c in model._meta.constraints if isinstance(c, CompositeForeignKey)]
    composite = {(columns[0], column) for columns in keys for column in columns[1:]}
    for field in model._meta.local_concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or target is Provider or target not in WALLED:
            continue
        assert not getattr(field, "db_constraint", True), f"{field}: a plain key passes the wall"
        assert ("provider_id", field.column) in composite, f"{field}: no composite key with provider_id"
    null = {field.column for field in model._meta.local_concrete_fields if field.null}
    # A key with a column that is empty is not judged, so one of three may hold no other column.
    assert not [columns for columns in keys if len(columns) > 2 and null.intersection(columns)]


# What else would refuse a row that is nearly like the first: its other keys, checks, exclusions, what is unique but the
# id, for that other keys rest on.
IN_THE_WAY = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.conrelid::regclass, c.conname) FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_attribute id ON id.attrelid = t.oid AND id.attname = 'id'
WHERE t.relname = %s AND c.conname <> %s AND c.contype IN ('f', 'c', 'u', 'x') AND id.attnum <> ALL (c.conkey)
UNION ALL
SELECT format('DROP INDEX %%s', i.indexrelid::regclass) FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute id ON id.attrelid = t.oid AND id.attname = 'id'
WHERE t.relname = %s AND i.indisunique AND id.attnum <> ALL (i.indkey)
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@ROWS
def test_a_key_to_a_foreign_row_is_refused(settled: World, model: type[models.Model]) -> None:
    """An own row with each of its keys bent, one by one, to a row of the other provider: that very key refuses it.

    As the superuser, who may write everything, and with everything else out of the way.
    """
    with staff(settled, "p1"):
        own = rows(model)[0]
    for constraint in model._meta.constraints:
        if not isinstance(constraint, CompositeForeignKey) or constraint.arguments["columns"][0] != "provider_id":
            continue
        column = constraint.arguments["columns"][-1]
        target = next(m for m in WALLED if m._meta.db_table == constraint.arguments["to"])
        with staff(settled, "p2"):
            foreign = rows(target)[0]["id"]
        with logged_in_as(SUPERUSER), pytest.raises(IntegrityError) as refused, transaction.atomic():
            insert_with_this_key_alone(constraint, model, {**own, column: foreign})
        cause: Any = refused.value.__cause__
        assert cause.diag.constraint_name == constraint.name


def insert_with_this_key_alone(key: CompositeForeignKey, model: type[models.Model], row: dict[str, Any]) -> None:
    """Until the end of the transaction the table has no other constraint."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(IN_THE_WAY, [table, key.name, table])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    insert(model, row)


def test_a_customer_cannot_point_at_a_sibling(settled: World) -> None:
    """Within one provider: a token of tenant a for a member of tenant b."""
    ann, bob = settled.members["ann"], settled.members["bob"]
    with settled.inside("ann"):
        token = next(row for row in rows(apps.get_model("tenancy", "ApiToken")) if row["tenant_id"] == ann.tenant_id)
    with pytest.raises(IntegrityError), settled.inside("ann"):
        insert(apps.get_model("tenancy", "ApiToken"), {**token, "member_id": bob.pk})


def test_a_customer_sees_no_staff(settled: World) -> None:
    with settled.inside("ann"):
        assert set(Membership.objects.values_list("name", flat=True)) == {"CANARY-member-ann", "CANARY-member-amy"}
