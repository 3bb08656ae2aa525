"""Tickets and the queue as files: the rows of the pages, all of them, and to a customer what the page shows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.files import queries_of, rows_of
from tests.tickets.test_queue_page import HOUR, agreed, opened, page, swept
from tests.world import World
from tickets.actions.conversation import note, reply
from tickets.actions.triage import assign
from tickets.models import Ticket


def staffed(world: World) -> list[Ticket]:
    """Due, late, paused and untimed tickets of amy's, the newest last; one of them is the agent's."""
    subscription = agreed(world, "spirion", by_deadline=True)
    made = [
        opened(world, subscription, "Later", timedelta(), "critical"),
        opened(world, subscription, "=Sooner", HOUR, "critical"),
        opened(world, subscription, "Paused", 2 * HOUR, "critical"),
        opened(world, subscription, "Late", timedelta(days=9), "critical"),
    ]
    agent = world.members["agent"]
    with world.inside("agent"):
        reply(made[2], "Which?", actor=agent, at=timezone.now(), status="waiting_on_customer")
        assign(made[0], agent, actor=agent, at=timezone.now())
        note(made[0], "Nobody is to read this.", actor=agent, at=timezone.now())
    swept()
    return made


def test_the_queue_in_the_order_of_work_with_its_filter(world: World) -> None:
    staffed(world)
    client = world.client("agent")
    rows = rows_of(client, "/queue.csv")
    assert [row["Subject"] for row in rows] == ["'=Sooner", "Later", "Late", "Paused"]
    assert [row["Group"] for row in rows] == ["Due", "Due", "Breached, nothing due ahead", "Paused"]
    assert [row["State of the clock"] for row in rows] == ["Running", "Running", "Breached", "Paused"]
    with world.inside("agent"):
        sooner = Ticket.objects.get(subject="=Sooner")
    assert rows[0]["Due"] == sooner.next_due_at.isoformat()  # type: ignore[union-attr]
    assert (rows[1]["Owner"], rows[0]["Owner"]) == (world.members["agent"].name, "")
    assert (rows[3]["Due"], rows[3]["Left while paused (seconds)"].partition(".")[0].isdecimal()) == ("", True)
    assert [row["Subject"] for row in rows_of(client, "/queue.csv?view=mine")] == ["Later"]
    assert [row["Subject"] for row in rows_of(client, "/queue.csv?view=breached")] == ["Late"]
    assert rows_of(client, "/queue.csv?severity=minor") == []
    assert 'href="/queue.csv?view=mine"' in page(world, "/queue/?view=mine")
    assert rows_of(world.client("cora"), "/queue.csv") == []


def test_all_rows_are_in_the_file_and_not_one_page_of_them(world: World) -> None:
    subscription = agreed(world, "spirion", by_deadline=True)
    first = opened(world, subscription, "No 0", HOUR, "critical")
    with world.inside("agent"):
        for number in range(1, 60):
            first.pk, first.number, first.subject, first._state.adding = None, 1 + number, f"No {number}", True
            first.save(force_insert=True)
    client = world.client("agent")
    for path in (
        "/queue.csv",
        "/queue.csv?after=0.0.0.1",
        "/tickets.csv",
        "/tickets.csv?page=2",
        "/tickets.csv?open=1",
    ):
        assert len(rows_of(client, path)) == 60, path


def test_a_customer_has_what_the_page_shows(world: World) -> None:
    staffed(world)
    client = world.client("amy")
    rows = rows_of(client, "/tickets.csv")
    assert [row["Subject"] for row in rows] == ["Late", "Paused", "'=Sooner", "Later"]
    assert "Customer" not in rows[0]
    assert [row["Status"] for row in rows] == ["Open", "Waiting on you", "Open", "Open"]
    told = client.get("/tickets.csv").getvalue().decode()
    assert "Nobody is to read this." not in told
    assert world.members["agent"].name not in told  # the page has no owner
    for who in ("bob", "carl"):
        assert rows_of(world.client(who), "/tickets.csv") == []
    assert client.get("/queue.csv").status_code == 403
    assert 'href="/tickets.csv?open=1"' in client.get("/tickets/?open=1&page=1").content.decode()


@pytest.mark.differs
def test_the_desk_has_the_customers_name_too(world: World) -> None:
    made = staffed(world)
    with world.inside("agent"):
        Ticket.objects.filter(pk=made[0].pk).update(solved_at=timezone.now(), status="solved")
    client = world.client("agent")
    rows = rows_of(client, "/tickets.csv")
    assert {row["Customer"] for row in rows} == {"CANARY-tenant-a"}
    assert rows[-1]["Solved"]
    assert [row["Number"] for row in rows_of(client, "/tickets.csv?open=1")] == ["4", "3", "2"]
    assert rows[0]["Next promise"]
    assert rows[0]["Opened"].endswith("+00:00")


@pytest.mark.parametrize("path", ["/queue.csv", "/tickets.csv"])
def test_as_many_queries_however_many_tickets(world: World, path: str) -> None:
    subscription = agreed(world, "spirion", by_deadline=True)
    client = world.client("agent")

    def more(count: int) -> None:
        for number in range(count):
            ticket = opened(world, subscription, f"No {number}", HOUR, "critical")
            with world.inside("agent"):
                assign(ticket, world.members["lead"], actor=world.members["agent"], at=timezone.now())
        swept()

    more(1)
    queries_of(client, path)
    few = queries_of(client, path)
    more(5)
    assert queries_of(client, path) == few
