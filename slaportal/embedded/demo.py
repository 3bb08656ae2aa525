"""`make demo`: both servers, the tables, the demo's data, and the web, the worker and beat kept running."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slaportal.embedded import places, servers
from slaportal.embedded.console import say
from slaportal.embedded.sockets import check_port
from slaportal.embedded.supervisor import Interrupted, Process, Supervisor, interruptible, once

HOST = "127.0.0.1"
# Deadlines have a worker of their own, so that nothing else can hold them up.
OTHERS = "default,messages,webhooks,jobs,audit,periods"
JOBS, WEB = ({"DEMO": "1", "LOG_FORMAT": "console", "PORTAL_LOGIN": f"portal_{login}"} for login in ("jobs", "web"))


def processes(port: int, var: Path = places.VAR) -> list[Process]:
    """What runs all the time; it stops from the last to the first, beat before the workers. Together 15 s at most."""
    python = [sys.executable, "-m"]
    gunicorn = ["gunicorn", "slaportal.wsgi", "--workers", "2", "--threads", "2", "--bind", f"{HOST}:{port}"]
    celery = [*python, "celery", "-A", "slaportal"]
    worker = [*celery, "worker", "--loglevel", "info", "--concurrency"]
    return [
        Process("web", [*python, *gunicorn, "--config", "python:slaportal.site.gunicorn"], WEB, patience_s=3),
        Process("worker", [*worker, "3", "--hostname", "worker@%h", "--queues", OTHERS], JOBS, patience_s=5),
        Process("clocks", [*worker, "1", "--hostname", "clocks@%h", "--queues", "clocks"], JOBS, patience_s=5),
        Process("beat", [*celery, "beat", "--schedule", str(var / "celerybeat-schedule")], JOBS, patience_s=2),
    ]


def steps() -> list[list[str]]:
    """What runs once before, in this order; the last one prints the sign-ins."""
    manage = [sys.executable, "manage.py"]
    return [[*manage, "migrate", "--verbosity", "1"], [*manage, "demo"]]


def demo(
    environment: Mapping[str, str] = os.environ,
    var: Path = places.VAR,
    *,
    before: Callable[[], Sequence[Sequence[str]]] = steps,
    kept: Callable[[int, Path], Sequence[Process]] = processes,
) -> None:
    """Runs until Ctrl+C or TERM; whatever it started is stopped then."""
    port = check_port(HOST, environment.get("PORT") or "8000")
    with interruptible() as interrupted:
        with contextlib.suppress(Interrupted), servers.only_demo(var), servers.used(var):
            printed = ""
            for step in before():
                say(f"{' '.join(step[1:])} ...")
                printed = once(step, JOBS, places.PROJECT, interrupted)
            _keep(kept(port, var), f"http://{HOST}:{port}/", var, printed, interrupted)
        say("Stopped.")


def _keep(kept: Sequence[Process], url: str, var: Path, printed: str, interrupted: threading.Event) -> None:
    logs = places.log_directory(var)

    def tell() -> None:
        say(f"{printed}\n\nThe portal: {url} (Ctrl+C stops it; logs in {logs})")

    say(f"{', '.join(process.name for process in kept)} ...")
    supervisor = Supervisor(kept, places.PROJECT, logs, f"{url}readyz", tend=lambda: servers.revive(var))
    supervisor.keep(interrupted, tell)
