"""What a clock in support hours has left is told in hours, in every list and on the ticket; days are of real time."""

import re
from datetime import datetime

import pytest
from django.urls import reverse

from tests.conftest import logged_in_as
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.tickets.test_escalating import agreed
from tests.tickets.test_escalating import swept as escalated
from tests.world import World
from tickets.actions.conversation import reply
from tickets.models import Ticket
from tickets.sweeping import sweep_marked


def text_of(world: World, who: str, address: str) -> str:
    answer = world.client(who).get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def paused(world: World, severity: str, at: datetime = MONDAY) -> Ticket:
    """Under Spirion's policy, answered at once and waiting for the customer: its solution has all of its time left."""
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        ticket = opened(world, subscription, severity=severity)
        reply(ticket, "Try again?", actor=world.members["agent"], at=at, status="waiting_on_customer")
    with logged_in_as("portal_jobs"):
        sweep_marked(at=at)
    return ticket


@pytest.mark.parametrize(("severity", "left", "never"), [("major", "48 h", "2 d"), ("critical", "1 d", "24 h")])
def test_what_a_paused_clock_has_left(world: World, severity: str, left: str, never: str) -> None:
    """48 hours in support hours (mon-fri, nine a day), or 24 around the clock."""
    number = paused(world, severity).number
    for who, address, said in (
        ("agent", reverse("queue"), f"{left} left"),
        ("amy", reverse("home"), f"{left} left once you reply."),
        ("agent", reverse("ticket", args=[number]), f"of {left} used"),
        ("amy", reverse("ticket", args=[number]), f"Promised: {left}."),
        ("agent", reverse("ticket_severity", args=[number]), f"paused with {left} left"),
    ):
        text = text_of(world, who, address)
        assert said in text, address
        assert f"{never} left" not in text, address
    html = world.client("amy").get(reverse("tickets")).content.decode()
    assert f"Resolution: {left} left when it goes on" in html


def test_hours_are_told_with_their_minutes(world: World) -> None:
    paused(world, "major", MONDAY + 61 * MINUTE)
    assert "46 h 59 min left" in text_of(world, "agent", reverse("queue"))


def test_an_escalation_before_due_is_one_of_the_clocks_own_time(world: World) -> None:
    """30 of 48 support hours are left on Wednesday at ten; what comes after due is told in real time."""
    rules = [f"{{clock: resolution, at: {at}, do: [notify_lead]}}" for at in ("-30h", "+30h")]
    subscription = agreed(world, *rules)
    with world.inside("agent"):
        opened(world, subscription, severity="major")
    escalated(MONDAY + 48 * HOUR)
    text = text_of(world, "agent", "/tickets/1/")
    assert "30 h of the time for the resolution are left." in text
    assert "30 h left" in text
    assert "Resolution: 30 h left" in world.client("agent").get(reverse("queue")).content.decode()
    escalated(MONDAY + 400 * HOUR)
    text = text_of(world, "agent", "/tickets/1/")
    assert "The resolution is late by 1 d 6 h." in text
    assert "1 d 6 h late" in text
