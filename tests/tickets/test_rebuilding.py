"""Whether what is stored is what the logs say: every figure that is wrong is named, and a rebuild puts it right."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from contracts.policy.documents import read_document, shipped_policy
from tests.conftest import logged_in_as
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.ending import resolve
from tickets.actions.triage import set_severity
from tickets.models import ClockWarning, Escalation, Ticket
from tickets.rebuilding import differences, mark_all
from tickets.sweeping import sweep_due, sweep_marked

pytestmark = pytest.mark.differs

ESCALATING = read_document(
    shipped_policy("spirion").text.replace(
        "support:\n  channels", "support:\n  escalate: [{clock: response, at: 50%, do: [notify_lead]}]\n  channels", 1
    )
)
# At 3.5 of the 4 hours to answer: one escalation, one warning.
NOW = MONDAY + 3.5 * HOUR


@pytest.fixture
def ticket(world: World) -> Ticket:
    """A critical one, worked out and announced at `NOW`."""
    with world.inside("admin"):
        subscription = subscribed(world, document=ESCALATING)
    with world.inside("agent"):
        made = opened(world, subscription, severity="critical")
    swept()
    return made


def swept(at: Any = NOW) -> None:
    with logged_in_as("portal_jobs"):
        while sweep_marked(at=at) + sweep_due(at=at):
            pass


def found(world: World, at: Any = NOW) -> list[str]:
    with world.inside("agent"):
        return list(differences(now=at))


def rebuilt(world: World, at: Any = NOW) -> None:
    with world.inside("agent"):
        mark_all(at)
    swept(at)


@pytest.mark.parametrize(
    ("figure", "wrong"),
    [
        ("status", "solved"),
        ("severity", "minor"),
        ("resolution", "fix"),
        ("solved_at", MONDAY),
        ("closed_at", MONDAY),
    ],
)
def test_what_stands_of_the_ticket_is_named_and_put_right(
    world: World, ticket: Ticket, figure: str, wrong: object
) -> None:
    assert found(world) == []
    with world.inside("agent"):
        Ticket.objects.update(**{figure: wrong})
    (said,) = found(world)
    assert f"{figure} is stored as {wrong}, the log says" in said
    rebuilt(world)
    assert found(world) == []


def test_of_a_solved_ticket_too(world: World, ticket: Ticket) -> None:
    with world.inside("agent"):
        resolve(ticket, "workaround", actor=world.members["agent"], at=NOW)
    swept()
    assert found(world) == []
    with world.inside("agent"):
        Ticket.objects.update(status="open", resolution="", solved_at=None, severity="")
    assert len(found(world)) == 4
    rebuilt(world)
    with world.inside("agent"):
        ticket.refresh_from_db()
        assert (ticket.status, ticket.resolution, ticket.solved_at) == ("solved", "workaround", NOW)


@pytest.mark.parametrize(("figure", "wrong"), [("last_event_at", NOW - 2 * HOUR), ("revision", 9)])
def test_what_additions_go_by_is_named(world: World, ticket: Ticket, figure: str, wrong: object) -> None:
    with world.inside("agent"):
        Ticket.objects.update(**{figure: wrong})
    assert any(f"{figure} is stored as {wrong}, the log says" in said for said in found(world))


@pytest.mark.parametrize(("table", "moment"), [("clockwarning", "75%"), ("escalation", "50%")])
def test_warnings_and_escalations_that_are_missing_or_have_no_ground(
    world: World, ticket: Ticket, table: str, moment: str
) -> None:
    with world.inside("agent"):
        assert (ClockWarning.objects.count(), Escalation.objects.count()) == (1, 1)
    with logged_in_as("postgres"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tickets_{table} SET cycle = 7")
    missing, surplus = found(world)
    assert f"of response at {moment}" in missing
    assert missing.endswith("is not stored")
    assert f"of response at {moment}" in surplus
    assert surplus.endswith("is stored, the log has none")


def test_what_came_after_a_warning_takes_its_ground_away_from_none(world: World, ticket: Ticket) -> None:
    """An answer that was begun before the warning and recorded after it, another severity."""
    agent = world.members["agent"]
    with world.inside("agent"):
        reply(ticket, "Here.", actor=agent, at=NOW - timedelta(minutes=40))
        set_severity(ticket, "minor", reason="Less.", actor=agent, at=NOW)
    swept()
    assert found(world) == []


def test_a_warning_may_be_of_a_moment_before_the_severity_that_brought_it(world: World) -> None:
    """Under the new severity three quarters were used up before it was set; and then it is taken back."""
    agent = world.members["agent"]
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="major")
        set_severity(ticket, "critical", reason="All are down.", actor=agent, at=NOW)
    swept()
    with world.inside("agent"):
        warned = ClockWarning.objects.get(severity="critical")
        assert warned.reached_at < NOW
        set_severity(ticket, "major", reason="Only some.", actor=agent, at=NOW + timedelta(minutes=1))
    swept(NOW + timedelta(minutes=1))
    assert found(world, NOW + timedelta(minutes=1)) == []
