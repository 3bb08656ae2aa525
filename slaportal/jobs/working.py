"""Working on jobs: claim one, do its chunks, each with its progress in one transaction, obey who cancels.

A worker may die anywhere: what a chunk had not committed is gone, and when the lease runs out another worker begins
that chunk anew. A worker that was only slow finds its claim taken, and its chunk is rolled back.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from slaportal.jobs.kinds import Chunk, kind_of
from slaportal.jobs.models import UNFINISHED, Job, State
from slaportal.refusal import Refusal
from slaportal.tenancy.scope import PLATFORM, STAFF, scope

LEASE = timedelta(minutes=5)
# How often it is tried without getting a chunk further, and how long each time is waited before.
ATTEMPTS = 5
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """A job that is this worker's until its lease ends, which each chunk renews."""

    job: int
    provider: int
    number: uuid.UUID


class Step(Enum):
    """What became of a job with one chunk."""

    FURTHER = "further"
    FINISHED = "finished"
    LOST = "lost"


class _ClaimLost(Exception):  # noqa: N818 - it says what happened
    """Somebody else has it: rolls the chunk back."""


def claim_job(*, at: datetime | None = None) -> Claim | None:
    """Takes the job that has been due longest and that nobody else is taking; committed when it returns.

    `at` stands for the database's clock. One whose lease ran out is due like one that waits.
    """
    moment: Any = at or Now()
    number = uuid.uuid4()
    with scope(PLATFORM):
        due = Job.objects.filter(state__in=UNFINISHED, due_at__lte=moment).order_by("due_at", "id")
        found = due.select_for_update(skip_locked=True, of=("self",)).values_list("id", "provider_id").first()
        if found is None:
            return None
        Job.objects.filter(id=found[0]).update(
            state=State.RUNNING,
            claim=number,
            due_at=moment + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce(F("started_at"), moment),
        )
    return Claim(found[0], found[1], number)


def do_chunk(claim: Claim, *, at: datetime | None = None) -> Step:
    """One chunk of a claimed job; its effects and its progress are committed together, or neither is."""
    try:
        with scope(STAFF, provider=claim.provider):
            return _do_chunk(claim, at or Now())
    except _ClaimLost:
        log.warning("job_claim_lost", job=claim.job)
        return Step.LOST
    except Refusal as refusal:
        return _fail(claim, refusal.message, at or Now(), for_good=True)
    except (OperationalError, InterfaceError):
        raise  # the database went away, or two chunks met: the lease runs out, and it is begun anew
    except Exception:  # what else a chunk may raise is in the log; the page shows where to look
        reference = uuid.uuid4().hex[:12]
        log.exception("job_failed", job=claim.job, reference=reference)
        said = _("Something went wrong on our side.")
        return _fail(claim, said, at or Now(), reference=reference)


def _do_chunk(claim: Claim, moment: Any) -> Step:
    job = _held(claim).first()
    if job is None:
        raise _ClaimLost
    if job.cancel_requested_at is not None:
        _write(claim, state=State.CANCELLED, finished_at=moment, claim=None)
        return Step.FINISHED
    if job.attempts > ATTEMPTS:
        said = _("The worker stopped at each attempt.")
        _write(claim, state=State.FAILED, error=said, finished_at=moment, claim=None)
        return Step.FINISHED
    chunk: Chunk = kind_of(job.kind).work(job, dict(job.cursor))
    progress: dict[str, Any] = {
        "done": F("done") + chunk.done,
        "cursor": dict(chunk.cursor),
        "attempts": 1,
        "error": "",
        "reference": "",
    }
    if chunk.total is not None:
        progress["total"] = chunk.total
    if chunk.last:
        _write(claim, **progress, state=State.DONE, result=dict(chunk.result), finished_at=moment, claim=None)
        return Step.FINISHED
    _write(claim, **progress, due_at=moment + LEASE)
    return Step.FURTHER


def _held(claim: Claim) -> Any:
    return Job.objects.filter(pk=claim.job, claim=claim.number, state=State.RUNNING)


def _write(claim: Claim, /, **how: Any) -> None:
    if not _held(claim).update(**how):
        raise _ClaimLost


def _fail(claim: Claim, said: str, moment: Any, *, reference: str = "", for_good: bool = False) -> Step:
    """Later again, or never more; what the earlier chunks did stays."""
    with scope(STAFF, provider=claim.provider):
        job = _held(claim).first()
        if job is None:
            return Step.LOST
        how: dict[str, Any] = {"error": said, "reference": reference, "claim": None}
        if for_good or job.attempts >= ATTEMPTS:
            _held(claim).update(**how, state=State.FAILED, finished_at=moment)
        else:
            _held(claim).update(**how, state=State.WAITING, due_at=moment + BACK_OFF[job.attempts - 1])
    return Step.FINISHED


def put_back(claim: Claim, *, at: datetime | None = None) -> None:
    """For whoever comes next, at once; behind those that have been due longer."""
    with scope(STAFF, provider=claim.provider):
        _held(claim).update(claim=None, due_at=at or Now(), attempts=0)


def work(*, seconds: int, at: datetime | None = None) -> int:
    """Does chunks of jobs until none is due or the time is up; how many chunks were tried."""
    began, chunks = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        claim = claim_job(at=at)
        if claim is None:
            break
        step = Step.FURTHER
        while step is Step.FURTHER:
            step = do_chunk(claim, at=at)
            chunks += 1
            if step is Step.FURTHER and time.monotonic() - began >= seconds:
                put_back(claim, at=at)
                break
    return chunks
