"""Escalations of a policy: at their instant, once, to whom the acts name, in the log, and as the clocks are stored."""

from datetime import datetime, timedelta

import pytest

from contracts.actions.policies import publish_policy
from contracts.models import Subscription
from contracts.policy.documents import agreement_of, read_document, shipped_policy
from contracts.sentences import sections_of
from slaportal.intervals import Instant
from slaportal.outbox.models import Message
from slaportal.people.actions.members import remove_member
from tests.conftest import logged_in_as
from tests.tickets.desk import after, desk, event
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.world import World
from tickets.actions.conversation import reply
from tickets.actions.triage import assign, set_severity
from tickets.approaching import escalations_of
from tickets.clocks import clocks_of
from tickets.history import Event
from tickets.models import Breach, Escalation, Ticket, TicketEvent
from tickets.rebuilding import differences
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep_due, sweep_marked

US = timedelta(microseconds=1)
DAY = timedelta(days=1)


def escalating(*rules: str) -> str:
    """Spirion's policy with these rules: critical is answered within 4 hours of support, solved within 24."""
    stated = "".join(f"\n    - {rule}" for rule in rules)
    return shipped_policy("spirion").text.replace(
        "support:\n  channels", f"support:\n  escalate:{stated}\n  channels", 1
    )


def agreed(world: World, *rules: str) -> Subscription:
    with world.inside("admin"):
        return subscribed(world, document=read_document(escalating(*rules)))


def swept(at: datetime) -> int:
    with logged_in_as("portal_jobs"):
        return sweep_marked(at=at) + sweep_due(at=at)


def mailed(world: World, who: str = "agent") -> list[tuple[str, str]]:
    """Whom, and the first sentence."""
    with world.inside(who):
        found = Message.objects.filter(kind="ticket_escalated").order_by("pk")
        return [(mail.recipient.partition("@")[0], mail.text.split(" It ")[0]) for mail in found]


def noted(world: World) -> list[TicketEvent]:
    with world.inside("agent"):
        return list(TicketEvent.objects.filter(type="escalated").order_by("ordinal"))


def moments(events: list[Event], now: Instant, *rules: dict[str, object]) -> dict[str, Instant]:
    """Each moment of a ticket's clocks, by clock and moment, with its instant."""
    agreement = desk(escalate=list(rules))
    found = clocks_of(agreement, events, now)
    return {
        f"{clock.name} {rule.name}": reached
        for clock in found.values()
        for rule, reached in escalations_of(agreement, clock)
    }


def rule(at: str, clock: str = "response", **more: object) -> dict[str, object]:
    return {"clock": clock, "at": at, "do": ["notify_lead"], **more}


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("75%", 3),
        ("75 %", 3),
        ("100%", 4),
        ("150%", 6),
        ("-30m", 3.5),
        ("-9h", 0),
        ("+30m", 4.5),
        ("+0m", 4),
        ("+1d", 28),
    ],
)
def test_each_kind_of_moment(at: str, hours: float) -> None:
    """The response of `low` is due after four office hours, on Monday at 13:00."""
    events = [event(0, "opened", severity="low")]
    assert moments(events, after(0), rule(at)) == {f"response {at.replace(' ', '')}": after(hours)}


def test_before_due_is_the_clocks_own_time_and_after_due_real_time() -> None:
    """Opened at 15:00, the four office hours end on Tuesday at 11:00."""
    events = [event(6, "opened", severity="low")]
    found = moments(events, after(6), rule("-3h"), rule("+10h"))
    assert found == {"response -3h": after(7), "response +10h": after(26 + 10)}


def test_a_share_of_business_days_is_one_of_real_time() -> None:
    events = [event(0, "opened", severity="high"), event(0, "status_request")]
    found = moments(events, after(0), rule("50%", "status_request"), rule("-2h", "status_request"))
    assert found == {"status_request 50%": after(12), "status_request -2h": after(22)}


def test_what_is_paused_with_time_left_reaches_nothing_and_keeps_what_it_reached() -> None:
    events = [event(0, "opened", severity="high"), event(4, "status", "waiting_on_customer")]
    found = moments(events, after(30), *(rule(at, "resolution") for at in ("25%", "75%", "-2h", "+1h")))
    assert found == {"resolution 25%": after(2)}
    events.append(event(10, "status", "open"))
    found = moments(events, after(30), *(rule(at, "resolution") for at in ("75%", "+1h")))
    assert found == {"resolution 75%": after(12), "resolution +1h": after(15)}


def test_only_at_its_severities_and_while_it_has_not_stopped() -> None:
    events = [event(0, "opened", severity="low")]
    assert moments(events, after(0), rule("75%", severities=["high"])) == {}
    assert moments(events, after(0), rule("75%", severities=["high", "low"])) == {"response 75%": after(3)}
    assert moments([*events, event(9, "agent_reply")], after(30), rule("75%")) == {}


def test_rules_for_one_moment_are_one() -> None:
    both = rule("75%"), {**rule("75 %"), "do": ["notify_owner", "notify_lead"]}
    agreement = desk(escalate=list(both))
    clock = clocks_of(agreement, [event(0, "opened", severity="low")], after(0))["response"]
    ((found, _at),) = escalations_of(agreement, clock)
    assert (found.name, found.acts) == ("75%", ("notify_lead", "notify_owner"))


def test_at_its_instant_once_and_the_stored_clocks_hold(world: World) -> None:
    subscription = agreed(
        world,
        "{clock: resolution, at: 50%, severities: [critical], do: [notify_lead]}",
        "{clock: resolution, at: +1h, do: [notify_customer]}",
    )
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Looking", actor=world.members["agent"], at=MONDAY)
    swept(MONDAY)
    due = MONDAY + 24 * HOUR
    steps = [
        (MONDAY + 12 * HOUR - US, 0),
        (MONDAY + 12 * HOUR, 1),
        (MONDAY + 12 * HOUR, 1),
        (due + HOUR - US, 1),
        (due + HOUR, 2),
        (due + 9 * HOUR, 2),
    ]
    for at, count in steps:
        swept(at)
        with world.inside("agent"):
            assert Escalation.objects.count() == count, at
            assert not list(differences(now=at)), at
    assert mailed(world) == [
        ("lead", "50 % of the time for the resolution is used up."),
        ("amy", "The resolution is late by 1 h."),
    ]
    first, second = noted(world)
    assert (first.at, second.at) == (MONDAY + 12 * HOUR, due + HOUR)
    assert (first.author_name, first.side, first.public) == ("SLA Portal", "portal", True)
    assert first.reason == (
        "50 % of the time for the resolution is used up. It is due at 2026-03-17 14:00:00 UTC. The leads are told."
    )
    with world.inside("agent"):
        customers = Message.objects.get(kind="ticket_escalated", recipient="amy@example.test")
        assert customers.tenant_id == world.tenants["a"].pk
        ticket.refresh_from_db()
        assert (ticket.revision, ticket.mark) == (4, None)


@pytest.mark.parametrize(
    ("acts", "owned", "told"),
    [
        ("notify_owner", True, ["agent"]),
        ("notify_owner", False, ["lead"]),
        ("notify_lead", True, ["lead"]),
        ("notify_customer", True, ["amy"]),
        ("notify_owner, notify_lead, notify_customer", True, ["agent", "amy", "lead"]),
        ("reassign", True, ["lead"]),
        ("raise_severity", True, ["lead"]),
        ("webhook", True, ["lead"]),
        ("notify_customer, webhook", True, ["amy", "lead"]),
    ],
)
def test_whom_each_act_names(world: World, acts: str, told: list[str], *, owned: bool) -> None:
    subscription = agreed(world, f"{{clock: response, at: 50%, do: [{acts}]}}")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        if owned:
            assign(ticket, world.members["agent"], actor=world.members["agent"], at=MONDAY)
    swept(MONDAY + 2 * HOUR)
    assert sorted(who for who, _said in mailed(world)) == told


def test_the_desk_is_asked_for_what_only_people_can_do_and_the_customer_is_not(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_customer, raise_severity, reassign, webhook]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    swept(MONDAY + 2 * HOUR)
    with world.inside("agent"):
        mails = {mail.recipient: mail.text for mail in Message.objects.filter(kind="ticket_escalated")}
        lead, amy = mails["lead@example.test"], mails["amy@example.test"]
        for asked in ("another owner", "a higher severity", "another system"):
            assert asked in lead
            assert asked not in amy
        assert Ticket.objects.get().severity == "critical"


def test_where_who_asked_has_left_the_managers_are_told(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_customer]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    with world.inside("ann"):
        remove_member(world.members["amy"], actor=world.members["ann"], at=MONDAY)
    swept(MONDAY + 2 * HOUR)
    assert [who for who, _said in mailed(world)] == ["ann"]


def test_of_several_at_once_everybody_gets_the_last_that_names_them(world: World) -> None:
    subscription = agreed(
        world,
        "{clock: response, at: 25%, do: [notify_lead, notify_customer]}",
        "{clock: response, at: 50%, do: [notify_lead]}",
    )
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    swept(MONDAY + 3 * HOUR)
    assert sorted(mailed(world)) == [
        ("amy", "25 % of the time for the first response is used up."),
        ("lead", "50 % of the time for the first response is used up."),
    ]
    assert [one.at for one in noted(world)] == [MONDAY + HOUR, MONDAY + 2 * HOUR]


def test_an_answer_in_time_leaves_nothing_to_escalate(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_lead]}")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + HOUR)
    swept(MONDAY + 9 * DAY)
    assert mailed(world) == []
    assert noted(world) == []


def test_what_is_recorded_when_it_is_late_already_is_escalated(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: +30m, do: [notify_lead]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical", at=MONDAY + 9 * HOUR, opened_at=MONDAY)
    swept(MONDAY + 9 * HOUR)
    assert [who for who, _said in mailed(world)] == ["lead"]
    with world.inside("agent"):
        assert Breach.objects.count() == 1
        assert Escalation.objects.get().reached_at == MONDAY + 4 * HOUR + 30 * MINUTE
        assert not list(differences(now=MONDAY + 9 * HOUR))


def test_who_was_answering_just_then_is_not_turned_away(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_lead]}")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        seen = ticket.revision
    swept(MONDAY + 2 * HOUR)
    with world.inside("agent"):
        reply(ticket, "Here", actor=world.members["agent"], at=MONDAY + 2 * HOUR, seen=seen)
        kinds = TicketEvent.objects.order_by("ordinal").values_list("type", flat=True)
        assert list(kinds) == ["opened", "escalated", "agent_reply"]


def test_another_severity_is_escalated_anew_and_the_same_one_is_not(world: World) -> None:
    subscription = agreed(world, "{clock: resolution, at: 50%, do: [notify_lead]}")
    agent = world.members["agent"]
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Looking", actor=agent, at=MONDAY)
    swept(MONDAY + 13 * HOUR)
    with world.inside("agent"):
        for severity in ("major", "critical"):
            set_severity(ticket, severity, reason="It turned out so.", actor=agent, at=MONDAY + 14 * HOUR)
    swept(MONDAY + 14 * HOUR)
    assert len(mailed(world)) == 1
    with world.inside("agent"):
        set_severity(ticket, "major", reason="A workaround.", actor=agent, at=MONDAY + 15 * HOUR)
    swept(MONDAY + 10 * DAY)
    assert len(mailed(world)) == 2
    with world.inside("agent"):
        assert [one.severity for one in Escalation.objects.order_by("pk")] == ["critical", "major"]


def test_a_new_version_escalates_open_tickets_only_where_it_is_asked_to_hold(world: World) -> None:
    subscription = agreed(world, "{clock: resolution, at: 90%, do: [notify_lead]}")
    with world.inside("agent"):
        ticket = opened(world, subscription, severity="critical")
        reply(ticket, "Looking", actor=world.members["agent"], at=MONDAY)
    swept(MONDAY + HOUR)
    with world.inside("admin"):
        publish_policy(
            read_document(escalating("{clock: resolution, at: 50%, do: [notify_customer]}")),
            provider=world.providers["p1"],
            policy="spirion",
            effective_from=MONDAY + 13 * HOUR,
            actor=world.members["admin"],
            at=MONDAY + HOUR,
            retime=True,
        )
    swept(MONDAY + 12.5 * HOUR)
    assert mailed(world) == []
    with logged_in_as("portal_jobs"):
        sweep_changes(at=MONDAY + 13 * HOUR)
    swept(MONDAY + 13 * HOUR)
    assert [who for who, _said in mailed(world)] == ["amy"]
    with world.inside("agent"):
        assert not list(differences(now=MONDAY + 13 * HOUR))


def test_the_check_names_an_escalation_that_is_not_stored(world: World) -> None:
    subscription = agreed(world, "{clock: response, at: 50%, do: [notify_lead]}")
    with world.inside("agent"):
        opened(world, subscription, severity="critical")
    swept(MONDAY + HOUR)
    with world.inside("agent"):
        found = list(differences(now=MONDAY + 2 * HOUR))
    assert any("the escalation of response at 50%" in line and "is not stored" in line for line in found)


def test_the_agreement_says_it(world: World) -> None:
    text = escalating(
        "{clock: resolution, at: 75%, severities: [critical], do: [notify_lead, notify_customer]}",
        "{clock: response, at: -1h, do: [notify_owner, raise_severity]}",
        "{clock: response, at: +30m, do: [webhook]}",
    )
    sections = sections_of(agreement_of(read_document(text), None))
    said = [one.text for section in sections for group in section.groups for one in group.sentences]
    for expected in (
        "Solution (1 - Critical Impact): when 75 % of the time is used up, the leads are told and you are told.",
        "First answer: when 1 hour of the time are left, the owner of the ticket is told and the leads are asked for a "
        "higher severity.",
        "First answer: when it is 30 minutes late, the leads are told.",
    ):
        assert expected in said
