"""The embedded Redis, which is Valkey from a wheel: start and stop, and its data kept in an append-only file."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from slaportal.embedded import places
from slaportal.embedded.account import account_for, disk_full, make_passable, owned
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import Running, command_of, end, last_lines, launch, version_of
from slaportal.embedded.sockets import listened_to
from slaportal.embedded.wheels import valkey_program

STARTS_WITHIN_S = 30
TAKES_BYTES = 20_000_000
STOPS = ((signal.SIGTERM, 4), (signal.SIGKILL, 2))
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "set-proc-title": "no",  # `stop` knows the process by its command line
}


@dataclass
class Valkey:
    """Redis under one `var` directory."""

    var: Path = places.VAR
    name: str = field(default="Redis", init=False)
    replaced_by: str = field(default="REDIS_URL", init=False)

    @property
    def data(self) -> Path:
        """The data directory."""
        return places.redis_directory(self.var)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return places.redis_socket(self.var)

    @property
    def log(self) -> Path:
        """What it writes."""
        return places.log_directory(self.var) / "redis.log"

    def find(self) -> Running | None:
        """The server of our data directory if it answers; an error if another one listens at our socket."""
        if not listened_to(self.socket):
            return None
        client = redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=3, retry=Retry(NoBackoff(), 0), decode_responses=True
        )
        try:
            directory = str(client.config_get("dir")["dir"])
            server = client.info("server")
        except redis.BusyLoadingError:
            return None
        except redis.RedisError as error:
            if not listened_to(self.socket):
                return None
            raise self._foreign(str(error)) from error
        finally:
            client.close()
        if Path(directory).resolve() != self.data.resolve():
            raise self._foreign(f"its data are in {directory}")
        return Running(int(server["process_id"]), server.get("valkey_version") or server["redis_version"])

    def _foreign(self, what: str) -> EmbeddedError:
        return EmbeddedError(
            "socket_taken",
            f"A server that is not ours listens at {self.socket} ({what}): stop it, or choose another directory by "
            "PORTAL_VAR=/some/directory.",
        )

    def start(self) -> Running:
        """Starts it and waits until it answers."""
        account = account_for(self.data)
        make_passable(self.data, account)
        program = valkey_program()
        version_of(program, program.parent.parent.parent, account)
        owned(self.data, account)
        if shutil.disk_usage(self.var).free < TAKES_BYTES:
            raise disk_full(self.var)
        self._check_pid()
        written = self.log.stat().st_size if self.log.exists() else 0
        settings = SETTINGS | {
            "dir": str(self.data),
            "unixsocket": str(self.socket),
            "pidfile": str(self.data / "redis.pid"),
        }
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        process = launch([program, *arguments], account, self.log)
        try:
            return self._wait(process, written)
        except BaseException:
            end(process.pid, str(self.data), STOPS)
            raise

    def _wait(self, process: "subprocess.Popen[bytes]", written: int) -> Running:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            running = self.find()
            if running is not None:
                return running
            if ended:
                raise self._failed(last_lines(self.log, written))
            time.sleep(0.005)
        raise EmbeddedError("not_started", f"Redis does not answer after {STARTS_WITHIN_S} s: {self.log} says why.")

    def _failed(self, output: str) -> EmbeddedError:
        if "No space left on device" in output:
            return disk_full(self.var)
        if "Can't handle RDB format version" in output:
            return EmbeddedError(
                "data_version",
                f"The data in {self.data} are of a newer Redis or Valkey than the wheel: move the directory away "
                "(queued jobs are sent again, sessions are in PostgreSQL) or install the newer wheel.",
            )
        what = output.splitlines()[-1] if output else "it wrote nothing"
        return EmbeddedError("not_started", f"Redis did not start: {what} (more in {self.log})")

    def _pid(self) -> int | None:
        try:
            return int((self.data / "redis.pid").read_text())
        except (OSError, ValueError):
            return None

    def _living(self) -> int | None:
        pid = self._pid()
        return pid if pid is not None and str(self.data) in command_of(pid) else None

    def _check_pid(self) -> None:
        pid = self._living()
        if pid is not None:
            raise EmbeddedError(
                "not_answering",
                f"Redis runs on {self.data} (pid {pid}) but cannot be reached at {self.socket}: "
                "python -m slaportal.embedded stop, then start again.",
            )

    def stop(self) -> bool:
        """Stops it when its data are written; False when none ran."""
        pid = self._living()
        if pid is None:
            return False
        if not end(pid, str(self.data), STOPS):
            raise EmbeddedError("not_stopped", f"Redis (pid {pid}) cannot be stopped: {self.log} may say why.")
        return True

    def prepare(self) -> None:
        """Nothing: Redis has no roles and no tables."""
