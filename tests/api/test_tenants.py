"""Customers over the API: listed for staff, added and renamed by administrators."""

import pytest

from slaportal.audit.models import Event
from slaportal.tenancy.models import Tenant
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.world import World


def test_all_customers_page_by_page(world: World, programs: Programs) -> None:
    first = programs("agent").get("tenants/?limit=1&ordering=id").said
    second = programs("agent").get(f"tenants/?limit=1&ordering=id&cursor={first['next']}").said
    assert [item["name"] for item in first["items"] + second["items"]] == ["CANARY-tenant-a", "CANARY-tenant-b"]
    assert [item["people"] for item in first["items"] + second["items"]] == [2, 1]
    assert second["next"] is None
    newest = programs("agent").get("tenants/").said["items"]
    assert [item["name"] for item in newest] == ["CANARY-tenant-b", "CANARY-tenant-a"]


def test_one_customer_for_its_provider_alone(world: World, programs: Programs) -> None:
    path = f"tenants/{world.tenants['a'].pk}/"
    said = programs("agent").get(path).said
    assert (said["id"], said["name"], said["people"]) == (world.tenants["a"].pk, "CANARY-tenant-a", 2)
    refused(programs("cora").get(path), 404, "not_found")
    refused(programs("ann").get(path), 403, "role_not_allowed")


def test_adding_and_renaming(world: World, programs: Programs) -> None:
    admin = programs("admin")
    made = admin.post("tenants/", {"name": "  Northwind "})
    assert (made.status_code, made.said["name"], made.said["people"]) == (201, "Northwind", 0)
    assert made.headers["Location"] == f"/api/v1/tenants/{made.said['id']}/"
    path = f"tenants/{made.said['id']}/"
    assert admin.send("PATCH", path, {"name": "Northwind Traders"}).said["name"] == "Northwind Traders"
    assert admin.get(path).said["name"] == "Northwind Traders"
    with world.inside("admin"):
        actions = Event.objects.filter(target_id=made.said["id"], target_kind="tenant").order_by("id")
        assert list(actions.values_list("action", flat=True)) == ["tenant_added", "tenant_renamed"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "   "}, {"name": 5}, {"name": "x" * 121}])
def test_a_name_that_is_none(world: World, programs: Programs, body: dict[str, object]) -> None:
    assert set(refused(programs("admin").post("tenants/", body), 400, "invalid")) == {"name"}


def test_a_name_that_is_taken(world: World, programs: Programs) -> None:
    body = {"name": "CANARY-tenant-a"}
    assert set(refused(programs("admin").post("tenants/", body), 400, "tenant_name_taken")) == {"name"}
    other = programs("admin").send("PATCH", f"tenants/{world.tenants['b'].pk}/", body)
    assert set(refused(other, 400, "tenant_name_taken")) == {"name"}


@pytest.mark.parametrize("who", ["agent", "lead", "amy", "ann"])
def test_only_administrators_change_them(world: World, programs: Programs, who: str) -> None:
    refused(programs(who).post("tenants/", {"name": "x"}), 403, "role_not_allowed")
    path = f"tenants/{world.tenants['a'].pk}/"
    refused(programs(who).send("PATCH", path, {"name": "x"}), 403, "role_not_allowed")
    with world.inside("admin"):
        assert not Tenant.objects.filter(name="x").exists()
