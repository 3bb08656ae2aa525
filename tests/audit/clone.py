"""A copy of the test database in which things are really committed, by as many connections as it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from tests.conftest import superuser_cursor


@contextmanager
def cloned_database(blocker: Any) -> Iterator[str]:
    """`default` leads to the copy, in every thread; the copy is dropped at the end."""
    place = connections["default"].settings_dict
    original = connections["owner"].settings_dict["NAME"]
    copy = f"{original}_audit"
    with blocker.unblock():
        connections.close_all()  # a template may have no connections
        server = superuser_cursor()
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        place["NAME"] = copy
        try:
            yield copy
        finally:
            connections.close_all()
            place["NAME"] = original
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
            server.connection.close()
