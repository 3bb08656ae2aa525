"""The health checks of the containers: quiet while the process lives, and one sentence when it does not."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from slaportal.deploy.alive import SILENT_FOR_S, beat, main, web
from slaportal.settings import BASE_DIR


class Answers(BaseHTTPRequestHandler):
    """200 at /healthz, as long as `status` says so."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[str]:
    """Where somebody answers."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield str(server.server_address[1])
        server.shutdown()
        thread.join()


def test_a_web_process_that_answers_lives(port: str) -> None:
    assert web({"PORT": port}) == ""


def test_a_web_process_that_answers_with_an_error_does_not(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "status", 500)
    assert web({"PORT": port}) == "/healthz: 500"


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert "refused" in web({"PORT": str(free.getsockname()[1])})


def test_beat_lives_while_it_writes(tmp_path: Path) -> None:
    schedule = tmp_path / "schedule"
    assert beat(schedule) == f"{schedule} was never written"
    written = tmp_path / "schedule.dat"  # the ending depends on what Python was built with
    written.touch()
    assert beat(schedule) == ""
    long_ago = written.stat().st_mtime - SILENT_FOR_S - 5
    os.utime(written, (long_ago, long_ago))
    assert "s ago" in beat(schedule)
    (tmp_path / "schedule").touch()
    assert beat(schedule) == ""


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["beat", str(tmp_path / "schedule")]) == 1
    assert "never written" in capsys.readouterr().err
    (tmp_path / "schedule").touch()
    assert main(["beat", str(tmp_path / "schedule")]) == 0
    assert main(["worker"]) == 1
    assert capsys.readouterr().err == "web, or beat and the file of its schedule?\n"


def test_the_command_loads_no_django(port: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "slaportal.deploy.alive", "web"]
    environment = {**os.environ, "PORT": port}
    done = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "http.client" in done.stderr
    assert "django" not in done.stderr
