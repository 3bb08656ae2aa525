"""Every route for everybody, by every method it has, against the table; and nobody's page holds another's canary."""

import json
import re
from typing import Any

import pytest
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.site.matrix import EVERYBODY, address, api_views, people_of, routes, table
from tests.world import CAST, World

TABLE = table()
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\s", re.IGNORECASE)
# What is written before any scope: sessions that are noted as seen, calls that are counted.
IDENTITY_WRITES = re.compile(r"django_session|usersessions_|site_cache|tenancy_user|mfa_authenticator|api_allowance")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CASES = [(route, method) for route, row in sorted(TABLE.items()) for method in METHODS if method in row]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    found = list(routes())
    assert sorted(found) == sorted(TABLE)
    assert len(found) == len(set(found))


def test_every_method_that_a_route_of_the_api_has_is_in_its_row() -> None:
    """And GET and POST are in every row, be it to say that they are refused."""
    for route, view in api_views().items():
        assert set(view.methods()) <= set(TABLE[route]), route
    assert not [route for route, row in TABLE.items() if not {"GET", "POST"} <= set(row)]


def test_what_a_token_may_call_that_only_reads_is_in_its_row() -> None:
    """Besides GET: the operations that are declared to read, and no others."""
    found = {
        route: [method for method in view.methods() if getattr(getattr(view, method.lower()), "reads", False)]
        for route, view in api_views().items()
    }
    declared = {route: row["reads"] for route, row in TABLE.items() if "reads" in row}
    assert {route: methods for route, methods in found.items() if methods} == declared


@pytest.mark.parametrize(("route", "method"), CASES)
def test_route(settled: World, route: str, method: str) -> None:
    row = TABLE[route]
    path = address(route, settled)
    found: dict[str, int] = {}
    expected = people_of(row[method])
    for who in EVERYBODY:
        with transaction.atomic():
            client = Client(raise_request_exception=False) if who == "anonymous" else settled.client(who)
            client.raise_request_exception = False
            reset_queries()  # it keeps so many and no more
            with CaptureQueriesContext(connection) as queries:
                answer = sent(client, route, method, path)
            found[who] = answer.status_code
            body = b"".join(answer) if answer.streaming else answer.content
            assert canaries_in(body.decode(errors="replace")) <= own_canaries(settled, who), f"{method} {path} {who}"
            if method in ("GET", *TABLE[route].get("reads", ())):
                assert not written(queries), f"{method} {path} writes"
            transaction.set_rollback(True)
    assert found == expected, f"{method} {path}"


def sent(client: Client, route: str, method: str, path: str) -> Any:
    """The answer to that method; the API is sent JSON."""
    data = TABLE[route].get("data", {})
    if method == "GET":
        return client.get(path)
    if route.startswith("api_"):
        return client.generic(method, path, json.dumps(data), content_type="application/json")
    return client.post(path, data)


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
    else:
        own.add(f"CANARY-scenarios-{slug}")
    for name, (of, in_tenant, _r) in CAST.items():
        if of == slug and (tenant is None or in_tenant == tenant):
            own |= {f"CANARY-member-{name}", f"CANARY-token-{name}", f"canary-invited-by-{name}"}
    tenants = {t for _n, (of, t, _r) in CAST.items() if of == slug and t and (tenant is None or t == tenant)}
    return own | {f"CANARY-{what}-{t}" for what in ("tenant", "contract") for t in tenants}
