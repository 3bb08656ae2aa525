"""The page of a new ticket for a customer with several subscriptions: severities and services under each one's name."""

import json
import re

import pytest
from django.urls import reverse

from contracts.actions.subscriptions import cover_service
from contracts.models import Subscription
from tests.tickets.office import MONDAY, subscribed
from tests.world import World
from tickets.models import Ticket


@pytest.fixture
def two(world: World) -> tuple[Subscription, Subscription]:
    """Tenant a's subscriptions, by name: under the policies of ProCirrus and of Spirion."""
    with world.inside("admin"):
        return subscribed(world, "procirrus"), subscribed(world, "spirion")


def offered(page: str, name: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The attributes of the list, and the keys in it by the name of their group; "": in none."""
    found = re.search(rf'<select name="{name}"([^>]*)>(.*?)</select>', page, re.DOTALL)
    assert found
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
    ungrouped = found[2].partition("<optgroup")[0]
    groups = {"": re.findall(r'<option value="(\w*)"', ungrouped)}
    for group, options in re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', found[2], re.DOTALL):
        groups[group] = re.findall(r'<option value="(\w*)"', options)
    return attributes, groups


@pytest.mark.parametrize("who", ["amy", "agent"])
def test_each_severity_stands_under_its_subscription(
    world: World, two: tuple[Subscription, Subscription], who: str
) -> None:
    address = reverse("ticket_new") + (f"?for={world.tenants['a'].pk}" if who == "agent" else "")
    page = world.client(who).get(address).content.decode()
    assert "/follow." in page
    attributes, groups = offered(page, "severity")
    assert list(groups) == ["", "procirrus", "spirion"]
    assert groups[""] == [""]
    assert groups["procirrus"] != groups["spirion"]
    assert attributes["data-follows"] == "id_subscription"
    assert json.loads(attributes["data-groups"].replace("&quot;", '"')) == [str(one.pk) for one in two]


def test_the_severities_of_a_single_subscription_are_in_no_group(world: World) -> None:
    with world.inside("admin"):
        subscribed(world)
    page = world.client("amy").get(reverse("ticket_new")).content.decode()
    assert "/follow." not in page
    attributes, groups = offered(page, "severity")
    assert list(groups) == [""]
    assert "critical" in groups[""]
    assert "data-follows" not in attributes


def test_the_severity_of_another_subscription_is_refused_and_the_chosen_ones_come_first(
    world: World, two: tuple[Subscription, Subscription]
) -> None:
    client = world.client("amy")
    _attributes, groups = offered(client.get(reverse("ticket_new")).content.decode(), "severity")
    (only_there, *_more) = [key for key in groups["procirrus"] if key not in groups["spirion"]]
    said = {"subscription": two[1].pk, "subject": "It is slow", "text": "Since noon.", "severity": only_there}
    refused = client.post(reverse("ticket_new"), said)
    assert refused.status_code == 422
    assert f"There is no severity {only_there}" in refused.content.decode()
    attributes, groups = offered(refused.content.decode(), "severity")
    assert list(groups) == ["", "spirion", "procirrus"]
    assert json.loads(attributes["data-groups"].replace("&quot;", '"')) == [str(two[1].pk), str(two[0].pk)]

    assert client.post(reverse("ticket_new"), {**said, "severity": "critical"}).status_code == 302
    with world.inside("amy"):
        assert Ticket.objects.get().subscription_id == two[1].pk


def test_each_service_stands_under_the_subscriptions_that_cover_it(
    world: World, two: tuple[Subscription, Subscription]
) -> None:
    with world.inside("admin"):
        first, second = (one.coverages.get().service for one in two)
        cover_service(two[1], first, actor=world.members["admin"], at=MONDAY)
    client = world.client("amy")
    attributes, groups = offered(client.get(reverse("ticket_new")).content.decode(), "service")
    assert attributes["data-follows"] == "id_subscription"
    assert groups == {"": [""], "procirrus": [str(first.pk)], "spirion": [str(first.pk), str(second.pk)]}

    said = {"subscription": two[0].pk, "subject": "It is slow", "text": "Since noon.", "service": second.pk}
    refused = client.post(reverse("ticket_new"), said)  # as without a script
    assert refused.status_code == 422
    assert "The subscription does not cover this service." in refused.content.decode()
    assert client.post(reverse("ticket_new"), {**said, "service": first.pk}).status_code == 302
    with world.inside("amy"):
        assert Ticket.objects.get().service_id == first.pk
