"""What holds for every call: who may, what is taken, how it is refused, how often."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from contracts.actions.catalogue import add_service
from slaportal.api.allowance import forget_allowances, spend
from slaportal.api.areas import SCOPES
from slaportal.api.models import Allowance, KeptAnswer
from slaportal.api.operations import ApiView
from slaportal.api.schema import schema
from slaportal.people.actions.tokens import make_token
from slaportal.refusal import Refusal
from slaportal.site.api.simulating import EXAMPLE as SCENARIO
from slaportal.tenancy.models import ApiToken
from tests.api.conftest import Programs
from tests.api.programs import program
from tests.conftest import Login
from tests.world import World
from tickets.models import Ticket
from uptime.api.maintenance import SATURDAY

REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def refused(answer: Any, status: int, code: str) -> dict[str, str]:
    """The fields of a refusal, once it is the expected one and in the one shape."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert list(answer.json()) == ["code", "message", "fields", "reference"]
    assert REFERENCE.fullmatch(answer.json()["reference"])
    assert answer.json()["message"]
    fields: dict[str, str] = answer.json()["fields"]
    return fields


def test_every_view_under_the_api_is_one_of_ours() -> None:
    """So none can forget who may; the description alone is for everybody."""

    def callbacks(patterns: list[Any], prefix: str) -> Any:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from callbacks(pattern.url_patterns, path)
            elif path.startswith("api/"):
                assert isinstance(pattern, URLPattern)
                yield pattern.name, getattr(pattern.callback, "cls", None)

    others = {name for name, view in callbacks(get_resolver().url_patterns, "") if view is None}
    assert others == {"api_schema"}
    for _name, view in callbacks(get_resolver().url_patterns, ""):
        assert view is None or issubclass(view, ApiView)
        assert view is None or all(hasattr(getattr(view, m.lower()), "roles") for m in view.methods()), view


def test_what_is_not_declared_is_refused_by_name(ticket: Ticket, programs: Programs) -> None:
    agent = programs("agent")
    fields = refused(agent.post("tickets/1/note/", {"text": "Seen.", "tenant_id": 2, "ø": 1}), 400, "invalid")
    assert set(fields) == {"tenant_id", "ø"}
    assert set(refused(agent.get("tickets/?status=open&tenant_id=2"), 400, "invalid")) == {"tenant_id"}
    assert set(refused(agent.get("me/?x=1"), 400, "invalid")) == {"x"}
    assert set(refused(agent.post("tickets/1/close/", {"x": 1}), 400, "invalid")) == {"x"}
    assert set(refused(agent.get("tickets/?status=open&status=closed"), 400, "invalid")) == {"status"}
    missing = refused(agent.post("tickets/", {"subject": "x"}), 400, "invalid")
    assert set(missing) == {"subscription", "text"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "parse_error"),
        ('{"text": NaN}', "parse_error"),
        ('{"text": "a", "text": "b"}', "parse_error"),
        ("[" * 5000, "parse_error"),
        (b"\xff".decode("latin-1"), "parse_error"),
        ("[]", "invalid"),
        ('"text"', "invalid"),
        ('{"text": 1}', "invalid"),
        ('{"text": 1.5}', "invalid"),
        ('{"text": null}', "invalid"),
        ('{"text": "a\\u0000b"}', "invalid"),
        ('{"text": "\\ud800"}', "invalid"),
        ('{"\\ud800": "x"}', "invalid"),
        ('{"text": ""}', "invalid"),
        ('{"text": "   "}', "text_needed"),
    ],
)
def test_json_is_taken_exactly_or_not_at_all(ticket: Ticket, programs: Programs, body: str, code: str) -> None:
    refused(programs("agent").post("tickets/1/note/", body), 400, code)


def test_only_json_is_taken(ticket: Ticket, world: World, programs: Programs) -> None:
    client = programs("agent").client
    refused(client.post("/api/v1/tickets/1/note/", {"text": "Seen."}), 415, "media_type_not_supported")
    form = world.client("agent").post("/api/v1/tickets/1/note/", {"text": "Seen."})
    refused(form, 415, "media_type_not_supported")
    too_long = json.dumps({"text": "x" * (3 * 1024 * 1024)})
    refused(programs("agent").post("tickets/1/note/", too_long), 413, "too_large")


@pytest.mark.parametrize(
    "at", ["2026-03-16T14:00:00", "2026-03-16", "1773669600", "yesterday", "9999-12-31T23:00-12:00"]
)
def test_an_instant_has_an_offset(programs: Programs, at: str) -> None:
    assert set(refused(programs("agent").get(f"tickets/?updated_since={at}"), 400, "invalid")) == {"updated_since"}


def test_methods_that_an_address_does_not_take(ticket: Ticket, programs: Programs) -> None:
    answer = programs("agent").send("DELETE", "tickets/1/", None)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert programs("agent").send("HEAD", "tickets/1/", None).status_code == 200
    refused(programs("agent").send("OPTIONS", "tickets/1/", None), 405, "method_not_allowed")


def test_what_is_not_there_and_what_is_anothers_are_the_same(ticket: Ticket, programs: Programs) -> None:
    missing, foreign = programs("ann").get("tickets/999/"), programs("carl").get("tickets/1/")
    sibling, enormous = programs("bob").get("tickets/1/"), programs("ann").get(f"tickets/{10**30}/")
    told = {(a.status_code, a.said["code"], a.said["message"]) for a in (missing, foreign, sibling, enormous)}
    assert told == {(404, "not_found", "There is no such ticket here.")}


# Tokens ---------------------------------------------------------------------------------------------------------------


def test_a_token_with_scopes_does_nothing_else(world: World, ticket: Ticket) -> None:
    reader = program(world, "agent", scopes=["tickets:read", "audit:write"])
    assert reader.get("tickets/1/").status_code == 200
    answer = reader.post("tickets/1/note/", {"text": "x"})
    refused(answer, 403, "token_scope_missing")
    assert "tickets:write" in answer.said["message"]
    writer = program(world, "agent", scopes=["tickets:write"])
    assert writer.get("tickets/1/").status_code == 200
    assert writer.post("tickets/1/note/", {"text": "x"}).status_code == 201
    other = program(world, "agent", scopes=["credits:write"])
    refused(other.get("tickets/1/"), 403, "token_scope_missing")
    assert other.get("me/").said["token"]["scopes"] == ["credits:write"]


def test_a_reader_reads(world: World, ticket: Ticket) -> None:
    reader = program(world, "agent", read_only=True)
    assert reader.get("tickets/1/").status_code == 200
    refused(reader.post("tickets/1/note/", {"text": "x"}), 403, "token_read_only")


@pytest.mark.parametrize(
    ("path", "body", "scope"),
    [
        ("policies/validate/", {"text": "format: 1"}, "policies:read"),
        ("simulate/", {"text": SCENARIO}, "policies:read"),
        ("maintenance/verdict/", None, "uptime:read"),
    ],
)
def test_a_reader_sends_what_changes_nothing(world: World, path: str, body: Any, scope: str) -> None:
    """Declared to read: the kind and the scope of the token suffice, and no answer is kept under the call's key."""
    if body is None:
        with world.inside("admin"):
            service = add_service(world.providers["p1"], "api", "API", tenant=None, actor="test", at=timezone.now())
        body = {"services": [service.pk], **SATURDAY}
    for how in ({"read_only": True}, {"scopes": [scope]}, {"read_only": True, "scopes": [scope]}):
        answer = program(world, "admin", **how).post(path, body, Idempotency_Key="k")
        assert answer.status_code == 200, answer.said
    with world.inside("admin"):
        assert not KeptAnswer.objects.exists()
    other = program(world, "admin", read_only=True, scopes=["tickets:read"])
    refused(other.post(path, body), 403, "token_scope_missing")
    (told,) = (item["post"] for name, item in schema()["paths"].items() if name == f"/api/v1/{path}")
    assert "may only read" in told["description"]
    assert not told.get("parameters")


def test_scopes_are_known_ones_in_order(world: World) -> None:
    with world.inside("agent"):
        how: Any = {"read_only": False, "expires_at": None, "actor": world.members["agent"], "at": timezone.now()}
        token, _secret = make_token("t", scopes=["tickets:write", "audit:read", "tickets:read"], **how)
        assert token.scopes == ["tickets:read", "tickets:write", "audit:read"]
        with pytest.raises(Refusal) as refusal:
            make_token("t", scopes=["everything"], **how)
    assert refusal.value.code == "scope_unknown"
    assert len(SCOPES) == 16


def test_the_page_makes_a_token_with_scopes(world: World) -> None:
    client = world.client("agent")
    page = client.post("/tokens/", {"name": "reporting", "scopes": ["tickets:read", "credits:read"]})
    assert page.status_code == 200
    assert "to read: Tickets, Months, credits, claims" in client.get("/tokens/").content.decode()
    with world.inside("agent"):
        assert ApiToken.objects.get().scopes == ["tickets:read", "credits:read"]
    assert client.post("/tokens/", {"name": "reporting", "scopes": ["everything"]}).status_code == 422


def test_a_session_needs_its_csrf_token(world: World, ticket: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["agent"])
    path, body = "/api/v1/tickets/1/note/", {"text": "Seen."}
    refused(client.post(path, body, content_type="application/json"), 403, "form_expired")
    client.get("/tokens/")
    token = client.cookies["csrf"].value
    answer = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201


# Editing together -----------------------------------------------------------------------------------------------------


def test_if_match(ticket: Ticket, programs: Programs) -> None:
    agent, lead = programs("agent"), programs("lead")
    tag = agent.get("tickets/1/").headers["ETag"]
    assert tag == '"1"'
    answer = lead.post("tickets/1/reply/", {"text": "Looking."}, If_Match=tag)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"2"')
    refused(agent.post("tickets/1/reply/", {"text": "Looking too."}, If_Match=tag), 412, "changed_meanwhile")
    assert agent.get("tickets/1/events/").said["items"][-1]["ordinal"] == 2
    assert agent.post("tickets/1/note/", {"text": "Mine."}, If_Match='"7", "2"').status_code == 201
    assert agent.post("tickets/1/note/", {"text": "Mine."}, If_Match="*").status_code == 201
    refused(agent.post("tickets/1/note/", {"text": "Mine."}, If_Match="4"), 412, "changed_meanwhile")


# How often ------------------------------------------------------------------------------------------------------------


def test_every_token_has_its_own_allowance(world: World, settings: Settings) -> None:
    settings.API_CALLS_A_MINUTE = 3
    first, second = program(world, "ann"), program(world, "ann")
    left = [first.get("me/").headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = first.get("me/")
    refused(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 20
    assert answer.headers["RateLimit-Limit"] == "3"
    assert answer.headers["RateLimit-Policy"] == "3;w=60"
    assert second.get("me/").status_code == 200
    assert world.client("ann").get("/api/v1/me/").headers["RateLimit-Remaining"] == "2"


def test_an_allowance_fills_steadily(world: World, settings: Settings) -> None:
    settings.API_CALLS_A_MINUTE = 60
    member = world.members["ann"]
    for _ in range(60):
        assert not spend(member, None).refused
    assert spend(member, None).refused
    Allowance.objects.update(full_at=timezone.now() + timedelta(seconds=57))
    spent = [spend(member, None) for _ in range(4)]
    assert [s.refused for s in spent] == [False, False, False, True]
    assert spent[-1].again_in_s == 1


def test_what_is_refused_counts_too(world: World, settings: Settings) -> None:
    settings.API_CALLS_A_MINUTE = 5
    ann = program(world, "ann")
    assert [ann.get("tickets/999/").status_code for _ in range(6)] == [404] * 5 + [429]


def test_allowances_that_are_full_are_forgotten(world: World, as_login: Login) -> None:
    spend(world.members["ann"], None)
    with as_login("portal_jobs"):
        assert forget_allowances(at=timezone.now()) == 0
        assert forget_allowances(at=timezone.now() + timedelta(days=2)) == 1


def test_counting_does_not_wait_for_the_disk(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'api_allowance'")
        assert cursor.fetchone() == ("u",)
