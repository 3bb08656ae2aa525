"""What a password may be, everywhere that one is chosen; and what the inputs say to browsers and password managers."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from slaportal.settings import BASE_DIR
from tests.people.entrance import NEW_PASSWORD, is_in, link_in, mails, sign_in, text_of
from tests.world import PASSWORD, World

LONG = "zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich 12 🥊 " * 2


def change(client: Client, new: str, old: str = PASSWORD) -> str:
    """The page after the form; empty once it was taken."""
    answer = client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})
    return "" if answer.status_code == 302 else text_of(answer)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-one", "at least 10 characters"),
        ("password1234", "too common"),
        ("1234567890", "too common"),
        ("agent@example.test", "too similar"),
        ("agent agent", "too similar"),
        ("x1" * 100 + "y", "at most 200 characters"),
        ("nine quiet" * 10_000, "at most 200 characters"),
    ],
)
def test_what_is_refused_and_why(world: World, password: str, why: str) -> None:
    world.users["agent"].name = "Agent Agent"
    world.users["agent"].save()
    client = world.client("agent")
    page = change(client, password)
    assert why in page
    assert page
    assert f'value="{password}"' not in page
    assert sign_in(Client(), "agent@example.test").status_code == 302, "the old one stays"


@pytest.mark.parametrize(
    "password",
    [
        "lowercaseonly",
        "just words with spaces",
        " begins and ends with one ",
        "8203759164",
        "пароль из слов",
        "🦉🌲🌙🦊🍄🌧🐚🪨🌾🕯",
        LONG[:64],
        LONG,
        "x1" * 100,
    ],
)
def test_what_is_allowed_whatever_it_is_made_of(world: World, password: str) -> None:
    assert change(world.client("agent"), password) == ""
    assert sign_in(Client(), "agent@example.test", password).status_code == 302
    assert sign_in(Client(), "agent@example.test", password + "x").status_code == 200
    if password != password.strip():
        assert sign_in(Client(), "agent@example.test", password.strip()).status_code == 200


def test_the_old_password_is_asked_for(world: World) -> None:
    client = world.client("agent")
    assert "current password" in change(client, NEW_PASSWORD, old="not-this-one").lower()
    assert sign_in(Client(), "agent@example.test").status_code == 302


def test_changing_it_ends_every_session_and_says_so_by_mail(world: World) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, "agent@example.test")
        assert is_in(client)
    assert change(here, NEW_PASSWORD) == ""
    assert not is_in(here)
    assert not is_in(there)
    (mail,) = mails("agent@example.test")
    assert mail.kind == "password_changed"
    assert NEW_PASSWORD not in mail.text
    assert sign_in(Client(), "agent@example.test").status_code == 200
    assert sign_in(Client(), "agent@example.test", NEW_PASSWORD).status_code == 302


def inputs(page: str) -> dict[str, str]:
    """Every input that somebody types into, by its name."""
    found = re.findall(r"<input\b[^>]*>", page)
    named = {match[1]: tag for tag in found if (match := re.search(r'name="([^"]+)"', tag))}
    return {name: tag for name, tag in named.items() if 'type="hidden"' not in tag}


def test_the_inputs_help_password_managers_and_nothing_hinders_pasting(world: World) -> None:
    client = world.client("agent")
    Client().post(reverse("account_reset_password"), {"email": "amy@example.test"})
    stranger = Client()
    reset = stranger.get(link_in(mails("amy@example.test")[0]), follow=True)
    expected = {
        text_of(Client().get(reverse("account_login"))): {"login": "email", "password": "current-password"},
        text_of(Client().get(reverse("account_reset_password"))): {"email": "email"},
        text_of(reset): {"password1": "new-password", "password2": "new-password"},
        text_of(client.get(reverse("account_reauthenticate"))): {"password": "current-password"},
        text_of(client.get(reverse("account_change_password"))): {
            "oldpassword": "current-password",
            "password1": "new-password",
            "password2": "new-password",
        },
    }
    for page, fields in expected.items():
        found = inputs(page)
        for name, autocomplete in fields.items():
            assert f'autocomplete="{autocomplete}"' in found[name], found[name]
            assert "maxlength" not in found[name] or "password" not in name
        assert "onpaste" not in page
        assert 'autocomplete="off"' not in page


def test_no_script_of_ours_touches_pasting() -> None:
    for script in (BASE_DIR / "slaportal" / "assets" / "static").glob("*.js"):
        assert "paste" not in script.read_text()
