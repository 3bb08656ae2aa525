"""What a new text would do to open tickets, said before it is published; the sweep then does just that."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.actions.policies import publish_policy
from contracts.models import Subscription
from contracts.policy.documents import Document, read_document, shipped_policy
from slaportal.site.policies import what_if as page
from slaportal.site.policies.what_if import WhatIf, what_if
from tests.conftest import logged_in_as
from tests.site.test_policy_pages import body, form
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.ending import resolve
from tickets.models import Ticket, TicketClock
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep_marked

TEXT = shipped_policy("spirion").text
FASTER = TEXT.replace("response: {within: 4h", "response: {within: 2h")


def desk(world: World, severities: tuple[str, ...], at: datetime = MONDAY) -> list[Ticket]:
    with world.inside("admin"):
        subscription = Subscription.objects.filter(policy="spirion").first() or subscribed(world)
    with world.inside("agent"):
        return [opened(world, subscription, severity=severity, at=at) for severity in severities]


def asked(world: World, text: str = FASTER, now: datetime = MONDAY + HOUR) -> WhatIf:
    with world.inside("admin"):
        return what_if(read_document(text), policy="spirion", provider_id=world.providers["p1"].pk, now=now)


def test_deadlines_before_and_after_are_those_of_the_sweep(world: World) -> None:
    first, second, solved = desk(world, ("critical", "minor", "major"))
    with world.inside("agent"):
        reply(second, "Here", actor=world.members["agent"], at=MONDAY + HOUR / 2)
        resolve(solved, "fix", actor=world.members["agent"], at=MONDAY + HOUR / 2)
    found = asked(world)
    assert (found.open, found.looked_at, found.changed, found.late, found.kept, found.more) == (2, 2, 1, 0, 0, False)
    (one,) = found.first
    (change,) = one.changes
    assert (one.ticket.pk, change.name) == (first.pk, "Response")
    assert change.before is not None
    assert change.after is not None
    assert datetime.fromisoformat(change.before.iso) == MONDAY + 4 * HOUR
    assert datetime.fromisoformat(change.after.iso) == MONDAY + 2 * HOUR
    retimed(world, read_document(FASTER))
    with world.inside("agent"):
        assert TicketClock.objects.get(ticket=first, clock="response").due_at == MONDAY + 2 * HOUR
    assert asked(world).changed == 0, "it is timed so already"


def retimed(world: World, document: Document) -> None:
    with world.inside("admin"):
        publish_policy(
            document,
            provider=world.providers["p1"],
            policy="spirion",
            effective_from=MONDAY + HOUR,
            actor=world.members["admin"],
            at=MONDAY,
            retime=True,
        )
    with logged_in_as("portal_jobs"):
        sweep_changes(at=MONDAY + HOUR)
        sweep_marked(at=MONDAY + HOUR)


def test_late_at_once_is_counted(world: World) -> None:
    desk(world, ("critical", "major", "minor"))
    found = asked(world, now=MONDAY + 3 * HOUR)
    assert (found.changed, found.late) == (3, 3)
    assert all(change.breaches for one in found.first for change in one.changes)


def test_an_answer_that_was_in_time_and_would_be_late_is_a_change(world: World) -> None:
    (ticket,) = desk(world, ("minor",))
    with world.inside("agent"):
        reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + 3 * HOUR)
    found = asked(world, now=MONDAY + 5 * HOUR)
    (change,) = found.first[0].changes
    assert (change.before_words, change.after_words, found.late) == ("met", "missed", 1)


def test_what_the_text_has_no_severity_for_keeps_what_it_has(world: World) -> None:
    desk(world, ("critical", "minor"))
    found = asked(world, FASTER.replace("    critical:\n", "    urgent:\n"))
    assert (found.open, found.looked_at, found.kept) == (2, 1, 1)


def test_the_same_promises_change_nothing(world: World) -> None:
    desk(world, ("critical",))
    found = asked(world, f"# mended\n{TEXT}")
    assert (found.looked_at, found.changed, found.first) == (1, 0, ())


def test_it_looks_at_so_many_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST", 3)
    monkeypatch.setattr(page, "SHOWN", 2)
    made = desk(world, ("critical",) * 4)
    found = asked(world)
    assert (found.open, found.looked_at, found.changed, found.more, found.kept) == (4, 3, 3, True, 0)
    assert [one.ticket.pk for one in found.first] == [ticket.pk for ticket in made[:2]]
    desk(world, ("critical",))
    with world.inside("admin"):
        document = read_document(FASTER)
        counts = []
        for most in (1, 5):
            monkeypatch.setattr(page, "MOST", most)
            with CaptureQueriesContext(connection) as queries:
                what_if(document, policy="spirion", provider_id=world.providers["p1"].pk, now=MONDAY)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_other_providers_and_policies_are_not_counted(world: World) -> None:
    desk(world, ("critical",))
    with world.inside("admin"):
        found = what_if(read_document(FASTER), policy="other", provider_id=world.providers["p1"].pk, now=MONDAY)
    assert (found.open, found.looked_at) == (0, 0)


def test_the_check_says_it_and_publishes_nothing(world: World) -> None:
    now = timezone.now()
    (ticket,) = desk(world, ("critical",), at=now)
    client = world.client("admin")
    path = "/policies/spirion/new/"
    later = f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}"
    said = body(client.post(path, form(FASTER, effective_from=later)))
    assert "1 ticket would change of 1 that is open." in said
    assert "which you did not choose" in said
    assert f"#{ticket.number}" in said
    assert "Response" in said
    assert "You chose to time open tickets" in body(client.post(path, form(FASTER, effective_from=later, retime="on")))
    assert "would change" not in body(client.post(path, form("no policy", effective_from=later)))
    assert "What it would do" not in body(client.post("/policies/fresh/new/", form(FASTER)))
    with world.inside("agent"):
        ticket.refresh_from_db()
        assert (ticket.version.number, ticket.revision) == (1, 1)


def test_a_policy_without_open_tickets_says_so(world: World) -> None:
    with world.inside("admin"):
        subscribed(world)
    said = body(world.client("admin").post("/policies/spirion/new/", form(FASTER)))
    assert "No ticket of this policy is open." in said
