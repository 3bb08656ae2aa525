"""A customer's page, contacts and services: who reads, who acts, what is refused at its field, what stays unseen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.subscriptions import change_term, cover_service, set_account_standing, subscribe
from contracts.models import Contact, Service
from slaportal.audit.models import Event
from tests.contracts.agreed import CUSTOMERS, FEE, NOW, PLANS, READERS, START, STRANGER, Agreed, text_of
from tests.world import World


def page(agreed: Agreed, who: str = "admin") -> str:
    answer = agreed.world.client(who).get(reverse("customer", args=[agreed.contact.tenant_id]))
    assert answer.status_code == 200
    return text_of(answer)


def test_everything_agreed_stands_on_one_page(agreed: Agreed) -> None:
    with agreed.inside():
        set_account_standing(agreed.subscription, current=False, reason="two invoices open", actor="test", at=NOW)
    said = page(agreed)
    for words in (
        "Production Service Level Agreement Covers API",
        "Standard Plan, Production $1,200.00 Tue 1 Sep, 00:00 UTC",
        "Not in good standing two invoices open",
        "API api Production",
        "Bo Bell Billing bo@example.test –",
    ):
        assert words in said, words


def test_staff_read_it_and_only_administrators_act(agreed: Agreed) -> None:
    for who in READERS:
        said = page(agreed, who)
        assert "Production" in said
        assert ("Add the contact" in said) == (who == "admin")
        assert ("Subscribe" in said) == (who == "admin")
    address = reverse("customer", args=[agreed.contact.tenant_id])
    for who in CUSTOMERS:
        assert agreed.world.client(who).get(address).status_code == 403
    assert agreed.world.client(STRANGER).get(address).status_code == 404


def test_the_list_of_customers_leads_there_for_all_staff(agreed: Agreed) -> None:
    address = reverse("customer", args=[agreed.contact.tenant_id])
    for who in READERS:
        assert f'href="{address}"' in agreed.world.client(who).get(reverse("tenants")).content.decode()


def test_terms_that_run_and_come_are_shown_and_what_is_over_is_not(agreed: Agreed) -> None:
    with agreed.inside():
        at = NOW.replace(day=10)
        change_term(agreed.subscription, plan=PLANS[0], kind="pilot", fee=FEE, starts_at=at, actor="test", at=NOW)
        later = NOW.replace(month=12)
        change_term(agreed.subscription, plan=PLANS[0], kind="beta", fee=FEE, starts_at=later, actor="test", at=NOW)
    said = page(agreed)
    assert "Standard Plan, Pilot Standard Plan, Beta" in said
    assert "Standard Plan, Production" not in said


def test_a_customer_without_anything_is_told_what_to_do_next(world: World) -> None:
    address = reverse("customer", args=[world.tenants["b"].pk])
    said = text_of(world.client("admin").get(address))
    assert "there is no policy to subscribe to: publish one first." in said
    assert "No contacts." in said
    assert "No service of their own." in said


def test_as_many_queries_for_three_of_everything_as_for_one(agreed: Agreed) -> None:
    client, address = agreed.client, reverse("customer", args=[agreed.contact.tenant_id])
    shared, tenant = reverse("services"), agreed.contact.tenant

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    with agreed.inside():
        cover_service(agreed.subscription, agreed.shared, actor="test", at=NOW)
    asked(address)
    before = asked(address), asked(shared)
    with agreed.inside():
        for number in (2, 3):
            own = add_service(tenant.provider, f"s{number}", "S", tenant=tenant, actor="test", at=NOW)
            common = add_service(tenant.provider, f"c{number}", "C", tenant=None, actor="test", at=NOW)
            one = subscribe(
                tenant, f"More {number}", policy="sla", plan=PLANS[0], fee=FEE, starts_at=START, actor="test", at=NOW
            )
            for service in (own, common, agreed.service, agreed.shared):
                cover_service(one, service, actor="test", at=NOW)
            add_contact(tenant, concern="technical", name="X", email=f"{number}@x.test", actor="test")
    assert (asked(address), asked(shared)) == before


def test_a_service_of_the_customer_is_added(agreed: Agreed) -> None:
    address = reverse("customer_service_add", args=[agreed.contact.tenant_id])
    assert agreed.client.post(address, {"service-name": "Shop", "service-key": "SHOP"}).status_code == 302
    with agreed.inside():
        added = Service.objects.get(key="shop")
        assert (added.name, added.tenant_id) == ("Shop", agreed.contact.tenant_id)
        assert Event.objects.filter(action="service_added", target_name="Shop").count() == 1
    answer = agreed.client.post(address, {"service-name": "Another", "service-key": "shop"})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert 'value="Another"' in said
    assert 'id="id_service-key_error"' in said
    assert "Taken." in said


@pytest.mark.parametrize("key", ["an api", "a.b", "ä"])
def test_a_short_name_is_refused_by_the_rule_that_stands_beside_it(agreed: Agreed, key: str) -> None:
    address = reverse("customer_service_add", args=[agreed.contact.tenant_id])
    refused = agreed.client.post(address, {"service-name": "Another", "service-key": key})
    assert refused.status_code == 422
    said = text_of(refused)
    assert "Write only letters, digits, hyphens and underscores." in said
    assert "Letters, digits, hyphens, underscores; measurements come in under it" in said
    assert "slug" not in said
    assert agreed.client.post(address, {"service-name": "Another", "service-key": "a_B-1"}).status_code == 302


def test_a_contact_is_added_changed_and_removed(agreed: Agreed) -> None:
    tenant, client = agreed.contact.tenant_id, agreed.client
    add = reverse("contact_add", args=[tenant])
    given = {"contact-concern": "technical", "contact-name": "Tia", "contact-email": "TIA@x.test", "contact-phone": ""}
    assert client.post(add, given).status_code == 302
    again = client.post(add, given)
    assert again.status_code == 422
    assert "Is a contact for this already." in text_of(again)
    assert 'value="TIA@x.test"' in again.content.decode()
    with agreed.inside():
        tia = Contact.objects.get(name="Tia")
        assert (tia.email, tia.tenant_id) == ("tia@x.test", tenant)
    one = reverse("contact", args=[tia.pk])
    changed = {"concern": "billing", "name": "Tia", "email": "bo@example.test", "phone": "1"}
    refused = client.post(one, changed)
    assert refused.status_code == 422
    assert "Is a contact for this already." in text_of(refused)
    assert client.post(one, {**changed, "email": "tia@y.test"}).status_code == 302
    assert client.post(one, {**changed, "email": "TIA@y.test"}).status_code == 302  # the same: nothing is written
    with agreed.inside():
        tia.refresh_from_db()
        assert (tia.concern, tia.email, tia.phone) == ("billing", "tia@y.test", "1")
        event = Event.objects.get(action="contact_changed")
        assert event.before is not None
        assert event.before["email"] == "tia@x.test"
    assert client.post(reverse("contact_remove", args=[tia.pk])).status_code == 302
    with agreed.inside():
        assert not Contact.objects.filter(pk=tia.pk).exists()
        assert Event.objects.filter(action="contact_removed", target_name="Tia").count() == 1


@pytest.mark.parametrize("who", [*READERS[:2], *CUSTOMERS, STRANGER])
def test_nobody_else_changes_anything(agreed: Agreed, who: str) -> None:
    client = agreed.world.client(who)
    tenant, status = agreed.contact.tenant_id, 404 if who == STRANGER else 403
    for route, args, given in (
        ("customer_service_add", [tenant], {"service-name": "Shop", "service-key": "shop"}),
        ("contact_add", [tenant], {"contact-concern": "technical", "contact-name": "T", "contact-email": "t@x.test"}),
        ("contact", [agreed.contact.pk], {"concern": "billing", "name": "Eve", "email": "eve@x.test"}),
        ("contact_remove", [agreed.contact.pk], {}),
        ("service_rename", [agreed.service.pk], {"name": "Eve's"}),
    ):
        assert client.post(reverse(route, args=args), given).status_code == status, route
    if who != STRANGER:
        assert client.post(reverse("services"), {"name": "Eve's", "key": "eve"}).status_code == 403
    with agreed.inside():
        assert set(Service.objects.values_list("name", flat=True)) == {"API", "Mail"}
        assert list(Contact.objects.values_list("name", flat=True)) == ["Bo Bell"]


def test_shared_services_are_listed_with_who_covers_them_and_added(agreed: Agreed) -> None:
    client, address = agreed.client, reverse("services")
    said = text_of(client.get(address))
    assert "Mail mail no subscription" in said
    assert "API api" not in said
    with agreed.inside():
        cover_service(agreed.subscription, agreed.shared, actor="test", at=NOW)
    assert "Mail mail Production of CANARY-tenant-a" in text_of(agreed.world.client("agent").get(address))
    assert client.post(address, {"name": "Backup", "key": "backup"}).status_code == 302
    taken = client.post(address, {"name": "Second", "key": "backup"})
    assert taken.status_code == 422
    assert 'value="Second"' in taken.content.decode()
    with agreed.inside():
        assert Service.objects.get(key="backup").tenant_id is None
    assert "Mail mail" not in text_of(agreed.world.client(STRANGER).get(address))


def test_a_service_gets_another_name_and_keeps_its_short_one(agreed: Agreed) -> None:
    for service, back in ((agreed.service, "customer"), (agreed.shared, "services")):
        address = reverse("service_rename", args=[service.pk])
        assert agreed.client.post(address, {"name": " "}).status_code == 422
        answer = agreed.client.post(address, {"name": "Renamed"})
        args = [agreed.contact.tenant_id] if back == "customer" else []
        assert answer.headers["Location"] == reverse(back, args=args)
        with agreed.inside():
            before = service.key
            service.refresh_from_db()
            assert (service.name, service.key) == ("Renamed", before)
    with agreed.inside():
        assert Event.objects.filter(action="service_renamed").count() == 2
