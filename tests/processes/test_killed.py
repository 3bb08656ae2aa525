"""Workers and their children killed with -9 in the middle: nothing lost, nothing double but the mail in flight."""

import os
import signal
from typing import Any

import psutil
import pytest

from slaportal.jobs.actions import start_job
from tests.conftest import SUPERUSER
from tests.processes.conftest import Leave, expected
from tests.processes.connecting import connected
from tests.processes.counting import count
from tests.processes.fleet import Fleet, until
from tests.world import World

pytestmark = pytest.mark.workers

IN_FLIGHT = "mail-12@example.test"
COUNTED = "SELECT (after->>'number')::int FROM audit_event WHERE action = 'number_counted' ORDER BY 1"
JOB = "SELECT state, done FROM jobs_job"


def test_a_worker_killed_while_it_sends_loses_no_mail(fleet: Fleet, leave: Leave) -> None:
    leave("mail", 30)
    fleet.settings["TEST_LEASE_S"] = "6"
    fleet.hold(IN_FLIGHT)
    fleet.beat()
    fleet.worker()
    fleet.held()
    fleet.kill("worker")
    fleet.let_go()
    assert 0 < fleet.unsent() < 30
    fleet.worker("another")
    fleet.all_are_sent()
    assert fleet.letters() == {**expected("mail", 30), IN_FLIGHT: 2}
    assert len(set(fleet.message_ids(IN_FLIGHT))) == 1


def test_a_child_killed_while_it_sends_does_not_stop_the_worker(fleet: Fleet, leave: Leave) -> None:
    leave("mail", 30)
    fleet.settings["TEST_LEASE_S"] = "6"
    fleet.hold(IN_FLIGHT)
    fleet.beat()
    fleet.worker()
    child = fleet.held()
    assert psutil.Process(child).ppid() == fleet.running["worker"].pid
    os.kill(child, signal.SIGKILL)
    fleet.let_go()
    fleet.all_are_sent()
    assert fleet.letters() == {**expected("mail", 30), IN_FLIGHT: 2}
    assert fleet.running["worker"].poll() is None
    assert "WorkerLostError" in fleet.said("worker")


@pytest.mark.parametrize("victim", ["worker", "child"])
def test_a_job_goes_on_after_its_last_chunk(
    fleet: Fleet, people: World, clone: str, django_db_blocker: Any, victim: str
) -> None:
    """Killed at 26: the chunk from 20 to 29 is begun anew, those before it are not."""
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker), people.inside("admin"):
        start_job(count.__name__, actor=people.members["admin"], arguments={"until": 60}, total=60)
    fleet.settings["TEST_LEASE_S"] = "6"
    fleet.hold("number 26")
    fleet.beat()
    fleet.worker()
    child = fleet.held()
    assert fleet.ask(JOB) == [("running", 20)]
    if victim == "child":
        os.kill(child, signal.SIGKILL)
    else:
        fleet.kill("worker")
    fleet.let_go()
    assert fleet.ask(COUNTED) == list(range(20))
    if victim == "worker":
        fleet.worker("another")
    until(lambda: fleet.ask(JOB) == [("done", 60)], "the job is done")
    assert fleet.ask(COUNTED) == list(range(60))
