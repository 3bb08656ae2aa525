"""Windows are planned, announced by mail to whom they concern, moved and cancelled."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.subscriptions import cover_service, end_subscription
from slaportal.audit.models import Event
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tests.uptime.delivered import NOW, START, Delivered, day, deliver, subscribed
from tests.world import World
from uptime.actions.windows import announce_window, cancel_window, move_window, plan_window
from uptime.facts import facts_of
from uptime.models import Announcement, Window

THEN, LATER = day("11-28 10:00"), day("11-28 12:00")


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
    return found


def planned(delivered: Delivered, **facts: Any) -> Window:
    facts = {
        "kind": "scheduled",
        "services": [delivered.service],
        "starts_at": THEN,
        "ends_at": LATER,
        "actor": delivered.world.members["lead"],
        "at": NOW,
        **facts,
    }
    return plan_window(delivered.provider, facts.pop("title", "New disks"), **facts)


def told(event: Event, *names: str) -> list[Any]:
    return [(event.after or {})[name] for name in names]


def code_of(call: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call(**facts)
    return refused.value.code


def test_it_is_planned_once_for_a_token(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        token = uuid.uuid4()
        window = planned(delivered, token=token)
        assert planned(delivered, token=token, title="Again").pk == window.pk
        assert delivered.marked() == {"2026-11"}
        event = Event.objects.get(action="window_planned")
        assert (event.target_id, *told(event, "kind", "services")) == (window.pk, "scheduled", ["api"])
        assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": ""}, "empty"),
        ({"kind": "Big One"}, "not_a_name"),
        ({"services": []}, "services_missing"),
        ({"ends_at": THEN}, "ends_before_start"),
        ({"starts_at": NOW - timedelta(microseconds=1)}, "begins_before_now"),
        ({"starts_at": THEN.replace(tzinfo=None)}, "no_offset"),
    ],
)
def test_what_is_refused(delivered: Delivered, facts: dict[str, Any], code: str) -> None:
    with delivered.world.inside("lead"):
        assert code_of(planned, delivered=delivered, **facts) == code


def test_a_window_marks_the_month_into_which_another_runs(delivered: Delivered) -> None:
    """It may use up the quota of the one that runs over the end of the month."""
    with delivered.world.inside("lead"):
        planned(delivered, kind="emergency", starts_at=day("10-05 10:00"), ends_at=day("10-05 11:00"))
        assert delivered.marked() == {"2026-10"}
        planned(delivered, kind="emergency", starts_at=day("10-31 20:00"), ends_at=day("11-01 02:00"))
        assert delivered.marked() == {"2026-10", "2026-11"}
        planned(delivered, kind="emergency", starts_at=day("10-04 10:00"), ends_at=day("10-04 11:00"))
        assert delivered.marked() == {"2026-10", "2026-11"}


def test_it_is_announced_to_managers_and_technical_contacts_of_whom_it_concerns(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("lead"):
        tenant = world.tenants["a"]
        add_contact(tenant, concern="technical", name="Tess", email="tess@example.test", actor="test")
        add_contact(tenant, concern="technical", name="Ann", email="ann@example.test", actor="test")
        add_contact(tenant, concern="billing", name="Bill", email="bill@example.test", actor="test")
        window = planned(delivered)
        announce_window(window, text="Nothing to do.", actor=world.members["lead"], at=NOW)
        mails = list(Message.objects.order_by("recipient"))
        assert [mail.recipient for mail in mails] == ["ann@example.test", "tess@example.test"]
        assert {mail.tenant_id for mail in mails} == {tenant.pk}
        assert mails[0].subject == "Maintenance: New disks"
        assert "28 Nov 2026, 10:00" in mails[0].text
        assert "Services: API." in mails[0].text
        assert "Nothing to do." in mails[0].text
        announce_window(window, text="Again.", actor="test", at=NOW + timedelta(hours=1))
        assert Message.objects.count() == 2
        assert Announcement.objects.count() == 2
        moved = move_window(
            window, starts_at=THEN, ends_at=LATER + timedelta(hours=1), reason="more", actor="test", at=NOW
        )
        announce_window(moved, text="Longer.", actor="test", at=NOW)
        assert Message.objects.filter(kind="window_announced").count() == 4
        assert Message.objects.filter(kind="window_moved").count() == 2
        assert [told(event, "told") for event in _announced()] == [[2], [0], [2]]
        assert [(event.after or {}).get("knew") for event in _announced()] == [None, 2, None]


def _announced() -> Any:
    return Event.objects.filter(action="window_announced").order_by("pk")


def test_whoever_comes_later_is_mailed_and_the_others_know(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = planned(delivered)
        first = announce_window(window, text="New disks.", actor="test", at=NOW)
        add_contact(delivered.world.tenants["a"], concern="technical", name="T", email="t@example.test", actor="test")
        further = announce_window(window, text="New disks, soon.", actor="test", at=NOW)
        again = announce_window(window, text="New disks, soon.", actor="test", at=NOW)
        assert [(one.mailed, one.knew) for one in (first, further, again)] == [(1, 0), (1, 1), (0, 2)]


def test_the_same_announcement_twice_is_one_until_the_window_moves(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = planned(delivered)
        first = announce_window(window, text="New disks.", actor="test", at=NOW)
        again = announce_window(window, text=" New disks. ", actor="test", at=NOW + timedelta(hours=1))
        assert (again, again.announced_at) == (first, NOW)
        assert Event.objects.filter(action="window_announced").count() == 1
        later = THEN + timedelta(hours=1)
        move_window(window, starts_at=later, ends_at=LATER, reason="x", actor="test", at=NOW)
        assert code_of(announce_window, window=window, text="", actor="test", at=NOW, seen=1) == "changed_meanwhile"
        moved = announce_window(window, text="New disks.", actor="test", at=NOW, seen=2)
        assert moved != first
        move_window(window, starts_at=THEN, ends_at=LATER, reason="x", actor="test", at=NOW)
        assert announce_window(window, text="New disks.", actor="test", at=NOW) not in (first, moved)


def test_who_is_promised_nothing_then_is_not_told(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("lead"):
        ended = subscribed(world, "b", "Ended", services=[delivered.service])
        end_subscription(ended, ends_at=day("11-20 10:00"), actor="test", at=NOW, reason="over")
        announce_window(planned(delivered), text="", actor="test", at=NOW)
        assert {mail.recipient for mail in Message.objects.all()} == {"ann@example.test"}
        subscribed(world, "b", "Running", services=[delivered.service])
        announce_window(planned(delivered), text="", actor="test", at=NOW)
        assert Message.objects.filter(recipient="bob@example.test").count() == 1


def test_a_moved_window_needs_to_be_announced_again(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        lead = delivered.world.members["lead"]
        window = planned(delivered)
        announce_window(window, text="", actor=lead, at=NOW)
        facts: dict[str, Any] = {"window": window, "actor": lead, "at": NOW}
        span = {"starts_at": day("12-01 10:00"), "ends_at": day("12-01 11:00")}
        assert code_of(move_window, reason=" ", **span, **facts) == "reason_needed"
        assert code_of(move_window, reason="x", seen=9, **span, **facts) == "changed_meanwhile"
        backwards = {"starts_at": LATER, "ends_at": THEN}
        assert code_of(move_window, reason="x", **backwards, **facts) == "ends_before_start"
        assert move_window(reason="x", starts_at=THEN, ends_at=LATER, **facts).revision == 1
        shorter = move_window(reason="x", seen=1, starts_at=THEN, ends_at=LATER - timedelta(hours=1), **facts)
        period = delivered.period()
        assert shorter.revision == 2
        assert facts_of([period])[period.pk].windows[0].announced is not None
        delivered.marked()
        facts["at"] = NOW - timedelta(days=30)
        move_window(reason="x", starts_at=THEN - timedelta(days=30), ends_at=LATER, **facts)
        assert facts_of([period])[period.pk].windows[0].announced is None
        assert delivered.marked() == {"2026-10", "2026-11"}
        assert Event.objects.filter(action="window_moved").count() == 2


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("11-24 10:59", "11-24 13:00", "starts_at"),
        ("11-24 11:59", "11-24 14:00", None),  # it goes on, and goes on longer
        ("11-24 11:00", "11-24 11:30", None),
        ("11-24 12:00", "11-24 13:00", None),
        ("11-25 11:00", "11-25 13:00", None),
    ],
)
def test_scheduled_work_is_not_moved_into_time_that_is_past(
    delivered: Delivered, start: str, end: str, field: str | None
) -> None:
    with delivered.world.inside("lead"):
        hour, before = timedelta(hours=1), NOW - timedelta(days=1)
        window = planned(delivered, starts_at=NOW - hour, ends_at=NOW + hour, at=before)
        facts: dict[str, Any] = {"reason": "x", "actor": "test", "at": NOW}
        if field is None:
            assert move_window(window, starts_at=day(start), ends_at=day(end), **facts).starts_at == day(start)
            return
        with pytest.raises(Refusal) as refused:
            move_window(window, starts_at=day(start), ends_at=day(end), **facts)
        assert (refused.value.code, list(refused.value.fields)) == ("begins_before_now", [field])


def test_what_is_over_gets_no_longer_afterwards_but_an_emergency_is_entered_then(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        span = {"starts_at": NOW - timedelta(hours=3), "ends_at": NOW - timedelta(hours=2)}
        window = planned(delivered, **span, at=NOW - timedelta(days=1))
        emergency = planned(delivered, **span, kind="emergency")
        facts: dict[str, Any] = {**span, "ends_at": NOW - timedelta(hours=1), "reason": "x", "actor": "t", "at": NOW}
        with pytest.raises(Refusal) as refused:
            move_window(window, **facts)
        assert (refused.value.code, list(refused.value.fields)) == ("begins_before_now", ["ends_at"])
        assert move_window(emergency, **facts).ends_at == NOW - timedelta(hours=1)


def test_a_cancelled_window_excludes_nothing(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        lead = delivered.world.members["lead"]
        window = planned(delivered, starts_at=day("11-10 10:00"), ends_at=day("11-10 12:00"), kind="emergency")
        delivered.outage("11-10 10:00", "11-10 12:00")
        assert delivered.worked_out().met is True
        assert code_of(cancel_window, window=window, reason="", actor=lead, at=NOW) == "reason_needed"
        assert code_of(cancel_window, window=window, reason="x", actor=lead, at=NOW, seen=4) == "changed_meanwhile"
        cancel_window(window, reason="not needed", actor=lead, at=NOW, seen=1)
        assert delivered.marked() == {"2026-11"}
        assert delivered.worked_out().met is False
        span = {"starts_at": THEN, "ends_at": LATER}
        assert code_of(move_window, window=window, reason="x", actor=lead, at=NOW, **span) == "window_cancelled"
        assert code_of(announce_window, window=window, text="", actor=lead, at=NOW) == "window_cancelled"
        assert code_of(cancel_window, window=window, reason="x", actor=lead, at=NOW) == "window_cancelled"
        assert Event.objects.get(action="window_cancelled").reason == "not needed"


def test_agents_plan_nothing(delivered: Delivered) -> None:
    with delivered.world.inside("agent"):
        window, agent = planned(delivered, actor="test"), delivered.world.members["agent"]
        span = {"starts_at": THEN, "ends_at": LATER}
        calls: list[tuple[Any, dict[str, Any]]] = [
            (planned, {"delivered": delivered}),
            (announce_window, {"window": window, "text": "", "at": NOW}),
            (move_window, {"window": window, "reason": "x", "at": NOW, **span}),
            (cancel_window, {"window": window, "reason": "x", "at": NOW}),
        ]
        for call, facts in calls:
            assert code_of(call, actor=agent, **facts) == "role_not_allowed"


def test_a_window_of_several_services_is_one_window(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        second = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=START)
        cover_service(delivered.subscription, second, actor="test", at=START)
        window = planned(delivered, services=[delivered.service, second, second])
        assert window.services.count() == 2
        period = delivered.period()
        assert len(facts_of([period])[period.pk].windows) == 1
