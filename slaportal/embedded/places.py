"""Where the embedded servers keep their data and their sockets: pure paths, nothing is started or made here.

`settings.py` asks this module when there is no DATABASE_URL or REDIS_URL; PORTAL_VAR moves everything at once.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("PORTAL_VAR") or PROJECT / "var").absolute()
POSTGRES_PORT = 5432  # no port is opened: the number only names the socket


def postgres_directory(var: Path = VAR) -> Path:
    """The data directory of PostgreSQL."""
    return var / "postgres"


def postgres_socket_directory(var: Path = VAR) -> Path:
    """What PostgreSQL's clients take as the host."""
    return var / "run"


def postgres_socket(var: Path = VAR) -> Path:
    """The socket itself."""
    return postgres_socket_directory(var) / f".s.PGSQL.{POSTGRES_PORT}"


def redis_directory(var: Path = VAR) -> Path:
    """The data directory of Redis."""
    return var / "redis"


def redis_socket(var: Path = VAR) -> Path:
    """The socket of Redis, in its data directory."""
    return redis_directory(var) / "redis.sock"


def log_directory(var: Path = VAR) -> Path:
    """What the servers and the demo's processes write goes here."""
    return var / "log"


def database(login: str, name: str = "portal", var: Path = VAR) -> dict[str, Any]:
    """An entry of Django's DATABASES for that login over the socket; there is no password."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": login,
        "PASSWORD": "",
        "HOST": str(postgres_socket_directory(var)),
        "PORT": str(POSTGRES_PORT),
    }


def redis_url(var: Path = VAR) -> str:
    """For redis-py and Django's cache."""
    return f"unix://{quote(str(redis_socket(var)))}"


def broker_url(var: Path = VAR) -> str:
    """For Celery: kombu's name of the same socket."""
    return f"redis+socket://{quote(str(redis_socket(var)))}"
