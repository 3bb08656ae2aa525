"""A demo installation on a copy of the test database, served by gunicorn, and Debian's Chromium to look at it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser

from tests.clones import own_redis
from tests.conftest import superuser_cursor
from tests.journeys.serving import CHROMIUM, chromium, served, working
from tests.journeys.visitor import Installation

# Behind the databases of the fleets, whose tests empty every queue of theirs.
QUEUES_FROM = 5
# The first test of a process waits until the demo is filled.
TIMEOUT_S = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here are for a browser and real processes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.fixture(scope="session")
def installation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Installation]:
    """Migrated, filled by `manage.py demo`, served on a free port."""
    if CHROMIUM is None and not os.environ.get("BROWSER_TESTS"):
        pytest.skip("no Chromium here: apt-get install chromium (BROWSER_TESTS=1 makes this a failure)")
    assert CHROMIUM, "BROWSER_TESTS is set and there is no Chromium"
    with django_db_blocker.unblock():
        connections.close_all()
        original = connections["owner"].settings_dict["NAME"]
        copy = f"{original}_journeys"
        server = superuser_cursor()
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}" OWNER portal_owner')
        try:
            with served(copy, tmp_path_factory.mktemp("journeys"), own_redis(worker_id, QUEUES_FROM)) as made:
                yield made
        finally:
            connections.close_all()
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
            server.connection.close()


@pytest.fixture
def workers(installation: Installation) -> Iterator[None]:
    """A real worker and beat for what happens after the page."""
    with working(installation):
        yield


@pytest.fixture
def browser(installation: Installation) -> Iterator[Browser]:
    """A browser for each test."""
    with chromium() as opened:
        yield opened
