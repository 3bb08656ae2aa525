"""What a change of the installation's key does to tokens and invitations: nothing, while the earlier key is kept."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from slaportal.people.actions.tokens import make_token, revoke_token
from slaportal.tenancy.entrances import digest_of, find_entrance
from slaportal.tenancy.models import ApiToken, Entrance
from tests.world import World

OLD, NEW, OLDER = "old-key-" * 8, "new-key-" * 8, "older-key-" * 8


@pytest.fixture
def made(world: World, settings: Settings) -> tuple[ApiToken, str]:
    """A token from the time of the old key, and its secret."""
    settings.SECRET_KEY = OLD
    at: datetime = timezone.now()
    with world.inside("ann"):
        return make_token("t", read_only=False, expires_at=None, actor=world.members["ann"], at=at)


def test_a_digest_is_of_one_key(settings: Settings) -> None:
    settings.SECRET_KEY = NEW
    assert digest_of("slap_x") == digest_of("slap_x", NEW) != digest_of("slap_x", OLD)


def test_what_an_earlier_key_made_opens_as_long_as_that_key_is_kept(
    made: tuple[ApiToken, str], settings: Settings
) -> None:
    token, secret = made
    settings.SECRET_KEY = NEW
    assert find_entrance(Entrance.Kind.TOKEN, secret) is None
    settings.SECRET_KEY_FALLBACKS = [OLDER, OLD]
    found = find_entrance(Entrance.Kind.TOKEN, secret)
    assert found is not None
    assert found.target_id == token.pk
    assert find_entrance(Entrance.Kind.INVITATION, secret) is None
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me/").status_code == 200


def test_what_is_revoked_after_the_change_opens_nothing(
    made: tuple[ApiToken, str], world: World, settings: Settings
) -> None:
    token, secret = made
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    with world.inside("ann"):
        revoke_token(token, actor=world.members["ann"], at=timezone.now())
    assert find_entrance(Entrance.Kind.TOKEN, secret) is None
