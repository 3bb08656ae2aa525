"""Jobs and the audit over the API: for staff, for administrators, filtered, page by page, behind the wall."""

from typing import Any

import pytest

from slaportal.jobs.actions import start_job
from slaportal.jobs.models import Job
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.world import World


@pytest.fixture
def jobs(world: World) -> dict[str, int]:
    """One of the administrator's, one of the agent's."""
    made = {}
    for who in ("admin", "agent"):
        with world.inside(who):
            made[who] = start_job("resend_given_up", actor=world.members[who], arguments={"until": 0}, total=7).pk
    return made


def ids(answer: Any) -> list[int]:
    return [item["id"] for item in answer.said["items"]]


def test_jobs(world: World, jobs: dict[str, int], programs: Programs) -> None:
    agent = programs("agent")
    assert ids(agent.get("jobs/")) == [jobs["agent"], jobs["admin"]]
    assert ids(agent.get("jobs/?mine=true")) == [jobs["agent"]]
    assert ids(agent.get("jobs/?mine=false")) == [jobs["admin"]]
    assert ids(agent.get("jobs/?state=done")) == []
    first = agent.get("jobs/?limit=1")
    assert ids(agent.get(f"jobs/?limit=1&cursor={first.said['next']}")) == [jobs["admin"]]
    said = agent.get(f"jobs/{jobs['admin']}/").said
    assert (said["kind"], said["state"], said["done"], said["total"]) == ("resend_given_up", "waiting", 0, 7)
    assert said["started_by"]["name"] == "CANARY-member-admin"
    refused(programs("cora").get(f"jobs/{jobs['admin']}/"), 404, "not_found")
    assert ids(programs("cora").get("jobs/")) == []
    refused(programs("ann").get("jobs/"), 403, "role_not_allowed")


def test_cancelling_a_job(world: World, jobs: dict[str, int], programs: Programs) -> None:
    refused(programs("agent").post(f"jobs/{jobs['admin']}/cancel/"), 403, "role_not_allowed")
    refused(programs("cora").post(f"jobs/{jobs['admin']}/cancel/"), 404, "not_found")
    assert programs("agent").post(f"jobs/{jobs['agent']}/cancel/").said["state"] == "cancelled"
    refused(programs("agent").post(f"jobs/{jobs['agent']}/cancel/"), 409, "job_finished")
    assert programs("admin").post(f"jobs/{jobs['admin']}/cancel/").said["state"] == "cancelled"
    with world.inside("admin"):
        assert not Job.objects.filter(state="waiting").exists()


def test_the_audit(world: World, programs: Programs) -> None:
    admin = programs("admin")
    made = admin.post("tenants/", {"name": "Northwind"}).said
    admin.send("PATCH", f"tenants/{made['id']}/", {"name": "Northwind Traders"})

    def actions(query: str) -> list[str]:
        return [item["action"] for item in admin.get(f"audit/?{query}").said["items"]]

    assert actions("")[:2] == ["tenant_renamed", "tenant_added"]
    assert actions("action=tenant_added") == ["tenant_added"]
    assert actions("target=traders") == ["tenant_renamed"]
    assert actions(f"tenant={made['id']}&ordering=id") == ["tenant_added", "tenant_renamed"]
    assert actions("actor=nobody") == []
    entry = admin.get("audit/?action=tenant_renamed").said["items"][0]
    assert (entry["before"], entry["after"]) == ({"name": "Northwind"}, {"name": "Northwind Traders"})
    assert entry["target"] == {"kind": "tenant", "id": made["id"], "name": "Northwind Traders"}
    assert (entry["actor"], entry["actor_role"]) == ("CANARY-member-admin", "admin")
    assert actions(f"since={entry['at']}&action=tenant_renamed") == ["tenant_renamed"]
    assert actions(f"until={entry['at']}&action=tenant_renamed") == []
    first = admin.get("audit/?limit=1").said
    assert actions(f"limit=1&cursor={first['next']}") == ["tenant_added"]


@pytest.mark.parametrize("who", ["agent", "lead", "amy", "ann"])
def test_the_audit_is_for_administrators(world: World, programs: Programs, who: str) -> None:
    refused(programs(who).get("audit/"), 403, "role_not_allowed")


def test_the_audit_of_another_provider_is_not_seen(world: World, programs: Programs) -> None:
    programs("admin").post("tenants/", {"name": "Northwind"})
    assert "Northwind" not in programs("cora").get("audit/").content.decode()
