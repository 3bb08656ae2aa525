"""A login that could pass the wall starts nothing: neither the web nor a worker, and both say why."""

import subprocess
import sys

import pytest

from slaportal.settings import BASE_DIR
from tests.conftest import SUPERUSER
from tests.processes.fleet import Fleet

pytestmark = pytest.mark.workers

WEB = ("gunicorn", "slaportal.wsgi", "--config", "python:slaportal.site.gunicorn", "--bind", "127.0.0.1:0")
WORKER = ("celery", "-A", "slaportal", "worker", "--concurrency", "1")


@pytest.mark.parametrize(
    ("argv", "login"), [(WEB, SUPERUSER), (WORKER, SUPERUSER), (WEB, "portal_owner")], ids=["web", "worker", "owner"]
)
def test_a_login_that_passes_the_wall_starts_nothing(fleet: Fleet, argv: tuple[str, ...], login: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *argv],
        cwd=BASE_DIR,
        env=fleet.environment(login),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "portal.E001" in done.stderr
    assert f"The login may pass the wall: {login} " in done.stderr
    assert "Traceback" not in done.stderr
