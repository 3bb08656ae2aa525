"""Guessing passwords: slowed for who guesses, never for others, and never for ever for the owner."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from slaportal.settings import BASE_DIR
from tests.people.authenticator import SoftwareKey
from tests.people.entrance import NEW_PASSWORD, is_in, link_in, mails, sign_in, text_of
from tests.people.test_passkeys import add, enter
from tests.site.conftest import Lines
from tests.world import World

STRANGER, OTHER = "192.0.2.66", "198.51.100.7"
EMAIL = "agent@example.test"


@pytest.fixture
def cheap(settings: Settings) -> None:
    """Guesses at unknown addresses cost next to nothing here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def guess(times: int, *, address: str = STRANGER, email: str = "", **headers: str) -> list[int]:
    """The status of each try; without an address, each at another one that nobody has."""
    return [
        sign_in(
            Client(REMOTE_ADDR=address, headers=headers), email or f"nobody{n}@example.test", "wrong-one"
        ).status_code
        for n in range(times)
    ]


def may_enter(email: str, address: str, **headers: str) -> bool:
    """Whether the right password opens from there."""
    client = Client(REMOTE_ADDR=address, headers=headers)
    sign_in(client, email)
    return is_in(client)


@pytest.mark.usefixtures("cheap")
def test_many_tries_from_one_place_end_in_429_in_our_shape(world: World, lines: Lines) -> None:
    assert guess(31)[29:] == [200, 429]
    client = Client(REMOTE_ADDR=STRANGER)
    page = sign_in(client, EMAIL)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "60"
    assert page.headers["X-Reference"] in text_of(page)
    assert "too many attempts" in text_of(page)
    form = {"login": EMAIL, "password": "x"}
    answer = client.post(reverse("account_login"), form, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert set(answer.json()) == {"code", "message", "fields", "reference"}
    said = lines()
    assert {line["level"] for line in said if line.get("status") == 429} == {"warning"}
    assert {line["ip"] for line in said if line.get("status") == 429} == {STRANGER}


def test_wrong_passwords_from_one_place_stop_sooner_and_nobody_else(world: World, lines: Lines) -> None:
    guess(10)
    assert not may_enter(EMAIL, STRANGER)
    assert may_enter(EMAIL, OTHER)
    assert may_enter("cora@example.test", OTHER)
    assert "sign_in_limited" in {line["event"] for line in lines()}


def test_one_account_guessed_at_from_everywhere_is_slowed_and_the_owner_has_other_ways(world: World) -> None:
    key = SoftwareKey()
    add(world.client("lead"), key)
    for email in (EMAIL, "lead@example.test"):
        for n in range(12):
            guess(1, address=f"203.0.113.{n}", email=email)
        assert not may_enter(email, OTHER), "not even the right one, for five minutes"
    assert may_enter("cora@example.test", OTHER)
    Client(REMOTE_ADDR=OTHER).post(reverse("account_reset_password"), {"email": EMAIL})
    owner = Client(REMOTE_ADDR=OTHER)
    form = owner.get(link_in(mails(EMAIL)[0])).headers["Location"]
    owner.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    sign_in(owner, EMAIL, NEW_PASSWORD)
    assert is_in(owner), "by mail"
    other = Client(REMOTE_ADDR=OTHER)
    enter(other, key, world, "lead")
    assert is_in(other), "by a passkey"


def test_the_right_password_does_not_use_up_tries(world: World) -> None:
    assert all(may_enter(EMAIL, OTHER) for _ in range(12))


@pytest.mark.usefixtures("cheap")
def test_the_limit_holds_while_redis_is_away(world: World, settings: Settings) -> None:
    settings.REDIS_URL = settings.BROKER_URL = "redis://127.0.0.1:1/0"
    assert guess(31)[-1] == 429
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM site_cache WHERE cache_key LIKE '%%rl:allauth.account:login:%%'")
        assert cursor.fetchone()[0] > 0


def test_a_stranger_cannot_hide_behind_a_header(world: World) -> None:
    for n in range(10):
        guess(1, **{"x-forwarded-for": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}", "x-real-ip": f"10.0.0.{n}"})
    assert not may_enter(EMAIL, STRANGER, **{"x-forwarded-for": "203.0.113.200"})
    assert may_enter(EMAIL, OTHER, **{"x-forwarded-for": STRANGER}), "nor lock others out by it"


def test_who_came_past_the_proxies_is_known_by_the_connection(world: World, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert may_enter(EMAIL, OTHER, **{"x-forwarded-for": STRANGER})
    for _ in range(10):
        guess(1, **{"x-forwarded-for": "203.0.113.9"})
    assert not may_enter(EMAIL, STRANGER, **{"x-forwarded-for": "203.0.113.200"})


def test_behind_a_proxy_of_ours_the_header_counts_as_far_as_the_proxy_wrote_it(
    world: World, settings: Settings, lines: Lines
) -> None:
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy = "127.0.0.1"
    for n in range(10):
        guess(1, address=proxy, **{"x-forwarded-for": f"203.0.113.{n}, {STRANGER}"})
    assert not may_enter(EMAIL, proxy, **{"x-forwarded-for": f"8.8.8.8, {STRANGER}"})
    assert may_enter(EMAIL, proxy, **{"x-forwarded-for": f"{STRANGER}, {OTHER}"})
    assert {line["ip"] for line in lines()} == {STRANGER, OTHER}


def test_one_setting_says_how_many_proxies_are_ours() -> None:
    ask = "from slaportal import settings as s; print([s.TRUSTED_PROXIES, s.ALLAUTH_TRUSTED_PROXY_COUNT])"
    for count in ("0", "2"):
        said = subprocess.run(
            [sys.executable, "-c", ask],
            env={**os.environ, "TRUSTED_PROXIES": count},
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(said.stdout) == [int(count)] * 2


def test_without_a_free_form_nobody_probes_for_addresses_by_the_reset(world: World) -> None:
    answers = [
        Client(REMOTE_ADDR=STRANGER)
        .post(reverse("account_reset_password"), {"email": f"n{n}@example.test"})
        .status_code
        for n in range(21)
    ]
    assert answers[-2:] == [302, 429]


def test_passkeys_are_limited_too(world: World) -> None:
    statuses = [
        Client(REMOTE_ADDR=STRANGER).post(reverse("mfa_login_webauthn"), {"credential": "{}"}).status_code
        for _ in range(11)
    ]
    assert statuses[-2:] == [302, 429]
