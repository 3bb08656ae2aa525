"""Both servers together: started by one at a time, found by the others, stopped by the last `run` that uses them."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

from slaportal.embedded import places
from slaportal.embedded.account import unwritable
from slaportal.embedded.console import EmbeddedError, say
from slaportal.embedded.launch import Running
from slaportal.embedded.postgres import Postgres
from slaportal.embedded.sockets import check_length, listened_to
from slaportal.embedded.valkey import Valkey

ANOTHER_START_TAKES_S = 90


class Server(Protocol):
    """What is to be known of PostgreSQL and of Redis."""

    name: str
    replaced_by: str

    @property
    def data(self) -> Path:
        """The data directory."""

    @property
    def socket(self) -> Path:
        """Where it listens."""

    def find(self) -> Running | None:
        """The server if it runs."""

    def start(self) -> Running:
        """Starts it."""

    def stop(self) -> bool:
        """Stops it; False when none ran."""

    def prepare(self) -> None:
        """What the portal needs in it."""


def servers(var: Path = places.VAR) -> list[Server]:
    """Both, in the order in which they are started."""
    return [Postgres(var), Valkey(var)]


def replaced(server: Server, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a server of the user's own stands in for it."""
    return bool(environment.get(server.replaced_by))


def start(var: Path = places.VAR, *, for_a_run: bool = False, tell: Callable[[str], None] = say) -> None:
    """Starts what is neither replaced nor running; what a run starts, the last run that uses it stops."""
    _check_lengths(var)
    with _lock(var, "start.lock"):
        for server in servers(var):
            if replaced(server):
                tell(f"{server.name}: {server.replaced_by} is set, nothing is started.")
                continue
            _start_one(server, var, for_a_run=for_a_run, tell=tell)


def _check_lengths(var: Path) -> None:
    """Before anything is made."""
    for server in servers(var):
        if not replaced(server):
            check_length(server.socket)


def _start_one(server: Server, var: Path, *, for_a_run: bool, tell: Callable[[str], None]) -> None:
    began = time.monotonic()
    running, mark = server.find(), _mark(server, var)
    if running is None:
        if for_a_run:
            mark.touch()
        try:
            running = server.start()
        except OSError as error:
            raise unwritable(server.data, error) from error
        how = f"started in {time.monotonic() - began:.2f} s"
    else:
        how = "already running"
    if not for_a_run:
        mark.unlink(missing_ok=True)
    server.prepare()
    tell(f"{server.name} {running.version}: {how}, pid {running.pid}, socket {server.socket}")


def _mark(server: Server, var: Path) -> Path:
    """The file that says: started by a run and for runs."""
    return var / "lock" / f"{server.name.lower()}.started-by-run"


def stop(var: Path = places.VAR, *, tell: Callable[[str], None] = say) -> None:
    """Stops whatever runs under `var`, Redis first; refuses `demo_running`, since a demo would start both again."""
    if not var.exists():
        tell(f"Nothing runs under {var}.")
        return
    again = (
        f"The demo runs on {var} and would start both again: stop it instead (Ctrl+C where it was started, or TERM to "
        "its process), and it stops both."
    )
    with _no_demo(var, again), _lock(var, "start.lock"):
        for server in reversed(servers(var)):
            stopped = server.stop()
            _mark(server, var).unlink(missing_ok=True)
            tell(f"{server.name}: {'stopped' if stopped else 'not running'}")


def status(var: Path = places.VAR, *, tell: Callable[[str], None] = say) -> bool:
    """Says what runs; whether all runs that is not replaced."""
    complete = True
    for server in servers(var):
        running = server.find()
        if running is not None:
            tell(
                f"{server.name} {running.version}: running, pid {running.pid}, "
                f"socket {server.socket}, data {server.data}"
            )
        elif replaced(server):
            tell(f"{server.name}: replaced by {server.replaced_by}")
        else:
            tell(f"{server.name}: not running")
            complete = False
    return complete


@contextlib.contextmanager
def used(var: Path = places.VAR, *, tell: Callable[[str], None] = say) -> Iterator[None]:
    """The servers run inside; at the end those that a run started are stopped, unless another run uses them still."""
    if all(replaced(server) for server in servers(var)):
        yield
        return
    _check_lengths(var)
    with _opened(var, "used.lock") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            start(var, for_a_run=True, tell=tell)
            yield
        finally:
            _leave(users, var)


def _leave(users: IO[bytes], var: Path) -> None:
    with _lock(var, "start.lock"):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for server in reversed(servers(var)):
            mark = _mark(server, var)
            if mark.exists():
                server.stop()
                mark.unlink(missing_ok=True)


def revive(var: Path = places.VAR) -> None:
    """Starts again what has died under somebody who uses it."""
    for server in servers(var):
        if not replaced(server) and not listened_to(server.socket):
            say(f"{server.name}: died, starts again")
            start(var, for_a_run=True)


def only_demo(var: Path = places.VAR) -> contextlib.AbstractContextManager[None]:
    """Two demos on the same data would plan every job twice."""
    another = (
        f"Another demo runs on {var} already: stop it first (Ctrl+C where it was started), or give this one "
        "data of its own by PORTAL_VAR=/some/directory."
    )
    return _no_demo(var, another)


@contextlib.contextmanager
def _no_demo(var: Path, said: str) -> Iterator[None]:
    """No demo begins on this data inside; refuses `demo_running` in these words where one runs."""
    with _opened(var, "demo.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EmbeddedError("demo_running", said) from error
        yield


def run(command: Sequence[str], var: Path = places.VAR) -> int:
    """Runs a command with the servers up; its exit code (128 and the signal's number if one killed it)."""
    with used(var, tell=lambda _line: None):
        try:
            process = subprocess.Popen(command)  # noqa: S603 - what the user asked for
        except OSError as error:
            raise EmbeddedError("not_started", f"{command[0]} could not be started: {error.strerror}.") from error

        def pass_on(number: int, _frame: FrameType | None) -> None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

        # Ctrl+C reaches the command by itself, as it is in our process group: we only wait for its end.
        before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGHUP)}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            code = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _lock(var: Path, name: str) -> Iterator[None]:
    """Ours alone, waited for as long as another start may take."""
    with _opened(var, name) as file:
        deadline = time.monotonic() + ANOTHER_START_TAKES_S
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        "locked",
                        f"Another start or stop has held {file.name} for {ANOTHER_START_TAKES_S} s: "
                        "end it and try again.",
                    ) from error
                time.sleep(0.02)
        yield


def _opened(var: Path, name: str) -> IO[bytes]:
    directory = var / "lock"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return (directory / name).open("ab")
    except OSError as error:
        raise unwritable(directory, error) from error
