"""As whom the servers run: an account without rights when root starts them, otherwise whoever starts them."""

import contextlib
import os
import pwd
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slaportal.embedded import account, launch, servers, wheels
from slaportal.embedded.console import EmbeddedError
from slaportal.embedded.launch import version_of
from slaportal.embedded.postgres import Postgres

Tell = Callable[[str], None]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the user")


@pytest.fixture
def closed() -> Iterator[Path]:
    """A directory that only root may pass, as /root is."""
    directory = Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    yield directory
    shutil.rmtree(directory)


@contextlib.contextmanager
def effectively(name: str) -> Iterator[None]:
    """We have that user's rights inside, and may become root again."""
    os.seteuid(pwd.getpwnam(name).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def owner(path: Path) -> str:
    """The name of the account that owns it."""
    return pwd.getpwuid(path.stat().st_uid).pw_name


@as_root
def test_as_root_the_servers_run_as_their_account(closed: Path, tell: Tell, capsys: pytest.CaptureFixture[str]) -> None:
    servers.start(closed / "var", tell=tell)
    try:
        for server in servers.servers(closed / "var"):
            running = server.find()
            assert running is not None
            assert owner(server.data) == owner(Path(f"/proc/{running.pid}")) == account.NAME
    finally:
        servers.stop(closed / "var", tell=tell)
    assert f"let the account slaportal pass {closed} (chmod o+x)" in capsys.readouterr().err
    assert closed.stat().st_mode & 0o777 == 0o701


@as_root
def test_as_anybody_the_servers_run_as_himself_and_root_leaves_them_his(closed: Path, tell: Tell) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(closed, nobody.pw_uid, nobody.pw_gid)
    assert as_user(nobody, lambda: servers.start(closed / "var", tell=tell)) == 0
    try:
        postgres = Postgres(closed / "var")
        running = postgres.find()
        assert running is not None
        assert owner(Path(f"/proc/{running.pid}")) == owner(postgres.data) == "nobody"
        assert account.account_for(postgres.data) == nobody
    finally:
        assert as_user(nobody, lambda: servers.stop(closed / "var", tell=tell)) == 0
    assert postgres.find() is None


@as_root
def test_what_root_made_is_refused_to_others(var: Path, tell: Tell) -> None:
    servers.start(var, tell=tell)
    var.parent.chmod(0o755)
    with effectively("nobody"):
        with pytest.raises(EmbeddedError, match="started as root before") as unwritable:
            servers.start(var, tell=tell)
        with pytest.raises(EmbeddedError, match="belongs to another user") as taken:
            servers.status(var, tell=tell)
        with pytest.raises(EmbeddedError) as closed:
            account.owned(var / "postgres", None)
    assert (unwritable.value.code, taken.value.code, closed.value.code) == (
        "not_writable",
        "socket_taken",
        "not_writable",
    )


@as_root
def test_a_wheel_that_root_installed_for_itself_is_opened(closed: Path) -> None:
    slaportal = account.account_for(closed)
    assert slaportal is not None
    program = shutil.copy(wheels.valkey_program(), closed)
    Path(program).chmod(0o700)
    assert "9." in version_of(Path(program), closed, slaportal)
    assert closed.stat().st_mode & 0o777 == 0o705


def test_without_root_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert account.account_for(tmp_path) is None
    tmp_path.chmod(0o700)
    account.make_passable(tmp_path / "x", None)
    account.owned(tmp_path / "data", None)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_where_no_account_can_be_made_nobody_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "NAME", "no-such-account")
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_keywords: None)
    assert account.account_for(tmp_path / "none") == pwd.getpwnam("nobody")
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_keywords: "/bin/false")
    assert account.account_for(tmp_path / "none") == pwd.getpwnam("nobody")
    assert "could not be made" in capsys.readouterr().err


def test_a_program_that_cannot_run_is_named() -> None:
    for error, code in ((PermissionError(1, "no"), "no_account"), (FileNotFoundError(2, "no"), "not_started")):
        assert launch._not_started(["initdb"], error).code == code


def as_user(user: pwd.struct_passwd, act: Callable[[], object]) -> object:
    """Does something in a child that is that user: 0, or the code of the refusal."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pytest-xdist has threads; the child uses none of them
        child = os.fork()
    if child == 0:
        answer = "crashed"
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            act()
            answer = ""
        except EmbeddedError as error:
            answer = error.code
        finally:
            os.write(writing, answer.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer or 0
