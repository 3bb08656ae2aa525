"""Secrets under an old SECRET_KEY: encrypted anew, they open without it; what no key opens changes nothing."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from slaportal.outbox.models import Endpoint
from slaportal.outbox.webhooks.actions import rotate_secret
from slaportal.outbox.webhooks.signing import opened, sealed
from slaportal.tenancy.scope import database_now
from tests.conftest import logged_in_as
from tests.outbox.webhooks.endpoints import endpoint, reread, staff
from tests.world import World

NEW = "another-key-that-is-long-enough-for-the-portal"


def renew() -> None:
    with logged_in_as("portal_jobs"):
        call_command("renew_webhook_secrets")


def test_the_old_key_can_be_dropped_afterwards(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, former = endpoint(world, "admin", "https://hooks.example.test/")
    theirs, secret = endpoint(world, "cora", "https://hooks.example.test/")
    with world.inside("admin"):
        new = rotate_secret(ours, actor=world.members["admin"], at=database_now())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]
    renew()
    renew()
    assert "The secrets of 2 webhooks" in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    kept = reread(world, ours)
    assert (opened(kept.secret), opened(kept.former_secret)) == (new, former)
    assert opened(reread(world, theirs, "p2").secret) == secret


def test_one_that_no_key_opens_stops_it_with_nothing_changed(world: World, settings: Settings) -> None:
    first, secret = endpoint(world, "admin", "https://hooks.example.test/")
    second, _secret = endpoint(world, "admin", "https://hooks.example.test/2")
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "a-key-that-nobody-remembers-any-more"
    with staff(world, "p1"):
        Endpoint.objects.filter(pk=second.pk).update(secret=sealed("whsec_eA=="))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [old]
    with pytest.raises(CommandError, match=f"webhook {second.pk} opens with none"):
        renew()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = old, []
    assert opened(reread(world, first).secret) == secret
