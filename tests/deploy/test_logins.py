"""`logins.sql` in a server of its own: passwords from the environment, one database, and nobody else in it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from slaportal.embedded import places, servers
from slaportal.embedded.postgres import ROLES, Postgres
from slaportal.embedded.wheels import postgres_program

LOGINS = places.PROJECT / "slaportal" / "deploy" / "logins.sql"
PASSWORDS = {"portal_owner": "o'wner-of-it-all", "portal_web": "wéb-of-sixteen-and", "portal_jobs": "jobs$1-of-sixteen"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """PostgreSQL without a database of ours, that asks everybody but the superuser for a password."""
    top = Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        environment.setenv("REDIS_URL", "redis://nowhere")
        try:
            servers.start(top / "var", tell=lambda _line: None)
            postgres = Postgres(top / "var")
            (postgres.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            with closing(postgres.connect()) as connection, connection.cursor() as cursor:
                cursor.execute("DROP DATABASE portal")
                cursor.execute("ALTER SYSTEM SET log_statement = 'all'")
                cursor.execute("SELECT pg_reload_conf()")
            yield postgres
        finally:
            servers.stop(top / "var", tell=lambda _line: None)
    shutil.rmtree(top)


def psql(server: Postgres, passwords: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What the service `roles` runs."""
    named = {f"{login.upper()}_PASSWORD": password for login, password in passwords.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(
        [
            *(postgres_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"),
            *(f"--file={ROLES}", f"--file={LOGINS}", "postgres"),
        ],
        env={**kept, **named, "PGHOST": str(server.socket.parent), "PGUSER": "postgres", "PGCLIENTENCODING": "UTF8"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def may_connect(server: Postgres, login: str, password: str, database: str = "portal") -> bool:
    try:
        psycopg2.connect(
            host=str(server.socket.parent), user=login, password=password, dbname=database, options=""
        ).close()
    except psycopg2.OperationalError as error:
        if not re.search("password authentication failed|permission denied for database", str(error)):
            raise
        return False
    return True


def test_a_password_that_is_missing_stops_it(server: Postgres) -> None:
    done = psql(server, {"portal_owner": "x"})
    assert done.returncode != 0
    assert "web_password" in done.stderr


def test_a_short_one_is_refused_before_anything_is_changed(server: Postgres) -> None:
    done = psql(server, PASSWORDS | {"portal_jobs": ""})
    assert done.returncode != 0
    assert "take 16 letters or more" in done.stderr
    assert not may_connect(server, "portal_owner", PASSWORDS["portal_owner"], "postgres")


def test_each_login_gets_its_password_and_gets_in_nowhere_else(server: Postgres) -> None:
    for _time in range(2):
        done = psql(server, PASSWORDS)
        assert done.returncode == 0, done.stderr
    for login, password in PASSWORDS.items():
        assert may_connect(server, login, password)
        assert not may_connect(server, login, "another")
        assert not may_connect(server, login, password, "postgres")
        assert not may_connect(server, login, password, "template1")
    with closing(server.connect("portal")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE somebody LOGIN PASSWORD 'x'")
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'")
        assert cursor.fetchone() == ("portal_owner",)
        cursor.execute(
            "SELECT count(*) FROM pg_authid WHERE rolname = ANY(%s) AND rolpassword LIKE 'SCRAM-SHA-256$%%' "
            "AND NOT (rolcreatedb OR rolsuper OR rolbypassrls OR rolcreaterole)",
            [list(PASSWORDS)],
        )
        assert cursor.fetchone() == (3,)
        cursor.execute("SELECT has_database_privilege('portal_web', 'portal', 'TEMPORARY, CREATE')")
        assert cursor.fetchone() == (False,)
    assert not may_connect(server, "somebody", "x")


def test_a_password_is_changed_by_running_it_again(server: Postgres) -> None:
    assert psql(server, PASSWORDS | {"portal_web": "newer-than-it-was"}).returncode == 0
    assert may_connect(server, "portal_web", "newer-than-it-was")
    assert not may_connect(server, "portal_web", PASSWORDS["portal_web"])


def test_no_password_reaches_the_log_of_the_server(server: Postgres) -> None:
    assert psql(server, PASSWORDS | {"portal_jobs": "very-secret-password"}).returncode == 0
    log = server.log.read_text()
    assert "CREATE ROLE portal_owner" in log  # all statements are logged, but these
    assert "very-secret-password" not in log
    assert "SCRAM-SHA-256$4096" not in log
