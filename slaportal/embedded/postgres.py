"""The embedded PostgreSQL: its data directory, start and stop, the portal's roles and its database."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from slaportal.embedded import places
from slaportal.embedded.account import account_for, disk_full, make_passable, owned
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import Running, command_of, end, last_lines, launch, output_of, version_of
from slaportal.embedded.sockets import listened_to
from slaportal.embedded.wheels import postgres_program

SUPERUSER = "postgres"
ROLES = places.PROJECT / "slaportal" / "tenancy" / "roles.sql"
STARTS_WITHIN_S = 60
NEW_TAKES_BYTES, OLD_TAKES_BYTES = 200_000_000, 50_000_000
CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8", "C")  # what full text search takes for a letter; macOS has no C.UTF-8
STOPS = ((signal.SIGINT, 6), (signal.SIGQUIT, 2), (signal.SIGKILL, 2))
SETTINGS = {
    "listen_addresses": "",
    "port": str(places.POSTGRES_PORT),
    "unix_socket_permissions": "0700",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "jit": "off",
}


class _Starting(Exception):  # noqa: N818 - it is no error
    """The server is there and will take connections soon."""


@dataclass
class Postgres:
    """PostgreSQL under one `var` directory."""

    var: Path = places.VAR
    name: str = field(default="PostgreSQL", init=False)
    replaced_by: str = field(default="DATABASE_URL", init=False)

    @property
    def data(self) -> Path:
        """The data directory."""
        return places.postgres_directory(self.var)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return places.postgres_socket(self.var)

    @property
    def log(self) -> Path:
        """What it writes."""
        return places.log_directory(self.var) / "postgres.log"

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> "psycopg2.extensions.connection":
        """A connection over our socket, whatever PGOPTIONS and its like say."""
        connection = psycopg2.connect(
            dbname=database,
            user=user,
            host=str(self.socket.parent),
            port=places.POSTGRES_PORT,
            options="",
            connect_timeout=3,
        )
        connection.autocommit = True
        return connection

    def find(self) -> Running | None:
        """The server of our data directory if it takes connections; an error if another one listens at our socket."""
        try:
            return self._found()
        except _Starting:
            return None

    def _found(self) -> Running | None:
        if not listened_to(self.socket):
            return None
        try:
            connection = self.connect()
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT current_setting('data_directory'), current_setting('server_version')")
                    directory, version = cursor.fetchone() or ("", "")
            finally:
                connection.close()
        except psycopg2.Error as error:
            if "the database system is" in str(error) or not listened_to(self.socket):
                raise _Starting from error
            raise self._foreign(str(error).partition("\n")[0]) from error
        if Path(directory).resolve() != self.data.resolve():
            raise self._foreign(f"its data are in {directory}")
        return Running(self._pid() or 0, version)

    def _foreign(self, what: str) -> EmbeddedError:
        return EmbeddedError(
            "socket_taken",
            f"A server that is not ours listens at {self.socket} ({what}): stop it, or choose another directory by "
            "PORTAL_VAR=/some/directory.",
        )

    def start(self) -> Running:
        """Starts it and waits until it takes connections; the data directory is made when there is none."""
        account = account_for(self.data)
        make_passable(self.data, account)
        program = postgres_program("postgres")
        version = version_of(program, program.parent.parent.parent, account)
        owned(self.socket.parent, account)
        self._check_disk()
        if not self._exists(version):
            self._make(account)
        owned(self.data, account)
        settings = SETTINGS | {"unix_socket_directories": str(self.socket.parent)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            self._forget_the_dead()
            written = self.log.stat().st_size if self.log.exists() else 0
            process = launch([program, "-D", self.data, *arguments], account, self.log)
            try:
                running = self._wait(process, deadline)
            except BaseException:
                end(process.pid, str(self.data), STOPS)
                raise
            if running is not None:
                return running
            output = last_lines(self.log, written)
            if "is still in use" not in output or time.monotonic() > deadline:
                raise self._failed(output)
            time.sleep(0.2)  # processes of a killed server are still about to end

    def _wait(self, process: "subprocess.Popen[bytes]", deadline: float) -> Running | None:
        """The server as soon as it takes connections; None when it has ended."""
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            running = self.find()
            if running is not None or ended:
                return running
            time.sleep(0.01)
        raise EmbeddedError(
            "not_started", f"PostgreSQL takes no connections after {STARTS_WITHIN_S} s: {self.log} says why."
        )

    def _check_disk(self) -> None:
        needed = OLD_TAKES_BYTES if self.data.exists() else NEW_TAKES_BYTES
        if shutil.disk_usage(self.var).free < needed:
            raise disk_full(self.var)

    def _exists(self, version: str) -> bool:
        """Whether there are data this version can read."""
        if not self.data.exists() or not any(self.data.iterdir()):
            return False
        mark = self.data / "PG_VERSION"
        if not mark.exists():
            raise EmbeddedError(
                "data_foreign",
                f"{self.data} is no data directory of PostgreSQL: move it away, or choose another directory by "
                "PORTAL_VAR=/some/directory.",
            )
        theirs, ours = mark.read_text().strip(), version.rpartition(" ")[2].partition(".")[0]
        if theirs != ours:
            raise EmbeddedError(
                "data_version",
                f"The data in {self.data} are of PostgreSQL {theirs}, the wheel is PostgreSQL {ours} and cannot read "
                f"them: to keep them, install the wheel of {theirs}, dump them with pg_dump and load them into the new "
                f"one; otherwise move {self.data} away and start again.",
            )
        return True

    def _make(self, account: pwd.struct_passwd | None) -> None:
        """Makes the data beside their place and moves them there when they are complete."""
        new = self.data.with_name("postgres.new")
        for character_type in CHARACTER_TYPES:
            if new.exists():
                shutil.rmtree(new)
            owned(new, account)
            options = ["--locale=C", f"--lc-ctype={character_type}", "--locale-provider=builtin"]
            options += ["--builtin-locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", f"--username={SUPERUSER}"]
            code, output = output_of([postgres_program("initdb"), "-D", new, *options], account)
            if code == 0:
                break
            if "invalid locale name" not in output:
                raise self._failed(output)
        (new / "pg_hba.conf").write_text(
            "# Whoever may open the socket may be anybody; there is no TCP.\nlocal all all trust\n"
        )
        if self.data.exists():
            self.data.rmdir()
        new.rename(self.data)

    def _failed(self, output: str) -> EmbeddedError:
        if "No space left on device" in output:
            return disk_full(self.var)
        lines = [line for line in output.splitlines() if "FATAL" in line or "error" in line] or output.splitlines()
        what = lines[-1] if lines else "it wrote nothing"
        return EmbeddedError("not_started", f"PostgreSQL did not start: {what} (more in {self.log})")

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _forget_the_dead(self) -> None:
        """Lets PostgreSQL see that a killed server is dead though its pid lives on, as a zombie or as somebody else.

        It takes the pid of its own parent for a dead one. The files themselves stay: by what else they say PostgreSQL
        knows whether processes of the dead server still use its memory.
        """
        pid = self._pid()
        if pid is not None and str(self.data) in command_of(pid):
            raise EmbeddedError(
                "not_answering",
                f"PostgreSQL runs on {self.data} (pid {pid}) but cannot be reached at {self.socket}: "
                "python -m slaportal.embedded stop, then start again.",
            )
        for file in (self._pid_file, self.socket.with_name(f"{self.socket.name}.lock")):
            if file.exists():
                _, _, rest = file.read_text().partition("\n")
                file.write_text(f"{os.getpid()}\n{rest}")

    def stop(self) -> bool:
        """Stops it, quickly but cleanly; False when none ran."""
        pid = self._pid()
        if pid is None or str(self.data) not in command_of(pid):
            return False
        if not end(pid, str(self.data), STOPS):
            raise EmbeddedError("not_stopped", f"PostgreSQL (pid {pid}) cannot be stopped: {self.log} may say why.")
        return True

    def prepare(self) -> None:
        """The portal's roles and its database, when they are missing."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(ROLES.read_text(encoding="utf-8"))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE portal OWNER portal_owner")
        except psycopg2.Error as error:
            raise EmbeddedError(
                "roles_refused", f"{ROLES} was refused by the embedded PostgreSQL: {str(error).strip()}"
            ) from error
        finally:
            connection.close()
