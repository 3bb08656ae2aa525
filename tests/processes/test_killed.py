"""Workers and their children killed with -9 in the middle: nothing lost, nothing double but the mail in flight."""

import os
import signal

import pytest

from slaportal.jobs.actions import start_job
from tests.processes.conftest import Committing, Leave, expected
from tests.processes.counting import count
from tests.processes.fleet import Fleet, until
from tests.world import World

pytestmark = pytest.mark.workers

COUNTED = "SELECT (after->>'number')::int FROM audit_event WHERE action = 'number_counted' ORDER BY 1"
JOB = "SELECT state, done FROM jobs_job"


def kill_child(fleet: Fleet) -> None:
    """As the kernel does when there is no memory left: the child that is at work, not the worker."""
    child = fleet.held()
    worker = fleet.running["worker"].pid
    assert os.getsid(child) == worker != child
    os.kill(child, signal.SIGKILL)


def test_mail_is_sent_whatever_is_killed(fleet: Fleet, leave: Leave) -> None:
    """First a child, then a whole worker; each in the one moment in which its mail is out and not yet recorded."""
    leave("mail", 30)
    fleet.settings["TEST_LEASE_S"] = "6"
    fleet.hold("mail-12@example.test")
    fleet.beat()
    fleet.worker()
    kill_child(fleet)
    fleet.let_go()
    fleet.hold("mail-23@example.test")
    assert 0 < fleet.unsent() < 30
    fleet.held()
    assert fleet.running["worker"].poll() is None
    assert "WorkerLostError" in fleet.said("worker")

    fleet.kill("worker")
    fleet.let_go()
    assert 0 < fleet.unsent() < 30
    fleet.worker("another")
    fleet.all_are_sent()
    twice = {"mail-12@example.test": 2, "mail-23@example.test": 2}
    assert fleet.letters() == {**expected("mail", 30), **twice}
    assert [len(set(fleet.message_ids(recipient))) for recipient in twice] == [1, 1]


def test_a_job_goes_on_after_its_last_chunk(fleet: Fleet, people: World, committing: Committing) -> None:
    """A child is killed at 26, a worker at 46: their chunks are begun anew, those before them are not."""
    with committing(), people.inside("admin"):
        start_job(count.__name__, actor=people.members["admin"], arguments={"until": 60}, total=60)
    fleet.settings["TEST_JOB_LEASE_S"] = "4"
    fleet.hold("number 26")
    fleet.beat()
    fleet.worker()
    kill_child(fleet)
    fleet.let_go()
    fleet.hold("number 46")
    assert fleet.ask(JOB) == [("running", 20)]
    assert fleet.ask(COUNTED) == list(range(20))
    fleet.held()
    fleet.kill("worker")
    fleet.let_go()
    assert fleet.ask(JOB) == [("running", 40)]
    assert fleet.ask(COUNTED) == list(range(40))
    fleet.worker("another")
    until(lambda: fleet.ask(JOB) == [("done", 60)], "the job is done")
    assert fleet.ask(COUNTED) == list(range(60))
