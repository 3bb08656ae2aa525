"""Another e-mail address: it counts once the link in its mail was opened, and then everywhere."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from slaportal.audit.models import Event
from slaportal.people.actions.members import enrol, remove_member
from slaportal.tenancy.models import Membership, User
from tests.people.entrance import addresses, confirm_it_is_me, is_in, link_in, mails, sign_in, text_of
from tests.world import World, make_user

OLD, NEW = "agent@example.test", "moved@example.test"


def ask_for(client: Client, email: str = NEW) -> None:
    """Asks for the change, after saying again who one is."""
    confirm_it_is_me(client)
    client.post(reverse("account_email"), {"email": email, "action_add": ""})


def user(world: World, who: str = "agent") -> User:
    return User.objects.get(pk=world.users[who].pk)


def member(world: World, who: str = "agent") -> Membership:
    with world.inside(who):
        return Membership.objects.get(pk=world.members[who].pk)


def test_it_counts_once_it_is_confirmed(world: World) -> None:
    client = world.client("agent")
    ask_for(client, "Moved@Example.test")
    (mail,) = mails(NEW)
    assert mail.kind == "email_confirmation"
    assert addresses(user(world)) == [(OLD, True, True), (NEW, False, False)]
    assert (user(world).email, member(world).email) == (OLD, OLD)
    early = Client()
    sign_in(early, NEW)
    assert not is_in(early)
    link = link_in(mail)
    assert client.get(link).status_code == 200
    assert user(world).email == OLD, "looking at the link confirms nothing"
    assert client.post(link).status_code == 302
    assert addresses(user(world)) == [(NEW, True, True)]
    assert (user(world).email, member(world).email) == (NEW, NEW)
    assert sign_in(Client(), OLD).status_code == 200
    assert sign_in(Client(), NEW).status_code == 302
    assert [mail.kind for mail in mails(OLD)] == ["email_changed"]


def test_it_is_carried_into_every_membership_and_the_audit_of_each(world: World) -> None:
    with world.inside("cora"):
        second = enrol(
            world.users["agent"], "lead", provider=world.providers["p2"], tenant=None, email=OLD, at=timezone.now()
        )
    ask_for(world.client("agent"))
    Client().post(link_in(mails(NEW)[0]))
    with world.inside("cora"):
        assert Membership.objects.get(pk=second.pk).email == NEW
    for who in ("agent", "cora"):
        with world.inside(who):
            (event,) = Event.objects.filter(action="member_address_changed")
            assert (event.before, event.after, event.actor_name) == ({"email": OLD}, {"email": NEW}, event.target_name)


def test_a_customer_too_and_nobody_else_changes(world: World) -> None:
    ask_for(world.client("amy"), "amy.new@example.test")
    Client().post(link_in(mails("amy.new@example.test")[0]))
    assert member(world, "amy").email == "amy.new@example.test"
    assert member(world, "ann").email == "ann@example.test"


def test_what_was_left_behind_stays_as_it_was(world: World) -> None:
    with world.inside("admin"):
        remove_member(world.members["agent"], actor=world.members["admin"], at=timezone.now())
    ask_for(world.client("agent"))
    Client().post(link_in(mails(NEW)[0]))
    with world.inside("admin"):
        assert Membership.objects.get(pk=world.members["agent"].pk).email == OLD
    assert user(world).email == NEW


def test_the_link_works_once_and_only_as_it_was_made(world: World) -> None:
    ask_for(world.client("agent"))
    link = link_in(mails(NEW)[0])
    assert Client().post(link[:-3] + "xx/").status_code == 404
    assert Client().post(link).status_code == 302
    assert Client().post(link).status_code == 404
    assert "no longer valid" in text_of(Client().get(link))


def test_the_old_address_can_be_kept(world: World) -> None:
    client = world.client("agent")
    ask_for(client)
    client.post(reverse("account_email"), {"email": NEW, "action_remove": ""})
    assert Client().post(link_in(mails(NEW)[0])).status_code == 404
    assert addresses(user(world)) == [(OLD, True, True)]


def test_the_only_address_cannot_be_given_up_nor_an_unconfirmed_one_used(world: World) -> None:
    client = world.client("agent")
    confirm_it_is_me(client)
    client.post(reverse("account_email"), {"email": OLD, "action_remove": ""})
    ask_for(client)
    client.post(reverse("account_email"), {"email": NEW, "action_primary": ""})
    assert (OLD, True, True) in addresses(user(world))
    assert user(world).email == OLD


def test_a_taken_address_is_not_given_away_and_not_told(world: World) -> None:
    client = world.client("agent")
    free = client.post(reverse("account_email"), {"email": NEW, "action_add": ""}).status_code
    taken = client.post(reverse("account_email"), {"email": "ann@example.test", "action_add": ""}).status_code
    assert free == taken
    ask_for(client, "ann@example.test")
    (mail,) = mails("ann@example.test")
    ann = Client()
    assert "This address is taken" in text_of(ann.get(link_in(mail)))
    ann.post(link_in(mail))
    assert addresses(user(world, "ann")) == [("ann@example.test", True, True)]
    assert user(world).email == OLD


def test_who_confirmed_first_has_it(world: World) -> None:
    ask_for(world.client("agent"))
    ask_for(world.client("lead"))
    first, *_rest = mails(NEW)
    Client().post(link_in(first))
    for mail in mails(NEW):
        Client().post(link_in(mail)) if "/confirm-email/" in mail.text else None
    assert user(world).email == NEW
    assert user(world, "lead").email == "lead@example.test"


def test_an_account_without_any_membership(world: World) -> None:
    make_user("alone")
    client = Client()
    sign_in(client, "alone@example.test")
    ask_for(client, "still.alone@example.test")
    assert client.post(link_in(mails("still.alone@example.test")[0])).status_code == 302
    assert User.objects.filter(email="still.alone@example.test").exists()


@pytest.mark.parametrize("action", ["action_add", "action_remove"])
def test_the_password_is_asked_for_first(world: World, action: str) -> None:
    client = Client()
    sign_in(client, OLD)
    answer = client.post(reverse("account_email"), {"email": NEW if "add" in action else OLD, action: ""})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert mails(NEW) == []
    wrong = client.post(answer.headers["Location"], {"password": "not-this-one"})
    assert wrong.status_code == 200
    assert mails(NEW) == []
    assert is_in(client)


def test_after_the_password_what_was_asked_goes_on(world: World) -> None:
    client = world.client("agent")
    answer = client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
    confirmed = client.post(answer.headers["Location"], {"password": "seven-purple-lighthouses"})
    assert confirmed.status_code == 302
    assert [mail.kind for mail in mails(NEW)] == ["email_confirmation"]
