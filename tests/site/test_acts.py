"""Who only looks at the address of an act is led to the page that has its form."""

import pytest
from django.http import HttpResponseNotAllowed
from django.test import Client
from django.urls import reverse

from tests.site.matrix import address, table
from tests.world import World
from tickets.models import Ticket


def number_of(world: World) -> int:
    with world.inside("ann"):
        return Ticket.objects.get().number


def test_no_page_and_no_act_of_a_page_refuses_a_get_for_being_one() -> None:
    refusing = {route for route, row in table().items() if 405 in row["GET"] and not route.startswith("api_")}
    assert not refusing


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_refused_reply_is_left_by_asking_again_for_its_address(settled: World, method: str) -> None:
    client = settled.client("ann")
    number = number_of(settled)
    act = reverse("ticket_reply", args=[number])
    assert client.post(act, {"text": ""}).status_code == 422

    led = getattr(client, method)(act)
    assert (led.status_code, led["Location"]) == (302, reverse("ticket", args=[number]))


@pytest.mark.parametrize(
    ("who", "route", "page"),
    [
        ("lead", "outage_strike_out", "outage"),
        ("lead", "claim_approve", "claim_review"),
        ("amy", "claim_withdraw", "month"),
        ("lead", "breach_excuse", "ticket"),
        ("admin", "contact_remove", "customer"),
        ("admin", "subscription_uncover", "subscription"),
        ("admin", "provider_colour", "provider"),
        ("ann", "webhook_rotate", "webhook"),
    ],
)
def test_an_act_leads_to_the_page_that_offers_it(settled: World, who: str, route: str, page: str) -> None:
    led = settled.client(who).get(address(route, settled))
    assert (led.status_code, led["Location"]) == (302, address(page, settled))


def test_what_stands_in_the_address_goes_along(settled: World) -> None:
    led = settled.client("admin").get(reverse("audit_export") + "?action=claim_filed")
    assert led["Location"] == reverse("audit") + "?action=claim_filed"


def test_a_stranger_signs_in_first_and_is_then_led_on(settled: World) -> None:
    act = address("claim_withdraw", settled)
    led = Client().get(act)
    assert (led.status_code, led["Location"]) == (302, f"{reverse('account_login')}?next={act}")


def test_what_is_anothers_is_as_little_there_as_what_is_nobodys(settled: World) -> None:
    client = settled.client("bob")
    theirs = client.get(address("claim_withdraw", settled))
    nobodys = client.get(reverse("claim_withdraw", args=[999_999_999]))
    assert theirs.status_code == nobodys.status_code == 404
    said = "There is no such claim here."
    assert said in theirs.content.decode()
    assert said in nobodys.content.decode()


def test_other_methods_are_refused_as_ever(settled: World) -> None:
    answer = settled.client("agent").put(reverse("ticket_note", args=[number_of(settled)]))
    assert answer.status_code == HttpResponseNotAllowed.status_code
