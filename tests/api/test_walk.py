"""The walk of docs/api.md, from a token to the statement of a month: its commands run as they stand there.

A shell sends them to the portal over HTTP, on a clone; what they print is what the lines `#> ...` say. With the
stand-ins for curl and jq, and with the real ones where the machine has them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from slaportal.settings import BASE_DIR
from tests.api.programs import secret_of
from tests.api.test_schemathesis import Served
from tests.conftest import SUPERUSER, logged_in_as
from tests.credits.claiming import CLOSED, missed
from tests.credits.test_pages_months import swept
from tests.processes.connecting import connected
from tests.world import build_world

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
DOCUMENT = BASE_DIR / "docs" / "api.md"
TOOLS = ("stand-ins", "real") if shutil.which("curl") and shutil.which("jq") else ("stand-ins",)


class Quiet(WSGIRequestHandler):
    """Says nothing of each call."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def portal(
    clone: str, django_db_blocker: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Where the portal answers, and the tokens of ann and the lead; October is missed and closed, it is November."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
        world = build_world()
        with logged_in_as("portal_jobs"):
            months = missed(world)
            months.close(CLOSED)
        swept(CLOSED)
        secrets = {"TOKEN": secret_of(world, "ann"), "LEAD": secret_of(world, "lead")}
    served = Served(clone, world, {"ann": secrets["TOKEN"], "lead": secrets["LEAD"]})
    before = connections["default"]
    with django_db_blocker.unblock(), make_server("127.0.0.1", 0, served, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {"PORTAL": f"http://127.0.0.1:{server.server_port}", **secrets}
        server.shutdown()
        thread.join()
        assert served.leaked == []
        connections["default"] = before


def walk() -> tuple[str, list[str]]:
    """The commands of the section, and what they are said to print."""
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## A walk", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).splitlines()
    return "\n".join(lines), [line.removeprefix("#> ") for line in lines if line.startswith("#> ")]


def tools(which: str, place: Path) -> str:
    """The PATH by which curl and jq are found."""
    if which == "real":
        return os.environ["PATH"]
    place.mkdir()
    for name in ("curl", "jq"):
        script = place / name
        script.write_text(
            f'#!/bin/sh\nPYTHONPATH="{BASE_DIR}" exec "{sys.executable}" -m tests.api.stand_ins {name} "$@"\n'
        )
        script.chmod(0o755)
    return f"{place}:{os.environ['PATH']}"


@pytest.mark.parametrize("which", TOOLS)
def test_the_walk(portal: dict[str, str], tmp_path: Path, which: str) -> None:
    commands, printed = walk()
    assert len(printed) > 10
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env={"PATH": tools(which, tmp_path / "bin"), **portal},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert ran.stdout.splitlines() == printed
    statement = json.loads((tmp_path / "statement.json").read_text())
    assert (statement["month"], statement["credits"][0]["amount"]) == ("2026-10", "100.00")
    assert statement["closed_at"] == "2026-11-07T04:00:00Z"
