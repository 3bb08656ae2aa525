"""A demo installation on a copy of the test database, served by gunicorn, and Debian's Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here are for a browser and real processes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def installation(django_db_setup: None, django_db_blocker: Any) -> Iterator[Installation]:
    """Migrated, filled by `manage.py demo`, served on a free port."""
    if CHROMIUM is None and not os.environ.get("BROWSER_TESTS"):
        pytest.skip("no Chromium here: apt-get install chromium (BROWSER_TESTS=1 makes this a failure)")
    assert CHROMIUM, "BROWSER_TESTS is set and there is no Chromium"
    with django_db_blocker.unblock():
        connections.close_all()
        original = connections["owner"].settings_dict["NAME"]
        copy = f"{original}_journeys"
        server = superuser_cursor()
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}" OWNER portal_owner')
        try:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            yield from _served(copy, port)
        finally:
            connections.close_all()
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
            server.connection.close()


def _served(copy: str, port: int) -> Iterator[Installation]:
    address = f"http://localhost:{port}"
    fill = environment(copy, "portal_jobs", DEMO="1")
    subprocess.run([sys.executable, "manage.py", "demo"], cwd=BASE_DIR, env=fill, check=True, capture_output=True)
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "slaportal.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4",
         "--config", "python:slaportal.site.gunicorn"],
        cwd=BASE_DIR,
        env=environment(copy, "portal_web", DEMO="1", PUBLIC_URL=address, WEBHOOK_LOOPBACK_HOSTS="127.0.0.1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"{address}/healthz", web)
        yield Installation(address, copy)
    finally:
        web.terminate()
        web.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "gunicorn stopped"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} does not answer")


@pytest.fixture
def browser(installation: Installation) -> Iterator[Browser]:
    """A browser for each test: while one is open, its event loop forbids this process to use the database."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()
