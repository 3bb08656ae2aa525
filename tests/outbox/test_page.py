"""The page of messages: for administrators, without what stands in them, in as many queries for one as for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slaportal.audit.models import Event
from slaportal.outbox.models import Message, State
from tests.outbox.letterbox import leave, message
from tests.world import World


def given_up(world: World, *keys: str) -> list[int]:
    ids = leave(world, "p1", *keys)
    with world.inside("admin"):
        Message.objects.filter(pk__in=ids).update(state=State.GIVEN_UP, attempts=10, last_error="550 no such user")
    return ids


def test_an_admin_sees_what_was_left_and_nothing_of_what_stands_in_it(world: World) -> None:
    leave(world, "p1", "first")
    leave(world, "p2", "of-others")
    given_up(world, "second")
    page = world.client("admin").get("/messages/").content.decode()
    for shown in ("first@example.test", "About first", "Waiting", "Invitation", "Given up", "550 no such user"):
        assert shown in page
    assert "SECRET-LINK" not in page
    assert "of-others" not in page
    assert page.index("About second") < page.index("About first")


@pytest.mark.parametrize(("who", "status"), [("agent", 403), ("lead", 403), ("ann", 403), ("amy", 403), ("olga", 302)])
def test_nobody_else_sees_it(world: World, who: str, status: int) -> None:
    (pk,) = given_up(world, "k")
    client = world.client(who)
    assert client.get("/messages/").status_code == status
    assert client.post(f"/messages/{pk}/retry/").status_code == status
    assert message(world, "p1", pk).state == State.GIVEN_UP


def test_an_admin_of_another_provider_finds_nothing(world: World) -> None:
    (pk,) = given_up(world, "k")
    assert world.client("cora").post(f"/messages/{pk}/retry/").status_code == 404
    assert message(world, "p1", pk).state == State.GIVEN_UP


def test_the_state_in_the_address(world: World) -> None:
    leave(world, "p1", "first")
    given_up(world, "second")
    client = world.client("admin")
    page = client.get("/messages/?state=given_up").content.decode()
    assert "About second" in page
    assert "About first" not in page
    assert "No message is in this state." in client.get("/messages/?state=sent").content.decode()
    assert "About first" in client.get("/messages/?state=nonsense&page=77").content.decode()


def test_sending_again_by_the_button(world: World) -> None:
    (pk,) = given_up(world, "k")
    client = world.client("admin")
    assert client.get(f"/messages/{pk}/retry/")["Location"] == "/messages/"
    assert message(world, "p1", pk).state == State.GIVEN_UP
    assert client.post(f"/messages/{pk}/retry/").status_code == 302
    assert message(world, "p1", pk).state == State.WAITING
    assert client.post(f"/messages/{pk}/retry/").status_code == 409
    with world.inside("admin"):
        event = Event.objects.get(action="message_retried")
        assert (event.actor_id, event.target_id) == (world.members["admin"].pk, pk)


def test_as_many_queries_for_three_as_for_one(world: World) -> None:
    client = world.client("admin")
    counted = []
    for keys in (("a",), ("b", "c")):
        given_up(world, *keys)
        client.get("/messages/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/messages/").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
