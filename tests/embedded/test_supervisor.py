"""The demo's supervisor, with small processes instead of the portal's."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slaportal.celery import QUEUES
from slaportal.embedded import demo, places, servers
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import wait_until
from slaportal.embedded.sockets import listened_to
from slaportal.embedded.supervisor import (
    DIES_WITH_US,
    IMPORTANT,
    Interrupted,
    Process,
    Supervisor,
    answer,
    ending,
    once,
)

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
        self.wfile.write(b"redis: no answer")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
WAITS = "import time; print('quiet'); print('a warning'); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('error: up'); time.sleep(60)"
# Presses Ctrl+C in the supervisor when the web answers.
PRESSES = """
import os, signal, sys, time, urllib.request
while True:
    try:
        urllib.request.urlopen(sys.argv[1])
        break
    except OSError:
        time.sleep(0.05)
time.sleep(0.5)
print("error: pressing")
os.kill(os.getppid(), signal.SIGINT)
time.sleep(60)
"""


def python(name: str, script: str, *arguments: object, patience_s: float = 3) -> Process:
    """A process that runs that script."""
    return Process(name, [sys.executable, "-c", script, *map(str, arguments)], patience_s=patience_s)


@pytest.fixture
def port() -> int:
    """A free one."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def supervise(tmp_path: Path, port: int) -> Callable[..., None]:
    """Keeps the processes until they are ready and `more_s` longer."""

    def keep(*processes: Process, more_s: float = 0, within_s: float = 20) -> None:
        interrupted = threading.Event()
        supervisor = Supervisor(
            processes, tmp_path, tmp_path / "log", f"http://127.0.0.1:{port}/readyz", within_s, 0.1, 30
        )
        supervisor.keep(interrupted, lambda: threading.Timer(more_s, interrupted.set).start())

    return keep


def free(port: int) -> bool:
    """Whether nobody listens there any more."""
    return answer(f"http://127.0.0.1:{port}/")[0] == 0


def test_it_waits_until_ready_writes_logs_and_stops_all(
    supervise: Callable[..., None], port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervise(python("web", WEB, port, 200), python("worker", WAITS), more_s=0.3)
    assert free(port)
    assert (tmp_path / "log" / "worker.log").read_text() == "quiet\na warning\n"
    said = capsys.readouterr().err
    assert "worker | a warning" in said
    assert "quiet" not in said
    assert "Stopping worker, web ..." in said


def test_what_dies_is_started_again_ever_later(
    supervise: Callable[..., None], port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    supervise(python("web", WEB, port, 200), python("worker", "raise SystemExit(4)"), more_s=1)
    said = capsys.readouterr().err
    assert said.count("worker: ended (exit code 4), starts again in") >= 2
    assert "again in 0.1 s" in said
    assert "again in 0.2 s" in said
    assert "worker: starting again" in said


def test_what_does_not_end_is_killed(
    supervise: Callable[..., None], port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    supervise(python("web", WEB, port, 200), python("worker", STUBBORN, patience_s=0.2), more_s=0.5)
    assert time.monotonic() - began < 10
    assert "worker: did not end within 0.2 s and is killed" in capsys.readouterr().err


def test_a_portal_that_is_not_ready_says_why(supervise: Callable[..., None], port: int) -> None:
    with pytest.raises(EmbeddedError, match="503: redis: no answer") as caught:
        supervise(python("web", WEB, port, 503), within_s=1.5)
    assert caught.value.code == "not_ready"
    assert free(port)


def test_a_program_that_is_not_there_stops_the_others(supervise: Callable[..., None], port: int) -> None:
    with pytest.raises(EmbeddedError, match="worker") as caught:
        supervise(python("web", WEB, port, 200), Process("worker", ["/nowhere"]))
    assert caught.value.code == "not_started"
    assert free(port)


def test_a_step_gives_what_it_prints_or_fails_with_it(tmp_path: Path) -> None:
    never, now = threading.Event(), threading.Event()
    now.set()
    show = "import os; print(os.environ['WHO'])"
    assert once([sys.executable, "-c", show], {"WHO": "lead"}, tmp_path, never) == "lead"
    with pytest.raises(EmbeddedError, match=r"(?s)no table.*exit code 2") as caught:
        once([sys.executable, "-c", "print('no table'); raise SystemExit(2)"], {}, tmp_path, never)
    assert caught.value.code == "step_failed"
    with pytest.raises(Interrupted):
        once([sys.executable, "-c", WAITS], {}, tmp_path, now)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"event": "task_failed", "level": "error"}', True),
        ('{"event": "error page opened", "level": "info"}', False),
        ('{"request": "GET /readyz", "level": "error"}', False),
        ("[2026-11-24 12:00:00: WARNING/MainProcess] no broker", True),
        ("ValueError: no", True),
        ("Traceback (most recent call last):", True),
        ("wrote /srv/var/mail/20261124-1.log", True),
        ("celery@host ready.", False),
    ],
)
def test_the_console_shows_trouble_and_mail(line: str, shown: bool) -> None:
    assert bool(IMPORTANT.search(line)) == shown


def test_endings_in_words() -> None:
    assert (ending(1), ending(-signal.SIGKILL)) == ("exit code 1", "killed by SIGKILL")


def test_the_demo_from_ports_to_ctrl_c(
    var: Path, port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def kept(port: int, _var: Path) -> list[Process]:
        return [
            python("web", WEB, port, 200),
            python("worker", WAITS),
            python("beat", PRESSES, f"http://127.0.0.1:{port}/readyz"),
        ]

    began = time.monotonic()
    before = [[sys.executable, "-c", "print('migrated')"], [sys.executable, "-c", "print('sign in as lead')"]]
    demo.demo({"PORT": str(port)}, var, before=lambda: before, kept=kept)
    assert time.monotonic() - began < 15
    said = capsys.readouterr().err
    assert f"sign in as lead\n\nThe portal: http://127.0.0.1:{port}/ (Ctrl+C stops it" in said
    assert said.index("Stopping beat, worker, web ...") < said.index("Stopped.")
    assert [server.find() for server in servers.servers(var)] == [None, None]
    assert free(port)


def test_the_demo_starts_nothing_when_its_port_is_taken(fresh: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        with pytest.raises(EmbeddedError, match="PORT=8001"):
            demo.demo({"PORT": str(stranger.getsockname()[1])}, fresh)
    assert not fresh.exists()


def test_a_second_demo_on_the_same_data_is_refused(fresh: Path, port: int) -> None:
    with servers.only_demo(fresh), pytest.raises(EmbeddedError, match="would start both again") as refused:
        servers.stop(fresh)
    assert refused.value.code == "demo_running"
    with servers.only_demo(fresh), pytest.raises(EmbeddedError, match="Another demo") as caught:
        demo.demo({"PORT": str(port)}, fresh)
    assert caught.value.code == "demo_running"


def test_a_server_that_dies_under_the_demo_is_started_again(
    light: Path, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with servers.used(light, tell=lambda _line: None):
        running = servers.servers(light)[1].find()
        assert running is not None
        socket_path = places.redis_socket(light)
        os.kill(running.pid, signal.SIGKILL)
        assert wait_until(lambda: not listened_to(socket_path), 5)
        servers.revive(light)
        servers.revive(light)
        assert servers.servers(light)[1].find() is not None
    assert capsys.readouterr().err.count("Redis: died, starts again") == 1
    assert [server.find() for server in servers.servers(light)] == [None, None]


@pytest.mark.skipif(not DIES_WITH_US, reason="needs setpriv of util-linux")
def test_what_a_killed_supervisor_kept_ends_too(port: int, tmp_path: Path) -> None:
    script = f"""
import sys, threading
from pathlib import Path
from slaportal.embedded.launch import wait_until
from slaportal.embedded.sockets import listened_to
from slaportal.embedded.supervisor import Process, Supervisor
web = Process("web", [sys.executable, "-c", {WEB!r}, "{port}", "200"])
Supervisor([web], Path("."), Path({str(tmp_path)!r}), "http://127.0.0.1:{port}/").keep(
    threading.Event(), lambda: print("ready", flush=True)
)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=places.PROJECT, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"ready\n"
        supervisor.kill()
    assert wait_until(lambda: free(port), 5)


def test_a_demo_whose_steps_fail_leaves_nothing_running(light: Path, port: int) -> None:
    with pytest.raises(EmbeddedError, match="no table"):
        demo.demo({"PORT": str(port)}, light, before=lambda: [[sys.executable, "-c", "raise SystemExit('no table')"]])
    assert [server.find() for server in servers.servers(light)] == [None, None]


def test_the_portals_own_processes() -> None:
    web, worker, clocks, beat = demo.processes(8001, Path("/v"))
    assert web.environment["PORTAL_LOGIN"] == "portal_web"
    assert "127.0.0.1:8001" in web.command
    assert {process.environment["PORTAL_LOGIN"] for process in (worker, clocks, beat)} == {"portal_jobs"}
    queues = f"{worker.command[-1]},{clocks.command[-1]}".split(",")
    assert sorted(queues) == sorted(QUEUES)
    assert beat.command[-1] == "/v/celerybeat-schedule"
    assert [step[1:2] for step in demo.steps()] == [["manage.py"], ["manage.py"]]
    assert (places.PROJECT / "manage.py").exists()
