"""The demo on a database of its own, built once: killed while it was being built, and finished by another run."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from slaportal.settings import BASE_DIR
from tests.clones import environment
from tests.conftest import logged_in_as
from tests.site.demo.places import copy_of, pointed_at, the_providers


@pytest.fixture(scope="session")
def demo_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, datetime]]:
    """The name of the database, and when the run began that finished it."""
    with django_db_blocker.unblock(), copy_of(str(connections["owner"].settings_dict["NAME"]), "demo") as name:
        _kill_after_the_first(name)
        with pointed_at(name), logged_in_as("portal_jobs"):
            assert len(the_providers()) in {1, 2}  # whole ones: what was being played when it died is not there
            began = timezone.now()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("django.conf.settings.DEMO", True)
                call_command("demo", stdout=StringIO())
        yield name, began


@pytest.fixture
def built(demo_database: tuple[str, datetime], django_db_blocker: Any) -> Iterator[datetime]:
    """In this database, as the workers' login; when it was built."""
    name, began = demo_database
    with django_db_blocker.unblock(), pointed_at(name), logged_in_as("portal_jobs"):
        yield began


@pytest.fixture
def doomed(demo_database: tuple[str, datetime], django_db_blocker: Any) -> Iterator[None]:
    """In a copy of it, to take the demo away there."""
    name, _began = demo_database
    with (
        django_db_blocker.unblock(),
        copy_of(name, "gone") as copy,
        pointed_at(copy),
        logged_in_as("portal_jobs"),
    ):
        yield


def _kill_after_the_first(name: str) -> None:
    """SIGKILL once a provider is there and the next one is being played."""
    building = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "demo"],
        cwd=BASE_DIR,
        env=environment(name, "portal_jobs", DEMO="1", PORTAL_LOGIN="portal_jobs"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert building.stdout is not None
    assert building.stdout.readline().startswith("ProCirrus: ")
    time.sleep(0.5)
    building.kill()
    building.wait(timeout=20)
    building.stdout.close()
