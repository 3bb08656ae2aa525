"""Working on jobs: chunk and progress together, resuming, cancelling, failing, whose claim it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from slaportal.audit.models import Event
from slaportal.jobs.actions import cancel_job, start_job
from slaportal.jobs.kinds import job_kind, kind_of
from slaportal.jobs.models import Job, State
from slaportal.jobs.tasks import work_due
from slaportal.jobs.working import ATTEMPTS, BACK_OFF, LEASE, Step, claim_job, do_chunk, put_back, work
from slaportal.refusal import Refusal
from tests.conftest import Login
from tests.jobs.kinds_of_tests import begin, counting, failing, job_now, rows_of
from tests.world import World

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def worker(world: World, as_login: Login) -> Iterator[None]:
    """All of it is judged as the workers' login."""
    with as_login("portal_jobs"):
        yield


def test_a_job_is_done_chunk_by_chunk(world: World) -> None:
    job, other = begin(world, "admin", "test_counting", 3, until=3), begin(world, "cora", "test_counting", 1, until=1)
    assert job.state == State.WAITING
    work_due()
    done = job_now(world, "p1", job.pk)
    assert (done.state, done.done, done.total, done.result, done.claim) == (State.DONE, 3, 3, {"sum": 6}, None)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert rows_of(world, "p1", job.pk) == ["1", "2", "3"]
    assert job_now(world, "p2", other.pk).state == State.DONE
    assert rows_of(world, "p2", other.pk) == ["1"]
    assert work(seconds=5) == 0


def test_a_worker_that_died_is_followed_by_another_where_it_stood(world: World) -> None:
    job = begin(world, "admin", "test_counting", 3, until=3)
    dead = claim_job(at=LATER)
    assert dead is not None
    assert do_chunk(dead, at=LATER) is Step.FURTHER
    assert claim_job(at=LATER + LEASE - timedelta(seconds=1)) is None
    assert work(seconds=5, at=LATER + LEASE) == 2
    assert rows_of(world, "p1", job.pk) == ["1", "2", "3"]
    assert job_now(world, "p1", job.pk).result == {"sum": 6}


def test_each_chunk_renews_the_lease(world: World) -> None:
    begin(world, "admin", "test_counting", until=3)
    claim = claim_job(at=LATER)
    assert claim is not None
    do_chunk(claim, at=LATER + timedelta(minutes=4))
    assert claim_job(at=LATER + timedelta(minutes=8)) is None


def test_who_was_too_slow_commits_nothing(world: World) -> None:
    job = begin(world, "admin", "test_counting", until=3)
    slow, quick = claim_job(at=LATER), claim_job(at=LATER + LEASE)
    assert slow is not None
    assert quick is not None
    assert do_chunk(slow, at=LATER + LEASE) is Step.LOST
    assert rows_of(world, "p1", job.pk) == []
    assert do_chunk(quick, at=LATER + LEASE) is Step.FURTHER
    assert rows_of(world, "p1", job.pk) == ["1"]


def test_a_claim_lost_in_the_middle_of_a_chunk_rolls_it_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(world, "admin", "test_counting", until=3)
    claim = claim_job(at=LATER)
    assert claim is not None

    def robbed(this: Job, cursor: dict[str, object]) -> object:
        Job.objects.filter(pk=this.pk).update(claim=None)
        return counting(this, cursor)

    monkeypatch.setattr("slaportal.jobs.kinds._KINDS", {})
    job_kind("test_counting", title="x")(robbed)  # type: ignore[arg-type]
    assert do_chunk(claim, at=LATER) is Step.LOST
    assert rows_of(world, "p1", job.pk) == []
    assert job_now(world, "p1", job.pk).claim == claim.number


def test_one_that_waits_is_cancelled_at_once(world: World) -> None:
    job = begin(world, "agent", "test_counting", until=3)
    with world.inside("agent"):
        cancel_job(job, actor=world.members["agent"])
    assert job_now(world, "p1", job.pk).state == State.CANCELLED
    assert work(seconds=5) == 0


def test_one_that_runs_is_cancelled_after_its_chunk(world: World) -> None:
    job = begin(world, "agent", "test_counting", until=3)
    claim = claim_job(at=LATER)
    assert claim is not None
    do_chunk(claim, at=LATER)
    for _twice in range(2):
        with world.inside("admin"):
            cancel_job(job_now_inside(job.pk), actor=world.members["admin"])
    assert do_chunk(claim, at=LATER) is Step.FINISHED
    cancelled = job_now(world, "p1", job.pk)
    assert (cancelled.state, cancelled.done) == (State.CANCELLED, 1)
    assert rows_of(world, "p1", job.pk) == ["1"]
    with world.inside("admin"):
        actions = list(Event.objects.filter(target_kind="job").order_by("id").values_list("action", flat=True))
    assert actions == ["job_started", "job_cancelled"]


def job_now_inside(pk: int) -> Job:
    return Job.objects.get(pk=pk)


def test_only_who_started_it_and_admins_cancel(world: World) -> None:
    job = begin(world, "agent", "test_counting", until=3)
    with pytest.raises(Refusal) as refused, world.inside("lead"):
        cancel_job(job, actor=world.members["lead"])
    assert (refused.value.code, refused.value.status) == ("role_not_allowed", 403)


def test_what_is_finished_cannot_be_cancelled(world: World) -> None:
    job = begin(world, "agent", "test_counting", until=1)
    work(seconds=5)
    with pytest.raises(Refusal) as refused, world.inside("agent"):
        cancel_job(job, actor=world.members["agent"])
    assert (refused.value.code, refused.value.status) == ("job_finished", 409)


def test_an_error_is_tried_again_and_then_said_in_words(world: World) -> None:
    job = begin(world, "admin", "test_failing", 9)
    now = LATER
    assert work(seconds=5, at=now) == 2
    for wait in BACK_OFF:
        waits = job_now(world, "p1", job.pk)
        assert (waits.state, waits.due_at) == (State.WAITING, now + wait)
        assert work(seconds=5, at=now + wait - timedelta(seconds=1)) == 0
        now += wait
        assert work(seconds=5, at=now) == 1
    failed = job_now(world, "p1", job.pk)
    assert (failed.state, failed.attempts, failed.done) == (State.FAILED, ATTEMPTS, 1)
    assert failed.error == "Something went wrong on our side."
    assert len(failed.reference) == 12
    assert rows_of(world, "p1", job.pk) == ["1"]


def test_a_refusal_is_final_and_in_its_own_words(world: World) -> None:
    job = begin(world, "admin", "test_refusing")
    work(seconds=5)
    failed = job_now(world, "p1", job.pk)
    assert (failed.state, failed.error, failed.reference) == (State.FAILED, "This file is too large.", "")
    assert rows_of(world, "p1", job.pk) == []


def test_a_job_that_kills_its_worker_fails_in_the_end(world: World) -> None:
    job = begin(world, "admin", "test_counting", until=3)
    now = LATER
    for _death in range(ATTEMPTS):
        assert claim_job(at=now) is not None
        now += LEASE
    work(seconds=5, at=now)
    assert job_now(world, "p1", job.pk).state == State.FAILED


def test_a_kind_nobody_knows_is_an_error(world: World) -> None:
    with pytest.raises(KeyError), world.inside("admin"):
        start_job("test_unknown", actor=world.members["admin"])
    with pytest.raises(ValueError, match="two kinds"):
        job_kind("test_counting", title="x")(failing)
    assert kind_of("test_counting").title == "Counting"


def test_a_job_that_no_member_starts(world: World) -> None:
    provider = world.providers["p1"].pk
    with world.inside("admin"):
        assert start_job("test_counting", actor="Worker", provider_id=provider, arguments={"until": 1}).pk
        with pytest.raises(TypeError, match="provider_id"):
            start_job("test_counting", actor="Worker")


def test_when_the_time_is_up_the_job_waits_for_the_next_run(world: World) -> None:
    job = begin(world, "admin", "test_counting", until=3)
    claim = claim_job(at=LATER)
    assert claim is not None
    do_chunk(claim, at=LATER)
    put_back(claim, at=LATER)
    assert do_chunk(claim, at=LATER) is Step.LOST
    assert work(seconds=5, at=LATER) == 2
    assert job_now(world, "p1", job.pk).state == State.DONE
    assert work(seconds=0, at=LATER) == 0
