"""Invitations: bound to the address, expiring, single use, revocable."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from slaportal.outbox.models import Message
from slaportal.people.actions.invitations import accept_invitation, invite, read_invitation, revoke_invitation
from slaportal.people.models import Invitation
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Entrance, Membership, User
from tests.conftest import logged_in_as
from tests.world import World, make_user


def invited(world: World, email: str, role: str = "agent", by: str = "admin") -> str:
    """Invites, and gives the secret of the link in the mail."""
    member = world.members[by]
    with world.inside(by):
        invite(email, role, provider=member.provider, tenant=member.tenant, actor=member, at=timezone.now())
    with logged_in_as("portal_jobs"), world.inside(by):
        text = Message.objects.get(recipient=email.lower(), text__contains="/invitation/").text
    found = re.search(r"/invitation/([\w-]+)/", text)
    assert found
    return found[1]


def test_a_new_person_makes_an_account_and_is_a_member(world: World) -> None:
    secret = invited(world, "new@example.test")
    client = Client()
    page = client.get(reverse("invitation", args=[secret]))
    assert page.status_code == 200
    assert "new@example.test" in page.content.decode()
    answer = client.post(page.wsgi_request.path, {"name": "Nia New", "password": "nine-quiet-harbours"})
    assert answer.status_code == 302
    home = client.get("/")
    assert home.status_code == 200
    assert home.wsgi_request.membership.role == "agent"  # type: ignore[attr-defined]


def test_a_weak_password_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    path = reverse("invitation", args=[invited(world, "new@example.test")])
    page = Client().post(path, {"name": "Nia New", "password": "password"})
    assert page.status_code == 422
    assert "too common" in page.content.decode()
    assert "Nia New" in page.content.decode()
    assert not User.objects.filter(email="new@example.test").exists()


def test_who_has_an_account_signs_in_first(world: World) -> None:
    make_user("old")
    path = reverse("invitation", args=[invited(world, "old@example.test")])
    page = Client().post(path, {"name": "Somebody Else", "password": "nine-quiet-harbours"})
    assert page.status_code == 409
    assert reverse("account_login") in page.content.decode()


def test_a_signed_in_person_accepts_with_one_click_and_acts_there(world: World) -> None:
    old = world.users["old"] = make_user("old")
    client = world.client("old")
    path = reverse("invitation", args=[invited(world, "OLD@example.test")])
    assert client.post(path).status_code == 302
    with world.inside("admin"):
        assert Membership.objects.get(user_id=old.pk).role == "agent"
        assert Invitation.objects.get(email="old@example.test").accepted_at


def test_another_address_is_refused(world: World) -> None:
    secret = invited(world, "right@example.test")
    with pytest.raises(Refusal) as refused:
        accept_invitation(secret, user=make_user("wrong"), at=timezone.now())
    assert refused.value.code == "invitation_of_another"


def test_an_unverified_address_is_refused(world: World) -> None:
    secret = invited(world, "right@example.test")
    user = make_user("right")
    EmailAddress.objects.filter(user=user).update(verified=False)
    with pytest.raises(Refusal) as refused:
        accept_invitation(secret, user=user, at=timezone.now())
    assert refused.value.code == "invitation_of_another"


def test_it_works_once(world: World) -> None:
    secret = invited(world, "once@example.test")
    user = make_user("once")
    accept_invitation(secret, user=user, at=timezone.now())
    with pytest.raises(Refusal) as refused:
        accept_invitation(secret, user=user, at=timezone.now())
    assert refused.value.code == "invitation_closed"


def test_it_expires_after_seven_days(world: World) -> None:
    secret = invited(world, "late@example.test")
    later = timezone.now() + timedelta(days=7)
    with pytest.raises(Refusal) as refused:
        read_invitation(secret, at=later)
    assert (refused.value.code, refused.value.status) == ("invitation_closed", 410)
    with pytest.raises(Refusal):
        accept_invitation(secret, user=make_user("late"), at=later)
    assert read_invitation(secret, at=later - timedelta(seconds=5)).email == "late@example.test"


def test_a_revoked_one_leads_nowhere(world: World) -> None:
    secret = invited(world, "gone@example.test")
    with world.inside("admin"):
        invitation = Invitation.objects.get(email="gone@example.test")
        revoke_invitation(invitation, actor=world.members["admin"], at=timezone.now())
        with pytest.raises(Refusal):
            revoke_invitation(invitation, actor=world.members["admin"], at=timezone.now())
    assert Client().get(reverse("invitation", args=[secret])).status_code == 410
    assert Client().get(reverse("invitation", args=["slai_never-was"])).status_code == 410


def test_inviting_again_replaces_the_first_link(world: World) -> None:
    first = invited(world, "twice@example.test")
    with world.inside("admin"):
        admin = world.members["admin"]
        invite("twice@example.test", "lead", provider=admin.provider, tenant=None, actor=admin, at=timezone.now())
        assert Entrance.objects.filter(kind="invitation").count() == 1
    with pytest.raises(Refusal):
        read_invitation(first, at=timezone.now())


def test_members_are_not_invited(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        invited(world, "agent@example.test")
    assert refused.value.code == "already_member"


@pytest.mark.parametrize(("by", "role"), [("ann", "agent"), ("ann", "admin"), ("admin", "manager")])
def test_roles_of_the_other_side_are_refused(world: World, by: str, role: str) -> None:
    with pytest.raises(Refusal) as refused:
        invited(world, "new@example.test", role, by)
    assert refused.value.code == "role_does_not_fit"


@pytest.mark.parametrize("by", ["agent", "lead", "amy"])
def test_only_administrators_and_managers_invite(world: World, by: str) -> None:
    with pytest.raises(Refusal) as refused:
        invited(world, "new@example.test", "member" if by == "amy" else "agent", by)
    assert refused.value.code == "role_not_allowed"


def test_an_admin_cannot_invite_into_a_foreign_tenant(world: World) -> None:
    answer = world.client("admin").post(
        reverse("invite"), {"email": "x@example.test", "tenant": world.tenants["c"].pk, "role": "member"}
    )
    assert answer.status_code == 422
    with world.inside("cora"):
        assert not Invitation.objects.exists()


def test_the_page_says_what_is_wrong_at_the_field(world: World) -> None:
    answer = world.client("admin").post(reverse("invite"), {"email": "agent@example.test", "role": "lead"})
    assert answer.status_code == 422
    assert "is a member already" in answer.content.decode()


def test_the_roles_stand_under_the_side_they_belong_to_and_follow_it(world: World) -> None:
    """An administrator chooses between staff and customers; a customer's manager has one side only."""
    page = world.client("admin").get(reverse("people")).content.decode()
    assert page.index('<optgroup label="Our own staff">') < page.index('<optgroup label="A customer&#x27;s people">')
    assert 'data-follows="id_tenant"' in page
    assert 'data-groups="[&quot;&quot;, &quot;*&quot;]"' in page
    assert "/follow." in page
    of_one_side = world.client("ann").get(reverse("people")).content.decode()
    assert "data-follows" not in of_one_side
    assert "/follow." not in of_one_side
