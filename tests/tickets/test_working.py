"""Work on a ticket: what each act does to log, status and clocks, and what it refuses."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tests.conftest import logged_in_as
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.world import World
from tickets.access import get_ticket_for
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.actions.triage import assign, set_severity, set_status
from tickets.models import Breach, Ticket, TicketClock, TicketEvent
from tickets.sweeping import sweep_due, sweep_marked

DAY = timedelta(days=1)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """A critical ticket of amy's under Spirion's policy."""
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        return opened(world, subscription, severity="critical")


def worked_out(at: object = None) -> None:
    with logged_in_as("portal_jobs"):
        sweep_marked(at=at or MONDAY + HOUR)  # type: ignore[arg-type]


def test_a_reply_with_a_status_is_one_act(world: World, ticket: Ticket) -> None:
    agent = world.members["agent"]
    with world.inside("agent"):
        reply(ticket, "Which browser?", actor=agent, at=MONDAY + HOUR, status="waiting_on_customer", seen=1)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.revision) == ("waiting_on_customer", 3)
        mail = Message.objects.get(kind="ticket_agent_reply")
        assert mail.recipient == "amy@example.test"
        assert "Which browser?" in mail.text
    with world.inside("amy"):
        reply(ticket, "Firefox.", actor=world.members["amy"], at=MONDAY + 2 * HOUR)
    with world.inside("agent"):
        ticket.refresh_from_db()
        assert ticket.status == "pending"
    worked_out(MONDAY + 3 * HOUR)
    with world.inside("agent"):
        clocks = {row.clock: row for row in TicketClock.objects.all()}
        assert (clocks["response"].state, clocks["response"].outcome) == ("stopped", "met")
        assert clocks["resolution"].due_at == MONDAY + 25 * HOUR  # 24 clock hours, one of them waiting
        ticket.refresh_from_db()
        assert ticket.mark is None
        assert ticket.next_due_at == clocks["resolution"].due_at


def test_notes_are_the_desks_own(world: World, ticket: Ticket) -> None:
    with world.inside("agent"):
        note(ticket, "He calls every week.", actor=world.members["agent"], at=MONDAY + HOUR)
        assert TicketEvent.objects.filter(type="internal_note").count() == 1
    with world.inside("amy"):
        assert not TicketEvent.objects.filter(type="internal_note").exists()
        with pytest.raises(Refusal) as refused:
            note(ticket, "Mine", actor=world.members["amy"], at=MONDAY + HOUR)
        assert refused.value.code == "role_not_allowed"


def test_a_customer_cannot_write_a_note_past_the_action(world: World, ticket: Ticket) -> None:
    with world.inside("amy"):
        event = TicketEvent.objects.get()
        event.pk, event.ordinal, event.public = None, 9, False
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            event.save(force_insert=True)


def test_who_saw_an_older_ticket_is_told_and_nothing_is_lost(world: World, ticket: Ticket) -> None:
    with world.inside("agent"):
        note(ticket, "Notes are in nobody's way.", actor=world.members["lead"], at=MONDAY + MINUTE)
        reply(ticket, "Looking.", actor=world.members["lead"], at=MONDAY + MINUTE, seen=1)
        acts: list[Callable[[], object]] = [
            lambda: reply(ticket, "Me too.", actor=world.members["agent"], at=MONDAY + HOUR, seen=2),
            lambda: resolve(ticket, "fix", actor=world.members["agent"], at=MONDAY + HOUR, seen=2),
            lambda: set_status(ticket, "pending", actor=world.members["agent"], at=MONDAY + HOUR, seen=2),
        ]
        for act in acts:
            with pytest.raises(Refusal, match="CANARY-member-lead: replied") as refused:
                act()
            assert (refused.value.code, refused.value.status) == ("changed_meanwhile", 409)
        reply(ticket, "Me too.", actor=world.members["agent"], at=MONDAY + HOUR, seen=3)


def test_a_second_submission_has_no_effect(world: World, ticket: Ticket) -> None:
    token, agent = uuid.uuid4(), world.members["agent"]
    with world.inside("agent"):
        first = reply(ticket, "Looking.", actor=agent, at=MONDAY + HOUR, token=token)
        assert reply(ticket, "Looking.", actor=agent, at=MONDAY + HOUR, token=token) == first
        ended = uuid.uuid4()
        solved = resolve(ticket, "fix", actor=agent, at=MONDAY + 2 * HOUR, token=ended)
        assert resolve(ticket, "fix", actor=agent, at=MONDAY + 2 * HOUR, token=ended) == solved
        assert Message.objects.filter(kind__startswith="ticket_").count() == 2
        ticket.refresh_from_db()
        assert ticket.revision == 3


def test_a_reply_with_a_status_gives_the_same_answer_to_its_repeat(world: World, ticket: Ticket) -> None:
    token, agent = uuid.uuid4(), world.members["agent"]
    with world.inside("agent"):
        first, again = (
            reply(ticket, "Which?", actor=agent, at=MONDAY + HOUR, status="waiting_on_customer", token=token)
            for _ in range(2)
        )
        assert first == again
        assert list(TicketEvent.objects.order_by("ordinal").values_list("type", flat=True)) == [
            "opened",
            "agent_reply",
            "status",
        ]


def test_a_submission_is_of_one_act_on_one_ticket(world: World, ticket: Ticket) -> None:
    """Another one with its token is refused: before, it was answered as if it had been done."""
    token = uuid.uuid4()
    how: dict[str, Any] = {"actor": world.members["agent"], "at": MONDAY + HOUR}
    with world.inside("agent"):
        other = opened(world, ticket.subscription)
        reply(ticket, "Looking.", token=token, **how)
        for act in (
            lambda: reply(other, "Looking.", token=token, **how),
            lambda: resolve(ticket, "fix", token=token, **how),
            lambda: note(ticket, "Hm.", token=token, **how),
            lambda: set_status(ticket, "waiting_on_customer", token=token, **how),
            lambda: set_severity(ticket, "minor", reason="Less.", token=token, **how),
            lambda: assign(ticket, None, token=token, **how),
            lambda: ask_for_status(ticket, token=token, **how),
            lambda: close(ticket, token=token, **how),
            lambda: reopen(ticket, token=token, **how),
            lambda: opened(world, ticket.subscription, token=token),
        ):
            with pytest.raises(Refusal) as refused:
                act()
            assert (refused.value.code, refused.value.status) == ("token_taken", 409)
        assert TicketEvent.objects.count() == 3


def test_a_token_of_the_desks_own_note_says_nothing_about_it(world: World, ticket: Ticket) -> None:
    token = uuid.uuid4()
    with world.inside("agent"):
        note(ticket, "Hm.", actor=world.members["agent"], at=MONDAY, token=token)
    with world.inside("amy"):
        with pytest.raises(Refusal) as refused:
            reply(ticket, "Well?", actor=world.members["amy"], at=MONDAY, token=token)
        assert refused.value.code == "token_taken"
        assert Ticket.objects.get().revision == 2


def test_severity_takes_a_reason_and_the_side_that_classifies(world: World, ticket: Ticket) -> None:
    with world.inside("amy"), pytest.raises(Refusal) as refused:
        set_severity(ticket, "major", reason="It is urgent", actor=world.members["amy"], at=MONDAY + HOUR)
    assert refused.value.code == "severity_not_yours"
    agent = world.members["agent"]
    with world.inside("agent"):
        for severity, reason, code in (
            ("major", " ", "reason_needed"),
            ("critical", "same", "severity_unchanged"),
            ("huge", "so", "event_does_not_fit"),
        ):
            with pytest.raises(Refusal) as refused:
                set_severity(ticket, severity, reason=reason, actor=agent, at=MONDAY + HOUR)
            assert refused.value.code == code
        set_severity(ticket, "major", reason="A workaround is known", actor=agent, at=MONDAY + HOUR)
        ticket.refresh_from_db()
        assert ticket.severity == "major"


def test_solved_reopened_closed(world: World, ticket: Ticket) -> None:
    agent, amy = world.members["agent"], world.members["amy"]
    with world.inside("agent"):
        with pytest.raises(Refusal) as refused:
            close(ticket, actor=agent, at=MONDAY + HOUR)
        assert refused.value.code == "event_does_not_fit"
        resolve(ticket, "workaround", actor=agent, at=MONDAY + HOUR, text="Use the other door.")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.resolution, ticket.solved_at) == ("solved", "workaround", MONDAY + HOUR)
    with world.inside("amy"):
        reopen(ticket, actor=amy, at=MONDAY + 2 * HOUR, text="It is locked.")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.resolution, ticket.solved_at) == ("open", "", None)
    with world.inside("agent"):
        resolve(ticket, "fix", actor=agent, at=MONDAY + 3 * HOUR)
        close(ticket, actor=agent, at=MONDAY + 4 * HOUR)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.solved_at, ticket.closed_at) == ("closed", MONDAY + 3 * HOUR, MONDAY + 4 * HOUR)
    with world.inside("amy"), pytest.raises(Refusal) as refused:
        reply(ticket, "Thanks", actor=amy, at=MONDAY + DAY)
    assert refused.value.code == "ticket_closed"


def test_what_is_unknown_or_too_long_is_refused_and_nothing_stays(world: World, ticket: Ticket) -> None:
    text = "x" * 100_001
    how: dict[str, Any] = {"actor": world.members["agent"], "at": MONDAY + HOUR}
    refusals: list[tuple[str, Callable[[], object]]] = [
        ("status_unknown", lambda: set_status(ticket, "foo", **how)),  # type: ignore[arg-type]
        ("status_unknown", lambda: reply(ticket, "Hm.", status="foo", **how)),  # type: ignore[arg-type]
        ("reason_too_long", lambda: set_status(ticket, "pending", reason="x" * 501, **how)),
        ("reason_too_long", lambda: set_severity(ticket, "minor", reason="x" * 501, **how)),
        ("text_too_long", lambda: resolve(ticket, "fix", text=text, **how)),
        ("text_too_long", lambda: ask_for_status(ticket, text=text, **how)),
        ("text_too_long", lambda: reopen(ticket, text=text, **how)),
    ]
    with world.inside("agent"):
        for code, act in refusals:
            with pytest.raises(Refusal) as refused:
                act()
            assert (refused.value.code, refused.value.status) == (code, 400)
        assert TicketEvent.objects.count() == 1
        set_status(ticket, "pending", reason="x" * 500, **how)
        assert resolve(ticket, "fix", text=text[1:], **how)


def test_asking_for_the_status_starts_its_clock(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world, "proofpoint")
    with world.inside("amy"):
        mine = opened(world, subscription, "amy")
        ask_for_status(mine, actor=world.members["amy"], at=MONDAY + 2 * HOUR)
    worked_out(MONDAY + 3 * HOUR)
    with world.inside("agent"):
        assert TicketClock.objects.get(clock="status_request").state == "running"


def test_assigning(world: World, ticket: Ticket) -> None:
    agent = world.members["agent"]
    with world.inside("agent"):
        assign(ticket, agent, actor=agent, at=MONDAY + HOUR)
        ticket.refresh_from_db()
        assert ticket.assignee == agent
        with pytest.raises(Refusal) as refused:
            assign(ticket, world.members["amy"], actor=agent, at=MONDAY + HOUR)
        assert refused.value.code == "assignee_unknown"
    with world.inside("amy"):
        assert not TicketEvent.objects.filter(type="assigned").exists()


def test_a_breach_is_excused_by_a_lead_for_a_cause_of_the_policy(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world, "infopromo")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    worked_out(MONDAY + HOUR)
    with world.inside("agent"):
        breach = Breach.objects.get(clock="response")
        assert breach.severity == "critical"
        with pytest.raises(Refusal) as refused:
            excuse(breach, cause="force_majeure", reason="Flood", actor=world.members["agent"], at=MONDAY + 2 * HOUR)
        assert refused.value.code == "role_not_allowed"
        lead = world.members["lead"]
        with pytest.raises(Refusal) as refused:
            excuse(breach, cause="laziness", reason="x", actor=lead, at=MONDAY + 2 * HOUR)
        assert refused.value.code == "cause_not_excused"
        with pytest.raises(Refusal) as refused:
            excuse(breach, cause="force_majeure", reason="x" * 501, actor=lead, at=MONDAY + 2 * HOUR)
        assert refused.value.code == "reason_too_long"
        excuse(breach, cause="force_majeure", reason="Flood in the data centre", actor=lead, at=MONDAY + 2 * HOUR)
        with pytest.raises(Refusal) as refused:
            excuse(breach, cause="force_majeure", reason="Again", actor=lead, at=MONDAY + 2 * HOUR)
        assert refused.value.code == "already_excused"
    worked_out(MONDAY + 3 * HOUR)
    with world.inside("amy"):
        breach = Breach.objects.get(clock="response")
        assert (breach.cause, breach.excuse) == ("force_majeure", "Flood in the data centre")


def test_nothing_is_recorded_before_what_was_announced(world: World, ticket: Ticket) -> None:
    """A web server whose clock goes behind: the breach that everybody was told of stays one."""
    worked_out(MONDAY + HOUR)
    with logged_in_as("portal_jobs"):
        assert sweep_due(at=MONDAY + 5 * HOUR) == 1
    with world.inside("agent"):
        assert Breach.objects.get(clock="response").breached_at == MONDAY + 4 * HOUR
        late = reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + 3 * HOUR)
        assert late.at == MONDAY + 5 * HOUR
    worked_out(MONDAY + 6 * HOUR)
    with world.inside("agent"):
        assert TicketClock.objects.get(clock="response").outcome == "breached"


def test_the_log_stays(world: World, ticket: Ticket) -> None:
    with world.inside("admin"), pytest.raises(DatabaseError), transaction.atomic():
        TicketEvent.objects.update(text="never said")
    with pytest.raises(Refusal), world.inside("bob"):
        get_ticket_for(world.members["bob"], ticket.number)
