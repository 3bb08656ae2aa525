"""Passkeys and security keys, by a key in software that follows the rules of WebAuthn."""

import json
import re
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.people.authenticator import PRESENT, SoftwareKey
from tests.people.entrance import confirm_it_is_me, is_in, mails, set_up_app, sign_in, text_of
from tests.world import World

EMAIL = "agent@example.test"


def options_in(page: str, kind: str) -> dict[str, Any]:
    """What the page hands to the browser."""
    found = re.search(r'<script[^>]*id="js_data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found, page
    options: dict[str, Any] = json.loads(found[1])[kind]
    return options


def add(client: Client, key: SoftwareKey, **more: str) -> Any:
    """Registers the key through the page."""
    confirm_it_is_me(client)
    options = options_in(text_of(client.get(reverse("mfa_add_webauthn"))), "creation_options")
    form = {"name": "My key", "credential": json.dumps(key.make(options)), **more}
    return client.post(reverse("mfa_add_webauthn"), form)


def passkey_options(client: Client) -> dict[str, Any]:
    """What the sign-in page asks the key."""
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    options: dict[str, Any] = answer.json()["request_options"]
    return options


def enter(client: Client, key: SoftwareKey, world: World, who: str = "agent") -> dict[str, Any]:
    """Signs in by the key alone; gives what it answered."""
    person = user_pk_to_url_str(world.users[who]).encode()
    answer = key.answer(passkey_options(client), person)
    client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(answer)})
    return answer


def test_a_passkey_opens_without_a_password(world: World) -> None:
    key = SoftwareKey()
    answer = add(world.client("agent"), key, passwordless="on")
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert [mail.kind for mail in mails(EMAIL)] == ["webauthn_added"]
    client = Client()
    options = passkey_options(client)
    assert options["publicKey"]["userVerification"] == "required"
    assert not options["publicKey"].get("allowCredentials"), "it names no account"
    enter(client, key, world)
    assert is_in(client)
    assert "CANARY-provider-p1" in text_of(client.get("/"))


def test_an_answer_opens_once_and_in_its_own_browser(world: World) -> None:
    key = SoftwareKey()
    add(world.client("agent"), key)
    client = Client()
    said = json.dumps(enter(client, key, world))
    assert is_in(client)
    client.post(reverse("account_logout"))
    for browser in (client, Client()):
        browser.post(reverse("mfa_login_webauthn"), {"credential": said})
        assert not is_in(browser)
        passkey_options(browser)
        browser.post(reverse("mfa_login_webauthn"), {"credential": said})
        assert not is_in(browser)


def nonsense() -> list[str]:
    """What no key says."""
    key = SoftwareKey()
    good = key.answer({"publicKey": {"challenge": "AAAA"}}, b"1")
    broken = [{**good, "response": {**good["response"], name: value}} for name in good["response"] for value in ("", 1)]
    missing = [{name: value for name, value in good.items() if name != gone} for gone in good]
    return ["{}", "[]", "null", "x", "1", '"x"', "", *map(json.dumps, [*broken, *missing, {**good, "response": []}])]


def test_nonsense_opens_nothing_and_is_no_error_of_ours(world: World) -> None:
    client, inside = Client(), world.client("agent")
    confirm_it_is_me(inside)
    passkey_options(client)
    for n, said in enumerate(nonsense()):
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": said}, REMOTE_ADDR=f"192.0.2.{n}")
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_login")), said
        inside.get(reverse("mfa_add_webauthn"))
        assert inside.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": said}).status_code == 200, said
    assert not is_in(client)
    assert not Authenticator.objects.exists()


def test_another_key_or_another_person_opens_nothing(world: World) -> None:
    key = SoftwareKey()
    add(world.client("agent"), key)
    for stranger, who in ((SoftwareKey(), "agent"), (SoftwareKey(name=b"unknown"), "agent"), (key, "lead")):
        client = Client()
        enter(client, stranger, world, who)
        assert not is_in(client)


def test_a_key_that_does_not_know_its_person_is_no_passkey(world: World) -> None:
    key = SoftwareKey()
    add(world.client("agent"), key)
    client = Client()
    key.flags = PRESENT
    enter(client, key, world)
    assert not is_in(client)


def test_what_was_said_to_another_site_opens_nothing(world: World, settings: Settings) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    key = SoftwareKey(origin="https://testserver")
    add(world.client("agent"), key)
    for origin, host in (
        ("https://evil.example", "testserver"),
        ("https://testserver", "evil.example"),
        ("http://testserver", "testserver"),
        ("https://testserver.evil.example", "testserver"),
    ):
        client = Client()
        key.origin, key.host = origin, host
        enter(client, key, world)
        assert not is_in(client), origin
    client = Client()
    key.origin, key.host = "https://testserver", "testserver"
    enter(client, key, world)
    assert is_in(client)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver"])
def test_a_key_is_not_added_from_another_site(world: World, settings: Settings, origin: str) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    assert add(world.client("agent"), SoftwareKey(origin=origin)).status_code == 200
    assert not Authenticator.objects.exists()


def test_it_serves_as_the_second_factor(world: World) -> None:
    key = SoftwareKey()
    add(world.client("agent"), key)
    client = Client()
    assert sign_in(client, EMAIL).headers["Location"] == reverse("mfa_authenticate")
    options = options_in(text_of(client.get(reverse("mfa_authenticate"))), "request_options")
    stranger = SoftwareKey()
    client.post(reverse("mfa_authenticate"), {"credential": json.dumps(stranger.answer(options, b""))})
    assert not is_in(client)
    options = options_in(text_of(client.get(reverse("mfa_authenticate"))), "request_options")
    client.post(reverse("mfa_authenticate"), {"credential": json.dumps(key.answer(options, b""))})
    assert is_in(client)


def test_a_passkey_is_both_factors(world: World) -> None:
    client, key = world.client("agent"), SoftwareKey()
    set_up_app(client)
    add(client, key)
    other = Client()
    enter(other, key, world)
    assert is_in(other)


def test_a_switched_off_account_stays_out(world: World) -> None:
    key = SoftwareKey()
    add(world.client("agent"), key)
    world.users["agent"].is_active = False
    world.users["agent"].save()
    client = Client()
    enter(client, key, world)
    assert not is_in(client)


def test_a_removed_key_opens_nothing(world: World) -> None:
    client, key = world.client("agent"), SoftwareKey()
    add(client, key)
    there = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert "My key" in text_of(client.get(reverse("mfa_list_webauthn")))
    client.post(reverse("mfa_edit_webauthn", args=[there.pk]), {"name": "The blue one"})
    assert "The blue one" in text_of(client.get(reverse("mfa_list_webauthn")))
    client.post(reverse("mfa_remove_webauthn", args=[there.pk]))
    assert not Authenticator.objects.exists()
    other = Client()
    enter(other, key, world)
    assert not is_in(other)


def test_anothers_key_is_not_there(world: World) -> None:
    add(world.client("agent"), SoftwareKey())
    there = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    lead = world.client("lead")
    confirm_it_is_me(lead)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        path = reverse(name, args=[there.pk])
        assert lead.get(path).status_code == 404
        assert lead.post(path, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=there.pk, data__name="My key").exists()
