"""What an installation is made of: the image, the services of Compose, the settings, and the guide to them."""

import ast
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from slaportal.celery import QUEUES, app
from slaportal.settings import BASE_DIR
from slaportal.site import gunicorn

COMPOSE = BASE_DIR / "docker-compose.yml"
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
GUIDE = (BASE_DIR / "docs" / "deploy.md").read_text()
SERVICES: dict[str, dict[str, Any]] = YAML(typ="safe").load(COMPOSE)["services"]
OURS, THEIRS = ("migrate", "web", "worker", "clocks", "webhooks", "beat"), ("postgres", "roles", "redis")
LASTING, ENDING = ("postgres", "redis", "web", "worker", "clocks", "webhooks", "beat"), ("roles", "migrate")
PINNED = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+")
VARIABLE = re.compile(r"\$\{([A-Z_]+)[^}]*\}")
SECRET = re.compile(r"SECRET|PASSWORD|EMAIL_URL")
READERS = ("settings.py", "celery.py", "wsgi.py", "site/gunicorn.py", "embedded/places.py", "deploy/alive.py")
HAND_ON = ("embedded/demo.py", "embedded/servers.py", "embedded/supervisor.py")
APPS = ("contracts", "tickets", "uptime", "credits")


def example() -> dict[str, str]:
    """The settings that `.env.example` offers."""
    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return found


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))


# Compose --------------------------------------------------------------------------------------------------------------


def test_the_services_and_their_volumes() -> None:
    document = YAML(typ="safe").load(COMPOSE)
    assert set(document["services"]) == {*OURS, *THEIRS}
    assert set(document["volumes"]) == {"postgres", "redis", "beat"}
    mounted = {volume for service in SERVICES.values() for volume in service.get("volumes", [])}
    named = {volume.split(":")[0] for volume in mounted if not volume.startswith("./")}
    assert named == set(document["volumes"])
    bound = [volume.split(":") for volume in mounted if volume.startswith("./")]
    assert all((BASE_DIR / source).is_file() and mode == "ro" for source, _target, mode in bound)


@pytest.mark.parametrize("service", LASTING)
def test_what_lasts_is_looked_after(service: str) -> None:
    described = SERVICES[service]
    assert described["restart"] == "unless-stopped"
    assert set(described["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}
    assert seconds(described["healthcheck"]["timeout"]) <= seconds(described["healthcheck"]["interval"])
    assert seconds(described["stop_grace_period"]) > 10


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_bounded_and_may_little(service: str) -> None:
    described = SERVICES[service]
    assert set(described["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert described["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["read_only"] is True
    assert not {"privileged", "network_mode", "pid", "env_file"} & set(described)


def test_nothing_of_ours_starts_before_the_tables_are_there() -> None:
    assert SERVICES["roles"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["depends_on"] == {"roles": {"condition": "service_completed_successfully"}}
    for service in ("web", "worker", "clocks", "webhooks", "beat"):
        assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for service in ENDING:
        assert (SERVICES[service]["restart"], SERVICES[service]["healthcheck"]) == ("no", {"disable": True})


def test_only_the_web_is_reached_and_from_this_machine_alone() -> None:
    document = YAML(typ="safe").load(COMPOSE)
    assert document["networks"]["data"] == {"internal": True}
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert {name for name in SERVICES if "outside" in SERVICES[name]["networks"]} == {"web", "worker", "webhooks"}


def test_images_are_pinned_and_ours_is_one() -> None:
    for service in THEIRS:
        assert PINNED.fullmatch(SERVICES[service]["image"]), service
    assert SERVICES["roles"]["image"] == SERVICES["postgres"]["image"]  # pg_dump must know the server
    for service in OURS:
        assert (SERVICES[service]["image"], SERVICES[service]["build"]) == ("slaportal:${PORTAL_VERSION:-local}", ".")
    assert "latest" not in COMPOSE.read_text() + DOCKERFILE


def test_no_secret_is_written_down() -> None:
    for service in SERVICES:
        for name, value in environment(service).items():
            if SECRET.search(name) and name not in ("SECRET_KEY_FALLBACKS", "EMAIL_URL"):
                assert re.fullmatch(r"\$\{[A-Z_]+:-\}", value), f"{service}: {name}"
            for credentials in re.findall(r"://(\S+)@", value):
                assert re.fullmatch(r"\w+:\$\{PORTAL_[A-Z]+_PASSWORD:-\}", credentials), f"{service}: {name}"
    assert environment("worker")["EMAIL_URL"] == "${EMAIL_URL:-smtp://localhost:25}"
    assert [name for name, value in example().items() if SECRET.search(name) and value] == ["EMAIL_URL"]


def test_each_process_knows_its_own_password_and_no_other() -> None:
    knows = {name: set(VARIABLE.findall(json.dumps(environment(name)))) for name in SERVICES}
    passwords = {name: {each for each in known if each.endswith("_PASSWORD")} for name, known in knows.items()}
    assert passwords == {
        "postgres": {"POSTGRES_PASSWORD"},
        "roles": {"POSTGRES_PASSWORD", "PORTAL_OWNER_PASSWORD", "PORTAL_WEB_PASSWORD", "PORTAL_JOBS_PASSWORD"},
        "redis": set(),
        "migrate": {"PORTAL_OWNER_PASSWORD", "PORTAL_JOBS_PASSWORD"},
        "web": {"PORTAL_WEB_PASSWORD"},
        "worker": {"PORTAL_JOBS_PASSWORD"},
        "clocks": {"PORTAL_JOBS_PASSWORD"},
        "webhooks": {"PORTAL_JOBS_PASSWORD"},
        "beat": {"PORTAL_JOBS_PASSWORD"},
    }
    assert [name for name in SERVICES if "DATABASE_OWNER_URL" in environment(name)] == ["migrate"]
    assert [name for name in SERVICES if "EMAIL_URL" in environment(name)] == ["worker"]
    keyed = [name for name in SERVICES if "SECRET_KEY" in environment(name)]
    assert keyed == ["web", "worker", "clocks", "webhooks", "beat"]


def test_no_installation_is_a_demo() -> None:
    assert not [name for name in SERVICES if {"DEBUG", "DEMO"} & set(environment(name))]


def test_there_is_time_to_finish() -> None:
    assert seconds(SERVICES["web"]["stop_grace_period"]) > gunicorn.graceful_timeout
    for service in ("worker", "clocks", "webhooks"):
        assert SERVICES[service]["stop_signal"] == "SIGQUIT"  # which is what the soft shutdown answers to
        assert seconds(SERVICES[service]["stop_grace_period"]) > app.conf.worker_soft_shutdown_timeout + 10


def test_every_queue_is_somebodys() -> None:
    workers = ("worker", "clocks", "webhooks")
    queues = [queue for service in workers for queue in SERVICES[service]["command"][-1].split(",")]
    assert sorted(queues) == sorted(QUEUES)


def test_redis_keeps_what_it_was_given() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def compose() -> list[str] | None:
    """How to call Compose here, where it is installed."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        said = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False)
        if said.returncode == 0 and said.stdout.lstrip("v").startswith("2."):
            return command
    return None


@pytest.mark.skipif(compose() is None, reason="docker compose is not installed")
def test_compose_takes_the_file(tmp_path: Path) -> None:
    command = [*(compose() or []), "--env-file", str(tmp_path / "env"), "--file", str(COMPOSE), "config"]
    left = {name: value for name, value in os.environ.items() if name not in example()}
    filled = {name: value or "0123456789abcdef" for name, value in example().items()}
    for lines in ([f"{name}={value}" for name, value in filled.items()], []):
        (tmp_path / "env").write_text("\n".join(lines))
        done = subprocess.run(command, env=left, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert "warning" not in done.stderr


# The image ------------------------------------------------------------------------------------------------------------


def stages() -> dict[str, str]:
    parts = re.split(r"^FROM \$\{PYTHON\} AS (\w+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_base_is_pinned_and_there_is_one() -> None:
    (base,) = re.findall(r"^ARG PYTHON=(.+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+", base)
    assert list(stages()) == ["assets", "packages", "portal"]
    assert DOCKERFILE.count("FROM ") == 3


def test_the_portal_runs_as_nobodys_root() -> None:
    runtime = stages()["portal"]
    before, _, after = runtime.partition("\nUSER ")
    user, _, rest = after.partition("\n")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    assert f"--uid {user.split(':')[0]} " in before
    assert not re.search(r"^(RUN|COPY|ADD|USER)", rest, re.MULTILINE)


def test_nothing_is_compiled_and_nothing_of_development_comes_along() -> None:
    assert "apt-get" not in DOCKERFILE
    assert DOCKERFILE.count("pip install") == DOCKERFILE.count("install --only-binary :all:") == 2
    assert "requirements-dev" not in stages()["portal"] + stages()["packages"]
    assert "-m slaportal.assets.build" in stages()["assets"]
    assert "collectstatic" in stages()["portal"]


def test_commands_are_called_without_a_shell() -> None:
    for word in ("CMD", "HEALTHCHECK.*\\\\\n +CMD"):
        found = re.findall(rf"^{word} (\[.+\])$", DOCKERFILE, re.MULTILINE)
        assert len(found) == 1
        assert all(isinstance(part, str) for part in json.loads(found[0]))
    assert SERVICES["web"]["healthcheck"]["test"][1:] == ["python", "-m", "slaportal.deploy.alive", "web"]


def test_what_is_copied_is_let_through_and_no_secret_is() -> None:
    lines = (BASE_DIR / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert {source.split("/")[0] for source in copied} == allowed
    assert all((BASE_DIR / source).exists() for source in copied)
    source = {path.parent.name for path in BASE_DIR.glob("*/__init__.py")} - {"tests"}
    assert source | {"manage.py", "templates"} <= copied


# Settings -------------------------------------------------------------------------------------------------------------


def read_by(path: Path) -> set[str]:
    """The variables of the environment that a file asks for by name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Call) and re.search(r"\b(env|environ|environment|_database)\b", ast.unparse(node.func)):
            asked = node.args[:1]
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "env":
            asked = [node.left]
        elif isinstance(node, ast.Subscript) and re.search(r"\benviron", ast.unparse(node.value)):
            asked = [node.slice]
        found |= {each.value for each in asked if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return {name for name in found if name.isupper()}


def documented() -> set[str]:
    """The names in the first column of the table."""
    table = GUIDE.partition("\n## Environment\n")[2].partition("\n## ")[0]
    return set(re.findall("`([A-Z_]+)`", " ".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE))))


def test_every_variable_that_is_read_is_documented() -> None:
    read = set[str]().union(*(read_by(BASE_DIR / "slaportal" / name) for name in READERS))
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "PORT", "PORTAL_VAR", "WEB_THREADS"} <= read
    assert read - documented() == set()
    assert documented() - read - set(VARIABLE.findall(COMPOSE.read_text())) == set()


def test_the_readers_are_all_there_are() -> None:
    """But for the demo's supervisor, which hands the environment on."""
    source = BASE_DIR / "slaportal"
    files = [*source.rglob("*.py"), *(path for name in APPS for path in (BASE_DIR / name).rglob("*.py"))]
    reads = {path for path in files if "node_modules" not in path.parts and "os.environ" in path.read_text()}
    assert reads <= {source / name for name in (*READERS, *HAND_ON)}


def test_the_example_has_what_compose_asks_for_and_the_guide_explains_it() -> None:
    assert set(example()) == set(VARIABLE.findall(COMPOSE.read_text()))
    assert set(example()) <= documented()


def test_the_example_has_the_defaults_of_compose() -> None:
    defaults = dict(re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", COMPOSE.read_text()))
    assert {name: value for name, value in example().items() if value} == {k: v for k, v in defaults.items() if v}


def test_the_settings_that_are_handed_over_are_read() -> None:
    read = set[str]().union(*(read_by(BASE_DIR / "slaportal" / name) for name in READERS))
    for service in ("web", "worker", "clocks", "webhooks", "beat"):
        assert set(environment(service)) - read == set(), service
