"""The pages of jobs: for the provider's staff, with a bar that asks for itself until there is nothing to ask."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slaportal.jobs.models import Job, State
from tests.jobs.kinds_of_tests import begin, job_now
from tests.world import World


def running(world: World, **how: object) -> Job:
    job = begin(world, "agent", "test_counting", 4, until=4)
    with world.inside("agent"):
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING, done=1, **how)
    return job


def test_a_running_job_has_a_bar_and_asks_for_itself(world: World) -> None:
    job = running(world)
    page = world.client("lead").get(f"/jobs/{job.pk}/").content.decode()
    for shown in (
        "Counting",
        "Running",
        "1 of 4",
        '<progress class="progress" max="100" value="25"',
        "CANARY-member-agent",
    ):
        assert shown in page
    assert f'hx-get="/jobs/{job.pk}/progress/"' in page
    assert f'<noscript><a href="/jobs/{job.pk}/">' in page
    assert "/cancel/" not in page
    assert "/cancel/" in world.client("agent").get(f"/jobs/{job.pk}/").content.decode()
    assert "/cancel/" in world.client("admin").get(f"/jobs/{job.pk}/").content.decode()


def test_the_fragment_is_the_bar_alone_and_stops_asking(world: World) -> None:
    job = running(world)
    client = world.client("agent")
    fragment = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert "<html" not in fragment
    assert 'hx-trigger="every 2s"' in fragment
    with world.inside("agent"):
        Job.objects.filter(pk=job.pk).update(state=State.DONE, done=4)
    fragment = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert "hx-get" not in fragment
    assert 'id="job-acts" hx-swap-oob="true"' in fragment
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "noscript" not in page
    assert "/cancel/" not in page


def test_a_failed_job_says_what_and_where_to_ask(world: World) -> None:
    job = running(world)
    with world.inside("agent"):
        Job.objects.filter(pk=job.pk).update(state=State.FAILED, error="Something went wrong.", reference="abc123")
    page = world.client("lead").get(f"/jobs/{job.pk}/").content.decode()
    assert "Something went wrong." in page
    assert "abc123" in page


def test_one_of_unknown_size_has_a_bar_without_a_value(world: World) -> None:
    job = running(world, total=None)
    page = world.client("agent").get(f"/jobs/{job.pk}/").content.decode()
    assert '<progress class="progress" max="100" aria-label' in page
    assert "1 done" in page


def test_cancelling_by_the_button(world: World) -> None:
    job = running(world)
    assert world.client("lead").post(f"/jobs/{job.pk}/cancel/").status_code == 403
    assert world.client("cora").post(f"/jobs/{job.pk}/cancel/").status_code == 404
    client = world.client("agent")
    assert client.get(f"/jobs/{job.pk}/cancel/")["Location"] == f"/jobs/{job.pk}/"
    assert job_now(world, "p1", job.pk).cancel_requested_at is None
    assert client.post(f"/jobs/{job.pk}/cancel/")["Location"] == f"/jobs/{job.pk}/"
    assert job_now(world, "p1", job.pk).cancel_requested_at is not None
    assert "Being cancelled" in client.get(f"/jobs/{job.pk}/").content.decode()
    with world.inside("agent"):
        Job.objects.filter(pk=job.pk).update(state=State.DONE)
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 409


@pytest.mark.parametrize(
    ("who", "of_all", "of_one"),
    [
        ("agent", 200, 200),
        ("lead", 200, 200),
        ("admin", 200, 200),
        ("cora", 200, 404),
        ("ann", 403, 403),
        ("olga", 302, 302),
    ],
)
def test_who_sees_them(world: World, who: str, of_all: int, of_one: int) -> None:
    job = running(world)
    client = world.client(who)
    answer = client.get("/jobs/")
    assert answer.status_code == of_all
    if of_all == 200:
        assert ("Counting" in answer.content.decode()) is (of_one == 200)
    for path in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/progress/"):
        assert client.get(path).status_code == of_one


def test_the_state_in_the_address(world: World) -> None:
    running(world)
    client = world.client("agent")
    assert "Counting" in client.get("/jobs/?state=running").content.decode()
    assert "No job is in this state." in client.get("/jobs/?state=failed").content.decode()


def test_as_many_queries_for_three_as_for_one(world: World) -> None:
    client = world.client("agent")
    counted = []
    for more in (1, 2):
        for _job in range(more):
            running(world)
        client.get("/jobs/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/jobs/").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
