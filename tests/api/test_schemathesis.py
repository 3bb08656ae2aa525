"""schemathesis over the whole schema, all its phases, with tokens of two tenants and two providers, on a clone.

In this process, over WSGI: no answer is a 5xx or outside the schema, what the schema does not allow is refused, and no
answer holds anything of another's.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.db import connections
from django.db.utils import load_backend
from pytest_django import Settings
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.transport.wsgi import WSGITransport

from slaportal.wsgi import application
from tests.api.programs import secret_of
from tests.conftest import SUPERUSER
from tests.processes.connecting import connected
from tests.site.test_matrix import canaries_in, own_canaries
from tests.world import World, build_world, live_in

# For each; SCHEMATHESIS_SECONDS=300 by hand goes deeper than a suite can wait for.
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS", "14"))
# Who runs through it, and who may then not see what they saw.
RUNS = {"agent": (), "ann": ("ann", "bob", "cora"), "bob": ("bob", "ann", "cora"), "cora": ("cora", "ann", "bob")}
SOCKETS = ("max_redirects", "verify", "cert", "proxies")
# A refusal of what fits the schema is the business of the act's own tests: not everything that can be said is true.
UNJUDGED = ("positive_data_acceptance",)


class Served:
    """The portal as a WSGI server on the clone would serve it; every answer is looked through for what is another's."""

    def __init__(self, database: str, world: World, secrets: dict[str, str]) -> None:
        self.database, self.world = database, world
        self.owners = {f"Bearer {secret}": who for who, secret in secrets.items()}
        self.leaked: list[str] = []
        self.answers = 0
        self._own = threading.local()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self._connect()
        answer: Any = application(environ, start_response)
        body = b"".join(answer)
        answer.close()
        who = self.owners.get(environ.get("HTTP_AUTHORIZATION", ""), "anonymous")
        foreign = canaries_in(body.decode(errors="replace")) - own_canaries(self.world, who)
        self.answers += 1
        if foreign:
            self.leaked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} as {who}: {sorted(foreign)}")
        return [body]

    def _connect(self) -> None:
        """Each thread has a connection of its own, as the web's login."""
        if not hasattr(self._own, "connection"):
            place = {**connections["default"].settings_dict, "NAME": self.database, "USER": "portal_web"}
            self._own.connection = load_backend(place["ENGINE"]).DatabaseWrapper(place, "default")
        connections["default"] = self._own.connection


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a 401 schemathesis 4.32.5 tries again without its session, with options that only sockets have."""
    send = WSGITransport.send

    def sent(self: WSGITransport, case: Any, *, session: Any = None, **options: Any) -> Any:
        kept = {name: value for name, value in options.items() if name not in SOCKETS}
        return send(self, case, session=session, **kept)

    monkeypatch.setattr(WSGITransport, "send", sent)


@pytest.fixture
def served(clone: str, django_db_blocker: Any, settings: Settings) -> Any:
    """The cast has lived there; its tokens may call as often as they like."""
    settings.API_CALLS_A_MINUTE = 1_000_000
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
        world = build_world()
        live_in(world)
        secrets = {who: secret_of(world, who) for who in RUNS}
    before = connections["default"]
    with django_db_blocker.unblock():
        yield Served(clone, world, secrets), secrets
        for each in {id(c): c for c in connections.all()}.values():
            each.close()
        connections["default"] = before


def configured(who: str, secrets: dict[str, str], tmp_path: Path) -> SchemathesisConfig:
    """Whose token, for how long; deterministic, so that what it finds is found again."""
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {secret}"}]}
        for name, secret in secrets.items()
    ]
    (tmp_path / "users.json").write_text(json.dumps({"auth": users}))
    wfc: dict[str, Any] = {"path": str(tmp_path / "users.json"), "user": who}
    if RUNS[who]:
        wfc["peers"] = list(RUNS[who])
    return SchemathesisConfig.from_dict(
        {
            "auth": {"wfc": wfc},
            "max-time": SECONDS,
            "continue-on-failure": True,
            "generation": {"max-examples": 12, "deterministic": True, "database": "none"},
            "checks": {name: {"enabled": False} for name in UNJUDGED},
            "phases": {"stateful": {"generation": {"max-examples": 15}}},
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("who", RUNS)
def test_everything_that_the_schema_allows_and_much_that_it_does_not(
    served: tuple[Served, dict[str, str]], who: str, tmp_path: Path
) -> None:
    app, secrets = served
    loaded = schemathesis.openapi.from_wsgi("/api/v1/schema", app, config=configured(who, secrets, tmp_path))
    failures: dict[str, str] = {}
    for event in from_schema(loaded).execute():
        if isinstance(event, NonFatalError | FatalError):
            raise AssertionError(getattr(event, "value", None) or getattr(event, "exception", event))
        if isinstance(event, ScenarioFinished):
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failures.setdefault(f"{event.recorder.label}: {check.name}", str(check.failure_info.failure))
    assert failures == {}
    assert app.leaked == []
    assert app.answers > 10, "it asked nothing"  # how many it comes to in its time says how fast the machine is
