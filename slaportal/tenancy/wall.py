"""Walls and composite keys as model constraints: makemigrations writes them, the state and the shape test know them."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
PROVIDER = "(SELECT current_setting('app.provider_id')::bigint)"
TENANT = "(SELECT current_setting('app.tenant_id')::bigint)"
PERSON = "(SELECT current_setting('app.user_id')::bigint)"
# The person is read with it: "" is a digest to compare with but no number, and what was forgotten must be an error.
PRESENTED = "(SELECT current_setting('app.entrance') WHERE current_setting('app.user_id')::bigint >= 0)"


class Written(models.BaseConstraint):
    """A constraint that is SQL of its own: `up` makes it, `down` takes it away; the state keeps the arguments."""

    def __init__(self, *, name: str, **arguments: Any) -> None:
        super().__init__(name=name)
        self.arguments = arguments

    def up(self, model: type[models.Model]) -> str:
        """The statements that make it; `%(table)s` and `%(name)s` stand for the quoted table and the name."""
        raise NotImplementedError

    def down(self, model: type[models.Model]) -> str:
        """The statements that take it away."""
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing inside CREATE TABLE: the statements follow once all tables of the migration are there."""
        if model is not None and schema_editor is not None:
            schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """What AddConstraint runs."""
        assert model is not None
        assert schema_editor is not None
        return self._statement(self.up(model), model, schema_editor)

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """What RemoveConstraint runs."""
        assert model is not None
        assert schema_editor is not None
        return self._statement(self.down(model), model, schema_editor)

    def _statement(self, sql: str, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        table = Table(model._meta.db_table, schema_editor.quote_name)
        return Statement(sql, table=table, name=schema_editor.quote_name(self.name))

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Judged by the database alone."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """For the migration: the arguments as they were given."""
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, **self.arguments}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class Wall(Written):
    """Row level security of one table (`docs/tenancy.md`).

    `staff` and `customer` are the privileges of `portal_staff` (rows of its provider) and `portal_customer` (rows of
    its tenant, further narrowed by the SQL `customer_rows`; nothing by default). `marks` are the columns by which the
    workers claim: `portal_platform` reads ids, wall keys and marks, and writes marks, of everybody. `login` and
    `login_rows` open the table to the two logins before any scope: a person's own memberships, a presented token.
    `key` and `tenant_key` name the columns that are compared (`id` for a provider and a tenant themselves, "" for rows
    that belong to no single tenant).
    """

    def __init__(
        self,
        *,
        name: str,
        key: str = "provider_id",
        tenant_key: str = "tenant_id",
        staff: Sequence[str] = ALL,
        customer: Sequence[str] = (),
        customer_rows: str = "",
        marks: Sequence[str] = (),
        login: Sequence[str] = (),
        login_rows: str = "",
    ) -> None:
        super().__init__(
            name=name,
            key=key,
            tenant_key=tenant_key,
            staff=tuple(staff),
            customer=tuple(customer),
            customer_rows=customer_rows,
            marks=tuple(marks),
            login=tuple(login),
            login_rows=login_rows,
        )

    def up(self, model: type[models.Model]) -> str:
        """Policies and grants for each role; a role that is not named here may do nothing."""
        a = self.arguments
        mine = f"{a['key']} = {PROVIDER}"
        statements = ["ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY"]
        statements += self._open("staff", "portal_staff", a["staff"], mine)
        statements += self._open("customer", "portal_customer", a["customer"], self._customers(mine))
        keys = sorted({"id", a["key"], *(["tenant_id"] if _has_column(model, "tenant_id") else []), *a["marks"]})
        statements += self._open("platform", "portal_platform", [f"SELECT ({', '.join(keys)})"], "true")
        if a["marks"]:  # FOR UPDATE needs UPDATE on a column: a mark, and nothing else
            statements.append(f"GRANT UPDATE ({', '.join(a['marks'])}) ON %(table)s TO portal_platform")
        statements += self._open("login", "portal_web, portal_jobs", a["login"], a["login_rows"])
        return "; ".join(statements)

    def _customers(self, within: str) -> str:
        a = self.arguments
        conditions = [within]
        if a["tenant_key"]:
            conditions.append(f"{a['tenant_key']} = {TENANT}")
        if a["customer_rows"]:
            conditions.append(f"({a['customer_rows']})")
        return " AND ".join(conditions)

    @staticmethod
    def _open(policy: str, roles: str, privileges: Sequence[str], rows: str) -> list[str]:
        if not privileges:
            return []
        return [
            f"CREATE POLICY {policy} ON %(table)s TO {roles} USING ({rows}) WITH CHECK ({rows})",
            f"GRANT {', '.join(privileges)} ON %(table)s TO {roles}",
        ]

    def down(self, model: type[models.Model]) -> str:
        """All policies and grants gone, and with them all access."""
        policies = [f"DROP POLICY IF EXISTS {p} ON %(table)s" for p in ("staff", "customer", "platform", "login")]
        roles = "portal_staff, portal_customer, portal_platform, portal_web, portal_jobs"
        off = ["ALTER TABLE %(table)s DISABLE ROW LEVEL SECURITY", f"REVOKE ALL ON %(table)s FROM {roles}"]
        return "; ".join(policies + off)


def _has_column(model: type[models.Model], column: str) -> bool:
    return any(field.column == column for field in model._meta.local_fields)


class CompositeForeignKey(Written):
    """(provider_id, ticket_id) -> tickets_ticket (provider_id, id): a row cannot point over a wall.

    The model field itself is `db_constraint=False`. Not deferrable: a wrong key fails at its own statement, where
    somebody can still say what was wrong, and not at COMMIT, after the answer was made.
    """

    def __init__(
        self, *, name: str, columns: Sequence[str], to: str, to_columns: Sequence[str] = ("provider_id", "id")
    ) -> None:
        super().__init__(name=name, columns=tuple(columns), to=to, to_columns=tuple(to_columns))

    def up(self, model: type[models.Model]) -> str:
        """The key; rows with a NULL in it are not judged (MATCH SIMPLE)."""
        a = self.arguments
        return (
            f"ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY ({', '.join(a['columns'])}) "
            f'REFERENCES "{a["to"]}" ({", ".join(a["to_columns"])})'
        )

    def down(self, model: type[models.Model]) -> str:
        """The key gone."""
        return "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"
