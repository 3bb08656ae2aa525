"""All given-up messages sent again: a job in chunks, for one provider, of what was given up when it was started."""

import pytest
from django.urls import reverse

from slaportal.jobs.models import Job, State
from slaportal.jobs.working import work
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from slaportal.site import resending
from slaportal.site.resending import resend_all
from tests.conftest import Login
from tests.outbox.letterbox import leave
from tests.world import World

WHO = {"p1": "admin", "p2": "cora"}


def give_up(world: World, slug: str, *keys: str) -> None:
    ids = leave(world, slug, *keys)
    with world.inside(WHO[slug]):
        Message.objects.filter(pk__in=ids).update(state="given_up", attempts=10)


def states(world: World, slug: str) -> list[str]:
    with world.inside(WHO[slug]):
        return list(Message.objects.order_by("id").values_list("state", flat=True))


def test_in_chunks_and_only_the_own(world: World, as_login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resending, "CHUNK", 2)
    give_up(world, "p1", "a", "b", "c")
    leave(world, "p1", "waits")
    give_up(world, "p2", "d")
    with world.inside("admin"):
        job = resend_all(world.members["admin"])
        assert job.total == 3
    give_up(world, "p1", "later")
    with as_login("portal_jobs"):
        assert work(seconds=5) == 2
    with world.inside("admin"):
        job.refresh_from_db()
    assert (job.state, job.done, job.result) == (State.DONE, 3, {"sent_again": 3})
    assert states(world, "p1") == ["waiting"] * 4 + ["given_up"]
    assert states(world, "p2") == ["given_up"]


def test_with_nothing_given_up_there_is_nothing_to_do(world: World) -> None:
    with world.inside("admin"), pytest.raises(Refusal) as refused:
        resend_all(world.members["admin"])
    assert (refused.value.code, refused.value.status) == ("nothing_given_up", 409)


def test_the_button_leads_to_the_job(world: World) -> None:
    give_up(world, "p1", "a")
    client = world.client("admin")
    assert "Send 1 given-up message again" in client.get("/messages/").content.decode()
    answer = client.post(reverse("messages_resend_all"))
    with world.inside("admin"):
        assert answer["Location"] == f"/jobs/{Job.objects.get().pk}/"
    assert world.client("lead").post(reverse("messages_resend_all")).status_code == 403
