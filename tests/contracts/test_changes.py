"""Changes are worked through in order, in chunks, by one worker at a time, and none that commits late is passed by."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg2
import pytest
from django.db import connection, connections

from contracts.actions.changes import move_on, next_change, providers_with_changes
from contracts.models import Change, Reader
from contracts.restored import MOVE, START
from slaportal.tenancy.scope import PLATFORM, STAFF, scope, take
from tests.audit.clone import cloned_database
from tests.conftest import SUPERUSER, logged_in_as
from tests.world import World, make_provider

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
# Far above any transaction of a test: as if it were still open.
STILL_OPEN = 1 << 60
# Tests of other processes have transactions on the same server, which end within seconds.
PATIENCE = 90
INSERT = """
INSERT INTO contracts_change (provider_id, what, target_id, since, retime, created_at)
VALUES (%s, 'account', %s, now(), false, now())
"""

Found = TypeVar("Found")


def left(world: World, target_id: int, slug: str = "p1", **more: Any) -> Change:
    """A change in the scope of that provider's staff."""
    return Change.objects.create(
        provider=world.providers[slug], what="account", target_id=target_id, since=NOW, created_at=NOW, **more
    )


def read(world: World, name: str = "tickets") -> list[int]:
    """What that reader works through from where it stands to the end."""
    found: list[int] = []
    while step := next_change(name, provider_id=world.providers["p1"].pk):
        reader, change = step
        found.append(change.target_id)
        move_on(reader, change, cursor=None, at=NOW)
    return found


def test_the_order_is_that_of_the_transactions_and_then_of_the_rows(world: World) -> None:
    with world.inside("admin"):
        for target_id, transaction in ((1, 20), (2, 10), (3, 20), (4, 10)):
            left(world, target_id, transaction=transaction)
        left(world, 5)  # of this very transaction
        assert read(world) == [2, 4, 1, 3, 5]
        assert read(world) == []


def test_each_reader_stands_where_it_stands(world: World) -> None:
    with world.inside("admin"):
        left(world, 1)
        left(world, 2)
        assert read(world, "tickets") == [1, 2]
        left(world, 3)
        assert read(world, "uptime") == [1, 2, 3]
        assert read(world, "tickets") == [3]


def test_what_an_open_transaction_may_come_before_is_not_read(world: World) -> None:
    with world.inside("admin"):
        left(world, 1)
        left(world, 2, transaction=STILL_OPEN)
        assert read(world) == [1]
    with logged_in_as("portal_jobs"), scope(PLATFORM):
        assert world.providers["p1"].pk not in providers_with_changes("tickets")


def test_a_large_change_is_done_in_chunks(world: World) -> None:
    pk = world.providers["p1"].pk
    with world.inside("admin"):
        left(world, 1)
        left(world, 2)
        for cursor, done in ((70, 3), (90, 5)):
            found = next_change("tickets", provider_id=pk)
            assert found
            assert found[1].target_id == 1
            move_on(*found, cursor=cursor, done=done, at=NOW)
        reader = Reader.objects.get()
        assert (reader.cursor, reader.done, reader.change_id, reader.moved_at) == (90, 8, 0, NOW)
        found = next_change("tickets", provider_id=pk)
        assert found
        assert (found[0].cursor, found[0].done, found[1].target_id) == (90, 8, 1)
        move_on(*found, cursor=None, done=1, at=NOW)
        found = next_change("tickets", provider_id=pk)
        assert found
        assert (found[0].cursor, found[0].done, found[1].target_id) == (0, 0, 2)


def test_a_worker_finds_the_providers_that_have_some(world: World) -> None:
    p1, p2 = world.providers["p1"].pk, world.providers["p2"].pk
    with world.inside("admin"):
        left(world, 1)
    with world.inside("cora"):
        left(world, 2, "p2")
    with logged_in_as("portal_jobs"), scope(PLATFORM):
        assert providers_with_changes("tickets") == [p1, p2]
        take(STAFF, provider=p1)
        assert read(world) == [1]
        take(PLATFORM)
        assert providers_with_changes("tickets") == [p2]
        assert providers_with_changes("uptime") == [p1, p2]


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A provider in a copy of the database in which things are really committed: `default` leads there."""
    with cloned_database(django_db_blocker):
        yield make_provider("p1", "P1").pk


@contextmanager
def another() -> Iterator[Any]:
    """A transaction of somebody else, on a connection of its own."""
    place = connections["default"].settings_dict
    raw = psycopg2.connect(host=place["HOST"] or None, port=place["PORT"] or None, user=SUPERUSER, dbname=place["NAME"])
    try:
        yield raw
    finally:
        raw.close()


def wait_for(find: Callable[[], Found | None]) -> Found:
    """What is found once the older transactions of the server have ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = find()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("It was not found in time.")


def with_changes() -> list[int]:
    with logged_in_as("portal_jobs"), scope(PLATFORM):
        return providers_with_changes("tickets")


def step(provider: int) -> int | None:
    """One worker's transaction: which change it worked through."""
    with logged_in_as("portal_jobs"), scope(PLATFORM):
        take(STAFF, provider=provider)
        found = next_change("tickets", provider_id=provider)
        if found is None:
            return None
        move_on(*found, cursor=None, at=NOW)
        return found[1].target_id


@pytest.mark.parametrize("first", ["its row comes first", "its row comes last"])
def test_what_began_earlier_and_commits_later_is_not_missed(committed: int, first: str) -> None:
    """And what was committed meanwhile waits for it, whichever of the two has the smaller id."""
    with another() as old:
        late = old.cursor()
        late.execute("SELECT pg_current_xact_id()")  # it began to write
        if first == "its row comes first":
            late.execute(INSERT, [committed, 1])
        with scope(STAFF, provider=committed):
            Change.objects.create(provider_id=committed, what="account", target_id=2, since=NOW)
        if first == "its row comes last":
            late.execute(INSERT, [committed, 1])
        for _time in range(3):
            assert step(committed) is None
            assert with_changes() == []
        old.commit()
    assert wait_for(with_changes) == [committed]
    assert [wait_for(lambda: step(committed)) for _change in range(2)] == [1, 2]
    assert step(committed) is None
    with scope(STAFF, provider=committed):
        ids = list(Change.objects.order_by("target_id").values_list("id", "transaction"))
        assert (ids[0][0] < ids[1][0]) == (first == "its row comes first")
        assert ids[0][1] < ids[1][1]
        assert Reader.objects.get().change_id == ids[1][0]


def test_what_oneself_wrote_waits_for_the_older_too(committed: int) -> None:
    """Who writes and reads in one transaction would else stand behind what is committed late."""
    with another() as old, scope(STAFF, provider=committed):
        old.cursor().execute(INSERT, [committed, 1])
        Change.objects.create(provider_id=committed, what="account", target_id=2, since=NOW)
        assert next_change("tickets", provider_id=committed) is None
        old.commit()
    assert [wait_for(lambda: step(committed)) for _change in range(2)] == [1, 2]


def test_what_oneself_wrote_is_read_when_no_older_one_is_open(committed: int) -> None:
    """A younger one is no obstacle: its changes come later."""
    with scope(STAFF, provider=committed), another() as young:
        Change.objects.create(provider_id=committed, what="account", target_id=1, since=NOW)
        young.cursor().execute(INSERT, [committed, 2])
        found = next_change("tickets", provider_id=committed)
        assert found
        assert found[1].target_id == 1


def test_what_is_rolled_back_holds_nobody_up(committed: int) -> None:
    with another() as old:
        old.cursor().execute(INSERT, [committed, 1])
        with scope(STAFF, provider=committed):
            Change.objects.create(provider_id=committed, what="account", target_id=2, since=NOW)
        assert step(committed) is None
        old.rollback()
    assert wait_for(lambda: step(committed)) == 2


class Worker(threading.Thread):
    """Takes the next change, moves its place, and commits: each when it is told to."""

    def __init__(self, provider: int) -> None:
        super().__init__(daemon=True)
        self.provider = provider
        self.steps = {name: (threading.Event(), threading.Event()) for name in ("take", "move", "commit")}
        self.took: int | None = None

    def run(self) -> None:
        try:
            with logged_in_as("portal_jobs"), scope(PLATFORM):
                take(STAFF, provider=self.provider)
                self._wait("take")
                found = next_change("tickets", provider_id=self.provider)
                if found:
                    self.took = found[1].target_id
                self._done("take")
                self._wait("move")
                if found:
                    move_on(*found, cursor=None, at=NOW)
                self._done("move")
                self._wait("commit")
            self._done("commit")
        finally:
            connections.close_all()

    def _wait(self, name: str) -> None:
        assert self.steps[name][0].wait(30)

    def _done(self, name: str) -> None:
        self.steps[name][1].set()

    def let(self, name: str) -> None:
        """Lets it do so much, and waits until it is done."""
        self.steps[name][0].set()
        assert self.steps[name][1].wait(30), name


def test_another_worker_at_it_is_not_waited_for(committed: int) -> None:
    """Neither while it works nor once it has moved on and not committed; the next worker goes on behind it."""
    with scope(STAFF, provider=committed):
        Reader.objects.create(provider_id=committed, name="tickets")
        for target_id in (1, 2):
            Change.objects.create(provider_id=committed, what="account", target_id=target_id, since=NOW)
    assert wait_for(with_changes) == [committed]
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '3s'")
    worker = Worker(committed)
    worker.start()
    worker.let("take")
    assert worker.took == 1
    assert step(committed) is None
    worker.let("move")
    assert step(committed) is None
    worker.let("commit")
    worker.join(30)
    assert wait_for(lambda: step(committed)) == 2


def test_after_a_restore_new_changes_come_after_the_old_ones(world: World) -> None:
    """A new cluster counts from low numbers; migrating moves what came from the old one below them all."""
    with world.inside("admin"):
        left(world, 1)
        assert read(world) == [1]
        left(world, 2)
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        for table in ("contracts_change", "contracts_reader"):
            cursor.execute(f"UPDATE {table} SET transaction = %s", [1 << 40])
        for _ in range(2):  # a second time there is nothing to move
            cursor.execute(MOVE, [START])
        cursor.execute("SET SESSION AUTHORIZATION portal_web")
    with world.inside("admin"):
        assert list(Reader.objects.values_list("transaction", flat=True)) == [-1]
        left(world, 3)
        assert read(world) == [2, 3]
        assert read(world, "uptime") == [1, 2, 3]
