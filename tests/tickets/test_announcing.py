"""What webhooks are told of tickets and clocks: everything to the provider, to a customer what they can read."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Subscription
from slaportal.outbox.models import Occurrence
from tests.conftest import logged_in_as
from tests.outbox.webhooks.endpoints import heard, kinds_heard, left, listen
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.actions.triage import assign, set_severity, set_status
from tickets.models import Breach
from tickets.sweeping import sweep_due, sweep_marked


@pytest.fixture
def subscription(world: World) -> Subscription:
    with world.inside("admin"):
        made = subscribed(world)
    listen(world, "admin", "ann", "bob", "cora")
    return made


def worked_out(at: object) -> None:
    with logged_in_as("portal_jobs"):
        sweep_marked(at=at)  # type: ignore[arg-type]
        sweep_due(at=at)  # type: ignore[arg-type]


def live(world: World, subscription: Subscription) -> None:
    """A ticket of amy's to which everything happens, a minute each."""
    agent, amy = world.members["agent"], world.members["amy"]
    with world.inside("amy"):
        ticket = opened(world, subscription, "amy")
    with world.inside("agent"):
        assign(ticket, agent, actor=agent, at=MONDAY + MINUTE)
        note(ticket, "NOTE-OF-THE-DESK", actor=agent, at=MONDAY + 2 * MINUTE)
        set_severity(ticket, "critical", reason="Nobody can work.", actor=agent, at=MONDAY + 3 * MINUTE)
        reply(ticket, "THE-REPLY", actor=agent, at=MONDAY + 4 * MINUTE, status="waiting_on_customer")
    with world.inside("amy"):
        reply(ticket, "Firefox.", actor=amy, at=MONDAY + 5 * MINUTE)
        ask_for_status(ticket, actor=amy, at=MONDAY + 6 * MINUTE)
    with world.inside("agent"):
        set_status(ticket, "waiting_on_third_party", actor=agent, at=MONDAY + 7 * MINUTE)
        resolve(ticket, "fix", actor=agent, at=MONDAY + 8 * MINUTE)
    with world.inside("amy"):
        reply(ticket, "It is back.", actor=amy, at=MONDAY + 9 * MINUTE)
    with world.inside("agent"):
        resolve(ticket, "workaround", actor=agent, at=MONDAY + 10 * MINUTE)
        reopen(ticket, actor=agent, at=MONDAY + 11 * MINUTE)
        resolve(ticket, "fix", actor=agent, at=MONDAY + 12 * MINUTE)
    with world.inside("amy"):
        close(ticket, actor=amy, at=MONDAY + 13 * MINUTE)


def test_everything_that_happens_to_a_ticket_is_told_to_those_who_may_read_it(
    world: World, subscription: Subscription
) -> None:
    live(world, subscription)
    changed = "ticket.status_changed"
    to_customer = [
        *("ticket.opened", "ticket.severity_changed", "ticket.replied", changed, "ticket.replied", changed),
        *("ticket.status_asked", changed, "ticket.resolved", changed, "ticket.replied", "ticket.reopened", changed),
        *("ticket.resolved", changed, "ticket.reopened", changed, "ticket.resolved", changed),
        *("ticket.closed", changed),
    ]
    assert kinds_heard(world, "ann") == to_customer
    assert kinds_heard(world, "admin") == [to_customer[0], "ticket.assigned", *to_customer[1:]]
    assert (kinds_heard(world, "bob"), kinds_heard(world, "cora")) == ([], [])
    told = json.dumps(heard(world, "ann"))
    assert "NOTE-OF-THE-DESK" not in told
    assert "assignee" not in told
    assert "THE-REPLY" not in told  # what was said is read where it stands


def test_what_an_event_says(world: World, subscription: Subscription) -> None:
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription)
        assign(ticket, agent, actor=world.members["lead"], at=MONDAY)
        resolve(ticket, "fix", actor=agent, at=MONDAY + HOUR)
    (_opened, assigned, resolved, changed) = heard(world, "admin")
    of_ticket = {
        "number": ticket.number,
        "subject": "Nothing loads",
        "status": "solved",
        "severity": "minor",
        "resolution": "fix",
        "opened_at": "2026-03-16T14:00:00Z",
        "solved_at": "2026-03-16T15:00:00Z",
        "closed_at": None,
        "customer": {"id": world.tenants["a"].pk, "name": "CANARY-tenant-a"},
        "subscription": {"id": subscription.pk, "name": "spirion"},
    }
    event = {"number": 3, "type": "resolved", "by": "CANARY-member-agent", "side": "staff"}
    url = f"http://localhost:8000/tickets/{ticket.number}/"
    assert assigned[1]["assignee"] == "CANARY-member-agent"
    assert resolved[1] == {"ticket": of_ticket, "event": event, "url": url}
    assert changed[1] == {"ticket": of_ticket, "event": event, "before": "open", "url": url}


def test_clocks_are_told_when_they_are_due_soon_and_late(world: World, subscription: Subscription) -> None:
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="minor")  # response within 4 h, nothing else has a figure
    for at in (MONDAY, MONDAY + 3 * HOUR, MONDAY + 4 * HOUR + MINUTE):
        worked_out(at)
    due_at = "2026-03-16T18:00:00Z"
    warned, breached = (data for kind, data in heard(world, "admin") if kind.startswith("clock."))
    assert warned["clock"] == {"name": "response", "severity": "minor", "percent": 75, "due_at": due_at}
    assert breached["clock"] == {"name": "response", "severity": "minor", "number": 1, "due_at": due_at}
    assert warned["ticket"]["number"] == breached["ticket"]["number"] == ticket.number
    assert kinds_heard(world, "ann") == ["ticket.opened", "clock.breached"]


def test_an_excuse_is_told_with_its_cause(world: World) -> None:
    with world.inside("admin"):
        made = subscribed(world, "infopromo")
    with world.inside("agent"):
        opened(world, made, severity="critical")
    worked_out(MONDAY + HOUR)
    listen(world, "ann")
    with world.inside("lead"):
        breach = Breach.objects.get(clock="response")
        excuse(breach, cause="force_majeure", reason="Flood", actor=world.members["lead"], at=MONDAY + 2 * HOUR)
    ((kind, data),) = heard(world, "ann")
    assert kind == "clock.excused"
    assert (data["clock"]["name"], data["clock"]["cause"], data["clock"]["reason"]) == (
        "response",
        "force_majeure",
        "Flood",
    )


def test_what_became_by_itself_is_told_once(world: World, subscription: Subscription) -> None:
    with world.inside("agent"):
        opened(world, subscription, severity="minor")
    for _again in range(3):
        worked_out(MONDAY + 5 * HOUR)
    assert kinds_heard(world, "admin").count("clock.breached") == 1


def test_where_nobody_listens_an_act_costs_one_query_more_and_leaves_nothing(world: World) -> None:
    with world.inside("admin"):
        made = subscribed(world)
    with world.inside("agent"), CaptureQueriesContext(connection) as queries:
        opened(world, made)
        assert not Occurrence.objects.exists()
    asked = [query["sql"] for query in queries if "outbox_interest" in query["sql"]]
    assert len(asked) == 1
    assert left(world) == []
