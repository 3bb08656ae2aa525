"""Roles, removal, the last administrator, switching, the profile."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credits.access import require_may_claim
from slaportal.people.actions.members import change_role, enrol, remove_member
from slaportal.people.actions.tokens import make_token
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from tests.world import World


def test_the_last_administrator_stays(world: World) -> None:
    admin = world.members["admin"]
    with world.inside("admin"):
        with pytest.raises(Refusal) as refused:
            change_role(admin, "agent", actor=admin)
        assert refused.value.code == "last_admin"
        with pytest.raises(Refusal) as refused:
            remove_member(admin, actor=admin, at=timezone.now())
        assert refused.value.code == "last_admin"
        change_role(world.members["lead"], "admin", actor=admin)
        remove_member(admin, actor=admin, at=timezone.now())


def test_a_removal_takes_effect_at_the_next_request(world: World) -> None:
    client = world.client("agent")
    assert client.get(reverse("tenants")).status_code == 200
    admin = world.client("admin")
    assert admin.post(reverse("remove", args=[world.members["agent"].pk])).status_code == 302
    answer = client.get(reverse("tenants"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "CANARY" not in client.get("/").content.decode()


def test_a_removed_persons_tokens_stop(world: World) -> None:
    agent = world.members["agent"]
    with world.inside("agent"):
        _token, secret = make_token("script", read_only=False, expires_at=None, actor=agent, at=timezone.now())
    caller = Client(headers={"Authorization": f"Bearer {secret}"})
    assert caller.get("/api/v1/me/").json()["role"] == "agent"
    with world.inside("admin"):
        remove_member(agent, actor=world.members["admin"], at=timezone.now())
    assert caller.get("/api/v1/me/").status_code == 401


def test_members_leave_by_themselves(world: World) -> None:
    client = world.client("amy")
    assert client.post(reverse("remove", args=[world.members["amy"].pk])).status_code == 302
    assert client.get(reverse("people")).status_code == 302


def test_a_role_changes_at_the_next_request(world: World) -> None:
    client = world.client("agent")
    assert client.get(reverse("provider")).status_code == 403
    world.client("admin").post(reverse("person", args=[world.members["agent"].pk]), {"role": "admin"})
    assert client.get(reverse("provider")).status_code == 200


def test_roles_of_the_other_side_are_refused(world: World) -> None:
    with world.inside("admin"), pytest.raises(Refusal) as refused:
        change_role(world.members["agent"], "manager", actor=world.members["admin"])
    assert refused.value.code == "role_does_not_fit"


def test_a_manager_has_no_say_over_staff_or_siblings(world: World) -> None:
    client = world.client("ann")
    for who in ("agent", "bob", "carl"):
        assert client.get(reverse("person", args=[world.members[who].pk])).status_code == 404
        assert client.post(reverse("remove", args=[world.members[who].pk])).status_code == 404


def test_somebody_who_was_removed_is_not_removed_again(world: World) -> None:
    admin, agent = world.members["admin"], world.members["agent"]
    with world.inside("admin"):
        remove_member(agent, actor=admin, at=timezone.now())
        with pytest.raises(Refusal) as refused:
            remove_member(agent, actor=admin, at=timezone.now())
    assert refused.value.code == "already_removed"


def two_memberships(world: World) -> Membership:
    with world.inside("cora"):
        return enrol(
            world.users["agent"],
            "lead",
            provider=world.providers["p2"],
            tenant=None,
            email="agent@example.test",
            at=timezone.now(),
        )


def test_switching_between_memberships(world: World) -> None:
    second = two_memberships(world)
    client = world.client("agent")
    assert "CANARY-tenant-a" in client.get(reverse("tenants")).content.decode()
    page = client.get(reverse("switch")).content.decode()
    assert "CANARY-provider-p1" in page
    assert "CANARY-provider-p2" in page
    assert client.post(reverse("switch_to", args=[second.pk])).status_code == 302
    there = client.get(reverse("tenants")).content.decode()
    assert "CANARY-tenant-c" in there
    assert "CANARY-tenant-a" not in there


def test_a_foreign_membership_cannot_be_switched_to(world: World) -> None:
    client = world.client("agent")
    assert client.post(reverse("switch_to", args=[world.members["cora"].pk])).status_code == 404
    assert "CANARY-tenant-a" in client.get(reverse("tenants")).content.decode()


def test_the_profile_is_carried_into_every_membership(world: World) -> None:
    two_memberships(world)
    client = world.client("agent")
    answer = client.post(reverse("profile"), {"name": "Agnes Agent", "time_zone": "Asia/Kolkata"})
    assert answer.status_code == 302
    for who in ("admin", "cora"):
        with world.inside(who):
            assert Membership.objects.filter(name="Agnes Agent").count() == 1


def test_times_are_the_readers(world: World) -> None:
    client = world.client("ann")
    client.post(reverse("profile"), {"name": "Ann", "time_zone": "Asia/Kolkata"})
    with world.inside("ann"):
        make_token("t", read_only=True, expires_at=None, actor=world.members["ann"], at=timezone.now())
    assert " IST" in client.get(reverse("tokens")).content.decode()


def test_a_zone_that_is_none_is_refused(world: World) -> None:
    answer = world.client("ann").post(reverse("profile"), {"name": "Ann", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422


def test_the_page_says_why_the_last_administrator_stays(world: World) -> None:
    client, path = world.client("admin"), reverse("person", args=[world.members["admin"].pk])
    answer = client.post(path, {"role": "agent"})
    assert answer.status_code == 422
    assert "is the only administrator" in answer.content.decode()
    answer = client.post(reverse("remove", args=[world.members["admin"].pk]), follow=True)
    assert answer.request["PATH_INFO"] == path
    assert "is the only administrator" in answer.content.decode()


def test_what_the_roles_of_a_customer_may_is_said_as_the_rules_have_it(world: World) -> None:
    """Members claim too; what only managers may is about people."""
    require_may_claim(world.members["amy"], world.tenants["a"].pk)
    said = world.client("ann").get(f"/people/{world.members['amy'].pk}/").content.decode()
    assert "Members open and follow tickets and claim credits; managers also invite people" in said
