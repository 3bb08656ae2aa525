"""One connection for each test process, opened as the cluster's superuser and at once handed to portal_web.

Web, jobs and platform then share the test's transaction, and the server judges every statement as the real role. What
commits or starts processes gets a clone of the test database and real logins.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from hypothesis import HealthCheck, settings

from slaportal.settings import BASE_DIR

pytest_plugins = ["tests.world", "tests.clones", "tests.meeting", "tests.rebuilt"]

SUPERUSER = os.environ.get("TEST_SUPERUSER", "postgres")
ROLES = BASE_DIR / "slaportal" / "tenancy" / "roles.sql"

# How long an example takes, or is made, says how busy the machine is.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

Login = Callable[..., AbstractContextManager[None]]


def superuser_cursor(database: str = "postgres") -> Any:
    """A cursor of its own for what only the cluster's superuser may do."""
    place = connections["owner"].settings_dict
    raw = psycopg2.connect(
        host=place["HOST"] or None, port=place["PORT"] or None, user=SUPERUSER, dbname=database, connect_timeout=5
    )
    raw.autocommit = True
    return raw.cursor()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses the database is marked, so that it can run on another server too."""
    for item in items:
        if "django_db_setup" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: the owner creates and migrates the test database, `default` is pointed at it."""
    owner, web = connections["owner"], connections["default"]
    real = owner.settings_dict["NAME"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    owner.settings_dict["TEST"]["NAME"] = "_".join(
        filter(None, [os.environ.get("TEST_DATABASE", "test_portal"), worker])
    )
    with django_db_blocker.unblock():
        try:
            cursor = superuser_cursor()
        except psycopg2.OperationalError as error:
            pytest.exit(f"PostgreSQL is not there: use `make test`, which starts it. ({error})", returncode=2)
        cursor.execute(ROLES.read_text())
        owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        owner.close()
        web.close()
        web.settings_dict.update(NAME=owner.settings_dict["NAME"], USER=SUPERUSER)
        yield
        web.close()
        owner.creation.destroy_test_db(real, verbosity=0)


def _be_web(connection: Any, **_: Any) -> None:
    if connection.alias == "default" and connection.settings_dict["USER"] == SUPERUSER:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION AUTHORIZATION portal_web")


connection_created.connect(_be_web, dispatch_uid="be_web")


@contextmanager
def logged_in_as(login: str) -> Iterator[None]:
    """The same connection and transaction, judged as another login."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {login}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION AUTHORIZATION portal_web")


@pytest.fixture
def as_login(db: None) -> Login:
    """`with as_login("portal_jobs"):` the rest of the block is judged as that login."""
    return logged_in_as
