"""Every route for everybody, GET and POST, against the table; and nobody's page holds another's canary."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.site.matrix import EVERYBODY, address, people_of, routes, table
from tests.world import CAST, World

TABLE = table()
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\s", re.IGNORECASE)
IDENTITY_WRITES = re.compile(r"django_session|usersessions_|site_cache|tenancy_user|mfa_authenticator")


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    found = list(routes())
    assert sorted(found) == sorted(TABLE)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("route", sorted(TABLE))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_route(lived_in: World, route: str, method: str) -> None:
    row = TABLE[route]
    path = address(route, lived_in)
    found: dict[str, int] = {}
    expected = people_of(row[method])
    for who in EVERYBODY:
        with transaction.atomic():
            client = Client(raise_request_exception=False) if who == "anonymous" else lived_in.client(who)
            client.raise_request_exception = False
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path) if method == "GET" else client.post(path, row.get("data", {}))
            found[who] = answer.status_code
            body = b"".join(answer) if answer.streaming else answer.content
            assert canaries_in(body.decode(errors="replace")) <= own_canaries(lived_in, who), f"{method} {path} {who}"
            if method == "GET":
                assert not written(queries), f"GET {path} writes"
            transaction.set_rollback(True)
    assert found == expected, f"{method} {path}"


def written(queries: CaptureQueriesContext) -> list[str]:
    """Writes to contents; a session that is noted as seen is none."""
    return [q["sql"] for q in queries if WRITES.match(q["sql"]) and not IDENTITY_WRITES.search(q["sql"])]


def canaries_in(text: str) -> set[str]:
    return set(re.findall(r"CANARY-[a-z]+-\w+|canary-invited-by-\w+", text))


def own_canaries(world: World, who: str) -> set[str]:
    """What this person may read: staff all of their provider, a tenant's people their own and the provider's name."""
    if who == "olga":
        return {"CANARY-provider-p1", "CANARY-provider-p2"}
    if who == "anonymous":
        return set()
    slug, tenant, _role = CAST[who]
    own = {f"CANARY-provider-{slug}"}
    if tenant is not None:  # who answered their ticket signs with their name
        own.add(f"CANARY-member-{'admin' if slug == 'p1' else 'cora'}")
    for name, (of, in_tenant, _r) in CAST.items():
        if of == slug and (tenant is None or in_tenant == tenant):
            own |= {f"CANARY-member-{name}", f"CANARY-token-{name}", f"canary-invited-by-{name}"}
    tenants = {t for _n, (of, t, _r) in CAST.items() if of == slug and t and (tenant is None or t == tenant)}
    return own | {f"CANARY-{what}-{t}" for what in ("tenant", "contract") for t in tenants}
