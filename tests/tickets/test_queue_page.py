"""The queue: order, groups, views, pages of fifty, a constant number of queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.models import Subscription
from contracts.policy.documents import read_document, shipped_policy
from tests.conftest import logged_in_as
from tests.tickets.office import subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.opening import open_ticket
from tickets.actions.triage import assign
from tickets.models import Ticket
from tickets.sweeping import sweep_due, sweep_marked

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def agreed(world: World, policy: str = "infopromo", *, by_deadline: bool = False) -> Subscription:
    """By deadline, all hours are support hours: of a night, two tickets would be due at one instant of the morning."""
    document = None
    if by_deadline:
        text = shipped_policy(policy).text.replace("dispatch: priority", "dispatch: deadline")
        document = read_document(text.replace("calendar: support", "calendar: always"))
    with world.inside("admin"):
        return subscribed(world, policy, document)


def opened(world: World, subscription: Subscription, subject: str, ago: timedelta, severity: str) -> Ticket:
    with world.inside("agent"):
        now = timezone.now()
        return open_ticket(
            subscription,
            subject,
            "It does not work.",
            requester=world.members["amy"],
            actor=world.members["agent"],
            at=now,
            opened_at=now - ago,
            severity=severity,
        )


def swept() -> None:
    with logged_in_as("portal_jobs"):
        sweep_marked()
        sweep_due()


def page(world: World, address: str = "/queue/", who: str = "agent") -> str:
    answer = world.client(who).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def order(text: str, *subjects: str) -> list[str]:
    return sorted(subjects, key=text.index)


def test_the_next_deadline_goes_first_then_what_is_late_then_untimed_then_paused(world: World) -> None:
    subscription = agreed(world, "spirion", by_deadline=True)
    opened(world, subscription, "Later", timedelta(), "critical")
    opened(world, subscription, "Sooner", HOUR, "critical")
    untimed = opened(world, subscription, "Untimed", 2 * HOUR, "minor")
    paused = opened(world, subscription, "Paused", 2 * HOUR, "critical")
    late = opened(world, subscription, "Late", timedelta(days=9), "critical")
    with world.inside("agent"):
        now, agent = timezone.now(), world.members["agent"]
        reply(untimed, "As determined.", actor=agent, at=now)
        reply(paused, "Which version?", actor=agent, at=now, status="waiting_on_customer")
        reply(late, "Sorry.", actor=agent, at=now)
    swept()
    text = page(world)
    subjects = re.findall(r"data-row>([^<]+)<", text)
    assert subjects == ["Sooner", "Later", "Late", "Untimed", "Paused"]
    assert "Paused: waiting on customer" in text
    assert "Breached" in text


def test_views_stand_in_the_address_and_are_counted_after_the_page(world: World) -> None:
    subscription = agreed(world)
    mine = opened(world, subscription, "Mine alone", timedelta(), "critical")
    opened(world, subscription, "Nobody's", timedelta(), "general")
    with world.inside("agent"):
        assign(mine, world.members["agent"], actor=world.members["lead"], at=timezone.now())
    swept()
    text = page(world, "/queue/?view=mine")
    assert "Mine alone" in text
    assert "Nobody&#x27;s" not in text
    counts = page(world, "/queue/counts/?newest=0")
    assert "2 new tickets since you opened this page" in counts
    assert re.findall(r">([^<>]+) <span class=\"mute\">(\d)</span>", counts) == [
        ("All open", "2"),
        ("Mine", "1"),
        ("Unassigned", "1"),
        ("Due within the hour", "2"),
        ("Breached", "0"),
        ("Waiting", "0"),
    ]
    assert "No ticket matches." in page(world, "/queue/?view=waiting")


def test_a_policy_that_works_by_priority_puts_severity_first(world: World) -> None:
    subscription = agreed(world, "procirrus")
    opened(world, subscription, "A project", 3 * HOUR, "project")
    opened(world, subscription, "An outage", timedelta(), "critical")
    swept()
    text = page(world)
    assert order(text, "A project", "An outage") == ["An outage", "A project"]
    assert "severity, then next deadline" in text


def test_fifty_a_page_and_the_next_page_goes_on(world: World) -> None:
    subscription = agreed(world)
    for number in range(53):
        opened(world, subscription, f"Ticket No {number:02}.", number * MINUTE / 10, "critical")
    swept()
    first = page(world)
    assert first.count("data-row") == 50
    further = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = page(world, further)
    assert second.count("data-row") == 3
    seen = {
        subject for subject in (f"Ticket No {n:02}." for n in range(53)) if (subject in first) != (subject in second)
    }
    assert len(seen) == 53


@pytest.mark.parametrize("address", ["/queue/", "/queue/counts/", "/tickets/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, address: str) -> None:
    subscription = agreed(world)
    counts = []
    for many in (1, 2):
        for number in range(many):
            opened(world, subscription, f"No {number}", timedelta(), "critical")
        swept()
        client = world.client("agent")
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def test_the_address_of_a_row_is_the_route_of_a_ticket(world: World) -> None:
    subscription = agreed(world)
    made = opened(world, subscription, "Here", timedelta(), "critical")
    swept()
    assert f'href="{reverse("ticket", args=[made.number])}"' in page(world)


def test_nonsense_in_the_address_is_left_out(world: World) -> None:
    agreed(world)
    assert "Nothing is open." in page(world, "/queue/?view=x&severity=")
    assert "No ticket matches." in page(world, "/queue/?after=9999.9.99999999999999999.1")
