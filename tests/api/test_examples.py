"""The examples of the schema run: each is sent as it stands there, the ids of this world in the place of 1."""

from typing import Any

import pytest
from django.db import transaction

from contracts.models import Service, Subscription
from slaportal.api.schema import schema
from tests.api.programs import Program, secret_of
from tests.site.matrix import address, api_views
from tests.world import World

WHO = {"By a customer": "ann", "Other events": "ann"}  # everything else an administrator may do
# What must have been done before.
FIRST: dict[str, tuple[str, dict[str, str]]] = {
    "ticket_reopen": ("resolve", {"resolution": "fix"}),
    "ticket_close": ("resolve", {"resolution": "fix"}),
    "restore_point_correct": ("gone", {}),
}


def examples() -> list[tuple[str, str, str, Any]]:
    """Method, operation, title and body of each."""
    found = []
    for item in schema()["paths"].values():
        for method, told in item.items():
            for media in told.get("requestBody", {}).get("content", {}).values():
                found += [
                    (method.upper(), told["operationId"], example["summary"], example["value"])
                    for example in media.get("examples", {}).values()
                ]
    return found


def route_of(operation: str) -> str:
    """The name of the route that has it."""
    return next(
        route
        for route, view in api_views().items()
        for method in view.methods()
        if getattr(view, method.lower()).operation == operation
    )


def with_ids(body: Any, world: World) -> Any:
    """The ids that the examples leave at 1."""
    with world.inside("admin"):
        subscription = Subscription.objects.filter(tenant=world.tenants["a"]).get().pk
        service = Service.objects.get(key="service-a").pk
    ids = {
        "subscription": subscription,
        "requester": world.members["amy"].pk,
        "service": service,
        "services": [service],
        "tenant": world.tenants["a"].pk,
    }
    return {name: ids.get(name, value) for name, value in body.items()}


@pytest.mark.parametrize(("method", "operation", "title", "body"), examples(), ids=lambda part: str(part)[:40])
def test_an_example_runs(settled: World, method: str, operation: str, title: str, body: Any) -> None:
    caller = Program(secret_of(settled, WHO.get(title, "admin")))
    path = address(route_of(operation), settled).removeprefix("/api/v1/")
    if operation in FIRST:
        act, before = FIRST[operation]
        with transaction.atomic():
            done = caller.post(f"{path.rpartition('/')[0].rpartition('/')[0]}/{act}/", before)
            assert done.status_code in (200, 201), done.content
    answer = caller.send(method, path, with_ids(body, settled))
    assert answer.status_code in (200, 201, 204), answer.content


def test_every_body_has_an_example_or_nothing_that_could_be_one() -> None:
    """What asks for more than there is in the world, such as an excuse, is shown by its own tests."""
    told = {operation for _m, operation, _t, _b in examples()}
    without = {
        op["operationId"]
        for item in schema()["paths"].values()
        for op in item.values()
        if "requestBody" in op and op["operationId"] not in told
    }
    assert without == {"breach_excuse", "outage_end", "unmonitored_end", "month_claim", "claim_approve"}
