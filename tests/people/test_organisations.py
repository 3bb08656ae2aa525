"""Providers and customers: who founds, who names, what an operator sees."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from slaportal.outbox.models import Message
from slaportal.people.actions.organisations import add_tenant, create_provider, found_provider
from slaportal.people.models import Invitation
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Provider, Tenant
from slaportal.tenancy.scope import STAFF, presenting, scope
from tests.conftest import logged_in_as
from tests.world import World


def test_an_operator_founds_a_provider_and_its_administrator_is_invited(world: World) -> None:
    provider = found_provider("acme", "Acme", "boss@acme.test", operator=world.users["olga"], at=timezone.now())
    with logged_in_as("portal_jobs"), scope(STAFF, provider=provider.pk):
        assert Invitation.objects.get().role == "admin"
        assert "boss@acme.test" in Message.objects.get().recipient


def test_nobody_else_founds_one(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        found_provider("acme", "Acme", "boss@acme.test", operator=world.users["admin"], at=timezone.now())
    assert refused.value.code == "not_an_operator"
    with pytest.raises(DatabaseError, match="only an operator"), transaction.atomic():
        create_provider("acme", "Acme", user=world.users["admin"].pk)
    with pytest.raises(DatabaseError), world.inside("admin"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenancy_provider (slug, name, mfa_required, created_at) VALUES ('x','x',false,now())"
        )


def test_a_short_name_is_taken_once(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        found_provider("p1", "Again", "x@x.test", operator=world.users["olga"], at=timezone.now())
    assert refused.value.code == "slug_taken"
    answer = world.client("olga").post(reverse("installation"), {"slug": "p1", "name": "A", "admin_email": "x@x.test"})
    assert answer.status_code == 422


def test_the_operator_sees_names_and_no_contents(world: World) -> None:
    client = world.client("olga")
    page = client.get(reverse("installation")).content.decode()
    assert "CANARY-provider-p1" in page
    assert "CANARY-tenant" not in page
    assert "CANARY-member" not in page
    with presenting(user=world.users["olga"].pk):
        assert Provider.objects.count() == 2
        assert not Tenant.objects.exists()


def test_others_see_no_installation(world: World) -> None:
    assert world.client("admin").get(reverse("installation")).status_code == 404


def test_an_administrator_changes_the_name_and_requires_a_second_factor(world: World) -> None:
    client = world.client("admin")
    assert client.post(reverse("provider"), {"name": "New name", "mfa_required": "on"}).status_code == 302
    answer = client.get(reverse("people"))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_index"))
    assert world.client("cora").get(reverse("people")).status_code == 200


def test_customers_are_added_and_renamed(world: World) -> None:
    client = world.client("admin")
    assert client.post(reverse("tenants"), {"name": "Fourth"}).status_code == 302
    assert client.post(reverse("tenants"), {"name": "Fourth"}).status_code == 422
    with world.inside("admin"):
        fourth = Tenant.objects.get(name="Fourth")
    assert client.post(reverse("tenant", args=[fourth.pk]), {"name": "CANARY-tenant-a"}).status_code == 422
    assert client.post(reverse("tenant", args=[fourth.pk]), {"name": "Fifth"}).status_code == 302
    assert world.client("cora").post(reverse("tenants"), {"name": "Fifth"}).status_code == 302


def test_leads_see_customers_and_add_none(world: World) -> None:
    client = world.client("lead")
    assert client.get(reverse("tenants")).status_code == 200
    assert client.post(reverse("tenants"), {"name": "x"}).status_code == 403
    with world.inside("lead"):
        assert not Tenant.objects.filter(name="x").exists()


def test_an_actor_without_a_membership_is_named_as_given(world: World) -> None:
    with world.inside("admin"):
        assert add_tenant(world.providers["p1"], " Trimmed ", actor="Demo").name == "Trimmed"


def test_a_program_without_the_required_factor_is_not_signed_in(world: World) -> None:
    world.client("admin").post(reverse("provider"), {"name": "New name", "mfa_required": "on"})
    answer = world.client("agent").get(reverse("api_me"))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_short_name_is_kept_in_lower_case(world: World) -> None:
    given = {"slug": "Acme-2", "name": "Acme", "admin_email": "x@x.test"}
    assert world.client("olga").post(reverse("installation"), given).status_code == 302
    assert "acme-2" in world.client("olga").get(reverse("installation")).content.decode()
