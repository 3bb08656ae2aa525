"""People and invitations over the API: who is seen, invited, changed, removed, and by whom."""

import pytest

from slaportal.audit.models import Event
from slaportal.outbox.models import Message
from slaportal.people.models import Invitation
from slaportal.tenancy.models import Membership
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.world import World


def names(answer: object) -> set[str]:
    said = answer.said  # type: ignore[attr-defined]
    return {item["name"].removeprefix("CANARY-member-") for item in said["items"]}


def test_who_is_seen(world: World, programs: Programs) -> None:
    everybody = {"agent", "lead", "admin", "amy", "ann", "bob"}
    assert names(programs("agent").get("people/")) == everybody
    for who in ("amy", "ann"):
        assert names(programs(who).get("people/")) == {"amy", "ann"}
        assert names(programs(who).get(f"people/?tenant={world.tenants['b'].pk}")) == set()
    assert names(programs("cora").get("people/")) == {"carl", "cora"}
    agent = programs("agent")
    assert names(agent.get("people/?staff=true")) == {"agent", "lead", "admin"}
    assert names(agent.get("people/?staff=false&role=manager")) == {"ann", "bob"}
    assert names(agent.get(f"people/?tenant={world.tenants['a'].pk}")) == {"amy", "ann"}
    first = agent.get("people/?limit=4&ordering=id")
    assert names(first) | names(agent.get(f"people/?ordering=id&cursor={first.said['next']}")) == everybody


def test_one_person(world: World, programs: Programs) -> None:
    path = f"people/{world.members['amy'].pk}/"
    said = programs("agent").get(path).said
    assert (said["email"], said["role"], said["tenant"]["name"]) == ("amy@example.test", "member", "CANARY-tenant-a")
    assert programs("amy").get(path).said == said
    for who in ("bob", "carl", "cora"):
        refused(programs(who).get(path), 404, "not_found")


@pytest.mark.parametrize("who", ["admin", "ann"])
def test_another_role(world: World, programs: Programs, who: str) -> None:
    path = f"people/{world.members['amy'].pk}/"
    assert programs(who).send("PATCH", path, {"role": "manager"}).said["role"] == "manager"
    assert set(refused(programs(who).send("PATCH", path, {"role": "lead"}), 400, "role_does_not_fit")) == {"role"}
    assert set(refused(programs(who).send("PATCH", path, {"role": "king"}), 400, "invalid")) == {"role"}
    with world.inside("admin"):
        assert Membership.objects.get(pk=world.members["amy"].pk).role == "manager"
        assert Event.objects.filter(action="member_role_changed").count() == 1


def test_the_only_administrator_stays(world: World, programs: Programs) -> None:
    path = f"people/{world.members['admin'].pk}/"
    assert programs("admin").send("PATCH", path, {"role": "lead"}).said["code"] == "last_admin"
    assert programs("admin").post(f"{path}remove/").said["code"] == "last_admin"


def test_leaving_takes_the_token(world: World, programs: Programs) -> None:
    amy = programs("amy")
    refused(amy.post(f"people/{world.members['ann'].pk}/remove/"), 403, "role_not_allowed")
    said = amy.post(f"people/{world.members['amy'].pk}/remove/").said
    assert (said["name"], said["removed_at"] is None) == ("CANARY-member-amy", False)
    assert amy.get("me/").status_code == 401
    refused(programs("agent").get(f"people/{world.members['amy'].pk}/"), 404, "not_found")


def test_a_manager_invites_into_the_own_customer_alone(world: World, programs: Programs) -> None:
    ann = programs("ann")
    made = ann.post("invitations/", {"email": "Kim@Example.test", "role": "member"})
    assert (made.status_code, made.said["email"]) == (201, "kim@example.test")
    assert (made.said["tenant"]["name"], made.said["invited_by"]["name"]) == ("CANARY-tenant-a", "CANARY-member-ann")
    foreign = {"email": "x@example.test", "role": "member", "tenant": world.tenants["b"].pk}
    assert set(refused(ann.post("invitations/", foreign), 400, "tenant_unknown")) == {"tenant"}
    staff = {"email": "x@example.test", "role": "agent"}
    assert set(refused(ann.post("invitations/", staff), 400, "role_does_not_fit")) == {"role"}
    known = {"email": "amy@example.test", "role": "member"}
    assert set(refused(ann.post("invitations/", known), 400, "already_member")) == {"email"}
    with world.inside("admin"):
        assert Invitation.objects.get().tenant_id == world.tenants["a"].pk
        assert Message.objects.filter(recipient="kim@example.test").count() == 1
    assert [row["email"] for row in programs("admin").get("invitations/").said] == ["kim@example.test"]
    assert programs("bob").get("invitations/").said == []
    path = f"invitations/{made.said['id']}/revoke/"
    refused(programs("bob").post(path), 404, "not_found")
    assert ann.post(path).said["revoked_at"] is not None
    refused(ann.post(path), 409, "invitation_closed")
    assert ann.get("invitations/").said == []


def test_an_administrator_invites_anywhere(world: World, programs: Programs) -> None:
    admin = programs("admin")
    staff = admin.post("invitations/", {"email": "kim@example.test", "role": "lead"}).said
    assert (staff["tenant"], staff["role"]) == (None, "lead")
    theirs = {"email": "lee@example.test", "role": "manager", "tenant": world.tenants["b"].pk}
    assert admin.post("invitations/", theirs).said["tenant"]["name"] == "CANARY-tenant-b"
    for who in ("agent", "lead", "amy"):
        refused(programs(who).post("invitations/", theirs), 403, "role_not_allowed")
    assert set(refused(admin.post("invitations/", {"email": "no", "role": "lead"}), 400, "invalid")) == {"email"}
