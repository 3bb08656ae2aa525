"""Two people at the same thing at the same moment, each on a connection of their own, in a world that is committed."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from slaportal.refusal import Refusal
from tests.conftest import SUPERUSER, superuser_cursor
from tests.processes.conftest import other_versions
from tests.processes.connecting import connected
from tests.tickets.test_at_once import WAITING, logged_in
from tests.world import World, build_world


@dataclass
class Meeting:
    """A world that is committed in a clone."""

    clone: str
    world: World

    @contextmanager
    def inside(self, who: str) -> Iterator[None]:
        """That person's request: a connection and a transaction of its own, committed at the end."""
        with logged_in(self.clone, "portal_web"), self.world.inside(who):
            yield

    def second(self, who: str, first: Callable[[], Any], then: Callable[[], Any]) -> Any:
        """What `then` came to, a Refusal where it was refused: `first` is committed only once `then` waits for it."""
        return self._behind(who, first, lambda: self._done(who, then))

    def worker(self, who: str, first: Callable[[], Any], sweep: Callable[[], Any]) -> Any:
        """The same of a sweep, which waits for what that person does."""
        return self._behind(who, first, lambda: self.swept(sweep))

    def swept(self, sweep: Callable[[], Any]) -> Any:
        """What it came to, as a worker's login."""
        with logged_in(self.clone, "portal_jobs"):
            return sweep()

    def _behind(self, who: str, first: Callable[[], Any], then: Callable[[], Any]) -> Any:
        with ThreadPoolExecutor(1) as pool:
            with self.inside(who):
                first()
                begun = pool.submit(then)
                self._wait()
            return begun.result(timeout=30)

    def _done(self, who: str, act: Callable[[], Any]) -> Any:
        try:
            with self.inside(who):
                return act()
        except Refusal as refused:
            return refused

    def _wait(self) -> None:
        cursor = superuser_cursor(self.clone)
        deadline = time.monotonic() + 20
        while True:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                cursor.connection.close()
                return
            assert time.monotonic() < deadline, "the second one does not wait for the first"
            time.sleep(0.02)


@pytest.fixture
def meeting(clone: str, django_db_blocker: Any) -> Iterator[Meeting]:
    """The world alone."""
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker), other_versions():
        world = build_world()
    with django_db_blocker.unblock(), other_versions():
        yield Meeting(clone, world)
