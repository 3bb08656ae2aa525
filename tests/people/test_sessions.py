"""Sessions: listed, ended, and over after a while; and forms that come from elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as portal
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from slaportal.people.tasks import clear_sessions
from slaportal.tenancy.models import Membership
from tests.people.entrance import is_in, sign_in, text_of
from tests.site.conftest import Lines
from tests.world import PASSWORD, World

EMAIL = "agent@example.test"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that moves when it is told to."""
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def browser(agent: str = "Firefox/140.0", address: str = "192.0.2.1") -> Client:
    """A browser in which the agent signed in."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    sign_in(client, EMAIL)
    return client


def test_they_are_listed_with_browser_and_address(world: World) -> None:
    here = browser()
    browser("Chrome/140.0 Windows", "2001:db8::7")
    sign_in(Client(REMOTE_ADDR="198.51.100.9"), "lead@example.test")
    page = text_of(here.get(reverse("usersessions_list")))
    for shown in ("Firefox", "192.0.2.1", "Chrome", "2001:db8::7", "This one"):
        assert shown in page
    assert "198.51.100.9" not in page


def test_the_others_are_ended_at_once(world: World) -> None:
    here, there, lead = browser(), browser("Chrome/140.0"), Client()
    sign_in(lead, "lead@example.test")
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert not is_in(there)
    assert is_in(lead)
    assert "Chrome" not in text_of(here.get(reverse("usersessions_list")))


def test_signing_out_ends_one(world: World) -> None:
    here, there = browser(), browser("Chrome/140.0")
    there.post(reverse("account_logout"))
    assert is_in(here)
    assert "Chrome" not in text_of(here.get(reverse("usersessions_list")))


def test_it_ends_after_a_while_without_a_request(world: World, clock: time_machine.Traveller) -> None:
    client = browser()
    assert is_in(client)
    clock.shift(8 * HOUR - timedelta(minutes=5))
    assert is_in(client)
    clock.shift(8 * HOUR + timedelta(minutes=6))
    answer = client.get(reverse("people"))
    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert "nothing happened for a while" in text_of(client.get(answer.headers["Location"]))
    assert not is_in(client)


def test_one_that_was_never_used_ends_too(world: World, clock: time_machine.Traveller) -> None:
    client = browser()
    clock.shift(8 * HOUR + timedelta(minutes=6))
    assert not is_in(client)


def test_it_ends_after_a_week_however_busy_it_is(world: World, clock: time_machine.Traveller) -> None:
    client = browser()
    for _ in range(7 * 4 - 1):
        clock.shift(6 * HOUR)
        assert is_in(client)
    clock.shift(6 * HOUR - timedelta(minutes=1))
    assert is_in(client)
    clock.shift(timedelta(minutes=2))
    assert not is_in(client)


def test_a_page_view_is_not_a_write(world: World, clock: time_machine.Traveller) -> None:
    client = browser()
    client.get("/")
    before = Session.objects.get(pk=client.cookies[portal.SESSION_COOKIE_NAME].value).session_data
    clock.shift(timedelta(minutes=4))
    client.get("/")
    assert Session.objects.get().session_data == before
    clock.shift(timedelta(minutes=2))
    client.get("/")
    assert Session.objects.get().session_data != before


def test_what_is_over_is_swept_away(world: World, clock: time_machine.Traveller) -> None:
    browser()
    clear_sessions()
    assert Session.objects.count() == 1
    clock.shift(timedelta(days=7, minutes=1))
    clear_sessions()
    assert Session.objects.count() == 0


def test_the_membership_that_was_chosen_is_not_carried_to_the_next_person(world: World) -> None:
    client = Client()
    sign_in(client, EMAIL)
    client.post(reverse("switch_to", args=[world.members["agent"].pk]))
    client.post(reverse("account_logout"))
    sign_in(client, "cora@example.test")
    page = text_of(client.get("/"))
    assert "CANARY-provider-p2" in page
    assert "CANARY-provider-p1" not in page


def token_in(client: Client, path: str) -> str:
    """The page's own token against forged forms."""
    page = text_of(client.get(path))
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def test_signing_in_takes_a_form_of_ours(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    form = {"login": EMAIL, "password": PASSWORD}
    refused = client.post(reverse("account_login"), form, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "form_expired")
    token = token_in(client, reverse("account_login"))
    evil = client.post(
        reverse("account_login"), {**form, "csrfmiddlewaretoken": token}, headers={"origin": "https://evil.example"}
    )
    assert evil.status_code == 403
    assert not is_in(client)
    assert client.post(reverse("account_login"), {**form, "csrfmiddlewaretoken": token}).status_code == 302
    assert is_in(client)
    assert client.post(reverse("account_logout")).status_code == 403
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("profile", {"name": "Mallory", "time_zone": "UTC"}),
        ("tokens", {"name": "forged"}),
        ("invite", {"email": "evil@example.test", "role": "admin"}),
        ("usersessions_list", {}),
        ("account_email", {"email": "evil@example.test", "action_add": ""}),
        ("account_change_password", {"oldpassword": PASSWORD, "password1": "forged pass", "password2": "forged pass"}),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_from_elsewhere_changes_nothing(
    world: World, name: str, form: dict[str, str], htmx: bool, lines: Lines
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["admin"])
    client.get("/")
    headers = {"origin": "https://evil.example", **({"hx-request": "true"} if htmx else {})}
    answer = client.post(reverse(name), form, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["X-Reference"] in text_of(answer)
    assert "csrf_failed" in {line["event"] for line in lines()}
    with world.inside("admin"):
        assert Membership.objects.get(pk=world.members["admin"].pk).name == "CANARY-member-admin"


def test_a_form_of_htmx_carries_the_token_in_a_header(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["admin"])
    token = token_in(client, reverse("profile"))
    form = {"name": "Ada", "time_zone": "UTC"}
    path = reverse("profile")
    assert client.post(path, form, headers={"hx-request": "true"}).status_code == 403
    assert client.post(path, form, headers={"hx-request": "true", "x-csrftoken": token}).status_code == 302


def test_a_session_on_the_api_needs_the_token_and_a_program_does_not(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["admin"])
    answer = client.post("/api/v1/me/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "form_expired")
    made = Client()
    made.force_login(world.users["admin"])
    page = text_of(made.post(reverse("tokens"), {"name": "t"}))
    secret = "slap_" + page.split("slap_")[1].split('"')[0].split("<")[0]
    program = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {secret}"})
    assert program.post("/api/v1/me/", {}, content_type="application/json").status_code == 405
    assert not program.cookies, "and gets no session"
