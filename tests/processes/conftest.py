"""A fleet on a clone of the test database, private servers that a test may stop, and somebody who is signed in."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.test import override_settings

from slaportal.embedded import places
from slaportal.embedded.postgres import Postgres
from slaportal.embedded.valkey import Valkey
from slaportal.outbox.actions import leave_mail
from slaportal.settings import BASE_DIR
from tests.clones import database_url
from tests.conftest import SUPERUSER, superuser_cursor
from tests.processes.connecting import connected
from tests.processes.fleet import SECRET_KEY, Fleet
from tests.world import World, build_world


def own_redis(worker: str) -> tuple[str, str]:
    """The suite's Redis as Celery and as redis-py name it, in a database that no other test process uses."""
    index = int(re.sub(r"\D", "", worker) or 0)
    if settings.BROKER_URL.startswith("redis+socket:"):
        place, number = settings.REDIS_URL.partition("?")[0], 1 + index
        broker = settings.BROKER_URL.partition("?")[0]
        return f"{broker}?virtual_host={number}", f"{place}?db={number}"
    place, number = settings.BROKER_URL.rpartition("/")[0], int(settings.BROKER_URL.rpartition("/")[2] or 0) + 1 + index
    return f"{place}/{number}", f"{place}/{number}"


@pytest.fixture
def fleet(clone: str, tmp_path: Path, worker_id: str) -> Iterator[Fleet]:
    """On a clone of the test database, and a database of its own in the suite's Redis."""
    broker_url, redis_url = own_redis(worker_id)
    with redis.Redis.from_url(redis_url) as queues:
        queues.flushdb()
        made = Fleet(
            tmp_path,
            lambda: superuser_cursor(clone).connection,
            lambda login: database_url(clone, login),
            broker_url,
            redis_url,
        )
        yield made
        made.kill_all()
        queues.flushdb()


@pytest.fixture
def var() -> Iterator[Path]:
    """A directory for servers of the test's own, short enough for their sockets."""
    top = Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    (top / "var").mkdir()
    yield top / "var"
    shutil.rmtree(top)


@pytest.fixture
def private_redis(var: Path) -> Iterator[Valkey]:
    """A Redis that the test may empty and stop."""
    server = Valkey(var)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fleet_on_private_redis(fleet: Fleet, private_redis: Valkey) -> Fleet:
    """The same fleet, but its Redis may be emptied and stopped."""
    fleet.broker_url = places.broker_url(private_redis.var)
    fleet.redis_url = places.redis_url(private_redis.var)
    return fleet


Committing = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def committing(clone: str, django_db_blocker: Any) -> Committing:
    """`with committing():` this process's statements are committed in the clone, as portal_web or as a real login."""
    return lambda login=SUPERUSER: connected({"NAME": clone, "USER": login}, django_db_blocker)


@pytest.fixture
def people(committing: Committing) -> World:
    """The cast, committed in the clone."""
    with committing():
        return build_world()


Leave = Callable[..., None]


@pytest.fixture
def leave(people: World, committing: Committing) -> Leave:
    """Leaves so many mails to `<name>-<number>@example.test`, half by each provider, and commits them."""

    def left(name: str, count: int) -> None:
        with committing():
            leave_mails(people, name, count)

    return left


def leave_mails(world: World, name: str, count: int) -> None:
    """On the connection as it is."""
    for who, numbers in (("admin", range(0, count, 2)), ("cora", range(1, count, 2))):
        provider = world.members[who].provider_id
        with world.inside(who):
            for n in numbers:
                leave_mail("test", f"{name}-{n}@example.test", f"{n}", "", key=f"{name}-{n}", provider_id=provider)


def expected(name: str, count: int) -> dict[str, int]:
    """What `Fleet.letters` says when each was sent once."""
    return {f"{name}-{n}@example.test": 1 for n in range(count)}


@pytest.fixture
def signed_in(people: World, committing: Committing) -> dict[str, str]:
    """The cookies of p1's administrator."""
    with committing():
        return cookies_of(people)


def cookies_of(world: World) -> dict[str, str]:
    """On the connection as it is, under the key of the processes."""
    with override_settings(SECRET_KEY=SECRET_KEY):
        return {name: morsel.value for name, morsel in world.client("admin").cookies.items()}


@pytest.fixture
def private_postgres(var: Path) -> Iterator[Postgres]:
    """A PostgreSQL that the test may restart, with the portal's tables."""
    server = Postgres(var)
    server.start()
    server.prepare()
    environment = {**os.environ, "DATABASE_URL": socket_url(server, "portal_jobs")}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(
        migrate, cwd=BASE_DIR, env={**environment, "DATABASE_OWNER_URL": socket_url(server, "portal_owner")}, check=True
    )
    yield server
    server.stop()


def socket_url(server: Postgres, login: str) -> str:
    """The database `portal` of a private server, as DATABASE_URL names it."""
    return f"postgres://{login}@/portal?host={quote(str(server.socket.parent))}"


@pytest.fixture
def fleet_on_private_servers(private_postgres: Postgres, private_redis: Valkey, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet whose servers are all its own."""
    made = Fleet(
        tmp_path,
        lambda: private_postgres.connect("portal"),
        lambda login: socket_url(private_postgres, login),
        places.broker_url(private_redis.var),
        places.redis_url(private_redis.var),
    )
    yield made
    made.kill_all()
