"""Health: whether the process lives, and whether everything behind it works; each answer says what to do."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from slaportal.settings import BASE_DIR
from slaportal.site.models import Heartbeat
from slaportal.site.tasks import beat_heart
from tests.conftest import Login
from tests.world import World

pytestmark = pytest.mark.django_db

ALL = ["database", "login", "migrations", "workers", "redis", "assets"]


@pytest.fixture(autouse=True)
def built(settings: Settings, tmp_path: Path) -> None:
    """As after collectstatic."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def alive(as_login: Login) -> None:
    """A worker that just gave a sign of life."""
    with as_login("portal_jobs"):
        beat_heart()


def asked() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    body = answer.json()
    assert body["ok"] == (answer.status_code == 200)
    return answer.status_code, {check["name"]: check for check in body["checks"]}


def only_wrong() -> dict[str, Any]:
    """The one check that is not well."""
    status, checks = asked()
    assert status == 503
    (wrong,) = (check for check in checks.values() if not check["ok"])
    assert wrong["what"].endswith(".")
    assert wrong["what_now"]
    return dict(wrong)


def test_the_process_lives_and_asks_nobody(world: World, django_assert_num_queries: Any) -> None:
    browser = world.client("admin")
    with django_assert_num_queries(0):
        answer = browser.get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_all_is_well(alive: None) -> None:
    status, checks = asked()
    assert status == 200
    assert list(checks) == ALL
    assert all(check["ok"] and check["what"] and not check["what_now"] for check in checks.values())


def test_asking_needs_nobody_and_touches_no_session(alive: None, world: World) -> None:
    answer = world.client("admin").get("/readyz", headers={"host": "10.0.0.7"})
    assert answer.status_code == 200
    assert not answer.cookies


def test_a_worker_that_never_lived_is_missed() -> None:
    wrong = only_wrong()
    assert wrong["name"] == "workers"
    assert "ever" in wrong["what"]
    assert "celery -A slaportal worker" in wrong["what_now"]


def test_a_worker_that_died_is_missed(alive: None, as_login: Login) -> None:
    with as_login("portal_jobs"):
        Heartbeat.objects.update(at=Now() - timedelta(seconds=75))
    assert "for 75 s" in only_wrong()["what"]


def test_redis_is_missed(alive: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wrong = only_wrong()
    assert wrong["name"] == "redis"
    assert "REDIS_URL" in wrong["what_now"]
    assert "127.0.0.1" not in str(wrong)


def test_a_login_that_passes_the_wall_is_told(alive: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        try:
            wrong = only_wrong()
        finally:
            cursor.execute("SET SESSION AUTHORIZATION portal_web")
    assert wrong["name"] == "login"
    assert "is a superuser" in wrong["what"]


def test_a_missing_migration_is_told(alive: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'site' AND name = '0002_heartbeat'")
        cursor.execute("SET SESSION AUTHORIZATION portal_web")
    wrong = only_wrong()
    assert wrong["name"] == "migrations"
    assert "site.0002_heartbeat" in wrong["what"]
    assert wrong["what_now"] == "Run: python manage.py migrate"


def test_a_database_that_takes_no_changes_is_told(alive: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    assert "takes no changes" in only_wrong()["what"]


def test_assets_that_are_not_built_are_told(alive: None, settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "slaportal.assets.storage.RememberingStorage"},
    }
    assert only_wrong()["name"] == "assets"


ASK = """
import django, json, time
django.setup()
from django.conf import settings
from django.test import Client
browser = Client(raise_request_exception=False)
browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
began = time.monotonic()
headers = {"accept": "application/json", "host": "localhost"}
found = {url: browser.get(url, headers=headers) for url in ("/healthz", "/readyz", "/")}
took = time.monotonic() - began
from slaportal.celery import app
from slaportal.site.tasks import beat_heart
began = time.monotonic()
try:
    beat_heart.delay()
except Exception as error:
    hint = type(error).__module__ + "." + type(error).__name__
print(json.dumps({"took": took, "hint": hint, "hint_took": time.monotonic() - began, "answers":
    {url: [answer.status_code, answer.content.decode(), dict(answer.headers)] for url, answer in found.items()}}))
"""


def test_with_everything_away_the_process_says_so_quickly(environment_of: Callable[[str], dict[str, str]]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=BASE_DIR,
        env={
            **environment_of("portal_web"),
            "DATABASE_URL": "postgres://portal_web:CANARY@127.0.0.1:1/portal",
            "REDIS_URL": "redis://:CANARY@127.0.0.1:1/0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "CANARY" not in done.stdout + done.stderr
    found = json.loads(done.stdout)
    lives, ready, page = (found["answers"][url] for url in ("/healthz", "/readyz", "/"))
    assert lives[:2] == [200, "ok\n"]
    assert ready[0] == 503
    checks = {check["name"]: check for check in json.loads(ready[1])["checks"]}
    assert not checks["database"]["ok"]
    assert not checks["redis"]["ok"]
    assert page[0] == 503
    assert json.loads(page[1])["code"] == "away"
    assert page[2]["Retry-After"] == "5"
    assert found["took"] < 5
    assert found["hint"] == "kombu.exceptions.OperationalError"
    assert found["hint_took"] < 5
