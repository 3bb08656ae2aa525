"""API tokens: shown once, kept as a digest, read-only ones, expiry, revocation."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from slaportal.people.actions.tokens import make_token, revoke_token
from slaportal.refusal import Refusal
from slaportal.tenancy.entrances import digest_of, find_entrance
from slaportal.tenancy.models import ApiToken
from slaportal.tenancy.queries import caller_of
from tests.world import World


def token_of(world: World, who: str, *, read_only: bool = False) -> tuple[ApiToken, str]:
    with world.inside(who):
        return make_token("t", read_only=read_only, expires_at=None, actor=world.members[who], at=timezone.now())


def caller(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_it_acts_as_its_member(world: World) -> None:
    _token, secret = token_of(world, "ann")
    found = caller(secret).get("/api/v1/me/").json()
    assert found["tenant"]["name"] == "CANARY-tenant-a"
    assert found["role"] == "manager"


def test_the_page_shows_the_secret_once(world: World) -> None:
    client = world.client("agent")
    page = client.post(reverse("tokens"), {"name": "reporting"}).content.decode()
    assert "slap_" in page
    listed = client.get(reverse("tokens")).content.decode()
    assert "reporting" in listed
    with world.inside("agent"):
        prefix = ApiToken.objects.get().prefix
    assert f"{prefix}…" in listed
    assert listed.count("slap_") == 1


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        (["tickets:read"], "only read"),
        (["tickets:read", "credits:write"], "read and write"),
        ([], "read and write"),
    ],
)
def test_a_token_with_scopes_to_read_alone_is_listed_as_one_that_only_reads(
    world: World, scopes: list[str], may: str
) -> None:
    client = world.client("agent")
    client.post(reverse("tokens"), {"name": "reporting", "scopes": scopes})
    assert f'data-l="May">{may}<' in client.get(reverse("tokens")).content.decode()
    (row,) = csv.DictReader(client.get(reverse("tokens_csv")).getvalue().decode("utf-8-sig").splitlines())
    assert row["Only reads"] == ("yes" if may == "only read" else "no")


def test_the_database_holds_no_secret(world: World) -> None:
    _token, secret = token_of(world, "agent")
    with world.inside("agent"), connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM tenancy_entrance")
        digests = [row[0] for row in cursor.fetchall()]
    assert digests == [digest_of(secret)]
    assert secret not in digests[0]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer slap_wrong", "Basic slap_wrong", "Bearer \x00"])
def test_a_wrong_one_is_a_stranger(world: World, header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    told = "unknown, expired or revoked" if "slap_" in header and "Bearer" in header else "Send an API token"
    assert told in answer.json()["message"]


def test_a_wrong_one_does_not_fall_back_on_the_session(world: World) -> None:
    client = world.client("agent")
    assert client.get("/api/v1/me/").status_code == 200
    assert client.get("/api/v1/me/", headers={"Authorization": "Bearer slap_wrong"}).status_code == 401


def test_tokens_open_the_api_and_no_page(world: World) -> None:
    _token, secret = token_of(world, "agent")
    assert caller(secret).get(reverse("people")).status_code == 302


def test_a_revoked_one_and_an_expired_one_open_nothing(world: World) -> None:
    token, secret = token_of(world, "agent")
    with world.inside("agent"):
        revoke_token(token, actor=world.members["agent"], at=timezone.now())
        with pytest.raises(Refusal):
            revoke_token(token, actor=world.members["agent"], at=timezone.now())
    assert caller(secret).get("/api/v1/me/").status_code == 401
    now = timezone.now()
    with world.inside("agent"):
        _t, short = make_token(
            "t", read_only=False, expires_at=now + timedelta(hours=1), actor=world.members["agent"], at=now
        )
        with pytest.raises(Refusal):
            make_token("t", read_only=False, expires_at=now, actor=world.members["agent"], at=now)
    assert caller_of(short, now=now + timedelta(minutes=59)) is not None
    assert caller_of(short, now=now + timedelta(hours=1)) is None


def test_a_deactivated_account_opens_nothing(world: World) -> None:
    _token, secret = token_of(world, "agent")
    world.users["agent"].is_active = False
    world.users["agent"].save()
    assert caller(secret).get("/api/v1/me/").status_code == 401


def test_only_the_presented_entrance_is_seen(world: World) -> None:
    token_of(world, "agent")
    _token, secret = token_of(world, "cora")
    found = find_entrance("token", secret)
    assert found is not None
    assert found.provider_id == world.providers["p2"].pk
    assert find_entrance("invitation", secret) is None


def test_own_tokens_and_for_administrators_all(world: World) -> None:
    token_of(world, "agent")
    token, _secret = token_of(world, "lead")
    assert world.client("agent").post(reverse("token_revoke", args=[token.pk])).status_code == 404
    assert world.client("admin").post(reverse("token_revoke", args=[token.pk])).status_code == 302


def test_an_expiry_in_the_past_is_said_at_the_field(world: World) -> None:
    answer = world.client("agent").post(reverse("tokens"), {"name": "t", "expires_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "expired already" in answer.content.decode()


def test_its_use_is_noted_to_the_minute(world: World) -> None:
    token, secret = token_of(world, "ann")
    now = timezone.now()
    for later, noted in ((0, 0), (59, 0), (60, 60)):
        assert caller_of(secret, now=now + timedelta(seconds=later))
        with world.inside("ann"):
            token.refresh_from_db()
        assert token.last_used_at == now + timedelta(seconds=noted)
    assert "not yet" not in world.client("ann").get(reverse("tokens")).content.decode()
