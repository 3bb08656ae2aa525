"""What stands in the way of the servers is named, with what to do."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slaportal.embedded import account, launch, places, postgres, servers, valkey, wheels
from slaportal.embedded.__main__ import main
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import end
from slaportal.embedded.sockets import check_port, listened_to

Tell = Callable[[str], None]


@contextlib.contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """The one refusal that is expected."""
    with pytest.raises(EmbeddedError) as caught:
        yield
    assert caught.value.code == code
    for word in words:
        assert word in caught.value.sentence


def test_a_path_too_long_for_a_socket(fresh: Path, tell: Tell) -> None:
    long = fresh / ("x" * 90)
    with refused("path_too_long", "107 are allowed", "PORTAL_VAR="):
        servers.start(long, tell=tell)
    with refused("path_too_long"), servers.used(long, tell=tell):
        pass
    assert not fresh.exists()


def test_the_longest_path_that_is_allowed_works(fresh: Path, tell: Tell) -> None:
    room = 107 - len(str(places.postgres_socket(fresh))) - 1
    servers.start(fresh / ("x" * room), tell=tell)
    assert servers.status(fresh / ("x" * room), tell=tell)
    servers.stop(fresh / ("x" * room), tell=tell)


@pytest.mark.parametrize("path", [places.postgres_socket, places.redis_socket])
def test_a_socket_that_is_taken(fresh: Path, path: Callable[[Path], Path]) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        path(fresh).parent.mkdir(parents=True)
        stranger.bind(str(path(fresh)))
        stranger.listen()
        stranger.settimeout(0)
        with refused("socket_taken", str(path(fresh)), "PORTAL_VAR="):
            server = servers.servers(fresh)[path == places.redis_socket]
            server.find()


@pytest.mark.parametrize("which", [0, 1])
def test_a_socket_that_belongs_to_our_server_of_other_data(shared: Path, fresh: Path, which: int) -> None:
    ours, theirs = servers.servers(fresh)[which], servers.servers(shared)[which]
    ours.socket.parent.mkdir(parents=True)
    ours.socket.symlink_to(theirs.socket)
    with refused("socket_taken", "its data are in", str(theirs.data)):
        ours.find()
    ours.socket.unlink()


def test_data_of_another_version(fresh: Path, tell: Tell) -> None:
    (fresh / "postgres").mkdir(parents=True)
    (fresh / "postgres" / "PG_VERSION").write_text("16\n")
    with refused("data_version", "PostgreSQL 16", "pg_dump"):
        servers.start(fresh, tell=tell)


def test_data_of_a_newer_redis(light: Path, tell: Tell) -> None:
    servers.start(light, tell=tell)
    servers.stop(light, tell=tell)
    for base in (light / "redis" / "appendonlydir").glob("*.base.rdb"):
        base.write_bytes(b"REDIS0999" + base.read_bytes()[9:])
    with refused("data_version", "newer"):
        servers.start(light, tell=tell)


def test_a_directory_full_of_something_else(fresh: Path, tell: Tell) -> None:
    (fresh / "postgres").mkdir(parents=True)
    (fresh / "postgres" / "notes.txt").touch()
    with refused("data_foreign", str(fresh / "postgres")):
        servers.start(fresh, tell=tell)
    assert (fresh / "postgres" / "notes.txt").exists()


def test_a_full_disk(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.mkdir()
    monkeypatch.setattr(postgres, "NEW_TAKES_BYTES", 10**18)
    with refused("disk_full", str(fresh)):
        postgres.Postgres(fresh).start()
    monkeypatch.setattr(valkey, "TAKES_BYTES", 10**18)
    with refused("disk_full"):
        valkey.Valkey(fresh).start()


@pytest.mark.parametrize("server", [postgres.Postgres, valkey.Valkey])
def test_a_disk_that_fills_while_it_starts(fresh: Path, server: Callable[[Path], postgres.Postgres]) -> None:
    assert server(fresh)._failed("PANIC:  could not write: No space left on device").code == "disk_full"
    assert server(fresh)._failed("").sentence.count("it wrote nothing") == 1


def test_a_setting_it_does_not_know(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "no_such_setting", "1")
    with refused("not_started", "no_such_setting", "postgres.log"):
        postgres.Postgres(var).start()
    monkeypatch.setitem(valkey.SETTINGS, "no-such-setting", "1")
    with refused("not_started", "redis.log"):
        valkey.Valkey(var).start()


def test_no_directory(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fresh.touch()
    assert main(["start"], fresh) == 1
    assert "[not_writable]" in capsys.readouterr().err
    fresh.unlink()


def test_a_server_that_lost_its_socket_is_stopped_by_stop(var: Path, tell: Tell, told: list[str]) -> None:
    servers.start(var, tell=tell)
    places.postgres_socket(var).unlink()
    places.redis_socket(var).unlink()
    for server in servers.servers(var):
        with refused("not_answering", "stop, then start again"):
            server.start()
    servers.stop(var, tell=tell)
    assert told[-2:] == ["Redis: stopped", "PostgreSQL: stopped"]


def test_another_start_that_does_not_end(fresh: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    monkeypatch.setattr(servers, "ANOTHER_START_TAKES_S", 0)
    with servers._lock(fresh, "start.lock"), refused("locked", "start.lock"):
        servers.start(fresh, tell=tell)


def test_roles_that_postgres_refuses(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roles.sql").write_text("CREATE ROLE;")
    monkeypatch.setattr(postgres, "ROLES", tmp_path / "roles.sql")
    with refused("roles_refused", "roles.sql", "syntax error"):
        postgres.Postgres(shared).prepare()


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LONGEST_LOG", 3)
    (tmp_path / "web.log").write_text("long")
    with launch.opened_log(tmp_path / "web.log") as log:
        log.write(b"new")
    assert (tmp_path / "web.log.1").read_text() == "long"
    assert launch.last_lines(tmp_path / "web.log") == "new"
    assert launch.last_lines(tmp_path / "none.log") == ""
    with refused("not_writable"):
        launch.opened_log(tmp_path / "web.log" / "web.log")


def test_a_disk_that_is_taken_away_while_it_starts(fresh: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    (fresh / "postgres").mkdir(parents=True)
    (fresh / "postgres" / "PG_VERSION").mkdir()
    with refused("not_writable", str(fresh / "postgres")):
        servers.start(fresh, tell=tell)


def test_locales_this_machine_does_not_know(fresh: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "CHARACTER_TYPES", ("xx_YY", "C"))
    monkeypatch.setenv("REDIS_URL", "redis://redis")
    servers.start(fresh, tell=tell)
    assert servers.status(fresh, tell=tell)


def test_a_missing_wheel() -> None:
    with refused("wheel_missing", "no-such-wheel", "REDIS_URL"):
        wheels._directory("no_such_wheel", "REDIS_URL")


def test_a_port_that_is_taken_or_none() -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = str(stranger.getsockname()[1])
        with refused("port_taken", port, "PORT=8001"):
            check_port("127.0.0.1", port)
    assert check_port("127.0.0.1", port) == int(port)
    for wrong in ("", "http", "0", "65536", "-1"):
        with refused("port_invalid"):
            check_port("127.0.0.1", wrong)


def test_a_file_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not listened_to(tmp_path / "file")
    assert not listened_to(tmp_path / "file" / "below")
    assert end(2**22 + 1, "nothing", ())


def test_full_disks_and_closed_directories_differ(tmp_path: Path) -> None:
    assert account.unwritable(tmp_path, OSError(28, "No space left on device")).code == "disk_full"
    assert account.unwritable(tmp_path, OSError(13, "Permission denied")).code == "not_writable"
