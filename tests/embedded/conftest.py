"""A directory with a path short enough for sockets, and one pair of servers for all tests that break nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slaportal.embedded import servers


@pytest.fixture(autouse=True)
def _nothing_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the embedded servers, whatever the other tests use."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def _directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))


def _silent(_line: str) -> None:
    pass


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A `var` of its own; what still runs in it is stopped."""
    top = _directory()
    yield top / "var"
    servers.stop(top / "var", tell=_silent)
    shutil.rmtree(top)


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A `var` whose data are made but whose servers do not run: to be copied, which is quicker than initdb."""
    top = _directory()
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        environment.delenv("REDIS_URL", raising=False)
        servers.start(top / "var", tell=_silent)
        servers.stop(top / "var", tell=_silent)
    yield top / "var"
    shutil.rmtree(top)


@pytest.fixture
def var(made: Path, fresh: Path) -> Path:
    """A `var` with data, in which nothing runs."""
    shutil.copytree(made, fresh)
    return fresh


@pytest.fixture
def light(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `var` in which only Redis is started, which is quick: PostgreSQL is somebody else's."""
    monkeypatch.setenv("DATABASE_URL", "postgres://portal_web@db/portal")
    return fresh


@pytest.fixture(scope="session")
def shared(made: Path) -> Iterator[Path]:
    """A `var` in which both servers run all the time: only for tests that read."""
    top = _directory()
    shutil.copytree(made, top / "var")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        environment.delenv("REDIS_URL", raising=False)
        servers.start(top / "var", tell=_silent)
    yield top / "var"
    servers.stop(top / "var", tell=_silent)
    shutil.rmtree(top)


@pytest.fixture
def told() -> list[str]:
    """What the servers said."""
    return []


@pytest.fixture
def tell(told: list[str]) -> Callable[[str], None]:
    """Writes it down."""
    return told.append
