"""The portal's processes on one database and one Redis: started, asked, killed, and gone at the end."""

import contextlib
import email
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2

from slaportal.celery import app
from slaportal.settings import BASE_DIR

CSRF = "c" * 32
ANSWERS_WITHIN_S = 15
SECRET_KEY = secrets.token_hex(32)


def until(condition: Callable[[], Any], what: str, *, within_s: float = 45) -> None:
    """Waits until it is so; fails with `what` when it takes too long."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.1)


def living_of(session: int) -> list[int]:
    """The processes of a session that are no zombies."""
    found = []
    for process in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, its_session, *_ = process.read_text().rpartition(")")[2].split()
            if int(its_session) == session and state != "Z":
                found.append(int(process.parent.name))
    return found


@dataclass(frozen=True)
class Browser:
    """A person signed in at a running web process."""

    port: int
    cookies: Mapping[str, str]

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Sends a form, with the token that the cookie has."""
        body = urlencode({**fields, "csrfmiddlewaretoken": CSRF})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN_S)
        cookies = "; ".join(f"{name}={value}" for name, value in {**self.cookies, "csrf": CSRF}.items())
        try:
            link.request(method, path, body, {"Cookie": cookies, **headers})
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()


@dataclass
class Fleet:
    """`ask` reads the database as its superuser, past every wall, and never writes."""

    directory: Path
    connect: Callable[[], "psycopg2.extensions.connection"]
    url: Callable[[str], str]
    broker_url: str
    redis_url: str
    settings: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("letters", "holding"):
            (self.directory / name).mkdir()

    def environment(self, login: str) -> dict[str, str]:
        """What a process of that login finds around it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "DATABASE_"))}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "tests.processes.installation",
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": self.url(login),
            "TEST_BROKER_URL": self.broker_url,
            "TEST_REDIS_URL": self.redis_url,
            "TEST_HOLDING": str(self.directory / "holding"),
            "TEST_LETTERS": str(self.directory / "letters"),
            **self.settings,
        }

    def start(self, name: str, login: str, *argv: str, **more: str) -> "subprocess.Popen[bytes]":
        """A process in a group of its own; what it says is kept in a file."""
        with (self.directory / f"{name}.log").open("ab") as said:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *argv],
                cwd=BASE_DIR,
                env={**self.environment(login), **more},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.running[name]

    def said(self, name: str) -> str:
        """What a process wrote so far."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def worker(self, name: str = "worker") -> None:
        """A worker with two children; it is not waited for."""
        argv = ("worker", "--concurrency", "2", "--hostname", f"{name}@{os.getpid()}", "--without-mingle")
        self.start(name, "portal_jobs", "celery", "-A", "slaportal", *argv)

    def beat(self, name: str = "beat") -> None:
        """A beat with a timetable file of its own."""
        schedule = str(self.directory / f"{name}.schedule")
        self.start(name, "portal_jobs", "celery", "-A", "slaportal", "beat", "--schedule", schedule)

    def web(self, cookies: Mapping[str, str]) -> Browser:
        """One web process with four threads, once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        argv = ("gunicorn", "slaportal.wsgi", "--config", "python:slaportal.site.gunicorn")
        self.start("web", "portal_web", *argv, "--bind", f"127.0.0.1:{port}", WEB_CONCURRENCY="1", WEB_THREADS="4")
        browser = Browser(port, cookies)

        def answers() -> bool:
            assert self.running["web"].poll() is None, self.said("web")
            with contextlib.suppress(OSError):
                return browser.get("/healthz")[0] == 200
            return False

        until(answers, "gunicorn answers")
        return browser

    def send(self, *tasks: str) -> None:
        """A message for each of those tasks, as an action leaves a hint; no clock finds it too old."""
        with app.connection_for_write(self.broker_url) as broker:
            for task in tasks:
                app.send_task(task, connection=broker)

    def kill(self, name: str) -> None:
        """-9 for the process and all its children, at once."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        until(lambda: not living_of(process.pid), f"{name} and its children are gone")

    def kill_all(self) -> None:
        """At the end of a test."""
        for name in list(self.running):
            self.kill(name)

    def hold(self, what: str) -> None:
        """Work will stop at this address or number."""
        (self.directory / "holding" / "hold").write_text(what)

    def held(self) -> int:
        """The number of the process that stopped, once one did."""
        held = self.directory / "holding" / "held"
        until(held.exists, "the work reached the point at which it is held", within_s=60)
        return int(held.read_text())

    def let_go(self) -> None:
        """Nothing is held any more."""
        for name in ("hold", "held"):
            (self.directory / "holding" / name).unlink(missing_ok=True)

    def letters(self) -> Counter[str]:
        """How often each address was sent something."""
        return Counter(str(mail["To"]) for mail in self._mails())

    def message_ids(self, recipient: str) -> list[str]:
        """Of each time that something was sent to this address."""
        return [str(mail["Message-ID"]) for mail in self._mails() if mail["To"] == recipient]

    def _mails(self) -> list[Any]:
        return [email.message_from_bytes(file.read_bytes()) for file in self.directory.glob("letters/*.eml")]

    def ask(self, query: str, *values: Any) -> list[Any]:
        """Rows, or of one column its values."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                rows = cursor.fetchall()
        finally:
            connection.close()
        return [row[0] if len(row) == 1 else row for row in rows]

    def unsent(self) -> int:
        """Messages that are not sent."""
        return int(self.ask("SELECT count(*) FROM outbox_message WHERE state <> 'sent'")[0])

    def all_are_sent(self, *, within_s: float = 60) -> None:
        """Waits until each message is."""
        until(lambda: self.unsent() == 0, "all messages are sent", within_s=within_s)
