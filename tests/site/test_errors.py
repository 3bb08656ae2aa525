"""Errors in one shape, for people, programs and htmx; and nothing of what failed inside."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from psycopg2.errors import DeadlockDetected
from pytest_django import Settings

from slaportal.refusal import Refusal
from slaportal.site.errors import LETTERS, too_many_requests
from slaportal.site.home import home
from slaportal.tenancy.access import get_tenant_for, membership_of
from tests.site.conftest import Lines
from tests.world import World

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

INSIDE = "the inner words of a mistake"
RAISED: dict[str, Exception] = {
    "refusal": Refusal("too_early", "This is too early.", fields={"start": "before <today>"}, status=409),
    "odd": Refusal("odd", "This is odd.", status=418),
    "not-signed-in": Refusal("not_signed_in", "Send a token.", status=401),
    "mistake": RuntimeError(INSIDE),
    "away": OperationalError(INSIDE),
    "closed": InterfaceError(INSIDE),
    "data": DataError(INSIDE),
    "denied": PermissionDenied(INSIDE),
    "missing": Http404(INSIDE),
    "suspicious": SuspiciousOperation(INSIDE),
    "broken": UnreadablePostError(INSIDE),
}
RAISED["deadlock"] = OperationalError(INSIDE)
RAISED["deadlock"].__cause__ = DeadlockDetected(INSIDE)


def raising(request: HttpRequest, what: str) -> HttpResponse:
    raise RAISED[what]


def tenant(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(get_tenant_for(membership_of(request), pk).name)


@csrf_exempt
def reading(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def writing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sent")


urlpatterns = [
    path("raise/<what>/", raising),
    path("api/v1/raise/<what>/", raising),
    path("tenant/<int:pk>/", tenant),
    path("read/", reading),
    path("write/", writing),
    path("post/", require_POST(reading)),
    path("often/", too_many_requests),
    path("", home, name="home"),
    path("login/", home, name="account_login"),
]
handler400 = "slaportal.site.errors.bad_request"
handler403 = "slaportal.site.errors.permission_denied"
handler404 = "slaportal.site.errors.not_found"
handler500 = "slaportal.site.errors.server_error"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_reference_is_eight_letters_that_nobody_mistakes(browser: Client) -> None:
    found = {browser.get("/raise/odd/").headers["X-Reference"] for _ in range(20)}
    assert len(found) == 20
    assert all(re.fullmatch(rf"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}", one) for one in found)
    assert len(set(LETTERS) - set("ILOU")) == 32


def test_a_program_gets_json(browser: Client) -> None:
    for answer in (
        browser.get("/api/v1/raise/refusal/"),
        browser.get("/raise/refusal/", headers={"accept": "application/json"}),
    ):
        assert answer.status_code == 409
        assert answer.json() == {
            "code": "too_early",
            "message": "This is too early.",
            "fields": {"start": "before <today>"},
            "reference": answer.headers["X-Reference"],
        }


@pytest.mark.parametrize("accept", [None, "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "image/png"])
def test_a_person_gets_a_page(browser: Client, accept: str | None) -> None:
    answer = browser.get("/raise/refusal/", headers={"accept": accept} if accept else {})
    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("text/html")
    text = text_of(answer)
    assert "This is too early." in text
    assert "before &lt;today&gt;" in text
    assert answer.headers["X-Reference"] in text


def test_htmx_gets_a_line(browser: Client) -> None:
    answer = browser.get("/raise/refusal/", headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert text_of(answer).startswith('<div class="notice bad" role="alert">')
    assert "This is too early." in text_of(answer)
    assert answer.headers["X-Reference"] in text_of(answer)


def test_a_value_too_large_is_the_readers_mistake_in_a_scope_and_ours_without_one(world: World) -> None:
    client = world.client("agent", raise_request_exception=False)
    answer = client.get("/api/v1/raise/data/")
    assert (answer.status_code, answer.json()["code"]) == (400, "value_not_possible")


def test_who_loses_a_deadlock_is_told_that_nothing_was_saved(world: World) -> None:
    answer = world.client("agent", raise_request_exception=False).get("/api/v1/raise/deadlock/")
    assert (answer.status_code, answer.json()["code"]) == (503, "crossed")
    assert "Nothing of yours was saved." in answer.json()["message"]
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("odd", 418, "odd"),
        ("not-signed-in", 401, "not_signed_in"),
        ("mistake", 500, "server_error"),
        ("away", 503, "away"),
        ("closed", 503, "away"),
        ("deadlock", 503, "away"),
        ("data", 500, "server_error"),
        ("denied", 403, "not_allowed"),
        ("missing", 404, "not_found"),
        ("suspicious", 400, "bad_request"),
        ("broken", 400, "broken_off"),
    ],
)
def test_every_failure_has_its_status_and_keeps_its_inside(browser: Client, what: str, status: int, code: str) -> None:
    for url in (f"/raise/{what}/", f"/api/v1/raise/{what}/"):
        answer = browser.get(url)
        assert answer.status_code == status
        assert INSIDE not in text_of(answer)
        assert answer.headers["X-Reference"] in text_of(answer)
    assert answer.json()["code"] == code
    assert answer.json()["message"]


def test_an_answer_says_when_to_come_back_and_how_to_sign_in(browser: Client) -> None:
    assert browser.get("/raise/away/").headers["Retry-After"] == "5"
    assert browser.get("/often/").headers["Retry-After"] == "60"
    assert browser.get("/often/").status_code == 429
    assert browser.get("/api/v1/raise/not-signed-in/").headers["WWW-Authenticate"] == "Bearer"


def test_the_log_has_the_inside_under_the_reference(browser: Client, lines: Lines) -> None:
    answer = browser.get("/raise/mistake/")
    (failed,) = (line for line in lines() if line["event"] == "request_failed")
    assert failed["request_id"] == answer.headers["X-Reference"]
    assert failed["code"] == 500
    assert INSIDE in failed["exception"]


def test_the_log_tells_an_absent_database_from_a_mistake(browser: Client, lines: Lines) -> None:
    browser.get("/raise/away/")
    assert [line["code"] for line in lines() if line["event"] == "request_failed"] == [503]


@pytest.mark.parametrize(
    ("what", "level"), [("denied", "warning"), ("not-signed-in", "warning"), ("missing", "info"), ("refusal", "info")]
)
def test_a_refusal_stands_in_the_log_with_its_code(browser: Client, lines: Lines, what: str, level: str) -> None:
    answer = browser.get(f"/raise/{what}/", headers={"accept": "application/json"})
    (line,) = (line for line in lines() if line["event"] == "refused")
    assert (line["level"], line["why"], line["status"]) == (level, answer.json()["code"], answer.status_code)
    assert line["request_id"] == answer.headers["X-Reference"]


def test_a_strangers_request_id_is_not_ours(browser: Client, lines: Lines) -> None:
    answer = browser.get("/raise/odd/", headers={"x-request-id": "mine", "x-reference": "mine"})
    assert answer.headers["X-Reference"] != "mine"
    assert {line["request_id"] for line in lines()} == {answer.headers["X-Reference"]}


def test_what_is_anothers_looks_like_what_is_not_there(world: World) -> None:
    browser = world.client("admin")
    foreign, missing = (browser.get(f"/tenant/{pk}/") for pk in (world.tenants["c"].pk, 987654321))
    assert browser.get(f"/tenant/{world.tenants['a'].pk}/").status_code == 200
    assert foreign.status_code == missing.status_code == 404
    for answer in (foreign, missing):
        answer.content = answer.content.replace(answer.headers["X-Reference"].encode(), b"R")
        del answer.headers["X-Reference"]
    assert foreign.content == missing.content
    assert foreign.headers == missing.headers


def test_a_bare_status_gets_its_words_and_keeps_its_headers(browser: Client) -> None:
    answer = browser.get("/post/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.headers["X-Reference"] in text_of(answer)


def test_a_form_from_elsewhere_is_refused_in_the_same_shape(lines: Lines, world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.users["admin"])
    answer = browser.post("/write/", {"a": "b"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "form_expired")
    (line,) = (line for line in lines() if line["event"] == "csrf_failed")
    assert (line["reason"], line["membership_id"]) == ("CSRF cookie not set.", world.members["admin"].pk)


def test_a_body_that_is_too_large_for_memory_is_413(browser: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = browser.post("/read/", "x" * 11, content_type="text/plain", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_name_that_is_not_ours_is_400(browser: Client, lines: Lines) -> None:
    answer = browser.get("/raise/odd/", headers={"host": "evil.example", "accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_host")
    assert "error" not in {line["level"] for line in lines()}


def test_a_page_that_cannot_be_drawn_is_plain(browser: Client, settings: Settings, lines: Lines) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": []}}]
    answer = browser.get("/raise/mistake/")
    assert answer.status_code == 500
    assert f"<p>Reference: {answer.headers['X-Reference']}</p>" in text_of(answer)
    assert "error_page_failed" in {line["event"] for line in lines()}


def test_the_page_of_an_error_asks_the_database_nothing(browser: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        browser.get("/raise/mistake/")
    assert not connection.needs_rollback
