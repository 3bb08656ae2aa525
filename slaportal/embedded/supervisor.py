"""Keeps a list of processes running: starts them, writes down what they say, restarts what dies, stops all in order."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from slaportal.embedded.console import EmbeddedError, say
from slaportal.embedded.launch import opened_log, wait_until

# What the console shows of the logs: trouble (not our asking for /readyz, not beat's banner) and where a mail was put.
IMPORTANT = re.compile(
    r"""^(?!.*"level":\ "(?:debug|info)") (?!.*(?:/readyz|"not_ready"|@%)) .*
    (?:\b(?:warning|error|critical|fatal|traceback)\b|\w+Error:)
    | mail/\S+\.(?:log|eml)\b""",
    re.IGNORECASE | re.VERBOSE,
)
TICK_S = 0.1
TEND_EVERY_S = 2
ASK_EVERY_S = 0.5
TELL_EVERY_S = 10
LONGEST_BACK_OFF_S = 30
SETPRIV = shutil.which("setpriv") if sys.platform == "linux" else None
DIES_WITH_US = [SETPRIV, "--pdeathsig", "TERM", "--"] if SETPRIV else []  # even if we are killed by KILL


@dataclass(frozen=True)
class Process:
    """What is to be kept running; `patience_s` is how long it may take to end when it is asked to."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = 3
    important: re.Pattern[str] = IMPORTANT


class _Child:
    """One process over all its lives."""

    def __init__(self, process: Process, directory: Path, log: Path, back_off_s: float, proven_s: float) -> None:
        self.process = process
        self.directory = directory
        self.log = log
        self.first_back_off_s = self.back_off_s = back_off_s
        self.proven_s = proven_s
        self.popen: subprocess.Popen[bytes] | None = None
        self.reader: threading.Thread | None = None
        self.began = 0.0
        self.due = 0.0  # when it is started again

    def start(self) -> None:
        """Starts it in a process group of its own, which Ctrl+C does not reach."""
        if shutil.which(self.process.command[0]) is None:
            raise EmbeddedError(
                "not_started", f"{self.process.name} cannot be started: there is no program {self.process.command[0]}."
            )
        self.began = time.monotonic()
        self.popen = subprocess.Popen(  # noqa: S603 - the demo's own list
            [*DIES_WITH_US, *self.process.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.process.environment},
            cwd=self.directory,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._write_down, args=(self.popen,), daemon=True)
        self.reader.start()

    def _write_down(self, popen: "subprocess.Popen[bytes]") -> None:
        assert popen.stdout is not None
        with popen.stdout as lines, opened_log(self.log) as log:
            for line in lines:
                log.write(line)
                log.flush()
                text = line.decode(errors="replace").rstrip()
                if self.process.important.search(text):
                    say(f"{self.process.name} | {text}")

    def look_after(self) -> None:
        """Starts it again when it has died and has waited long enough."""
        if self.popen is None:
            if time.monotonic() >= self.due:
                say(f"{self.process.name}: starting again")
                self.start()
            return
        code = self.popen.poll()
        if code is None:
            return
        self._end_group(signal.SIGKILL)  # what it left behind must not hold its port
        if time.monotonic() - self.began > self.proven_s:
            self.back_off_s = self.first_back_off_s
        say(f"{self.process.name}: ended ({ending(code)}), starts again in {self.back_off_s:g} s; see {self.log}")
        self.popen, self.due = None, time.monotonic() + self.back_off_s
        self.back_off_s = min(self.back_off_s * 2, LONGEST_BACK_OFF_S)

    def stop(self, patience_s: float) -> None:
        """Asks it to end, and ends its whole group when it does not."""
        popen = self.popen
        if popen is None:
            return
        if popen.poll() is None:
            popen.terminate()
            if not wait_until(lambda: popen.poll() is not None, patience_s):
                say(f"{self.process.name}: did not end within {patience_s:g} s and is killed")
        self._end_group(signal.SIGKILL)
        popen.wait()
        if self.reader is not None:
            self.reader.join(1)

    def _end_group(self, number: signal.Signals) -> None:
        assert self.popen is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
            os.killpg(self.popen.pid, number)


def ending(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def answer(url: str, patience_s: float = 2) -> tuple[int, str]:
    """The status and the beginning of the body; status 0 and the reason when there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=patience_s) as response:  # noqa: S310 - our own http address
            return response.status, response.read(2000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(2000).decode(errors="replace")
    except OSError as error:
        return 0, str(getattr(error, "reason", error))


class Interrupted(Exception):  # noqa: N818 - it is what ends every demo
    """Somebody pressed Ctrl+C or sent TERM."""


@contextlib.contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl+C, TERM and HUP set instead of ending Python."""
    event = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def once(command: Sequence[str], environment: Mapping[str, str], directory: Path, interrupted: threading.Event) -> str:
    """Runs a step to its end and gives what it printed; an error with its last lines when it fails."""
    process = subprocess.Popen(  # noqa: S603 - the demo's own list
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
        cwd=directory,
        start_new_session=True,
    )
    printed: list[bytes] = []
    assert process.stdout is not None
    with process.stdout as output:
        reader = threading.Thread(target=lambda: printed.append(output.read()), daemon=True)
        reader.start()
        while process.poll() is None:
            if interrupted.wait(TICK_S):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(5)
                raise Interrupted
        reader.join(5)
    text = b"".join(printed).decode(errors="replace").strip()
    if process.returncode:
        raise EmbeddedError("step_failed", f"{text}\n{' '.join(command)} failed ({ending(process.returncode)}).")
    return text


@dataclass
class Supervisor:
    """Processes in the order in which they start; they stop in the opposite order."""

    processes: Sequence[Process]
    directory: Path
    logs: Path
    ready_url: str
    ready_within_s: float = 90
    back_off_s: float = 1
    proven_s: float = 30  # a life this long starts the back-off anew
    tend: Callable[[], None] = lambda: None  # what else has to be kept alive

    def keep(self, interrupted: threading.Event, when_ready: Callable[[], None]) -> None:
        """Runs until it is interrupted; an error when the portal is not ready in time."""
        children = [
            _Child(process, self.directory, self.logs / f"{process.name}.log", self.back_off_s, self.proven_s)
            for process in self.processes
        ]
        try:
            for child in children:
                child.start()
            self._watch(children, interrupted, when_ready)
        finally:
            say(f"Stopping {', '.join(process.name for process in reversed(self.processes))} ...")
            for child in reversed(children):
                child.stop(child.process.patience_s)

    def _watch(self, children: Sequence[_Child], interrupted: threading.Event, when_ready: Callable[[], None]) -> None:
        began = tended = time.monotonic()
        asked = told = began
        ready = False
        while not interrupted.wait(TICK_S):
            now = time.monotonic()
            if now - tended > TEND_EVERY_S:
                self.tend()
                tended = now
            for child in children:
                child.look_after()
            if ready or now - asked < ASK_EVERY_S:
                continue
            asked = now
            status, body = answer(self.ready_url)
            if status == 200:
                ready = True
                when_ready()
            elif now - began > self.ready_within_s:
                raise self._not_ready(status, body)
            elif now - told > TELL_EVERY_S:
                told = now
                say(f"Not ready yet: {self.ready_url} answers {status or 'nothing'}: {body}")

    def _not_ready(self, status: int, body: str) -> EmbeddedError:
        return EmbeddedError(
            "not_ready",
            f"{self.ready_url} does not answer 200 after {self.ready_within_s:g} s but {status or 'nothing'}: {body}\n"
            f"The logs are in {self.logs}.",
        )
