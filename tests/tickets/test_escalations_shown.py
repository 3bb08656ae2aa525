"""Escalations as they are read: in the ticket's log and in the desk's card of it, in the queue and in its file."""

import csv
import io
import re
from datetime import datetime

from contracts.policy.documents import read_document, shipped_policy
from slaportal.tenancy.models import Membership
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.tickets.test_escalating import agreed, mailed, swept
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.triage import assign
from tickets.models import Escalation


def test_the_customer_reads_it_and_no_name_of_the_desk(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_owner, reassign]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    swept(MONDAY + 2 * HOUR)
    page = world.client("amy").get("/tickets/1/").content.decode()
    assert "Escalated (50 % of the time for the first response is used up." in page
    assert "The owner is told. The leads are asked for another owner." in page
    assert "CANARY-member-lead" not in page
    assert "Escalated" in world.client("agent").get("/tickets/1/").content.decode()


def card(world: World, who: str = "agent") -> str:
    """What the ticket's page says of its escalations, without its markup."""
    page = world.client(who).get("/tickets/1/").content.decode()
    section = page.split('id="escalations-title"')[1].split("</section>")[0] if "escalations-title" in page else ""
    return " ".join(re.sub(r"<[^>]*>", " ", section.partition(">")[2]).split())


def instants(world: World) -> list[datetime]:
    """When each came and when it was told, as the card says it."""
    page = world.client("agent").get("/tickets/1/").content.decode()
    section = page.split('id="escalations-title"')[1].split("</section>")[0]
    return [datetime.fromisoformat(at) for at in re.findall(r'datetime="([^"]+)"', section)]


def test_the_desk_sees_who_was_told_when_and_at_which_step_and_the_customer_does_not(world: World) -> None:
    subscription = agreed(
        world,
        "{clock: response, at: 25%, do: [notify_lead]}",
        "{clock: response, at: -2h, do: [notify_lead, notify_customer]}",
        "{clock: response, at: +30m, do: [notify_owner, raise_severity]}",
    )
    with world.inside("agent"):
        assign(
            opened(world, subscription, severity="critical"),
            world.members["agent"],
            actor=world.members["agent"],
            at=MONDAY,
        )
    assert card(world) == ""
    swept(MONDAY + 2 * HOUR)  # two steps have come: the lead is told of the later one
    swept(MONDAY + 4 * HOUR + 30 * MINUTE)
    with world.inside("agent"):
        told = [(one.moment, sorted(one.told)) for one in Escalation.objects.order_by("pk")]
        names = {who: world.members[who].name for who in ("agent", "lead", "amy")}
    assert told == [
        ("25%", []),
        ("-2h", sorted([names["lead"], names["amy"]])),
        ("+30m", sorted([names["agent"], names["lead"]])),
    ]
    said = card(world)
    first, second, third = (said.index(step) for step in ("25 % used up", "2 h left", "30 min late"))
    assert first < second < third
    assert "nobody was told of it by itself: a later step had come too" in said[first:second]
    assert names["lead"] in said[second:third]
    assert names["amy"] in said[second:third]
    assert names["agent"] in said[third:]
    assert "The agreement asks for a higher severity" in said[third:]
    came = [MONDAY + HOUR, MONDAY + 2 * HOUR, MONDAY + 2 * HOUR, *[MONDAY + 4 * HOUR + 30 * MINUTE] * 2]
    assert instants(world) == came  # of the first only when it came, of the others when they were told too
    assert card(world, "amy") == ""


def test_who_was_told_is_kept_when_they_leave_and_that_there_was_nobody(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 25%, do: [notify_customer]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    with world.inside("ann"):
        for who in ("amy", "ann"):
            Membership.objects.filter(pk=world.members[who].pk).update(removed_at=MONDAY)
    swept(MONDAY + HOUR)
    assert mailed(world) == []
    assert "there was nobody to tell" in card(world)


def queued(world: World) -> str:
    """The mark in the ticket's row of the queue; its title."""
    page = world.client("agent").get("/queue/").content.decode()
    row = page.split("data-row>")[1].split("</tr>")[0]
    found = re.search(r'title="([^"]*)"><svg[^>]*><use[^>]*></svg>Escalated</span>', row)
    return "" if found is None else found[1]


def test_the_queue_marks_it_until_the_clock_stops(world: World) -> None:
    subscription = agreed(
        world,
        "{clock: response, at: 25%, do: [notify_lead]}",
        "{clock: response, at: 50%, do: [notify_lead]}",
    )
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
    swept(MONDAY)
    assert queued(world) == ""
    swept(MONDAY + HOUR)
    assert queued(world).startswith("Response: 25 % used up, ")
    swept(MONDAY + 2 * HOUR)
    assert queued(world).startswith("Response: 50 % used up, ")
    table = world.client("agent").get("/queue.csv").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert datetime.fromisoformat(row["Escalated"]) == MONDAY + 2 * HOUR
    with world.inside("agent"):
        reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + 3 * HOUR)
    swept(MONDAY + 3 * HOUR)
    assert queued(world) == ""


def test_of_a_new_cycle_the_queue_says_nothing_of_the_last_one(world: World) -> None:
    """Proofpoint's customers of severity 2 hear every 12 hours, around the clock."""
    rule = "support:\n  escalate: [{clock: update, at: 50%, do: [notify_lead]}]\n"
    document = read_document(shipped_policy("proofpoint").text.replace("support:\n", rule, 1))
    agent = world.members["agent"]
    with world.inside("admin"):
        subscription = subscribed(world, "proofpoint", document)
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="high")
        reply(ticket, "Looking", actor=agent, at=MONDAY)
    middle = MONDAY + 6 * HOUR
    swept(middle)
    assert queued(world).startswith("Update: 50 % used up, ")
    with world.inside("agent"):
        reply(ticket, "Still looking", actor=agent, at=middle)
    swept(middle)
    assert queued(world) == ""
    swept(middle + 6 * HOUR)
    assert queued(world).startswith("Update: 50 % used up, ")
    assert len(mailed(world)) == 2
