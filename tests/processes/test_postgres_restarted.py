"""PostgreSQL restarted under everything: who asks meanwhile is told to come back, who asks next gets the page.

Mail and a job that were in the middle are finished, once.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from slaportal.embedded.postgres import Postgres
from slaportal.jobs.actions import start_job
from tests.conftest import SUPERUSER
from tests.processes.conftest import cookies_of, expected, leave_mails
from tests.processes.connecting import connected
from tests.processes.counting import count
from tests.processes.fleet import Browser, Fleet, until
from tests.world import build_world

pytestmark = pytest.mark.workers

THREADS = 4
NUMBERS = 2000
COUNTED = "SELECT (after->>'number')::int FROM audit_event WHERE action = 'number_counted' ORDER BY 1"
DONE = "SELECT done FROM jobs_job WHERE state = %s"
Answer = tuple[float, int]  # when it was asked, what the status was


@contextmanager
def asking(browser: Browser) -> Iterator[list[Answer]]:
    """Four people who ask all the time, each on a thread of the web process with its own connection."""
    answers: list[Answer] = []
    over = Event()

    def ask() -> None:
        while not over.is_set():
            began = time.monotonic()
            answers.append((began, browser.get("/people/")[0]))

    with ThreadPoolExecutor(THREADS) as pool:
        people = [pool.submit(ask) for _person in range(THREADS)]
        try:
            yield answers
        finally:
            over.set()
    for person in people:
        person.result()


def test_postgres_restarts_under_load(
    fleet_on_private_servers: Fleet, private_postgres: Postgres, django_db_blocker: Any
) -> None:
    fleet = fleet_on_private_servers
    place = {"HOST": str(private_postgres.socket.parent), "PORT": "5432", "NAME": "portal", "USER": SUPERUSER}
    with connected(place, django_db_blocker):
        world = build_world()
        leave_mails(world, "mail", 30)
        with world.inside("admin"):
            start_job(count.__name__, actor=world.members["admin"], arguments={"until": NUMBERS}, total=NUMBERS)
        cookies = cookies_of(world)
    fleet.settings["TEST_JOB_LEASE_S"] = "6"
    fleet.hold("mail-12@example.test")
    fleet.beat()
    fleet.worker()
    browser = fleet.web(cookies)
    fleet.held()

    with asking(browser) as answers:
        until(lambda: len(answers) > 5 * THREADS, "pages are asked for")
        assert {status for _began, status in answers} == {200}
        until(lambda: fleet.ask(DONE, "running") > [0], "the job runs")
        private_postgres.stop()
        fleet.let_go()
        until(lambda: 503 in {status for _began, status in answers}, "somebody was told to come back")
        private_postgres.start()
        back = time.monotonic()
        assert 0 < fleet.ask(DONE, "running")[0] < NUMBERS
        until(lambda: sum(began > back for began, _status in answers) > 5 * THREADS, "pages are asked for again")
    assert {status for _began, status in answers} == {200, 503}
    assert {status for began, status in answers if began > back} == {200}

    private_postgres.stop()  # nobody asks meanwhile, so no thread knows that its connection is gone
    private_postgres.start()
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(lambda _n: browser.get("/people/")[0], range(2 * THREADS))) == [200] * 2 * THREADS

    fleet.all_are_sent()
    assert fleet.letters() == expected("mail", 30)
    until(lambda: fleet.ask(DONE, "done") == [NUMBERS], "the job is done")
    assert fleet.ask(COUNTED) == list(range(NUMBERS))
    assert all(process.poll() is None for process in fleet.running.values())
