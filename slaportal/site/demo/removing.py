"""Takes the demo away: what it made and what hangs on it, and nothing else.

No role of the workers may delete most of this, and triggers keep logs as they are. So the owner of the tables does it,
in one transaction in which the triggers are off.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connections, models, transaction

from slaportal.tenancy.models import Provider
from slaportal.tenancy.wall import CompositeForeignKey

OWNER = "owner"
_TRIGGERED = """
SELECT DISTINCT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname = 'public' ORDER BY 1
"""
_REAL = """
SELECT EXISTS (SELECT 1 FROM tenancy_tenant WHERE provider_id = %(provider)s AND id <> ALL(%(tenants)s))
  OR EXISTS (SELECT 1 FROM tenancy_membership
    WHERE provider_id = %(provider)s AND tenant_id IS NULL AND user_id <> ALL(%(users)s))
"""
# A shared service that somebody real uses stays, and with it what is recorded about it.
_SERVICES = """
SELECT s.id FROM contracts_service s WHERE s.provider_id = %(provider)s AND (s.tenant_id = ANY(%(tenants)s)
  OR s.id = ANY(%(services)s)
    AND NOT EXISTS (SELECT 1 FROM contracts_coverage c WHERE c.service_id = s.id AND c.tenant_id <> ALL(%(tenants)s))
    AND NOT EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.service_id = s.id AND t.tenant_id <> ALL(%(tenants)s)))
"""
_OF_SERVICES = (
    "DELETE FROM uptime_samplehour WHERE service_id = ANY(%(gone)s)",
    "DELETE FROM uptime_unmonitored WHERE service_id = ANY(%(gone)s)",
    "DELETE FROM uptime_restorepoint WHERE service_id = ANY(%(gone)s)",
    "DELETE FROM uptime_outageservice WHERE service_id = ANY(%(gone)s)",
    "DELETE FROM uptime_outage o WHERE o.provider_id = %(provider)s "
    "AND NOT EXISTS (SELECT 1 FROM uptime_outageservice s WHERE s.outage_id = o.id)",
    "DELETE FROM uptime_windowservice WHERE service_id = ANY(%(gone)s)",
    "DELETE FROM uptime_announcement a WHERE a.provider_id = %(provider)s "
    "AND NOT EXISTS (SELECT 1 FROM uptime_windowservice s WHERE s.window_id = a.window_id)",
    "DELETE FROM uptime_windownotice n WHERE n.provider_id = %(provider)s "
    "AND NOT EXISTS (SELECT 1 FROM uptime_windowservice s WHERE s.window_id = n.window_id)",
    "DELETE FROM uptime_window w WHERE w.provider_id = %(provider)s "
    "AND NOT EXISTS (SELECT 1 FROM uptime_windowservice s WHERE s.window_id = w.id)",
)
_OF_STAFF = (
    "DELETE FROM audit_event WHERE provider_id = %(provider)s AND tenant_id IS NULL AND actor_id = ANY(%(staff)s)",
    "DELETE FROM api_keptanswer WHERE provider_id = %(provider)s AND member_id = ANY(%(staff)s)",
    "DELETE FROM tenancy_entrance e USING tenancy_apitoken t WHERE t.member_id = ANY(%(staff)s) "
    "AND e.kind = 'token' AND e.target_id = t.id",
    "DELETE FROM tenancy_apitoken WHERE member_id = ANY(%(staff)s)",
    "DELETE FROM outbox_message m USING tenancy_user u WHERE m.provider_id = %(provider)s AND m.tenant_id IS NULL "
    "AND u.id = ANY(%(users)s) AND m.recipient = u.email",
)
# Entries are missing in the chain, so what stays is sealed anew, from the beginning.
_UNSEAL = (
    "UPDATE audit_event SET number = NULL, digest = NULL WHERE provider_id = %(provider)s",
    "DELETE FROM audit_head WHERE provider_id = %(provider)s",
)
_ALONE = """
SELECT id, email FROM tenancy_user u WHERE id = ANY(%s)
AND NOT EXISTS (SELECT 1 FROM tenancy_membership m WHERE m.user_id = u.id)
"""
_OF_PEOPLE = (
    "DELETE FROM account_emailconfirmation WHERE email_address_id IN "
    "(SELECT id FROM account_emailaddress WHERE user_id = ANY(%(users)s))",
    "DELETE FROM account_emailaddress WHERE user_id = ANY(%(users)s)",
    "DELETE FROM mfa_authenticator WHERE user_id = ANY(%(users)s)",
    "DELETE FROM django_session WHERE session_key IN "
    "(SELECT session_key FROM usersessions_usersession WHERE user_id = ANY(%(users)s))",
    "DELETE FROM usersessions_usersession WHERE user_id = ANY(%(users)s)",
    "DELETE FROM outbox_accountmail WHERE recipient = ANY(%(emails)s)",
    "DELETE FROM tenancy_user WHERE id = ANY(%(users)s)",
)
# Who stays for what they did for somebody real signs in no more: everybody knows the password.
_RETIRE = """
UPDATE tenancy_user u SET is_active = false, is_operator = false WHERE id = ANY(%s)
AND NOT EXISTS (SELECT 1 FROM tenancy_membership m WHERE m.user_id = u.id AND m.removed_at IS NULL)
"""

Run = Callable[[str, Any], list[Any]]


def remove_demo(*, at: datetime) -> Iterator[str]:
    """Yields a line for each provider and one for the people. One transaction; outside any scope.

    A provider in which nobody real is left goes whole, its audit with it. Of another the demo's tenants and people go;
    who of them did something for a real customer stays as a removed member. People with a membership elsewhere stay.
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:

        def run(sql: str, values: Any) -> list[Any]:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else [cursor.rowcount]

        made: dict[str, list[int]] = {kind: [] for kind in ("provider", "tenant", "user", "service")}
        for kind, pk in run("SELECT kind, target_id FROM site_demorow ORDER BY id", None):
            made[kind].append(pk)
        run("SET CONSTRAINTS ALL IMMEDIATE", None)  # no ALTER TABLE while a check is still to come
        triggered = [row[0] for row in run(_TRIGGERED, None)]
        for table in triggered:
            run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER', None)
        for pk in made["provider"]:
            yield from _provider(run, pk, made, at)
        yield _people(run, made["user"])
        run("DELETE FROM site_demorow", None)
        for table in triggered:
            run(f'ALTER TABLE "{table}" ENABLE TRIGGER USER', None)


def _provider(run: Run, pk: int, made: dict[str, list[int]], at: datetime) -> Iterator[str]:
    found = run("SELECT name FROM tenancy_provider WHERE id = %s", [pk])
    if not found:
        return
    name = found[0][0]
    values = {"provider": pk, "tenants": made["tenant"], "users": made["user"], "services": made["service"]}
    if not run(_REAL, values)[0][0]:
        for model in _children_first():
            key = "id" if model is Provider else "provider_id"
            run(f'DELETE FROM "{model._meta.db_table}" WHERE {key} = %s', [pk])  # noqa: S608 - names of tables
        yield f"{name}: removed"
        return
    kept = _parts(run, values, at)
    yield f"{name}: the demo's customers removed, {name} stays for those that are not the demo's" + (
        f"; {kept} of its people stay as removed members" if kept else ""
    )


def _parts(run: Run, values: dict[str, Any], at: datetime) -> int:
    """The demo's tenants and people of a provider that stays; how many of the staff real rows still name."""
    values["gone"] = [row[0] for row in run(_SERVICES, values)]
    staff = "SELECT id FROM tenancy_membership WHERE provider_id = %(provider)s AND tenant_id IS NULL "
    values["staff"] = [row[0] for row in run(staff + "AND user_id = ANY(%(users)s) ORDER BY id", values)]
    for statement in (*_OF_SERVICES, *_OF_STAFF):
        run(statement, values)
    for model in _children_first():
        table = model._meta.db_table
        if table == "contracts_service":
            run("DELETE FROM contracts_service WHERE id = ANY(%(gone)s)", values)
        elif table == "tenancy_tenant":
            run("DELETE FROM tenancy_tenant WHERE provider_id = %(provider)s AND id = ANY(%(tenants)s)", values)
        elif any(field.column == "tenant_id" for field in model._meta.local_fields):
            of_tenants = f'DELETE FROM "{table}" WHERE provider_id = %(provider)s AND tenant_id = ANY(%(tenants)s)'  # noqa: S608
            run(of_tenants, values)
    for statement in _UNSEAL:
        run(statement, values)
    return sum(_kept(run, member, at) for member in values["staff"])


def _kept(run: Run, member: int, at: datetime) -> bool:
    """Whether something real names this member, so that it stays, with its rights taken."""
    try:
        with transaction.atomic(using=OWNER):
            run("DELETE FROM tenancy_membership WHERE id = %s", [member])
    except IntegrityError:
        run("UPDATE tenancy_membership SET removed_at = COALESCE(removed_at, %s) WHERE id = %s", [at, member])
        return True
    return False


def _people(run: Run, users: Sequence[int]) -> str:
    alone = run(_ALONE, [list(users)])
    values = {"users": [pk for pk, _email in alone], "emails": [email for _pk, email in alone]}
    for statement in _OF_PEOPLE:
        run(statement, values)
    run(_RETIRE, [list(users)])
    staying = len(users) - len(alone)
    return f"{len(alone)} people removed" + (f", {staying} stay, since somebody real knows them" if staying else "")


def _children_first() -> list[type[models.Model]]:
    """The models with a wall, what points before what it points to."""
    walled = {model._meta.db_table: model for model in apps.get_models() if _column(model, "provider_id")}
    walled[Provider._meta.db_table] = Provider
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table, model in walled.items():
        related = (field.related_model for field in model._meta.local_fields)
        targets = {to._meta.db_table for to in related if isinstance(to, type)}
        targets |= {c.arguments["to"] for c in model._meta.constraints if isinstance(c, CompositeForeignKey)}
        sorter.add(table)
        for target in targets & walled.keys() - {table}:
            sorter.add(target, table)
    return [walled[table] for table in sorter.static_order()]


def _column(model: type[models.Model], column: str) -> bool:
    return any(field.column == column for field in model._meta.local_fields)
