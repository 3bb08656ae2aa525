"""Migrations down and up again: walls, keys, triggers and the function go and come back; nothing is left between."""

import pytest

from tests.clones import run

DOWN_AND_UP = """
from django.core.management import call_command
from django.db import connections
COUNTS = (
    "pg_policies",
    "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname = 'public'",
    "information_schema.role_table_grants WHERE grantee IN ('portal_staff', 'portal_customer')",
)
def standing():
    with connections["owner"].cursor() as cursor:
        for what in COUNTS:
            cursor.execute(f"SELECT count(*) FROM {what}")
            yield cursor.fetchone()[0]
before = list(standing())
call_command("migrate", "tenancy", "zero", verbosity=0)
between = list(standing())
call_command("migrate", verbosity=0)
print(before == list(standing()), *between, min(before) > 0)
"""


@pytest.mark.timeout(300)  # every migration of every app, twice
def test_down_and_up_again(clone: str) -> None:
    assert run(clone, "portal_jobs", DOWN_AND_UP).stdout.split() == ["True", "0", "0", "0", "True"]
