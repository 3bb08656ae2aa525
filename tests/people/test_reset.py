"""A forgotten password: a link by mail, good once, for a while, for one person."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from slaportal.outbox.models import State
from tests.people.entrance import (
    NEW_PASSWORD,
    code_now,
    is_in,
    link_in,
    mails,
    set_up_app,
    sign_in,
    text_of,
)
from tests.site.conftest import Lines
from tests.world import World

FORM = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
INVALID = "This link is no longer valid"


def ask(email: str) -> str:
    """Asks for the link, and gives the page that follows."""
    return text_of(Client().post(reverse("account_reset_password"), {"email": email}, follow=True))


def open_link(client: Client, path: str) -> str:
    """Where the link leads: the path of the form, without the secret in it, or nowhere."""
    answer = client.get(path)
    return str(answer.headers.get("Location", ""))


def reset(path: str) -> Client:
    """Chooses the new password in a browser of its own."""
    client = Client()
    form = open_link(client, path)
    assert form.endswith("set-password/")
    answer = client.post(form, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_reset_password_from_key_done"))
    return client


def test_by_a_link_in_a_mail_that_lies_in_the_outbox(world: World) -> None:
    ask("Agent@Example.test")
    (mail,) = mails()
    assert (mail.kind, mail.recipient, mail.state) == ("password_reset_key", "agent@example.test", State.WAITING)
    client = reset(link_in(mail))
    assert not is_in(client), "it signs nobody in"
    assert sign_in(Client(), "agent@example.test").status_code == 200
    assert sign_in(Client(), "agent@example.test", NEW_PASSWORD).status_code == 302
    assert [later.kind for later in mails()] == ["password_reset_key", "password_reset"]
    assert NEW_PASSWORD not in mails()[1].text


def test_the_link_works_once(world: World) -> None:
    ask("agent@example.test")
    link = link_in(mails()[0])
    reset(link)
    assert INVALID in text_of(Client().get(link))
    assert open_link(Client(), link) == ""


def test_a_link_that_was_opened_twice_works_in_one_browser_only(world: World) -> None:
    ask("agent@example.test")
    link = link_in(mails()[0])
    first, second = Client(), Client()
    form = open_link(first, link)
    open_link(second, link)
    assert first.post(form, FORM).status_code == 302
    answer = second.post(form, {"password1": "a third harbour lies", "password2": "a third harbour lies"})
    assert INVALID in text_of(answer)
    assert sign_in(Client(), "agent@example.test", NEW_PASSWORD).status_code == 302


def test_the_form_without_the_link_leads_nowhere(world: World) -> None:
    ask("agent@example.test")
    form = open_link(Client(), link_in(mails()[0]))
    assert INVALID in text_of(Client().post(form, FORM))
    assert sign_in(Client(), "agent@example.test").status_code == 302


@pytest.mark.parametrize("days", [1, 3, 4])
def test_the_link_expires(world: World, days: int) -> None:
    began = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with time_machine.travel(began, tick=False) as clock:
        ask("agent@example.test")
        clock.shift(timedelta(days=days, minutes=-1 if days < 4 else 0))
        page = Client().get(link_in(mails()[0]))
        assert (page.status_code == 302) == (days < 4)


def test_the_link_of_another_does_not_open_mine(world: World) -> None:
    ask("agent@example.test")
    ask("cora@example.test")
    mine, theirs = (link_in(mails(f"{who}@example.test")[0]) for who in ("agent", "cora"))
    person, _dash, key = mine.rsplit("/", 2)[1].partition("-")
    other = theirs.rsplit("/", 2)[1].partition("-")[0]
    mixed = mine.replace(f"/{person}-{key}/", f"/{other}-{key}/")
    assert mixed != mine
    assert INVALID in text_of(Client().get(mixed))


def test_a_new_address_makes_the_link_worthless(world: World) -> None:
    ask("agent@example.test")
    world.users["agent"].email = "moved@example.test"
    world.users["agent"].save()
    assert INVALID in text_of(Client().get(link_in(mails()[0])))


def test_an_unknown_address_gets_the_same_page_and_a_mail_that_says_so(world: World) -> None:
    known, unknown = ask("agent@example.test"), ask("nobody@example.test")
    assert "If an account has this address" in known
    assert known.count("<h1") == unknown.count("<h1")
    assert "nobody@example.test" not in unknown
    (mail,) = mails("nobody@example.test")
    assert mail.kind == "unknown_account"
    assert "/key/" not in mail.text
    assert "There is no account with this address" in mail.text


def test_the_other_sessions_end(world: World) -> None:
    thief = Client()
    sign_in(thief, "agent@example.test")
    assert is_in(thief)
    ask("agent@example.test")
    reset(link_in(mails()[0]))
    assert not is_in(thief)


def test_it_does_not_skip_the_second_factor(world: World) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False) as clock:
        secret = set_up_app(world.client("agent"))
        ask("agent@example.test")
        client = reset(link_in(mails("agent@example.test")[-1]))
        answer = sign_in(client, "agent@example.test", NEW_PASSWORD)
        assert answer.headers["Location"] == reverse("mfa_authenticate")
        assert not is_in(client)
        clock.shift(30)
        client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert is_in(client)


def test_a_weak_one_is_refused_here_too(world: World) -> None:
    ask("agent@example.test")
    client = Client()
    form = open_link(client, link_in(mails()[0]))
    for weak in ("password1234", "agent@example.test", "short"):
        assert client.post(form, {"password1": weak, "password2": weak}).status_code == 200
    assert sign_in(Client(), "agent@example.test").status_code == 302


def test_a_switched_off_account_gets_no_link(world: World) -> None:
    world.users["agent"].is_active = False
    world.users["agent"].save()
    ask("agent@example.test")
    assert [mail.kind for mail in mails()] == ["unknown_account"]


def test_the_key_stands_neither_in_the_log_nor_in_a_referrer(world: World, lines: Lines) -> None:
    ask("agent@example.test")
    link = link_in(mails()[0])
    key = link.rsplit("/", 2)[1]
    client = reset(link)
    assert key not in str(lines())
    assert key.partition("-")[2] not in str(lines())
    assert client.get(reverse("account_login")).headers["Referrer-Policy"] == "same-origin"


def test_asking_often_is_limited_and_fills_no_mailbox(world: World) -> None:
    for _ in range(8):
        ask("agent@example.test")
    assert len(mails("agent@example.test")) == 5
