"""How large a request may be: refused before anything is read, in the same shape as every other error."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from pytest_django import Settings

from slaportal.settings import BASE_DIR

JSON = {"accept": "application/json"}


@csrf_exempt
def reading(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


urlpatterns = [path("read/", reading)]


class Unread:
    """A body that nobody may touch."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("The body was read.")

    readline = read


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_body_that_says_it_is_too_large_is_not_read(settings: Settings) -> None:
    too_large: dict[str, Any] = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(settings.LARGEST_BODY + 1)}
    answer = Client().generic("POST", "/read/", b"", headers=JSON, **too_large)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "12 MB" in answer.json()["message"]
    assert answer.json()["reference"] == answer.headers["X-Reference"]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_body_that_does_not_say_how_large_it_is_is_not_read() -> None:
    unsaid: dict[str, Any] = {"wsgi.input": Unread(), "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = Client().generic("POST", "/read/", b"", headers=JSON, **unsaid)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "status", "read"), [("3", 200, b"abc"), ("", 200, b""), ("three", 400, None), ("-3", 400, None)]
)
def test_a_body_of_any_smaller_size_comes_through(length: str, status: int, read: bytes | None) -> None:
    answer = Client().generic("POST", "/read/", b"abc", "text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == status
    assert read is None or answer.content == read


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/read%00/", "/read/?q=a%00b"])
def test_an_address_that_no_text_of_the_database_can_hold_is_refused(url: str) -> None:
    answer = Client().get(url, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gunicorn(environment: dict[str, str], port: int) -> "subprocess.Popen[str]":
    command = ["gunicorn", "slaportal.wsgi", "--config", "python:slaportal.site.gunicorn", "--workers", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", *command, "--bind", f"127.0.0.1:{port}"],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def asked(port: int, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """The answer and its body; the connection is closed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, url, body=body, headers=headers or {}, encode_chunked=body is not None)
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture
def server(environment_of: Callable[[str], dict[str, str]]) -> Iterator[int]:
    """The port of a real gunicorn with our configuration."""
    port = free_port()
    process = gunicorn(environment_of("portal_web"), port)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                asked(port, "GET", "/healthz")
                break
            except OSError:
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            assert process.stdout is not None
            process.stdout.close()


def test_a_real_server_refuses_what_is_too_large(server: int) -> None:
    answer, body = asked(server, "GET", "/healthz")
    assert (answer.status, body) == (200, "ok\n")
    assert answer.headers["Server"] == "gunicorn"  # no version
    assert asked(server, "GET", f"/healthz?{'x' * 5000}")[0].status == 414
    assert asked(server, "GET", "/healthz", headers={"X-Long": "x" * 9000})[0].status == 431
    assert asked(server, "GET", "/healthz", headers={f"X-{number}": "x" for number in range(70)})[0].status == 431
    answer, body = asked(server, "POST", "/account/login/", iter([b"x" * 1000]), {"Transfer-Encoding": "chunked"})
    assert answer.status == 411
    assert answer.headers["X-Reference"] in body


def test_a_real_server_does_not_start_with_a_login_that_passes_the_wall(
    environment_of: Callable[[str], dict[str, str]],
) -> None:
    process = gunicorn(environment_of("portal_owner"), free_port())
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The login may pass the wall: portal_owner" in said
    assert "Log in as portal_web" in said
    assert "Traceback" not in said


def test_a_real_server_does_not_start_when_nobody_can_judge_its_login(
    environment_of: Callable[[str], dict[str, str]],
) -> None:
    environment = {**environment_of("portal_web"), "DATABASE_URL": "postgres://portal_web@127.0.0.1:1/portal"}
    process = gunicorn(environment, free_port())
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The portal does not start without its database" in said
