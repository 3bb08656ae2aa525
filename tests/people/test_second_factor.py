"""The authenticator app and the recovery codes; and providers that require a second factor."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.conf import settings as portal
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from slaportal.people.actions.tokens import make_token
from slaportal.people.adapter import MfaAdapter
from tests.people.entrance import (
    code_at,
    code_now,
    confirm_it_is_me,
    has_app,
    is_in,
    mails,
    set_up_app,
    sign_in,
    text_of,
)
from tests.site.conftest import Lines
from tests.world import World

EMAIL = "agent@example.test"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that moves when it is told to."""
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def half_way(email: str = EMAIL) -> Client:
    """A browser after the password, before the code."""
    client = Client()
    answer = sign_in(client, email)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_authenticate"))
    return client


def give(client: Client, code: str) -> bool:
    """Enters a code; whether that opened the portal."""
    client.post(reverse("mfa_authenticate"), {"code": code})
    return is_in(client)


def codes_of(client: Client) -> list[str]:
    """The unused recovery codes, as their page shows them."""
    return re.findall(r"<li>(\d{8})</li>", text_of(client.get(reverse("mfa_view_recovery_codes"))))


def test_the_code_is_asked_for_after_the_password(world: World, clock: time_machine.Traveller) -> None:
    secret = set_up_app(world.client("agent"))
    clock.shift(30)
    client = half_way()
    assert not is_in(client)
    assert client.get(reverse("people")).status_code == 302
    assert "one-time-code" in text_of(client.get(reverse("mfa_authenticate")))
    assert not give(client, "000000")
    assert not give(client, code_at(secret, timezone.now().timestamp() + 3600))
    assert give(client, code_now(secret))


def test_the_second_step_alone_leads_nowhere(world: World) -> None:
    set_up_app(world.client("agent"))
    answer = Client().post(reverse("mfa_authenticate"), {"code": "000000"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_login"))


def test_half_way_in_lasts_a_quarter_of_an_hour(world: World, clock: time_machine.Traveller) -> None:
    secret = set_up_app(world.client("agent"))
    client = half_way()
    clock.shift(timedelta(minutes=16))
    assert not give(client, code_now(secret))


def test_a_code_opens_once(world: World, clock: time_machine.Traveller) -> None:
    secret = set_up_app(world.client("agent"))
    clock.shift(30)
    code = code_now(secret)
    first, second = half_way(), half_way()
    assert give(first, code)
    assert not give(second, code)
    assert not give(second, f"{code[:3]} {code[3:]}")
    clock.shift(30)
    assert not give(second, code), "nor in the next half minute"
    assert give(second, code_now(secret))


def test_guessing_codes_is_limited(world: World, clock: time_machine.Traveller, lines: Lines) -> None:
    secret = set_up_app(world.client("agent"))
    clock.shift(60)
    client = half_way()
    for guess in range(5):
        assert not give(client, f"00000{guess}")
    assert not give(client, code_now(secret)), "the right one comes too late"
    assert "Too many" in text_of(client.post(reverse("mfa_authenticate"), {"code": code_now(secret)}))
    clock.shift(timedelta(minutes=5))
    assert give(client, code_now(secret))


def test_the_secret_lies_encrypted_in_the_database(
    world: World, settings: Settings, clock: time_machine.Traveller
) -> None:
    client = world.client("agent")
    secret = set_up_app(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT session_data FROM django_session")
        sessions = [row[0] for row in cursor.fetchall()]
    assert secret not in kept
    assert all(code not in kept for code in codes_of(client))
    assert secret not in json.dumps([dict(client.session)])
    assert sessions
    totp = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert MfaAdapter().decrypt(totp.data["secret"]) == secret
    clock.shift(30)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next key", [portal.SECRET_KEY]
    assert give(half_way(), code_now(secret)), "a new key of the installation locks nobody out"


def test_switching_it_on_takes_a_right_code_and_tells_by_mail(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    client = world.client("agent")
    confirm_it_is_me(client)
    client.get(reverse("mfa_activate_totp"))
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert not has_app(world.users["agent"])
    with django_capture_on_commit_callbacks() as on_commit:  # type: ignore[operator]
        secret = set_up_app(client)
    with request_context(client.get(reverse("mfa_index")).wsgi_request):
        for callback in on_commit:
            callback()
    (mail,) = mails(EMAIL)
    assert mail.kind == "totp_activated"
    assert secret not in mail.text + mail.html


def test_switching_it_off(world: World) -> None:
    client = world.client("agent")
    set_up_app(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists(), "the recovery codes go with it"
    assert [mail.kind for mail in mails(EMAIL)] == ["totp_deactivated"]
    fresh = Client()
    sign_in(fresh, EMAIL)
    assert is_in(fresh)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    ],
)
def test_what_guards_the_account_asks_again_who_it_is(world: World, name: str, clock: time_machine.Traveller) -> None:
    client = world.client("agent")
    if name not in ("mfa_activate_totp", "mfa_add_webauthn"):
        set_up_app(client)
    clock.shift(timedelta(minutes=31))
    for ask in (client.get, client.post):
        answer = ask(reverse(name))
        if answer.status_code != 405:
            assert answer.status_code == 302
            assert "reauthenticate" in answer.headers["Location"]
    confirm_it_is_me(client)
    assert client.get(reverse(name)).status_code == 200


def test_the_app_may_say_who_it_is_too(world: World, clock: time_machine.Traveller) -> None:
    client = world.client("agent")
    secret = set_up_app(client)
    clock.shift(timedelta(minutes=31))
    client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 302
    client.post(reverse("mfa_reauthenticate"), {"code": code_now(secret)})
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_each_recovery_code_opens_once(world: World) -> None:
    owner = world.client("agent")
    set_up_app(owner)
    codes = codes_of(owner)
    assert len(set(codes)) == 10
    assert give(half_way(), codes[0])
    assert not give(half_way(), codes[0])
    assert give(half_way(), codes[1])
    assert codes_of(owner) == codes[2:]


def test_new_recovery_codes_end_the_old_ones(world: World) -> None:
    owner = world.client("agent")
    set_up_app(owner)
    old = codes_of(owner)
    owner.post(reverse("mfa_generate_recovery_codes"))
    new = codes_of(owner)
    assert not set(old) & set(new)
    assert not give(half_way(), old[0])
    assert give(half_way(), new[0])


def test_another_persons_codes_open_nothing(world: World) -> None:
    set_up_app(world.client("agent"))
    other = world.client("lead")
    set_up_app(other)
    assert not give(half_way(), codes_of(other)[0])


def require(world: World, slug: str = "p1") -> None:
    """The provider's administrator turns the rule on."""
    who = {"p1": "admin", "p2": "cora"}[slug]
    provider = world.providers[slug]
    answer = world.client(who).post(reverse("provider"), {"name": provider.name, "mfa_required": "on"})
    assert answer.status_code == 302


@pytest.mark.parametrize("who", ["agent", "admin", "amy", "ann", "bob"])
def test_where_it_is_required_there_is_only_the_set_up(world: World, who: str) -> None:
    require(world)
    client = Client()
    sign_in(client, f"{who}@example.test")
    for path in ("/", reverse("people"), reverse("tenants"), reverse("tokens"), "/audit/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_index")), path
        assert "CANARY" not in text_of(answer)
        assert client.post(path).status_code == 302
    assert client.get("/api/v1/me/").status_code == 401
    page = client.get("/", follow=True)
    assert "requires a second factor" in text_of(page)
    set_up_app(client)
    assert is_in(client)


def test_it_is_required_from_the_next_request_on_and_of_no_other_provider(world: World) -> None:
    agent, cora = world.client("agent"), world.client("cora")
    assert is_in(agent)
    require(world)
    assert agent.get("/").headers["Location"] == reverse("mfa_index")
    assert is_in(cora)


def test_who_switches_it_off_is_asked_to_set_it_up_again(world: World) -> None:
    require(world)
    client = Client()
    sign_in(client, EMAIL)
    set_up_app(client)
    assert is_in(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/").headers["Location"] == reverse("mfa_index")


def test_programs_have_no_second_factor(world: World) -> None:
    with world.inside("agent"):
        _token, secret = make_token(
            "script", read_only=False, expires_at=None, actor=world.members["agent"], at=timezone.now()
        )
    require(world)
    caller = Client(headers={"Authorization": f"Bearer {secret}"})
    assert caller.get("/api/v1/me/").status_code == 200
    assert caller.get(reverse("people")).status_code == 302
