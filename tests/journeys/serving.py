"""A demo installation of its own: filled by `manage.py demo`, served by gunicorn, with workers where they matter."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from playwright.sync_api import Browser, sync_playwright

from slaportal.settings import BASE_DIR
from tests.clones import environment
from tests.conftest import superuser_cursor
from tests.journeys.visitor import Installation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The machine's network is closed: what a browser does by itself would only wait for it.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_WITHIN_S = 60


@contextlib.contextmanager
def served(database: str, directory: Path, queues: tuple[str, str]) -> Iterator[Installation]:
    """Fills that migrated database with the demo and serves it on a free port; what runs, writes into `directory`.

    `queues` is a database in Redis of its own, as `own_redis` gives it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://localhost:{free.getsockname()[1]}"
    broker_url, redis_url = queues
    with redis.Redis.from_url(redis_url) as waiting:
        waiting.flushdb()
    surroundings = {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "tests.journeys.installation",
        "PUBLIC_URL": address,
        "WEBHOOK_LOOPBACK_HOSTS": "127.0.0.1",
        "TEST_BROKER_URL": broker_url,
        "TEST_REDIS_URL": redis_url,
        "TEST_MAILBOX": str(directory / "mail"),
    }
    installation = Installation(address, database, directory, surroundings)
    fill = environment(database, "portal_jobs", **surroundings)
    subprocess.run([sys.executable, "manage.py", "demo"], cwd=BASE_DIR, env=fill, check=True, capture_output=True)
    bind = ["--bind", address.replace("http://localhost", "127.0.0.1"), "--threads", "4"]
    gunicorn = ["gunicorn", "slaportal.wsgi", *bind, "--config", "python:slaportal.site.gunicorn"]
    with _running(installation, "web", "portal_web", gunicorn) as web:
        _until(lambda: _answers(f"{address}/healthz"), web, "gunicorn answers")
        yield installation


@contextlib.contextmanager
def working(installation: Installation) -> Iterator[None]:
    """A worker for all queues and beat, from the moment on that a task came all the way through."""
    celery = ["celery", "-A", "slaportal"]
    before = superuser_cursor(installation.database)
    before.execute("DELETE FROM site_heartbeat")
    before.connection.close()
    name = f"journeys-{os.getpid()}@here"
    worker = [*celery, "worker", "--concurrency", "2", "--hostname", name, "--without-mingle", "--without-gossip"]
    beat = [*celery, "beat", "--schedule", str(installation.directory / "beat.schedule")]
    with (
        _running(installation, "worker", "portal_jobs", worker) as working,
        _running(installation, "beat", "portal_jobs", beat),
    ):
        _until(lambda: _answers(f"{installation.address}/readyz"), working, "the workers give a sign of life")
        yield


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """While one is open, its event loop forbids this process to use the database by Django."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextlib.contextmanager
def _running(installation: Installation, name: str, login: str, argv: list[str]) -> "Iterator[subprocess.Popen[bytes]]":
    with (installation.directory / f"{name}.log").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *argv],
            cwd=BASE_DIR,
            env=environment(installation.database, login, **installation.surroundings),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:  # an answer of 503 is one too
        return False
    return True


def _until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]", what: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not condition():
        assert process.poll() is None, f"it stopped: {process.args!r}"
        assert time.monotonic() < deadline, f"not within {STARTS_WITHIN_S} s: {what}"
        time.sleep(0.1)
