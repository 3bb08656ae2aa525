"""What stood in old mails is forgotten; that they were sent is not, and what can still be sent stays whole."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from slaportal.outbox.actions import leave_account_mail
from slaportal.outbox.forgetting import KEPT, forget_account_mails, forget_words
from slaportal.outbox.models import AccountMail, Message, State
from slaportal.outbox.sending import send_batch
from tests.conftest import Login
from tests.outbox.letterbox import leave, message
from tests.world import World


@pytest.fixture(autouse=True)
def worker(world: World, as_login: Login) -> Iterator[None]:
    with as_login("portal_jobs"):
        yield


def set_state(world: World, states: dict[int, str]) -> datetime:
    """When the last of them was left."""
    with world.inside("admin"):
        for pk, state in states.items():
            Message.objects.filter(pk=pk).update(state=state)
        return max(Message.objects.filter(pk__in=states).values_list("created_at", flat=True))


def test_mails_that_ended_are_emptied_and_stay_under_their_keys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slaportal.outbox.forgetting.CHUNK", 2)
    keys = {"a": State.SENT, "b": State.GIVEN_UP, "c": State.WAITING, "d": State.CANCELLED, "e": State.SENT}
    left = dict(zip(keys, leave(world, "p1", *keys), strict=True))
    (other,) = leave(world, "p2", "a")
    old = set_state(world, {left[key]: state for key, state in keys.items()})
    assert forget_words(at=old) == 0
    assert forget_words(at=old + 2 * KEPT) == 3
    for key, state in keys.items():
        kept = message(world, "p1", left[key])
        assert (kept.state, bool(kept.text)) == (state, key in {"b", "c"})
        assert (kept.html, kept.subject, kept.key) == ("", f"About {key}", key)
    assert message(world, "p2", other).text  # nobody has sent it yet
    assert forget_words(at=old + 2 * KEPT) == 0
    assert leave(world, "p1", "a") == [left["a"]]  # not once more


def test_what_is_younger_keeps_its_words(world: World) -> None:
    (pk,) = leave(world, "p1", "a")
    send_batch(Message)
    made = message(world, "p1", pk).created_at
    assert forget_words(at=made + KEPT) == 0
    assert message(world, "p1", pk).text


def test_mails_about_accounts_are_deleted_however_they_ended(world: World) -> None:
    for key in ("sent", "given_up", "waiting"):
        leave_account_mail("password_reset", f"{key}@example.test", "Reset", "a secret link", key=key)
        AccountMail.objects.filter(key=key).update(state=key)
    newest = AccountMail.objects.latest("created_at").created_at
    assert forget_account_mails(at=newest) == 0
    assert forget_account_mails(at=newest + 2 * KEPT) == 2
    assert AccountMail.objects.get().key == "waiting"
