"""Two beats and two workers at once: everything happens once."""

import pytest
from django.core.management import call_command

from slaportal.audit.record import record
from slaportal.jobs.actions import start_job
from tests.processes.conftest import Committing, Leave, expected
from tests.processes.counting import count
from tests.processes.fleet import Fleet, until
from tests.world import World

pytestmark = pytest.mark.workers

COUNTED = """
    SELECT provider_id, (after->>'job')::int, (after->>'number')::int FROM audit_event
    WHERE action = 'number_counted' ORDER BY 1, 2, 3"""
NUMBERED = "SELECT provider_id, array_agg(number ORDER BY number) FROM audit_event GROUP BY 1"
ATTEMPTS = "SELECT DISTINCT attempts FROM outbox_message"
OPEN = """
    SELECT (SELECT count(*) FROM outbox_message WHERE state <> 'sent'),
           (SELECT count(*) FROM jobs_job WHERE state <> 'done'),
           (SELECT count(*) FROM audit_event WHERE number IS NULL)"""


def start_jobs(world: World) -> list[tuple[int, int, int]]:
    """Two for each provider; what they will have counted."""
    counted = []
    for who in ("admin", "cora"):
        member = world.members[who]
        with world.inside(who):
            for _job in range(2):
                job = start_job(count.__name__, actor=member, arguments={"until": 200}, total=200)
                counted += [(member.provider_id, job.pk, number) for number in range(200)]
    return sorted(counted)


def record_many(world: World) -> None:
    """As people do while the sealers are at work."""
    for who in ("admin", "cora"):
        with world.inside(who):
            for n in range(100):
                record("something_done", world.members[who].provider, actor=world.members[who], after={"n": n})


def test_two_beats_and_two_workers(
    fleet: Fleet, people: World, leave: Leave, committing: Committing, capsys: pytest.CaptureFixture[str]
) -> None:
    leave("early", 150)
    with committing():
        to_be_counted = start_jobs(people)
    for name in ("one", "two"):
        fleet.beat(f"beat-{name}")
        fleet.worker(f"worker-{name}")
    until(lambda: fleet.letters().total(), "the first mail is sent")
    leave("later", 150)
    with committing():
        record_many(people)
    until(lambda: fleet.ask(OPEN) == [(0, 0, 0)], "nothing is left to do", within_s=60)
    for name in ("one", "two"):
        assert fleet.said(f"beat-{name}").count("Traceback") == 0
        fleet.kill(f"beat-{name}")
        fleet.kill(f"worker-{name}")

    assert fleet.letters() == {**expected("early", 150), **expected("later", 150)}
    assert fleet.ask(ATTEMPTS) == [1]
    assert fleet.ask(COUNTED) == to_be_counted
    for _provider, numbers in fleet.ask(NUMBERED):
        assert numbers == list(range(1, len(numbers) + 1))
    with committing("portal_jobs"):
        call_command("verify_audit")  # raises where something is wrong
    assert len(capsys.readouterr().out.splitlines()) == 2
