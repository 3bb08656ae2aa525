"""What becomes true by itself: warnings, breaches, solving after silence, closing; each once, at its own instant."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction

from contracts.models import Subscription
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tests.conftest import logged_in_as
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.ending import resolve
from tickets.actions.triage import assign, set_severity
from tickets.models import Breach, ClockWarning, Standing, Ticket, TicketClock, TicketEvent
from tickets.rebuilding import differences
from tickets.sweeping import sweep, sweep_due, sweep_marked

DAY = timedelta(days=1)
US = timedelta(microseconds=1)


def swept(at: datetime) -> int:
    """Both sweeps as a worker does them."""
    with logged_in_as("portal_jobs"):
        return sweep_marked(at=at) + sweep_due(at=at)


def agreed(world: World, policy: str) -> Subscription:
    with world.inside("admin"):
        return subscribed(world, policy)


def test_warnings_and_breach_each_at_its_instant_and_once(world: World) -> None:
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        opened(world, subscription, severity="minor")  # response within 4 h, nothing else has a figure
    assert swept(MONDAY) == 1
    with world.inside("agent"):
        ticket = Ticket.objects.get()
        assert (ticket.next_due_at, ticket.act_at) == (MONDAY + 4 * HOUR, MONDAY + 3 * HOUR)
    steps = [
        (MONDAY + 3 * HOUR - US, 0, 0, 0),
        (MONDAY + 3 * HOUR, 1, 1, 0),
        (MONDAY + 3 * HOUR, 0, 1, 0),
        (MONDAY + 3.6 * HOUR, 1, 2, 0),
        (MONDAY + 4 * HOUR, 0, 2, 0),
        (MONDAY + 4 * HOUR + US, 1, 2, 1),
        (MONDAY + 9 * HOUR, 0, 2, 1),
    ]
    for at, looked, warnings, breaches in steps:
        assert swept(at) == looked, at
        with world.inside("agent"):
            assert (ClockWarning.objects.count(), Breach.objects.count()) == (warnings, breaches), at
    with world.inside("agent"):
        assert Breach.objects.get().breached_at == MONDAY + 4 * HOUR
        assert TicketClock.objects.get(clock="response").outcome == "breached"
        mails = Message.objects.filter(kind__in=("clock_warned", "clock_breached")).order_by("pk")
        lead = "lead@example.test"
        assert [(mail.kind, mail.recipient) for mail in mails] == [
            ("clock_warned", lead),
            ("clock_warned", lead),
            ("clock_breached", lead),
        ]
        assert "75 %" in mails[0].text
        assert not list(differences(now=MONDAY + 9 * HOUR))


def test_the_owner_is_told_and_of_two_shares_at_once_the_later(world: World) -> None:
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="minor")
        assign(ticket, world.members["agent"], actor=world.members["lead"], at=MONDAY)
    swept(MONDAY + 3.7 * HOUR)
    with world.inside("agent"):
        assert ClockWarning.objects.count() == 2
        mail = Message.objects.get(kind="clock_warned")
        assert mail.recipient == "agent@example.test"
        assert "90 %" in mail.text


def test_who_answered_in_time_is_not_warned(world: World) -> None:
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="minor")
        reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + HOUR)
    swept(MONDAY + 9 * HOUR)
    with world.inside("agent"):
        assert not ClockWarning.objects.exists()
        assert not Breach.objects.exists()


def test_each_late_cycle_is_a_breach_of_its_own(world: World) -> None:
    subscription = agreed(world, "proofpoint")  # high: an update every 12 hours
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="high")
        reply(ticket, "Looking", actor=agent, at=MONDAY + HOUR)
        reply(ticket, "Still looking", actor=agent, at=MONDAY + 14 * HOUR)
    swept(MONDAY + 15 * HOUR)
    swept(MONDAY + 27 * HOUR)
    with world.inside("agent"):
        late = Breach.objects.filter(clock="update").order_by("number").values_list("number", "breached_at")
        assert list(late) == [(1, MONDAY + 13 * HOUR), (2, MONDAY + 26 * HOUR)]
        assert TicketClock.objects.get(clock="update").breaches == 2


def test_another_severity_is_warned_of_anew(world: World) -> None:
    subscription = agreed(world, "spirion")
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Here", actor=agent, at=MONDAY + HOUR)
    swept(MONDAY + 19 * HOUR)
    with world.inside("agent"):
        assert [w.severity for w in ClockWarning.objects.all()] == ["critical"]
        set_severity(ticket, "major", reason="A workaround is known", actor=agent, at=MONDAY + 20 * HOUR)
    swept(MONDAY + 20 * HOUR)
    with world.inside("agent"):
        assert ClockWarning.objects.count() == 1
        assert Ticket.objects.get().next_due_at is not None


def test_silence_solves_and_time_closes_at_their_own_instants(world: World) -> None:
    subscription = agreed(world, "secpod")  # more than 7 days, 3 follow-ups; closed after more than 3 days
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription)
        reply(ticket, "Which version?", actor=agent, at=MONDAY + HOUR, status="waiting_on_customer")
    swept(MONDAY + HOUR)
    assert swept(MONDAY + HOUR + 7 * DAY) >= 0
    with world.inside("agent"):
        assert Ticket.objects.get().status == "waiting_on_customer"
    swept(MONDAY + 30 * DAY)  # the sweep was away: the instants are still those of the policy
    with world.inside("agent"):
        ticket = Ticket.objects.get()
        assert ticket.solved_at == MONDAY + HOUR + 7 * DAY + US
        assert ticket.closed_at == MONDAY + HOUR + 10 * DAY + 2 * US
        assert list(TicketEvent.objects.filter(side="portal").values_list("type", flat=True)) == ["resolved", "closed"]
        assert not list(differences(now=MONDAY + 31 * DAY))


def test_where_a_ticket_stands_in_the_queue(world: World) -> None:
    subscription = agreed(world, "spirion")
    agent = world.members["agent"]

    def stands(at: datetime) -> tuple[Standing, datetime | None, int]:
        swept(at)
        with world.inside("agent"):
            ticket = Ticket.objects.get()
            return Standing(ticket.standing), ticket.standing_at, ticket.severity_rank

    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
    assert stands(MONDAY) == (Standing.DUE, MONDAY + 4 * HOUR, 0)
    assert stands(MONDAY + 5 * HOUR) == (Standing.DUE, MONDAY + DAY, 0)  # the resolution is still ahead
    assert stands(MONDAY + 2 * DAY) == (Standing.BREACHED, MONDAY + 4 * HOUR, 0)
    with world.inside("agent"):
        reply(ticket, "At last", actor=agent, at=MONDAY + 2 * DAY)
        set_severity(ticket, "minor", reason="It was a toner", actor=agent, at=MONDAY + 2 * DAY)
    assert stands(MONDAY + 2 * DAY) == (Standing.UNTIMED, MONDAY, 2)


def test_a_ticket_whose_clocks_all_wait_is_paused(world: World) -> None:
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Which?", actor=world.members["agent"], at=MONDAY + HOUR, status="waiting_on_customer")
    swept(MONDAY + 2 * HOUR)
    with world.inside("agent"):
        ticket.refresh_from_db()
        assert (ticket.standing, ticket.standing_at, ticket.next_due_at) == (Standing.PAUSED, MONDAY + HOUR, None)


def test_three_follow_ups_that_are_apart_solve_a_day_after_the_third(world: World) -> None:
    subscription = agreed(world, "secpod")
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription)
        reply(ticket, "Which version?", actor=agent, at=MONDAY, status="waiting_on_customer")
        for hours in (24, 30, 48, 72):  # the one after 30 hours is too close to count
            reply(ticket, "And?", actor=agent, at=MONDAY + hours * HOUR)
    swept(MONDAY + 96 * HOUR)
    with world.inside("agent"):
        assert Ticket.objects.get().solved_at is None
    swept(MONDAY + 97 * HOUR)
    with world.inside("agent"):
        assert Ticket.objects.get().solved_at == MONDAY + 96 * HOUR + US


def test_a_reply_that_comes_before_any_sweep_meets_the_ticket_as_it_had_become(world: World) -> None:
    subscription = agreed(world, "secpod")
    with world.inside("agent"):
        ticket = opened(world, subscription)
        reply(ticket, "Which?", actor=world.members["agent"], at=MONDAY, status="waiting_on_customer")
    with world.inside("amy"):
        reply(ticket, "The new one", actor=world.members["amy"], at=MONDAY + 8 * DAY)
        ticket.refresh_from_db()
        assert ticket.status == "open"  # solved after seven days, and by the reply reopened
        kinds = list(TicketEvent.objects.order_by("ordinal").values_list("type", flat=True))
        assert kinds == ["opened", "agent_reply", "status", "resolved", "customer_reply"]


def test_reopening_is_in_time_at_exactly_three_days_and_not_after(world: World) -> None:
    subscription = agreed(world, "secpod")
    with world.inside("agent"):
        ticket = opened(world, subscription)
        resolve(ticket, "fix", actor=world.members["agent"], at=MONDAY)
    amy = world.members["amy"]
    with world.inside("amy"):
        with pytest.raises(Refusal) as refused, transaction.atomic():
            reply(ticket, "No", actor=amy, at=MONDAY + 3 * DAY + US)
        assert refused.value.code == "ticket_closed"
    with world.inside("amy"):
        reply(ticket, "No", actor=amy, at=MONDAY + 3 * DAY)
        ticket.refresh_from_db()
        assert ticket.status == "open"


def test_what_cannot_be_worked_out_stands_in_nobodys_way(world: World) -> None:
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        bad, good = (opened(world, subscription) for _ in range(2))
        TicketEvent.objects.create(
            provider=bad.provider, tenant_id=bad.tenant_id, ticket=bad, ordinal=2, at=MONDAY, type="reopened",
            author_name="nobody", side="portal",
        )  # fmt: skip
    swept(MONDAY + HOUR)
    with world.inside("agent"):
        assert TicketClock.objects.filter(ticket=good).exists()
        bad.refresh_from_db()
        assert (bad.mark, bad.act_at) == (None, MONDAY + HOUR + timedelta(minutes=5))
        with pytest.raises(Refusal):
            list(differences(now=MONDAY + HOUR))


def test_what_is_due_is_announced_between_the_batches_of_a_backlog(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A policy change marks everything; the breach that comes due meanwhile waits for a batch, not for all of it."""
    subscription = agreed(world, "spirion")
    with world.inside("agent"):
        opened(world, subscription, severity="minor")
    late = MONDAY + 4 * HOUR + US
    swept(MONDAY)
    with world.inside("agent"):
        for _ in range(5):
            opened(world, subscription, severity="minor", at=late)
    monkeypatch.setattr("tickets.sweeping.BATCH", 1)
    one_each = [partial(sweep_due, most=1), partial(sweep_marked, most=1)]
    with logged_in_as("portal_jobs"):
        assert sweep(*one_each, at=late, seconds=0) == 2
    with world.inside("agent"):
        assert Breach.objects.count() == 1
        assert Ticket.objects.exclude(mark=None).count() == 4
    with logged_in_as("portal_jobs"):
        assert sweep(*one_each, at=late, seconds=60) == 4
        assert sweep(*one_each, at=late, seconds=60) == 0
