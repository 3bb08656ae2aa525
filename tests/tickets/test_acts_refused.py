"""Acts on a ticket that somebody else changed meanwhile, or sent twice: they are told, and nothing written is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import logged_in_as
from tests.tickets.office import opened, subscribed
from tests.tickets.test_ticket_page import at, carried, read, sent
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.models import Breach, Ticket, TicketEvent
from tickets.sweeping import sweep_marked

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Opened half a day ago, so that the answer is late, under a policy that names causes for an excuse."""
    with world.inside("admin"):
        subscription = subscribed(world, "infopromo")
    with world.inside("agent"):
        made = opened(world, subscription, at=timezone.now() - 12 * HOUR, severity="critical")
    with logged_in_as("portal_jobs"):
        sweep_marked()
    return made


def others(world: World, ticket: Ticket, *acts: Any) -> None:
    """What a colleague does meanwhile."""
    with world.inside("lead"):
        for act in acts:
            act(ticket, actor=world.members["lead"], at=timezone.now())


def solve(ticket: Ticket, /, **how: Any) -> TicketEvent:
    return resolve(ticket, "fix", **how)


def count(world: World, kind: str) -> int:
    with world.inside("agent"):
        return TicketEvent.objects.filter(type=kind).count()


def test_a_reply_to_a_ticket_that_was_closed_meanwhile_is_handed_back(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    fields = carried(read(client, at(ticket)), at(ticket, "ticket_reply"))
    others(world, ticket, solve, close)
    answer = client.post(at(ticket, "ticket_reply"), {**fields, "text": "Half <b>an hour</b> of writing"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not done." in page
    assert "closed it" in page
    assert "Half &lt;b&gt;an hour&lt;/b&gt; of writing</textarea>" in page
    assert count(world, "agent_reply") == 0


@pytest.mark.parametrize(
    ("route", "acts", "said"),
    [
        ("ticket_close", [solve, reopen], "reopened it"),
        ("ticket_reopen", [solve, reopen], "reopened it"),
        ("ticket_close", [solve, lambda one, **how: reply(one, "We look once more.", **how)], "replied"),
        ("ticket_ask", [solve], "the ticket is solved"),
    ],
    ids=["close-reopened", "reopen-reopened", "close-replied", "ask-solved"],
)
def test_an_act_that_does_not_fit_any_more_says_so(
    world: World, ticket: Ticket, route: str, acts: list[Any], said: str
) -> None:
    """The last of what the colleague does comes after the page was read."""
    client = world.client("agent")
    *before, meanwhile = acts
    others(world, ticket, *before)
    fields = carried(read(client, at(ticket)), at(ticket, route))
    others(world, ticket, meanwhile)
    answer = client.post(at(ticket, route), fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not done." in page
    assert said in page.split('role="alert"')[1].split("</div>")[0]
    assert count(world, "closed") == 0


def test_the_same_reply_once_more_from_a_page_of_its_own_is_the_same(world: World, ticket: Ticket) -> None:
    """As by Back and the button."""
    client = world.client("agent")
    for _ in range(2):
        fields = carried(read(client, at(ticket)), at(ticket, "ticket_reply"))
        assert sent(client, ticket, "ticket_reply", **fields, text="It is up again.") == 302
    assert count(world, "agent_reply") == 1
    assert "sent in the same words just before" in read(client, at(ticket))
    with world.inside("amy"):
        reply(ticket, "Is it?", actor=world.members["amy"], at=timezone.now())
    fields = carried(read(client, at(ticket)), at(ticket, "ticket_reply"))
    assert sent(client, ticket, "ticket_reply", **fields, text="It is up again.") == 302
    assert count(world, "agent_reply") == 2, "an answer in the same words"


def test_what_a_reply_does_to_an_open_ticket_is_said(world: World, ticket: Ticket) -> None:
    client = world.client("agent")
    assert ">pending, since it is answered<" in read(client, at(ticket))
    others(world, ticket, lambda one, **how: reply(one, "Looking.", **how))
    assert ">keep the status<" in read(client, at(ticket))


def test_an_excuse_without_a_reason_comes_back_open_with_what_was_chosen(world: World, ticket: Ticket) -> None:
    with world.inside("lead"):
        breach = Breach.objects.get()
    client, address = world.client("lead"), reverse("breach_excuse", args=[breach.pk])
    answer = client.post(address, {"cause": "third_party", "reason": "  "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<option value="third_party" selected' in page
    assert "This field is required." in page
    assert page.split('<details class="full" ')[1].startswith("open")
    assert client.post(address, {"cause": "third_party", "reason": "Their cable."}).status_code == 302
    assert '<span class="small mute">excused</span>' in read(client, at(ticket))


def test_an_excuse_that_came_second_is_handed_back(world: World, ticket: Ticket) -> None:
    with world.inside("lead"):
        breach = Breach.objects.get()
        excuse(breach, cause="third_party", reason="Cable.", actor=world.members["lead"], at=timezone.now())
    address = reverse("breach_excuse", args=[breach.pk])
    answer = world.client("admin").post(address, {"cause": "third_party", "reason": "Their cable broke."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This breach is excused already." in page
    assert "Their cable broke.</textarea>" in page


def test_what_is_no_number_is_said(world: World, ticket: Ticket) -> None:
    page = read(world.client("agent"), reverse("tickets") + "?number=abc%3Cb%3E")
    assert "“abc&lt;b&gt;” is not a ticket" in page
    assert "#1" in page
    assert "is not a ticket" not in read(world.client("agent"), reverse("tickets"))
