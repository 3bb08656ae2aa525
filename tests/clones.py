"""Tests that commit and start processes: a copy of the test database, and Python processes with real logins on it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections

from slaportal.settings import BASE_DIR
from tests.conftest import superuser_cursor
from tickets import queries

SET_UP = "import django; django.setup()\n"


@pytest.fixture
def clone(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a copy of the test database, migrated and empty, that is gone after the test."""
    with cloned(django_db_blocker) as name:
        yield name


@contextmanager
def cloned(blocker: Any) -> Iterator[str]:
    """Such a copy for as long as the block lasts; one at a time."""
    queries._KEPT.clear()  # an id of one clone is another text in the next of the same name
    with blocker.unblock():
        for connection in connections.all():
            connection.close()  # a template may have no connections
        template = connections["owner"].settings_dict["NAME"]
        copy = f"{template}_clone"
        cursor = superuser_cursor()
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}" OWNER portal_owner')
        yield copy
        for connection in connections.all():
            connection.close()
        cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
        cursor.connection.close()
    queries._KEPT.clear()


def database_url(name: str, login: str) -> str:
    """Where the test server is, as the environment names it: over TCP, or over a socket in a directory."""
    place = connections["owner"].settings_dict
    host, port = str(place["HOST"] or ""), str(place["PORT"] or "")
    if host.startswith("/"):  # django-environ hands what stands in the query to the driver as it is
        return f"postgres://{login}@/{name}?host={quote(host)}" + (f"&port={port}" if port else "")
    return f"postgres://{login}@{host or '127.0.0.1'}{f':{port}' if port else ''}/{name}"


def environment(clone: str, login: str, **more: str) -> dict[str, str]:
    """This process's environment, but of that login on the clone."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(clone, login),
        "DATABASE_OWNER_URL": database_url(clone, "portal_owner"),
        "DJANGO_SETTINGS_MODULE": "slaportal.settings",
        **more,
    }


def own_redis(worker: str, first: int = 1) -> tuple[str, str]:
    """The suite's Redis as Celery and as redis-py name it, in a database that no other test process uses.

    `first` is the one of the first test process: what runs beside each other in one process takes another.
    """
    index = first + int(re.sub(r"\D", "", worker) or 0)
    if settings.BROKER_URL.startswith("redis+socket:"):
        place, broker = settings.REDIS_URL.partition("?")[0], settings.BROKER_URL.partition("?")[0]
        return f"{broker}?virtual_host={index}", f"{place}?db={index}"
    place, number = settings.BROKER_URL.rpartition("/")[0], int(settings.BROKER_URL.rpartition("/")[2] or 0) + index
    return f"{place}/{number}", f"{place}/{number}"


def run(clone: str, login: str, code: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with Django set up, waits for it, and fails with what it said if it failed."""
    done = subprocess.run(
        [sys.executable, "-c", SET_UP + code],
        cwd=BASE_DIR,
        env=environment(clone, login, **more),
        capture_output=True,
        text=True,
        timeout=300,  # seconds; a test is stopped earlier, by its own limit
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def start(clone: str, login: str, argv: list[str], **more: str) -> subprocess.Popen[str]:
    """Starts a process of its own group and does not wait; `argv` after the name of the interpreter."""
    return subprocess.Popen(
        [sys.executable, *argv],
        cwd=BASE_DIR,
        env=environment(clone, login, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
