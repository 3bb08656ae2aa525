"""A call that is sent again: one effect, one answer; nothing is kept of what was refused; twins are told to wait."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from slaportal.api.models import KeptAnswer
from slaportal.api.repeating import KEPT, Given, Sender, forget_answers, once
from tests.api.conftest import Programs
from tests.api.programs import program, secret_of
from tests.api.test_calls import refused
from tests.conftest import SUPERUSER, Login, superuser_cursor
from tests.processes.connecting import connected
from tests.tickets.office import opened, subscribed
from tests.tickets.test_at_once import logged_in
from tests.world import World, build_world
from tickets.models import Ticket, TicketEvent

TEXT = {"text": "Still down."}


def events(world: World) -> int:
    with world.inside("agent"):
        return TicketEvent.objects.count()


def test_the_second_gets_the_answer_of_the_first(world: World, ticket: Ticket, programs: Programs) -> None:
    ann = programs("ann")
    first = ann.post("tickets/1/reply/", TEXT, Idempotency_Key="k1")
    programs("agent").post("tickets/1/reply/", TEXT)
    second = ann.post("tickets/1/reply/", TEXT, Idempotency_Key="k1")
    assert (first.status_code, first.content, first.headers["ETag"]) == (
        (second.status_code, second.content, second.headers["ETag"])
    )
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert events(world) == 3


def test_opening_again_gives_the_same_ticket_and_its_address(world: World, ticket: Ticket, programs: Programs) -> None:
    body = {"subscription": ticket.subscription_id, "subject": "Slow", "text": "Since nine."}
    first, second = (programs("ann").post("tickets/", body, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, first.said["number"], first.headers["Location"]) == (201, 2, "/api/v1/tickets/2/")
    assert (second.status_code, second.content, second.headers["Location"]) == (
        201,
        first.content,
        "/api/v1/tickets/2/",
    )
    with world.inside("agent"):
        assert Ticket.objects.count() == 2


def test_a_key_stands_for_one_call(world: World, ticket: Ticket, programs: Programs) -> None:
    ann = programs("ann")
    assert ann.post("tickets/1/reply/", TEXT, Idempotency_Key="k").status_code == 201
    for path, body in (("tickets/1/reply/", {"text": "Else."}), ("tickets/1/ask/", TEXT)):
        fields = refused(ann.post(path, body, Idempotency_Key="k"), 422, "key_reused")
        assert set(fields) == {"Idempotency-Key"}
    assert events(world) == 2


def test_keys_of_others_are_others(world: World, ticket: Ticket, programs: Programs) -> None:
    for caller in (programs("ann"), program(world, "ann"), programs("amy"), programs("agent")):
        answer = caller.post("tickets/1/reply/", TEXT, Idempotency_Key="k")
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)
    session = world.client("ann")
    for replayed in (False, True):
        answer = session.post(
            "/api/v1/tickets/1/reply/", TEXT, content_type="application/json", headers={"Idempotency-Key": "k"}
        )
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, replayed)
    assert events(world) == 6


def test_what_was_refused_is_not_kept(world: World, ticket: Ticket, programs: Programs) -> None:
    agent = programs("agent")
    for status, path, body in (
        (400, "tickets/1/note/", {"text": ""}),
        (403, "breaches/1/excuse/", {"cause": "x", "reason": "y"}),
        (404, "tickets/99/note/", TEXT),
        (409, "tickets/1/close/", {}),
    ):
        assert agent.post(path, body, Idempotency_Key="k").status_code == status
    with world.inside("agent"):
        assert not KeptAnswer.objects.exists()
    assert agent.post("tickets/1/note/", TEXT, Idempotency_Key="k").status_code == 201
    assert agent.post("tickets/1/resolve/", {"resolution": "fix"}).status_code == 201
    assert agent.post("tickets/1/close/", {}, Idempotency_Key="again").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "über"])
def test_a_key_that_is_none(world: World, ticket: Ticket, programs: Programs, key: str) -> None:
    refused(programs("ann").post("tickets/1/reply/", TEXT, Idempotency_Key=key), 400, "key_unfit")


def test_a_secret_is_shown_once(world: World) -> None:
    sender, now = Sender(world.members["ann"], None), timezone.now()
    with world.inside("ann"):
        made = [
            once(sender, "k", "f", lambda: (Given(201, '{"secret":"s"}'), Given(201, '{"secret":null}')), at=now)
            for _ in range(2)
        ]
    assert [given.body for given in made] == ['{"secret":"s"}', '{"secret":null}']


def test_kept_for_thirty_days(world: World, as_login: Login) -> None:
    now, answer = timezone.now(), Given(201, "{}")
    for who in ("ann", "cora"):
        with world.inside(who):
            once(Sender(world.members[who], None), "old", "f", lambda: (answer, answer), at=now - KEPT)
            once(Sender(world.members[who], None), "young", "f", lambda: (answer, answer), at=now - KEPT / 2)
    with as_login("portal_jobs"):
        assert forget_answers(at=now) == 0
        assert forget_answers(at=now + timedelta(seconds=1)) == 2
    for who in ("ann", "cora"):
        with world.inside(who):
            assert [kept.key for kept in KeptAnswer.objects.all()] == ["young"]


# In real transactions -------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(clone: str, django_db_blocker: Any) -> Any:
    """The clone, a secret of ann's, and the world that is committed there: ticket 1 is amy's."""
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
        world = build_world()
        with world.inside("admin"):
            made = subscribed(world)
        with world.inside("agent"):
            opened(world, made, severity="critical")
        secret = secret_of(world, "ann")
    with django_db_blocker.unblock():
        yield clone, secret, world


def call(database: str, secret: str, key: str) -> Any:
    """As one web process would answer it, on a connection of its own."""
    with logged_in(database, "portal_web"):
        client = Client(headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key})
        return client.post("/api/v1/tickets/1/reply/", TEXT, content_type="application/json")


def test_eight_at_once_act_once(committed: tuple[str, str, World]) -> None:
    """All that waited are answered alike; who came while the first was at work is told to come again, and does."""
    database, secret, world = committed
    holder = superuser_cursor(database)
    holder.execute("BEGIN")
    holder.execute("SELECT 1 FROM tickets_ticket FOR UPDATE")  # the first to come works until this ends
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(call, database, secret, "same") for _ in range(8)]
        done = [one for one in sent if _settled(one)]
        holder.execute("COMMIT")
        holder.connection.close()
        answers = [one.result(timeout=30) for one in sent]
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert len(done) == 7
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.headers["Retry-After"]) == ("in_flight", "1")
    first = next(answer.content for answer in answers if answer.status_code == 201)
    again = [call(database, secret, "same") for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in again} == {(201, first)}
    with logged_in(database, "portal_web"), world.inside("agent"):
        assert TicketEvent.objects.filter(type="customer_reply").count() == 1
        assert KeptAnswer.objects.count() == 1


def _settled(one: Any) -> bool:
    """Whether it is answered within some seconds, without the first being let go on."""
    try:
        one.result(timeout=3)
    except TimeoutError:
        return False
    return True


def test_a_call_that_dies_holds_nothing_up(committed: tuple[str, str, World]) -> None:
    """The connection is cut between the effect and the commit: nothing of it stays, and the key is free."""
    database, secret, world = committed
    holder = superuser_cursor(database)
    holder.execute("BEGIN")
    holder.execute("SELECT 1 FROM tickets_ticket FOR UPDATE")
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(_dies, database, secret)
        assert not _settled(begun)
        killer = superuser_cursor(database)
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
            [database],
        )
        assert begun.result(timeout=30) == 503
        holder.execute("COMMIT")
        holder.connection.close()
        killer.connection.close()
    assert call(database, secret, "same").status_code == 201
    with logged_in(database, "portal_web"), world.inside("agent"):
        assert TicketEvent.objects.filter(type="customer_reply").count() == 1


def _dies(database: str, secret: str) -> int:
    with logged_in(database, "portal_web"):
        client = Client(
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "same"}, raise_request_exception=False
        )
        return client.post("/api/v1/tickets/1/reply/", TEXT, content_type="application/json").status_code
