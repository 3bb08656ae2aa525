"""Real processes on a clone: a worker killed in the middle of a chunk, two workers at once."""

import json
import os
import signal
from pathlib import Path

from tests.clones import run, start
from tests.outbox.test_killed import wait_for

BEGIN = """
from tests.jobs import kinds_of_tests
from django.db import connection
from slaportal.jobs.actions import start_job
from slaportal.tenancy.scope import STAFF, presenting, scope
with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider('p1', 'P1')")
    provider = cursor.fetchone()[0]
with scope(STAFF, provider=provider):
    for _job in range({jobs}):
        start_job("{kind}", actor="Worker", provider_id=provider, total=5, arguments={arguments!r})
"""
WORK = "from tests.jobs import kinds_of_tests\nfrom slaportal.jobs.working import work\n"
AFTER_THE_LEASE = """
from datetime import timedelta
from django.utils import timezone
print(work(seconds=20, at=timezone.now() + timedelta(minutes=6)))
"""
SEEN = """
import json
from slaportal.jobs.models import Job
from slaportal.tenancy.models import Tenant
from slaportal.tenancy.scope import PLATFORM, STAFF, scope, take
with scope(PLATFORM):
    provider = Job.objects.values_list("provider_id", flat=True).first()
    take(STAFF, provider=provider)
    jobs = list(Job.objects.order_by("id").values_list("state", "done", "cursor"))
    first = Job.objects.order_by("id").values_list("id", flat=True)[0]
    rows = [name.split()[1].split("/") for name in Tenant.objects.order_by("id").values_list("name", flat=True)]
    print(json.dumps([jobs, [f"chunk {int(job) - first + 1}/{number}" for job, number in rows]]))
"""


def seen(clone: str) -> tuple[list[tuple[str, int, dict[str, int]]], list[str]]:
    jobs, rows = json.loads(run(clone, "portal_jobs", SEEN).stdout.splitlines()[-1])
    return [tuple(job) for job in jobs], rows


def test_killed_in_the_middle_of_a_chunk(clone: str, tmp_path: Path) -> None:
    """The third chunk had written its row and was killed before it could commit: the next worker does it once."""
    (tmp_path / "hang").touch()
    arguments = {"directory": str(tmp_path)}
    run(clone, "portal_jobs", BEGIN.format(jobs=1, kind="test_hanging", arguments=arguments))
    worker = start(clone, "portal_jobs", ["-c", "import django; django.setup()\n" + WORK + "work(seconds=60)"])
    try:
        wait_for(tmp_path / "hanging")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
    (tmp_path / "hang").unlink()
    assert seen(clone) == ([("running", 2, {"number": 2})], ["chunk 1/1", "chunk 1/2"])
    assert run(clone, "portal_jobs", WORK + "print(work(seconds=20))").stdout.splitlines()[-1] == "0"
    assert run(clone, "portal_jobs", WORK + AFTER_THE_LEASE).stdout.splitlines()[-1] == "3"
    assert seen(clone) == ([("done", 5, {"number": 5})], [f"chunk 1/{number}" for number in range(1, 6)])


def test_two_workers_at_once_do_each_chunk_once(clone: str) -> None:
    run(clone, "portal_jobs", BEGIN.format(jobs=8, kind="test_counting", arguments={"until": 5}))
    code = "import django; django.setup()\n" + WORK + "print(work(seconds=20))"
    workers = [start(clone, "portal_jobs", ["-c", code]) for _worker in range(2)]
    ends = [worker.communicate(timeout=60)[0] for worker in workers]
    assert sum(int(end.splitlines()[-1]) for end in ends) == 40, ends
    jobs, rows = seen(clone)
    assert [job[:2] for job in jobs] == [("done", 5)] * 8
    assert sorted(rows) == sorted(f"chunk {job}/{number}" for job in range(1, 9) for number in range(1, 6))
