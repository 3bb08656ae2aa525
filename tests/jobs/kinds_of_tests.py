"""Kinds of job that exist for the tests: each chunk leaves a customer (a row that can be counted) and its progress."""

import time
from pathlib import Path
from typing import Any

from slaportal.jobs.actions import start_job
from slaportal.jobs.kinds import Chunk, job_kind
from slaportal.jobs.models import Job
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Tenant
from slaportal.tenancy.scope import STAFF, scope
from tests.world import World


def _row(job: Job, number: int) -> None:
    Tenant.objects.create(provider_id=job.provider_id, name=f"chunk {job.pk}/{number}")


@job_kind("test_counting", title="Counting")
def counting(job: Job, cursor: dict[str, Any]) -> Chunk:
    """One row a chunk, `until` of them; the sum of their numbers is the result."""
    number, until = int(cursor.get("number", 0)) + 1, int(job.arguments["until"])
    total = int(cursor.get("sum", 0)) + number
    _row(job, number)
    return Chunk({"number": number, "sum": total}, done=1, last=number == until, result={"sum": total})


@job_kind("test_hanging", title="Hanging")
def hanging(job: Job, cursor: dict[str, Any]) -> Chunk:
    """The same, but the third chunk hangs after its row is written, as long as the file `hang` is there."""
    number = int(cursor.get("number", 0)) + 1
    _row(job, number)
    here = Path(str(job.arguments["directory"]))
    if number == 3 and (here / "hang").exists():
        (here / "hanging").touch()
        time.sleep(600)
    return Chunk({"number": number}, done=1, last=number == 5)


@job_kind("test_failing", title="Failing")
def failing(job: Job, cursor: dict[str, Any]) -> Chunk:
    """One good chunk, then an error that says something secret."""
    number = int(cursor.get("number", 0)) + 1
    _row(job, number)
    if number == 2:
        raise ZeroDivisionError("CANARY")
    return Chunk({"number": number}, done=1)


@job_kind("test_refusing", title="Refusing")
def refusing(job: Job, cursor: dict[str, Any]) -> Chunk:
    """Refuses in words that are meant to be read."""
    _row(job, 1)
    raise Refusal("too_large", "This file is too large.")


def begin(world: World, who: str, kind: str, total: int | None = None, **arguments: Any) -> Job:
    """Started by that member."""
    with world.inside(who):
        return start_job(kind, actor=world.members[who], arguments=arguments, total=total)


def job_now(world: World, slug: str, pk: int) -> Job:
    """As it stands now."""
    with scope(STAFF, provider=world.providers[slug].pk):
        return Job.objects.get(pk=pk)


def rows_of(world: World, slug: str, pk: int) -> list[str]:
    """What the chunks left."""
    with scope(STAFF, provider=world.providers[slug].pk):
        found = Tenant.objects.filter(name__startswith=f"chunk {pk}/").order_by("id")
        return [name.rpartition("/")[2] for name in found.values_list("name", flat=True)]
