"""Programs started as the servers' account: their environment, their log, whether they live, and how they are ended."""

import contextlib
import errno
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slaportal.embedded.account import make_passable, make_readable, unwritable
from slaportal.embedded.console import EmbeddedError

LAUNCHED: list[subprocess.Popen[bytes]] = []  # what this Python started and has to reap
ENVIRONMENT = {"PATH": os.defpath, "HOME": "/", "TZ": "UTC", "LC_ALL": "C"}  # PGDATA, PGPORT and the like stay outside
LONGEST_LOG = 5_000_000
PAUSE_S = 0.01


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    pid: int
    version: str


def launch(command: Sequence[str | Path], account: pwd.struct_passwd | None, log: Path) -> subprocess.Popen[bytes]:
    """Starts a server in a session of its own: no Ctrl+C reaches it, and it outlives us until it is stopped."""
    try:
        with opened_log(log) as output:
            process = subprocess.Popen(  # noqa: S603 - the wheel's programs
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_as(account),
            )
    except OSError as error:
        raise _not_started(command, error) from error
    LAUNCHED.append(process)
    return process


def output_of(command: Sequence[str | Path], account: pwd.struct_passwd | None) -> tuple[int, str]:
    """Runs a program to its end: its exit code, and all that it printed."""
    done = subprocess.run(  # noqa: S603 - the wheel's programs
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **_as(account),
    )
    return done.returncode, done.stdout.decode(errors="replace").strip()


def version_of(program: Path, wheel: Path, account: pwd.struct_passwd | None) -> str:
    """What a wheel's program says to --version, made reachable for the account when it is not."""
    make_passable(wheel / program.name, account)
    try:
        try:
            return output_of([program, "--version"], account)[1]
        except PermissionError as error:
            if account is None or error.errno != errno.EACCES:
                raise
            make_readable(wheel)
            return output_of([program, "--version"], account)[1]
    except OSError as error:
        raise _not_started([program], error) from error


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """The keywords by which a program runs as that account, in a directory that everybody may be in."""
    there: dict[str, Any] = {"env": ENVIRONMENT, "cwd": "/", "umask": 0o077}
    if account is not None:
        there |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return there


def _not_started(command: Sequence[str | Path], error: OSError) -> EmbeddedError:
    if error.errno == errno.EPERM:
        return EmbeddedError(
            "no_account",
            "Running as root, but without the right to start a program as another account, and PostgreSQL does not "
            "run as root: start as another user.",
        )
    return EmbeddedError("not_started", f"{command[0]} could not be started: {error}.")


def opened_log(log: Path) -> Any:
    """The log to append to; what has grown long is put aside as `.1`."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            shutil.move(log, log.with_name(f"{log.name}.1"))
        return log.open("ab")
    except OSError as error:
        raise unwritable(log, error) from error


def last_lines(log: Path, since: int = 0) -> str:
    """What was written to a log since that position, at most its last two thousand characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(since, log.stat().st_size - 2000))
            return file.read().decode(errors="replace").strip()
    except OSError:
        return ""


def command_of(pid: int) -> str:
    """The command line of a living process; empty for one that is dead, a zombie or out of sight."""
    for process in LAUNCHED:
        process.poll()
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    if Path("/proc/self").exists():
        return ""
    ps = shutil.which("ps")
    return output_of([ps, "-o", "command=", "-p", str(pid)], None)[1] if ps else ""


def end(pid: int, mark: str, signals: Sequence[tuple[signal.Signals, int]]) -> bool:
    """Sends the signals, each with so many seconds to follow it, until no process of that pid and mark lives."""
    for number, patience_s in signals:
        if mark not in command_of(pid):
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: mark not in command_of(pid), patience_s):
            return True
    return mark not in command_of(pid)


def wait_until(condition: Callable[[], bool], patience_s: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True
