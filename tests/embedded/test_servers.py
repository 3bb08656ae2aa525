"""Both servers, really started: what they are set to, that they are found again, kept, recovered and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import kombu
import psycopg2
import pytest
import redis

from slaportal.embedded import places, servers
from slaportal.embedded.__main__ import main
from slaportal.embedded.postgres import Postgres
from slaportal.embedded.sockets import listened_to
from slaportal.embedded.valkey import Valkey

Tell = Callable[[str], None]
SLEEP = [sys.executable, "-c", "import time; time.sleep(1)"]


def asked(var: Path, query: str, login: str = "postgres", database: str = "portal") -> list[tuple[object, ...]]:
    """The rows of a query."""
    connection = Postgres(var).connect(database, login)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def pids(var: Path) -> list[int]:
    """Of both servers; 0 for one that does not run."""
    return [running.pid if running else 0 for running in (server.find() for server in servers.servers(var))]


def cli(var: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The command, as it is typed."""
    return subprocess.Popen(
        [sys.executable, "-m", "slaportal.embedded", *arguments],
        env={**os.environ, "PORTAL_VAR": str(var)},
        cwd=places.PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill(var: Path) -> None:
    """Both servers die as in a power cut."""
    for server in servers.servers(var):
        running = server.find()
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        while listened_to(server.socket):  # it is closed after the process has lost its name
            time.sleep(0.01)


def test_postgres_is_set_as_the_portal_needs_it(shared: Path) -> None:
    query = """SELECT datcollate, datctype, datlocprovider::text, datlocale, pg_encoding_to_char(encoding),
        pg_get_userbyid(datdba), current_setting('TimeZone'), current_setting('listen_addresses'), upper('ä')
        FROM pg_database WHERE datname = 'portal'"""
    [[collate, character_type, *rest]] = asked(shared, query)
    assert (collate, character_type != "") == ("C", True)
    assert rest == ["b", "C.UTF-8", "UTF8", "portal_owner", "UTC", "", "Ä"]


def test_the_portals_roles_are_there_and_its_logins_get_in(shared: Path) -> None:
    entry = places.database("portal_web", var=shared)
    connection = psycopg2.connect(
        dbname=entry["NAME"], user=entry["USER"], host=entry["HOST"], port=entry["PORT"], password=entry["PASSWORD"]
    )
    connection.close()
    assert asked(shared, "SELECT current_user::text", "portal_jobs") == [("portal_jobs",)]
    assert asked(shared, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'portal_owner'") == [(False, True)]


def test_redis_keeps_what_it_is_given_and_drops_nothing(shared: Path) -> None:
    with redis.Redis.from_url(places.redis_url(shared), decode_responses=True) as client:
        settings = client.config_get("maxmemory-policy", "appendonly", "port")
    assert settings == {"maxmemory-policy": "noeviction", "appendonly": "yes", "port": "0"}


def test_celerys_broker_speaks_to_it(shared: Path) -> None:
    with kombu.Connection(places.broker_url(shared)) as broker, broker.SimpleQueue("test_embedded") as queue:
        queue.put({"number": 1})
        message = queue.get(timeout=5)
        message.ack()
    assert message.payload == {"number": 1}


def test_nobody_else_gets_in(shared: Path) -> None:
    for directory in (places.postgres_directory, places.postgres_socket_directory, places.redis_directory):
        assert directory(shared).stat().st_mode & 0o077 == 0


def test_a_second_start_finds_the_first(shared: Path, told: list[str], tell: Tell) -> None:
    before = pids(shared)
    servers.start(shared, tell=tell)
    assert pids(shared) == before
    assert [line.count("already running") for line in told] == [1, 1]
    assert servers.status(shared, tell=tell)
    assert str(before[0]) in told[-2]


def test_data_are_kept_between_runs(fresh: Path, told: list[str], tell: Tell) -> None:
    servers.start(fresh, tell=tell)
    asked(fresh, "CREATE TABLE kept AS SELECT 1 AS a")
    with redis.Redis.from_url(places.redis_url(fresh)) as client:
        client.set("kept", 1)
    servers.stop(fresh, tell=tell)
    assert pids(fresh) == [0, 0]
    assert told[2:] == ["Redis: stopped", "PostgreSQL: stopped"]
    servers.start(fresh, tell=tell)
    assert asked(fresh, "SELECT a FROM kept") == [(1,)]
    with redis.Redis.from_url(places.redis_url(fresh)) as client:
        assert client.get("kept") == b"1"


def test_servers_that_were_killed_start_again(var: Path, tell: Tell) -> None:
    servers.start(var, tell=tell)
    kill(var)
    assert places.postgres_socket(var).exists()
    assert places.redis_socket(var).exists()
    assert not servers.status(var, tell=tell)
    servers.start(var, tell=tell)
    assert servers.status(var, tell=tell)


def test_the_number_of_a_killed_server_may_be_anothers_now(var: Path, tell: Tell) -> None:
    servers.start(var, tell=tell)
    kill(var)
    with subprocess.Popen(SLEEP) as stranger:
        postgres, redis_pid = var / "postgres" / "postmaster.pid", var / "redis" / "redis.pid"
        postgres.write_text(f"{stranger.pid}\n{postgres.read_text().partition(chr(10))[2]}")
        redis_pid.write_text(f"{stranger.pid}\n")
        servers.stop(var, tell=tell)
        assert stranger.poll() is None
        servers.start(var, tell=tell)
        assert servers.status(var, tell=tell)
        stranger.kill()


def test_of_three_starts_at_once_one_starts(var: Path) -> None:
    starts = [cli(var, "start") for _ in range(3)]
    printed = "".join(start.communicate(timeout=60)[0] for start in starts)
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert (printed.count(": started in"), printed.count(": already running")) == (2, 4)
    assert all(pids(var)), "they outlive the Python that started them"


def test_a_run_stops_what_it_started(light: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = "from slaportal.embedded import servers; import sys; sys.exit(7 if servers.status() else 1)"
    with cli(light, "run", "--", sys.executable, "-c", script) as process:
        assert process.wait(60) == 7
    assert pids(light) == [0, 0]


def test_a_run_leaves_what_was_started_before_it(light: Path, tell: Tell) -> None:
    servers.start(light, tell=tell)
    before = pids(light)
    assert servers.run([sys.executable, "-c", "raise SystemExit(3)"], light) == 3
    assert pids(light) == before


def test_a_start_keeps_what_a_run_started(light: Path, tell: Tell) -> None:
    with servers.used(light, tell=tell):
        servers.start(light, tell=tell)
    assert pids(light)[1]


def test_of_two_runs_the_last_one_stops_the_servers(light: Path, tell: Tell) -> None:
    first = servers.used(light, tell=tell)
    with first:
        second = servers.used(light, tell=tell)
        second.__enter__()
    assert pids(light)[1]
    second.__exit__(None, None, None)
    assert pids(light) == [0, 0]


def test_a_run_is_ended_by_term_and_stops_its_servers(light: Path) -> None:
    with cli(light, "run", "--", *SLEEP[:2], "print('up', flush=True); import time; time.sleep(60)") as process:
        assert process.stdout is not None
        assert any(line == "up\n" for line in process.stdout)
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    assert pids(light) == [0, 0]


def test_servers_of_the_users_own_replace_them(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, told: list[str], tell: Tell
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://portal_web@db/portal")
    monkeypatch.setenv("REDIS_URL", "redis://redis")
    assert servers.run([sys.executable, "-c", ""], fresh) == 0
    assert not fresh.exists()
    servers.start(fresh, tell=tell)
    assert servers.status(fresh, tell=tell)
    assert [line.partition(": ")[2] for line in told] == [
        "DATABASE_URL is set, nothing is started.",
        "REDIS_URL is set, nothing is started.",
        "replaced by DATABASE_URL",
        "replaced by REDIS_URL",
    ]


def test_one_of_them_may_be_replaced(light: Path, tell: Tell) -> None:
    with servers.used(light, tell=tell):
        assert (Postgres(light).find(), Valkey(light).find() is None) == (None, False)
    assert pids(light) == [0, 0]


def test_the_commands(light: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], light) == 3
    assert main(["start"], light) == 0
    assert main(["status"], light) == 0
    assert main(["run", "--", sys.executable, "-c", "raise SystemExit(5)"], light) == 5
    assert main(["run", "/nowhere"], light) == 1
    assert main(["stop"], light) == 0
    assert main(["stop"], light / "nowhere") == 0
    assert "[not_started]" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["run"], light)
