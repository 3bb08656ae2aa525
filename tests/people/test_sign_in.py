"""Signing in and out: by address and password, told nothing else, into a session of its own."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as portal
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.people.entrance import is_in, mails, sign_in, text_of
from tests.site.conftest import Lines
from tests.world import PASSWORD, World

TYPED = "typed-by-mistake-7f3a"


class CountingHasher(MD5PasswordHasher):
    """Cheap, and counts how often somebody made it work."""

    algorithm = "counting"
    worked = 0

    def encode(self, password: str, salt: str) -> str:
        """Both making and checking come through here."""
        type(self).worked += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("spelled", ["agent@example.test", "Agent@Example.TEST", "  AGENT@example.test "])
def test_by_address_however_it_is_spelled(world: World, spelled: str) -> None:
    client = Client()
    answer = sign_in(client, spelled)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    home = client.get("/")
    assert home.status_code == 200
    assert "CANARY-provider-p1" in text_of(home)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World) -> None:
    known = sign_in(Client(), "agent@example.test", "wrong-password-here")
    unknown = sign_in(Client(), "nobody@example.test", "wrong-password-here")
    assert known.status_code == unknown.status_code == 200
    same = [
        re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}|nonce=\S+|csrfmiddlewaretoken\S+ \S+", "", text_of(page)).replace(who, "")
        for page, who in ((known, "agent@example.test"), (unknown, "nobody@example.test"))
    ]
    assert same[0] == same[1]
    assert "wrong-password-here" not in text_of(known)


def test_an_unknown_address_is_as_much_work(world: World, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    world.users["agent"].set_password(PASSWORD)
    world.users["agent"].save()
    work = []
    for email in ("agent@example.test", "nobody@example.test"):
        CountingHasher.worked = 0
        sign_in(Client(), email, "wrong-password-here")
        work.append(CountingHasher.worked)
    assert work == [1, 1]


def test_nothing_that_was_typed_stands_in_the_log(world: World, lines: Lines) -> None:
    sign_in(Client(), "agent@example.test", TYPED)
    sign_in(Client(), f"{TYPED}@example.test", TYPED)
    sign_in(Client(), TYPED, TYPED)  # the password in the wrong field
    sign_in(Client(), "agent@example.test")
    said = lines()
    assert [line["level"] for line in said if line["event"] == "sign_in_failed"] == ["warning", "warning"]
    assert TYPED not in str(said)
    assert PASSWORD not in str(said)
    assert "agent@example.test" not in str(said)


def test_the_session_key_changes_at_sign_in(world: World) -> None:
    client = Client()
    planted = client.session
    planted["of"] = "a thief who knows this key"
    planted.save()
    client.cookies[portal.SESSION_COOKIE_NAME] = str(planted.session_key)
    sign_in(client, "agent@example.test")
    assert is_in(client)
    assert client.cookies[portal.SESSION_COOKIE_NAME].value != planted.session_key
    thief = Client()
    thief.cookies[portal.SESSION_COOKIE_NAME] = str(planted.session_key)
    assert not is_in(thief)


def test_the_cookies_are_locked_and_end_with_the_browser(world: World) -> None:
    client = Client()
    sign_in(client, "agent@example.test")
    cookie = client.cookies[portal.SESSION_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
    assert cookie["expires"] == ""


def test_after_signing_out_nothing_is_shown_and_nothing_was_kept(world: World) -> None:
    client = Client()
    sign_in(client, "agent@example.test")
    for path in ("/", reverse("people"), reverse("tenants"), reverse("profile"), reverse("usersessions_list")):
        page = client.get(path)
        assert page.status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
    stolen = client.cookies[portal.SESSION_COOKIE_NAME].value
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_in(client), "a GET signs nobody out"
    client.post(reverse("account_logout"))
    assert not is_in(client)
    thief = Client()
    thief.cookies[portal.SESSION_COOKIE_NAME] = stolen
    for browser in (client, thief):
        answer = browser.get(reverse("people"))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_nobody_is_led_elsewhere(world: World, target: str) -> None:
    page = Client().get(reverse("account_login"), {"next": target})
    assert page.status_code == 200
    client = Client()
    answer = client.post(
        reverse("account_login"), {"login": "agent@example.test", "password": PASSWORD, "next": target}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    again = client.get(reverse("account_login"), {"next": target})
    assert (again.status_code, again.headers["Location"]) == (302, "/")


def test_one_comes_back_to_where_one_wanted_to_go(world: World) -> None:
    client = Client()
    wanted = f"{reverse('people')}?page=1"
    asked = client.get(wanted)
    page = text_of(client.get(asked.headers["Location"]))
    assert 'name="next"' in page
    answer = client.post(
        reverse("account_login"), {"login": "agent@example.test", "password": PASSWORD, "next": wanted}
    )
    assert answer.headers["Location"] == wanted


def test_nobody_signs_up(world: World) -> None:
    page = Client().get(reverse("account_signup"))
    assert "Accounts are made by invitation" in text_of(page)
    form = {"email": "new@example.test", "password1": "nine quiet harbours"}
    assert "Accounts are made by invitation" in text_of(Client().post(reverse("account_signup"), form))
    assert not EmailAddress.objects.filter(email="new@example.test").exists()


def test_a_switched_off_account_does_not_get_in_and_is_out_at_once(world: World) -> None:
    client = world.client("agent")
    assert is_in(client)
    world.users["agent"].is_active = False
    world.users["agent"].save()
    assert not is_in(client)
    other = Client()
    assert sign_in(other, "agent@example.test").headers["Location"] == reverse("account_inactive")
    assert not is_in(other)


def test_an_address_that_was_never_confirmed_gets_a_link_first(world: World) -> None:
    EmailAddress.objects.filter(user=world.users["agent"]).update(verified=False)
    client = Client()
    answer = sign_in(client, "agent@example.test")
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert not is_in(client)
    assert [mail.kind for mail in mails("agent@example.test")] == ["email_confirmation"]
