"""No installation runs with a key that others know."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from slaportal.settings import BASE_DIR, INSECURE_KEY
from slaportal.site.secret_key import refuse_weak_key, weaknesses

GOOD = "0123456789abcdef" * 4


def test_a_key_of_ones_own_is_taken(settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = GOOD, [GOOD[::-1]]
    assert weaknesses() == []
    refuse_weak_key()


@pytest.mark.parametrize(
    ("key", "fallbacks", "what"),
    [
        (INSECURE_KEY, [], "SECRET_KEY is not set"),
        ("short", [], "SECRET_KEY is shorter than 32 letters"),
        (GOOD, [INSECURE_KEY], "SECRET_KEY_FALLBACKS is not set, or set to the key that stands in the source"),
        (GOOD, [GOOD, "short"], "SECRET_KEY_FALLBACKS is shorter"),
    ],
)
def test_a_key_that_others_know_or_guess_is_refused(
    settings: Settings, key: str, fallbacks: list[str], what: str
) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, fallbacks
    with pytest.raises(ImproperlyConfigured, match=rf"{what}.*docs/deploy.md.*portal\.E002"):
        refuse_weak_key()
    errors = run_checks(tags=["security"], include_deployment_checks=True)
    assert [error.msg.startswith(what) for error in errors if error.id == "portal.E002"] == [True]
    assert not [error for error in run_checks(tags=["security"]) if error.id == "portal.E002"]


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_the_demo_and_development_may_have_the_known_one(settings: Settings, name: str) -> None:
    settings.SECRET_KEY = INSECURE_KEY
    setattr(settings, name, True)
    refuse_weak_key()


def test_a_real_server_does_not_start_with_it(environment_of: Callable[[str], dict[str, str]]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "slaportal.wsgi", "--config", "python:slaportal.site.gunicorn"],
        cwd=BASE_DIR,
        env={**environment_of("portal_web"), "SECRET_KEY": INSECURE_KEY, "DEMO": "0", "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "portal.E002" in done.stderr
    assert "Traceback" not in done.stderr
