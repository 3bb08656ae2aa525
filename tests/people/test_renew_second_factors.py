"""Second factors outlive the key they were made with, once they are renewed."""

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from pytest_django import Settings

from slaportal.people.adapter import MfaAdapter
from tests.world import World

OLD, NEW = "an-old-key-" * 4, "a-newer-key-" * 4


def two_factors(world: World, settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    user = world.users["agent"]
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        data = {name: MfaAdapter().encrypt(f"the {name}"), "used_mask": 0}
        Authenticator.objects.create(user=user, type=kind, data=data)


def opened() -> list[str]:
    rows = Authenticator.objects.order_by("id")
    return [MfaAdapter().decrypt(row.data.get("secret") or row.data["seed"]) for row in rows]


def test_the_old_key_can_be_dropped_afterwards(world: World, settings: Settings) -> None:
    two_factors(world, settings)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    call_command("renew_second_factors")
    settings.SECRET_KEY_FALLBACKS = []
    assert opened() == ["the secret", "the seed"]


def test_one_that_no_key_opens_stops_it_with_nothing_changed(world: World, settings: Settings) -> None:
    two_factors(world, settings)
    settings.SECRET_KEY = NEW
    with pytest.raises(CommandError, match="opens with none"):
        call_command("renew_second_factors")
    with pytest.raises(InvalidToken):
        opened()
    settings.SECRET_KEY = OLD
    assert opened() == ["the secret", "the seed"]
