"""Where things are, without starting anything."""

import os
import subprocess
import sys
from pathlib import Path

from slaportal.embedded import places


def test_a_database_is_reached_over_the_socket() -> None:
    assert places.database("portal_web", var=Path("/tmp/v")) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": "portal_web",
        "PASSWORD": "",
        "HOST": "/tmp/v/run",
        "PORT": "5432",
    }
    assert places.postgres_socket(Path("/tmp/v")) == Path("/tmp/v/run/.s.PGSQL.5432")


def test_redis_is_named_for_its_clients_and_for_celery() -> None:
    assert places.redis_url(Path("/tmp/a b")) == "unix:///tmp/a%20b/redis/redis.sock"
    assert places.broker_url(Path("/tmp/v")) == "redis+socket:///tmp/v/redis/redis.sock"


def test_portal_var_moves_everything_and_nothing_is_made(tmp_path: Path) -> None:
    script = "from slaportal.embedded import places as p; print(p.VAR, p.database('x')['HOST'], p.redis_url())"
    environment = {**os.environ, "PORTAL_VAR": str(tmp_path / "v")}
    printed = subprocess.check_output([sys.executable, "-c", script], env=environment, cwd=places.PROJECT, text=True)
    assert printed.split() == [f"{tmp_path}/v", f"{tmp_path}/v/run", f"unix://{tmp_path}/v/redis/redis.sock"]
    assert list(tmp_path.iterdir()) == []
