"""Sending: the schedule of attempts, what one bad recipient or a dead server does to the others, whose claim it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from slaportal.outbox.actions import cancel_message, leave_account_mail, retry_message
from slaportal.outbox.models import AccountMail, Message, State
from slaportal.outbox.sending import BACK_OFF, LEASE, Recording, Sent, claim_due, send_batch
from slaportal.outbox.tasks import send_due
from slaportal.refusal import Refusal
from tests.conftest import Login
from tests.outbox import letterbox
from tests.outbox.letterbox import leave, message
from tests.world import World

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def worker(world: World, as_login: Login) -> Iterator[None]:
    """All of it is judged as the workers' login."""
    with as_login("portal_jobs"):
        yield


def backend(settings: object, name: str) -> None:
    settings.EMAIL_BACKEND = f"tests.outbox.letterbox.{name}"  # type: ignore[attr-defined]


def test_what_is_due_is_sent_once_for_all_providers(world: World) -> None:
    ones, twos = leave(world, "p1", "a", "b"), leave(world, "p2", "c")
    leave_account_mail("password_reset", "d@example.test", "Reset", "text", html="<p>text</p>", key="d")
    send_due()
    send_due()
    assert sorted(m.to[0][0] for m in mail.outbox) == ["a", "b", "c", "d"]
    for slug, pk in (("p1", ones[0]), ("p1", ones[1]), ("p2", twos[0])):
        sent = message(world, slug, pk)
        assert (sent.state, sent.attempts, sent.claim) == (State.SENT, 1, None)
        assert sent.sent_at is not None
    assert AccountMail.objects.get().state == State.SENT


def test_the_mail_says_the_same_name_at_each_attempt(world: World) -> None:
    (pk,) = leave(world, "p1", "k")
    leave(world, "p2", "k")
    send_batch(Message, at=LATER)
    first, other = (m.message() for m in mail.outbox)
    with world.inside("admin"):
        Message.objects.filter(pk=pk).update(state=State.WAITING, next_attempt_at=LATER)
    send_batch(Message, at=LATER)
    again = mail.outbox[2].message()
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"] != other["Message-ID"]
    assert str(first["Message-ID"]).endswith("@localhost>")
    assert first["Auto-Submitted"] == "auto-generated"


def test_text_and_html_are_alternatives(db: None) -> None:
    leave_account_mail("x", "d@example.test", "Grüße", "Ümläut", html="<p>Ümläut</p>", key="d")
    send_batch(AccountMail)
    parts = [part.get_content_type() for part in mail.outbox[0].message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_one_bad_recipient_does_not_stop_the_others(world: World, settings: object) -> None:
    backend(settings, "Refusing")
    good, bad, better = leave(world, "p1", "good", "bad", "better")
    outcome = send_batch(Message, at=LATER)
    assert (outcome.sent, outcome.failed) == (2, 1)
    assert message(world, "p1", good).state == message(world, "p1", better).state == State.SENT
    failed = message(world, "p1", bad)
    assert (failed.state, failed.attempts) == (State.WAITING, 1)
    assert failed.last_error == "The mail server refused: 550 5.1.1 no such user"


def test_the_schedule_of_attempts_and_giving_up(world: World, settings: object) -> None:
    backend(settings, "Refusing")
    (pk,) = leave(world, "p1", "bad")
    now = LATER
    for attempt, wait in enumerate(BACK_OFF, start=1):
        assert send_batch(Message, at=now).failed == 1
        waits = message(world, "p1", pk)
        assert (waits.state, waits.attempts, waits.next_attempt_at) == (State.WAITING, attempt, now + wait)
        assert send_batch(Message, at=now + wait - timedelta(seconds=1)).claimed == 0
        now += wait
    assert send_batch(Message, at=now).failed == 1
    given_up = message(world, "p1", pk)
    assert (given_up.state, given_up.attempts) == (State.GIVEN_UP, 10)
    assert send_batch(Message, at=now + timedelta(days=9)).claimed == 0
    hours = [int(wait / timedelta(hours=1)) for wait in BACK_OFF[3:]]
    assert (BACK_OFF[:3], hours) == (
        (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
        [2, 5, 10, 14, 20, 24],
    )


def test_a_dead_mail_server_backs_off_all(world: World, settings: object) -> None:
    backend(settings, "Unreachable")
    ids = leave(world, "p1", "a", "b") + leave(world, "p1", "c")
    outcome = send_batch(Message, at=LATER)
    assert (outcome.claimed, outcome.sent, outcome.failed) == (3, 0, 3)
    for pk in ids:
        waits = message(world, "p1", pk)
        assert (waits.state, waits.next_attempt_at) == (State.WAITING, LATER + BACK_OFF[0])
        assert waits.last_error.startswith("The mail server could not be reached")
        assert "ConnectionRefusedError" not in waits.last_error


def test_a_connection_that_breaks_is_opened_again(world: World, settings: object) -> None:
    backend(settings, "Breaking")
    letterbox.Breaking.opened = 0
    first, second, third = leave(world, "p1", "first", "second", "third")
    outcome = send_batch(Message, at=LATER)
    assert (outcome.sent, outcome.failed) == (2, 1)
    assert [message(world, "p1", pk).state for pk in (first, second, third)] == ["sent", "waiting", "sent"]


def test_a_claim_is_exclusive_until_its_lease_ends(world: World) -> None:
    (pk,) = leave(world, "p1", "a")
    claim = claim_due(Message, at=LATER)
    assert len(claim) == 1
    assert len(claim_due(Message, at=LATER + LEASE - timedelta(seconds=1))) == 0
    outcome = send_batch(Message, at=LATER + LEASE)
    assert outcome.sent == 1
    assert message(world, "p1", pk).attempts == 2


def test_who_lost_the_claim_records_nothing(world: World) -> None:
    """A worker that slept through its lease neither marks as sent nor backs off what another one has now."""
    (pk,) = leave(world, "p1", "a")
    slow = claim_due(Message, at=LATER)
    late = message(world, "p1", pk)
    quick = claim_due(Message, at=LATER + LEASE)
    recording = Recording(slow, LATER + LEASE, Sent())
    recording.sent(world.providers["p1"].pk, late)
    recording.failed(world.providers["p1"].pk, late, "why")
    now = message(world, "p1", pk)
    assert (now.state, now.claim, now.last_error) == (State.SENDING, quick.number, "")


def test_a_message_that_kills_its_worker_is_given_up_in_the_end(world: World) -> None:
    (pk,) = leave(world, "p1", "a")
    now = LATER
    for _death in range(10):
        assert len(claim_due(Message, at=now)) == 1
        now += LEASE
    assert send_batch(Message, at=now).sent == 0
    assert message(world, "p1", pk).state == State.GIVEN_UP
    assert mail.outbox == []


def test_a_batch_that_takes_too_long_puts_the_rest_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = leave(world, "p1", "a", "b")
    monkeypatch.setattr("slaportal.outbox.sending.SENDS_FOR", -1)
    outcome = send_batch(Message, at=LATER)
    assert (outcome.claimed, outcome.put_back, outcome.sent) == (2, 2, 0)
    waits = message(world, "p1", ids[0])
    assert (waits.state, waits.attempts, waits.next_attempt_at) == (State.WAITING, 0, LATER)


def test_a_batch_is_as_large_as_was_asked(world: World) -> None:
    leave(world, "p1", *"abcde")
    assert send_batch(Message, at=LATER, most=3).claimed == 3
    assert send_batch(Message, at=LATER, most=3).claimed == 2
    assert send_batch(Message, at=LATER, most=3).claimed == 0


def test_sending_again_what_was_given_up_and_nothing_else(world: World) -> None:
    (pk,) = leave(world, "p1", "a")
    admin = world.members["admin"]
    with pytest.raises(Refusal) as refused, world.inside("admin"):
        retry_message(Message.objects.get(pk=pk), actor=admin, at=LATER)
    assert (refused.value.code, refused.value.status) == ("message_not_given_up", 409)
    with world.inside("admin"):
        Message.objects.filter(pk=pk).update(state=State.GIVEN_UP, attempts=10)
        retry_message(Message.objects.get(pk=pk), actor=admin, at=LATER)
    waits = message(world, "p1", pk)
    assert (waits.state, waits.attempts, waits.next_attempt_at) == (State.WAITING, 0, LATER)


def test_what_is_cancelled_is_not_sent(world: World) -> None:
    (pk,) = leave(world, "p1", "a")
    with world.inside("admin"):
        cancel_message(Message.objects.get(pk=pk), actor=world.members["admin"])
    assert send_batch(Message, at=LATER).claimed == 0
    with pytest.raises(Refusal) as refused, world.inside("admin"):
        cancel_message(Message.objects.get(pk=pk), actor=world.members["admin"])
    assert refused.value.code == "message_not_waiting"
