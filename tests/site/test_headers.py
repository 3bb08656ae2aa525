"""What browsers and caches are told: nothing is kept, nothing foreign runs, and over https the cookies are locked."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.test import Client
from django.urls import path
from pytest_django import Settings

from slaportal.settings import BASE_DIR

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


def kept(request: HttpRequest) -> HttpResponse:
    return HttpResponse("kept", headers={"Cache-Control": "private, max-age=60"})


def nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError()


urlpatterns = [path("", plain), path("kept/", kept), path("nonce/", nonce), path("broken/", broken)]
handler404 = "slaportal.site.errors.not_found"

# Asked by a new process, since the settings are made once from the environment.
ASK = """
import django, json
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path
def view(request):
    request.session["x"] = 1
    request.session.save = lambda *a, **k: None
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    from django.middleware.csrf import get_token
    get_token(request)
    return HttpResponse("x")
class urls:
    urlpatterns = [path("view/", view)]
settings.ROOT_URLCONF = urls
settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
ask_the_database = ("slaportal.people", "slaportal.tenancy", "allauth")
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith(ask_the_database)]
answer = Client().get("/view/", secure=settings.SECURE, HTTP_HOST=settings.ALLOWED_HOSTS[0])
print(json.dumps({"status": answer.status_code, "headers": dict(answer.headers),
                  "cookies": {name: dict(morsel) for name, morsel in answer.cookies.items()}}))
"""


@pytest.fixture
def ask(environment_of: Callable[[str], dict[str, str]]) -> Callable[..., dict[str, Any]]:
    """The answer of an installation with that environment."""

    def answer(**environment: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=BASE_DIR,
            env={**environment_of("portal_web"), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return answer


@pytest.mark.parametrize("url", ["/", "/nothing/here/", "/broken/"])
def test_no_answer_is_kept(url: str) -> None:
    answer = Client(raise_request_exception=False).get(url)
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_answer_may_say_that_it_is_kept() -> None:
    assert Client().get("/kept/").headers["Cache-Control"] == "private, max-age=60"


def test_files_are_kept_but_loaded_by_us_alone(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mark.svg").write_text("<svg/>")
    settings.STATIC_ROOT = tmp_path
    answer = Client().get("/static/mark.svg")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_every_answer_is_locked_to_us() -> None:
    for url in ("/", "/nothing/here/"):
        headers = Client().get(url).headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "publickey" not in headers["Permissions-Policy"]
        assert "Server" not in headers


def directives(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts if name}


def test_the_policy_lets_nothing_inline_run() -> None:
    for url in ("/", "/nothing/here/", "/broken/"):
        policy = directives(Client(raise_request_exception=False).get(url))
        assert "unsafe" not in str(policy)
        assert "*" not in str(policy)
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"


def test_what_carries_the_nonce_of_this_answer_runs() -> None:
    found = [Client().get("/nonce/") for _ in range(2)]
    for answer in found:
        policy = directives(answer)
        assert policy["script-src"] == policy["style-src"] == f"'self' 'nonce-{answer.content.decode()}'"
    assert found[0].content != found[1].content


def test_over_https_cookies_are_locked_to_the_host_and_the_browser_stays_with_https(
    ask: Callable[..., dict[str, Any]],
) -> None:
    answer = ask(PUBLIC_URL="https://portal.example.test", ALLOWED_HOSTS="portal.example.test", SECRET_KEY="x" * 50)
    assert answer["status"] == 200
    assert set(answer["cookies"]) == {"__Host-session", "__Host-csrf"}
    for cookie in answer["cookies"].values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")
    age, *rest = answer["headers"]["Strict-Transport-Security"].split("; ")
    assert int(age.removeprefix("max-age=")) >= 365 * 24 * 3600
    assert "includeSubDomains" in rest


def test_over_plain_http_the_demo_works(ask: Callable[..., dict[str, Any]]) -> None:
    answer = ask(PUBLIC_URL="http://localhost:8000")
    assert answer["status"] == 200
    assert set(answer["cookies"]) == {"session", "csrf"}
    assert all(cookie["httponly"] and not cookie["secure"] for cookie in answer["cookies"].values())
    assert "Strict-Transport-Security" not in answer["headers"]


@pytest.mark.parametrize(("proxies", "secure"), [("0", False), ("1", True)])
def test_a_proxy_is_believed_by_setting_only(
    environment_of: Callable[[str], dict[str, str]], proxies: str, secure: bool
) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.test import RequestFactory\n"
        "print(RequestFactory().get('/', HTTP_X_FORWARDED_PROTO='https').is_secure())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**environment_of("portal_web"), "TRUSTED_PROXIES": proxies},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == str(secure)
