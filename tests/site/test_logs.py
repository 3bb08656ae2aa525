"""The log: one line an event, with the reference and the ids, and without what nobody should read there."""

import logging

import pytest
import structlog
from django.test import Client, RequestFactory
from pytest_django import Settings
from structlog.testing import capture_logs

from slaportal.site.logs import GONE, client_ip, formatter, logging_settings, redacted
from tests.site.conftest import Lines
from tests.world import World

SECRET = "Zm9vYmFyYmF6cXV1eC1-_0123456789abcdefghijk"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /invitation/{SECRET}/",
        f"GET /invitation/{SECRET}/?x=1",
        f"GET /account/password/reset/key/1-{SECRET}/",
        f"GET /account/confirm-email/{SECRET}/",
        f"Not Found: /invitation/{SECRET}",
        f"GET /people/?q={SECRET}&page=2",
        f"GET /invitation/x/?next=/{SECRET}",
        f"Bearer slap_{SECRET}",
        f"token slar_{SECRET} is revoked",
        f"Authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Basic {SECRET}'}}",
        f"Cookie: __Host-session={SECRET}; csrf=x{SECRET}",
        f"{{'sessionid': '{SECRET}'}}",
        f"password={SECRET}",
        f'{{"password1": "{SECRET}"}}',
        f"csrfmiddlewaretoken={SECRET}",
        f"secret_key = '{SECRET}'",
        f"connection to postgres://portal_web:{SECRET}@db.example.test:5432/portal failed",
        f"connection to redis://:{SECRET}@127.0.0.1/0 failed",
        f"otpauth://totp/SLA?secret={SECRET}",
        f"DETAIL:  Key (name)=({SECRET}) already exists.",
        f"mail to {SECRET}@example.test was refused",
    ],
)
def test_no_secret_and_no_address_comes_through(text: str) -> None:
    assert SECRET not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /people/17/",
        "request_finished",
        "2026-11-24T12:00:00Z",
        "What? Nothing.",
        "Task slaportal.audit.tasks.seal[0f8c1d3e] failed",
        'File "/srv/portal/slaportal/site/errors.py", line 12, in <module>',
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert redacted(text) == text


def test_our_own_and_foreign_lines_are_json_of_one_shape(lines: Lines) -> None:
    structlog.get_logger("portal.own").warning("message_sent", count=2, recipient="ann@example.test")
    logging.getLogger("somebody.else").warning("Wrote to %s", "ann@example.test")
    own, foreign = lines()
    assert (own["event"], own["count"], own["recipient"]) == ("message_sent", 2, GONE)
    assert foreign["event"] == "Wrote to [e-mail]"
    for line in (own, foreign):
        assert line["level"] == "warning"
        assert line["timestamp"].endswith("Z")
    assert (own["logger"], foreign["logger"]) == ("portal.own", "somebody.else")


def test_nested_values_are_looked_at_too(lines: Lines) -> None:
    structlog.get_logger("portal").info("x", inner={"password": SECRET, "list": [f"slap_{SECRET}", 1, None, True]})
    assert lines()[0]["inner"] == {"password": GONE, "list": [GONE, 1, None, True]}


def test_an_exception_is_told_without_the_row_it_was_about(lines: Lines) -> None:
    try:
        raise ValueError(f"duplicate key\nDETAIL:  Key (email)=({SECRET}) already exists.")
    except ValueError:
        structlog.get_logger("portal").exception("failed")
    (line,) = lines()
    assert "Traceback" in line["exception"]
    assert "duplicate key" in line["exception"]
    assert SECRET not in line["exception"]


def test_a_request_is_told_in_one_line_with_its_reference(lines: Lines, db: None) -> None:
    answer = Client().get("/no/such/page/?name=ann@example.test", HTTP_USER_AGENT="x")
    (line,) = (line for line in lines() if line["event"] == "request_finished")
    assert line["request_id"] == answer.headers["X-Reference"]
    assert (line["code"], line["request"], line["ip"]) == (404, f"GET /no/such/page/?{GONE}", "127.0.0.1")
    assert 0 <= line["ms"] < 60_000
    assert "user_id" not in line


def test_a_member_is_told_by_ids(lines: Lines, world: World) -> None:
    world.client("ann").get("/no/such/page/")
    ann = world.members["ann"]
    (line,) = (line for line in lines() if line["event"] == "request_finished")
    assert (line["user_id"], line["membership_id"]) == (ann.user_id, ann.pk)
    assert (line["provider_id"], line["tenant_id"]) == (ann.provider_id, ann.tenant_id)


def test_nothing_of_a_request_is_left_for_the_next_one(lines: Lines, world: World) -> None:
    world.client("ann").get("/no/such/page/")
    assert structlog.contextvars.get_contextvars() == {}
    Client().get("/no/such/page/")
    assert "membership_id" not in lines()[-1]


def test_whoever_is_signed_in_leaves_no_name_in_the_log(
    lines: Lines, world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.client("ann").get("/?q=CANARY")
    world.client("ann").get("/invitation/CANARY-secret/")
    world.client("ann").post("/account/login/", {"login": "CANARY@example.test", "password": "CANARY-password"})
    assert lines()
    assert not [line for line in lines() if "CANARY" in str(line)]


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", None),
        (1, "<script>", None),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_clients_address_is_believed_from_our_own_proxies_only(
    settings: Settings, proxies: int, header: str, expected: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=header)
    assert client_ip(request) == expected


def test_over_a_socket_of_the_file_system_there_is_no_address() -> None:
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR="")) is None


@pytest.mark.parametrize(("level", "sql", "celery"), [("DEBUG", "INFO", "WARNING"), ("ERROR", "ERROR", "ERROR")])
def test_no_level_lets_sql_and_arguments_into_the_log(level: str, sql: str, celery: str) -> None:
    loggers = logging_settings("json", level)["loggers"]
    assert loggers["django.db.backends"]["level"] == sql
    assert loggers["celery.beat"]["level"] == celery


def test_on_a_console_a_line_is_for_reading() -> None:
    record = logging.LogRecord("portal", logging.WARNING, "", 0, "mail to ann@example.test", None, None)
    line = formatter("console").format(record)
    assert "[warning" in line
    assert "mail to [e-mail]" in line
    assert "\x1b" not in line


def test_a_logger_is_heard_however_often_logging_was_set_up() -> None:
    """Celery's start and some tests set it up again; who listens must hear loggers that were used before."""
    used = structlog.get_logger("tests.heard")
    used.info("before")
    formatter("json")
    with capture_logs() as lines:
        used.info("after")
    assert [line["event"] for line in lines] == ["after"]
