"""A thousand requests of different people over one connection, committed: nothing of one is there for the next."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from pytest_django import Settings

from slaportal.people.actions.tokens import make_token
from slaportal.tenancy.scope import current_scope
from tests.conftest import SUPERUSER
from tests.processes.connecting import connected
from tests.site.matrix import EVERYBODY, address, routes
from tests.site.test_matrix import canaries_in, own_canaries
from tests.world import CAST, World, build_world, live_in

REQUESTS = 1000
FAULTY = [
    *(f"/faulty/{name}/" for name in ("everything", "raises", "swallows", "rolls-back")),
    *(f"/faulty/streams/{what}/" for what in ("tenants", "members", "messages")),
]
LEFT = """
    SELECT session_user, current_user, coalesce(current_setting('app.provider_id', true), ''),
           coalesce(current_setting('app.tenant_id', true), ''), coalesce(current_setting('app.user_id', true), ''),
           coalesce(current_setting('app.entrance', true), '')"""
NOTHING_LEFT = ("portal_web", "portal_web", "", "", "", "")
ANSWERS = {200, 302, 401, 403, 404, 405, 409, 410, 422, 500}


@dataclass
class Crowd:
    """Everybody with a browser of their own, some with a token; `ask` sends one request and gives status and body."""

    world: World
    paths: list[str]
    secrets: dict[str, str]
    browsers: dict[str, Client] = field(default_factory=dict)
    signed_in: set[str] = field(default_factory=set)

    def browser(self, who: str) -> Client:
        """Signed in, again if the last request signed them out."""
        if who not in self.browsers:
            self.browsers[who] = Client(raise_request_exception=False)
        browser = self.browsers[who]
        if who != "anonymous" and who not in self.signed_in:
            self.signed_in.add(who)
            browser.force_login(self.world.users[who])
        return browser

    def ask(self, chance: random.Random, number: int) -> tuple[str, str, int, str]:
        """Who asked, for what, and the answer."""
        who = chance.choice(EVERYBODY)
        browser = self.browser(who)
        headers: dict[str, str] = {}
        data: dict[str, str] = {}
        kind = chance.random()
        method, path = chance.choice(["get", "post"]), chance.choice(self.paths)
        if kind < 0.15:
            path = chance.choice(FAULTY)
        elif kind < 0.2:
            method, path = "get", "/api/v1/me/"
            headers = {"authorization": f"Bearer {self.secrets.get(who, 'slap_wrong')}"}
        elif kind < 0.3:
            method, path = "post", "/people/invite/"
            data = {
                "email": f"canary-invited-by-{who}-{number}@example.test",
                "role": chance.choice(["agent", "member"]),
            }
        elif kind < 0.35:
            method, path = "post", "/messages/resend-all/"
        if method == "post" and path.startswith("/account/"):
            self.signed_in.discard(who)  # it may have ended this session, or all
        answer: Any = getattr(browser, method)(path, data, headers=headers)
        return who, f"{method} {path}", answer.status_code, "".join(_pieces(answer))


def _pieces(answer: Any) -> Iterator[str]:
    """What arrived before a stream broke off."""
    if not answer.streaming:
        yield answer.content.decode(errors="replace")
        return
    try:
        for piece in answer:
            yield piece.decode()
    except DatabaseError:
        yield "broken off"


@pytest.fixture
def crowd(clone: str, django_db_blocker: Any, settings: Settings) -> Iterator[Crowd]:
    """The cast has lived, and `default` is the web's real login on the clone, with no transaction around."""
    settings.ROOT_URLCONF = "tests.tenancy.faulty"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
        world = build_world()
        live_in(world)
        paths = [address(route, world) for route in routes() if route in PORTAL]
        secrets = {}
        for who, member in world.members.items():
            with world.inside(who):
                at = member.created_at
                secrets[who] = make_token("made", read_only=False, expires_at=None, actor=member, at=at)[1]
    with connected({"NAME": clone, "USER": "portal_web"}, django_db_blocker):
        yield Crowd(world, paths, secrets)


PORTAL = frozenset(routes())


def left_behind() -> tuple[str, ...]:
    """Who the connection is, and what is set on it."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT)
        return tuple(cursor.fetchone())


def signed_by(who: str) -> set[str]:
    """Who of the staff may have acted on this person's ticket meanwhile, and signed for it."""
    slug = CAST[who][0] if who in CAST else ""
    return {f"CANARY-member-{name}" for name, (of, tenant, _role) in CAST.items() if of == slug and tenant is None}


def test_no_scope_survives_its_request(crowd: Crowd) -> None:
    assert left_behind() == NOTHING_LEFT
    raw: Any = connection.connection
    chance = random.Random(20261124)
    statuses: Counter[int] = Counter()
    seen: set[str] = set()
    for number in range(REQUESTS):
        who, asked, status, body = crowd.ask(chance, number)
        statuses[status] += 1
        found = canaries_in(body)
        seen |= found
        assert found <= own_canaries(crowd.world, who) | signed_by(who), f"request {number}: {who} {asked}"
        assert "half done" not in body, f"request {number}: {who} {asked}"
        assert connection.connection is raw, f"request {number}: {who} {asked} lost the connection"
        assert raw.get_transaction_status() == TRANSACTION_STATUS_IDLE, f"request {number}: {who} {asked}"
        assert connection.get_autocommit()
        assert current_scope() is None
        assert left_behind() == NOTHING_LEFT, f"request {number}: {who} {asked}"
    assert set(statuses) >= ANSWERS, statuses
    assert seen >= {"CANARY-tenant-a", "CANARY-tenant-b", "CANARY-tenant-c", "CANARY-member-carl", "CANARY-provider-p2"}
