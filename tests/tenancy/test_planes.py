"""Every table lies in one plane; who owns, who may log in, what passes the wall: asked of the catalogue itself."""

import pytest
from django.db import connection

from slaportal.tenancy.login import harmful_powers, login_is_harmless
from slaportal.tenancy.planes import IDENTITY
from tests.conftest import logged_in_as, superuser_cursor
from tests.tenancy.test_walls import WALLED, wall_of


def column(sql: str, *arguments: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return [row[0] for row in cursor.fetchall()]


def test_every_table_is_in_exactly_one_plane(db: None) -> None:
    tables = set(column("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"))
    walled = {model._meta.db_table for model in WALLED}
    assert not walled & set(IDENTITY)
    assert tables == walled | set(IDENTITY)


def test_walled_tables_have_row_level_security_and_identity_ones_no_role_of_contents(db: None) -> None:
    secured = set(column("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relrowsecurity"))
    assert secured == {model._meta.db_table for model in WALLED}
    granted = column(
        "SELECT DISTINCT table_name::text FROM information_schema.role_table_grants "
        "WHERE grantee IN ('portal_staff', 'portal_customer', 'portal_platform')"
    )
    assert not set(granted) & set(IDENTITY)


def test_no_view_and_no_function_passes_the_wall_but_the_listed(db: None) -> None:
    assert column("SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE relkind IN ('v', 'm') AND nspname = 'public'") == []  # fmt: skip
    definers = column("SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                      "WHERE prosecdef AND nspname = 'public' ORDER BY 1")  # fmt: skip
    assert definers == ["tenancy_create_provider"]


def test_the_platform_reads_keys_and_marks_only(db: None) -> None:
    """No column of contents is granted to portal_platform: a worker that forgot to take a provider reads nothing."""
    for model in WALLED:
        wall = wall_of(model)
        assert wall is not None
        allowed = {"id", "provider_id", "tenant_id", *wall.arguments["marks"]}
        granted = column(
            "SELECT column_name::text FROM information_schema.column_privileges "
            "WHERE grantee = 'portal_platform' AND table_name = %s",
            model._meta.db_table,
        )
        assert set(granted) <= allowed, model


@pytest.mark.parametrize("login", ["portal_web", "portal_jobs"])
def test_the_logins_are_harmless(db: None, login: str) -> None:
    with logged_in_as(login):
        assert harmful_powers() == []
        assert login_is_harmless(databases=["default"]) == []


def test_a_superuser_and_an_owner_are_refused(db: None) -> None:
    with logged_in_as("portal_owner"):
        assert "portal_owner owns tables" in harmful_powers()
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
    try:
        assert any("is a superuser" in power for power in harmful_powers())
        errors = login_is_harmless(databases=["default"])
        assert [error.id for error in errors] == ["portal.E001"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION AUTHORIZATION portal_web")


def test_the_suite_runs_on_a_test_database(db: None) -> None:
    assert column("SELECT current_database()::text")[0].startswith("test_")


def test_the_logins_cannot_change_tables(db: None) -> None:
    cursor = superuser_cursor(column("SELECT current_database()::text")[0])
    cursor.execute(
        "SELECT has_schema_privilege('portal_web', 'public', 'CREATE'), "
        "has_schema_privilege('portal_jobs', 'public', 'CREATE')"
    )
    assert cursor.fetchone() == (False, False)
    cursor.connection.close()
