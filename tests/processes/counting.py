"""A job whose effect can be counted: one entry of the record for each number, ten in a chunk."""

import os
from datetime import timedelta
from typing import Any

from slaportal.audit.record import record
from slaportal.jobs import working
from slaportal.jobs.kinds import Chunk, job_kind
from slaportal.jobs.models import Job
from slaportal.outbox import sending
from tests.processes.holding import stop_here

CHUNK = 10

# Minutes, but a test does not wait for minutes. In the test's own process both stay as they are.
for module, seconds in ((sending, os.environ.get("TEST_LEASE_S")), (working, os.environ.get("TEST_JOB_LEASE_S"))):
    if seconds:
        module.LEASE = timedelta(seconds=float(seconds))  # type: ignore[attr-defined]


@job_kind("count", title="Count")
def count(job: Job, cursor: dict[str, Any]) -> Chunk:
    """Writes the next ten numbers down; stops at the one that the test chose, in the middle of the transaction."""
    first = int(cursor.get("next", 0))
    for number in range(first, first + CHUNK):
        record("number_counted", job.provider, actor="Worker", after={"job": job.pk, "number": number})
        stop_here(f"number {number}")
    end = first + CHUNK
    return Chunk(cursor={"next": end}, done=CHUNK, last=end >= int(job.arguments["until"]))
