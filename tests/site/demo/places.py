"""Databases that hold the demo, and what can be asked of them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from slaportal.site.demo.cast import OPERATOR
from slaportal.tenancy.models import User
from slaportal.tenancy.queries import providers_for_operator
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import superuser_cursor


@contextmanager
def copy_of(template: str, short: str) -> Iterator[str]:
    """A copy of a database, gone afterwards."""
    connections.close_all()
    name = f"{template}_{short}"
    cursor = superuser_cursor()
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER portal_owner')
    try:
        yield name
    finally:
        connections.close_all()
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cursor.connection.close()


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Both connections of this process on another database."""
    connections.close_all()
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias, database in before.items():
            connections[alias].settings_dict["NAME"] = database


def the_providers() -> dict[str, int]:
    return {p.slug: p.pk for p in providers_for_operator(User.objects.get(email=OPERATOR[0]))}


def inside(slug: str) -> Any:
    return scope(STAFF, provider=the_providers()[slug])


def fingerprint(where: str = "true") -> dict[str, tuple[int, str]]:
    """Of every table with a provider: how many rows, and what they say. As the owner, whom no wall stops."""
    found = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'provider_id' "
            "AND table_schema = 'public' UNION SELECT 'tenancy_user' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            condition = "true" if table == "tenancy_user" else where
            cursor.execute(f"SELECT row::text FROM {table} row WHERE {condition} ORDER BY id")
            rows = [row[0] for row in cursor.fetchall()]
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    connections["owner"].close()
    return found
