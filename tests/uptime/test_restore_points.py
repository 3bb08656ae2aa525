"""Restore points: reported however often, gone, struck out; the verdicts on them; nobody's over the wall."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contracts.actions.catalogue import add_service
from contracts.actions.subscriptions import cover_service, end_subscription
from contracts.models import Service, Subscription
from slaportal.audit.models import Event
from slaportal.refusal import Refusal
from tests.uptime.delivered import NOW, START, Delivered, day, deliver, publish, subscribed
from tests.world import World
from uptime.access import get_restore_point_for
from uptime.actions.restore_points import (
    MOST,
    correct_restore_point,
    report_all_gone,
    report_gone,
    report_restore_points,
    strike_out_restore_point,
)
from uptime.models import RestorePoint
from uptime.queries import backups_of

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
TEXT = """
format: slaportal/1
provider: {key: acme, name: Acme}
title: Backups
timezone: Europe/Berlin
backups:
  clause: Backups
  snapshot: {every: 4h, keep: 24h}
  weekly: {weekday: mon, keep: 1w, note: Mondays.}
plans:
  standard: {name: Standard}
  bare: {name: Bare, backups: none}
"""
# The Monday of the week that is over at NOW.
MONDAY = day("11-23 10:00")


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        return deliver(world)


def report(delivered: Delivered, *taken: datetime, **facts: Any) -> int:
    known: dict[str, Any] = {"actor": delivered.world.members["lead"], "at": NOW, **facts}
    return report_restore_points(delivered.service, taken, **known)


def only() -> RestorePoint:
    return RestorePoint.objects.get()


def code_of(call: Any, *args: Any, **facts: Any) -> tuple[str, list[str]]:
    with pytest.raises(Refusal) as refused:
        call(*args, **facts)
    return refused.value.code, list(refused.value.fields)


def events() -> list[tuple[str, Any]]:
    found = Event.objects.filter(action__startswith="restore_point").order_by("pk")
    return list(found.values_list("action", "after"))


def test_what_is_there_already_stays_and_a_batch_is_one_event(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        assert report(delivered, MONDAY + HOUR, MONDAY, MONDAY) == 2
        assert report(delivered, MONDAY, MONDAY + HOUR, at=NOW + HOUR) == 0
        assert report(delivered, MONDAY, MONDAY + 2 * HOUR, at=NOW + HOUR) == 1
        assert report(delivered) == 0
        rows = RestorePoint.objects.order_by("taken_at").values_list("taken_at", "gone_at", "recorded_at", "void_at")
        assert list(rows) == [
            (MONDAY, None, NOW, None),
            (MONDAY + HOUR, None, NOW, None),
            (MONDAY + 2 * HOUR, None, NOW + HOUR, None),
        ]
        first, second = events()
        assert first == (
            "restore_points_reported",
            {
                "reported": 3,
                "new": 2,
                "taken_from": MONDAY.isoformat(),
                "taken_to": (MONDAY + HOUR).isoformat(),
            },
        )
        assert (second[1]["reported"], second[1]["new"]) == (2, 1)
        assert Event.objects.filter(action="restore_points_reported", target_kind="service").count() == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (NOW + MICROSECOND, "lies_ahead"),
        (MONDAY.replace(tzinfo=None), "no_offset"),
        (datetime.fromisoformat("1969-12-31T23:59:59+00:00"), "far_off"),
    ],
)
def test_one_wrong_instant_refuses_all(delivered: Delivered, wrong: datetime, code: str) -> None:
    with delivered.world.inside("lead"):
        assert code_of(report, delivered, NOW, wrong) == (code, ["taken.1"])
        assert not RestorePoint.objects.exists()


def test_ten_thousand_at_once_in_one_statement_and_no_more(delivered: Delivered) -> None:
    many = [NOW - n * HOUR for n in range(MOST)]
    with delivered.world.inside("lead"):
        assert code_of(report, delivered, *many, NOW - MICROSECOND) == ("too_many", ["taken"])
        with CaptureQueriesContext(connection) as queries:
            assert report(delivered, *many) == MOST
        assert len([query for query in queries if "uptime_restorepoint" in query["sql"]]) == 1


def test_gone_once_and_struck_out_for_good(delivered: Delivered) -> None:
    by: dict[str, Any] = {"actor": delivered.world.members["lead"], "at": NOW}
    with delivered.world.inside("lead"):
        report(delivered, MONDAY)
        point = only()
        assert code_of(report_gone, point, gone_at=NOW + MICROSECOND, **by) == ("lies_ahead", ["gone_at"])
        assert code_of(report_gone, point, gone_at=MONDAY, **by) == ("gone_before_taken", ["gone_at"])
        for _again in range(2):
            assert report_gone(point, gone_at=NOW, **by).gone_at == NOW
        assert code_of(report_gone, point, gone_at=NOW - HOUR, **by)[0] == "gone_already"
        assert code_of(strike_out_restore_point, point, reason=" ", **by)[0] == "reason_needed"
        strike_out_restore_point(point, reason="It could not be read.", **by)
        assert code_of(strike_out_restore_point, point, reason="Again.", **by)[0] == "struck_out"
        assert code_of(report_gone, point, gone_at=NOW, **by)[0] == "struck_out"
        assert report(delivered, MONDAY) == 0
        assert (only().gone_at, only().void_at) == (NOW, NOW)
        assert [action for action, _after in events()] == [
            "restore_points_reported",
            "restore_point_gone",
            "restore_point_struck_out",
        ]


def test_since_when_it_is_gone_is_corrected_and_taken_back(delivered: Delivered) -> None:
    """With a reason, by who saw it as it is; what changes nothing leaves nothing."""
    by: dict[str, Any] = {"actor": delivered.world.members["lead"], "at": NOW}
    to: dict[str, Any] = {"gone_at": NOW - HOUR, "reason": "The log was read.", **by}
    with delivered.world.inside("lead"):
        report(delivered, MONDAY)
        assert code_of(correct_restore_point, only(), **to)[0] == "not_gone"
        assert correct_restore_point(only(), **to | {"gone_at": None}).revision == 1
        assert report_gone(only(), gone_at=NOW, seen=1, **by).revision == 2
        assert report_gone(only(), gone_at=NOW, seen=1, **by).revision == 2  # said twice
        assert code_of(report_gone, only(), gone_at=NOW - HOUR, seen=1, **by)[0] == "changed_meanwhile"
        for wrong, code, fields in (
            ({"reason": " "}, "reason_needed", ["reason"]),
            ({"gone_at": NOW + MICROSECOND}, "lies_ahead", ["gone_at"]),
            ({"gone_at": MONDAY}, "gone_before_taken", ["gone_at"]),
            ({"gone_at": NOW.replace(tzinfo=None)}, "no_offset", ["gone_at"]),
            ({"seen": 1}, "changed_meanwhile", []),
            ({"actor": delivered.world.members["agent"]}, "role_not_allowed", []),
        ):
            assert code_of(correct_restore_point, only(), **to | wrong) == (code, fields)
        for _again in range(2):
            assert correct_restore_point(only(), **to).revision == 3
        assert only().gone_at == NOW - HOUR
        assert correct_restore_point(only(), **to | {"gone_at": None, "seen": 3}).gone_at is None
        assert report_gone(only(), gone_at=NOW, **by).revision == 5
        assert code_of(strike_out_restore_point, only(), reason="x", seen=4, **by)[0] == "changed_meanwhile"
        strike_out_restore_point(only(), reason="x", seen=5, **by)
        assert code_of(correct_restore_point, only(), **to)[0] == "struck_out"
        told = Event.objects.filter(action="restore_point_corrected").order_by("pk")
        assert list(told.values_list("before__gone_at", "after__gone_at", "reason")) == [
            (NOW.isoformat(), (NOW - HOUR).isoformat(), "The log was read."),
            ((NOW - HOUR).isoformat(), None, "The log was read."),
        ]


def test_a_point_is_gone_after_it_was_taken_says_the_database(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        report(delivered, MONDAY)
        with pytest.raises(IntegrityError, match="restore_point_gone_after_it_was_taken"), transaction.atomic():
            RestorePoint.objects.update(gone_at=MONDAY)


def test_leads_and_programs_report_and_agents_do_not(delivered: Delivered) -> None:
    with delivered.world.inside("agent"):
        agent: dict[str, Any] = {"actor": delivered.world.members["agent"]}
        assert report(delivered, MONDAY, actor="Backup") == 1
        assert code_of(report, delivered, MONDAY, **agent)[0] == "role_not_allowed"
        agent["at"] = NOW
        assert code_of(report_gone, only(), gone_at=NOW, **agent)[0] == "role_not_allowed"
        assert code_of(strike_out_restore_point, only(), reason="x", **agent)[0] == "role_not_allowed"


# The wall -------------------------------------------------------------------------------------------------------------


def test_another_provider_sees_none_and_writes_none(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("lead"):
        report(delivered, MONDAY)
        point = only()
        assert get_restore_point_for(world.members["agent"], point.pk) == point
    with world.inside("cora"):
        assert not RestorePoint.objects.exists()
        assert code_of(get_restore_point_for, world.members["cora"], point.pk)[0] == "not_found"
        assert RestorePoint.objects.update(void_at=NOW) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            report(delivered, NOW, actor="Backup")
    with world.inside("lead"):
        assert only().void_at is None


def test_customers_read_what_is_theirs_and_what_counts(delivered: Delivered) -> None:
    """The shared service is promised to tenant a alone."""
    world = delivered.world
    with world.inside("lead"):
        report(delivered, MONDAY, MONDAY + HOUR)
        struck = RestorePoint.objects.get(taken_at=MONDAY)
        strike_out_restore_point(struck, reason="x", actor="Backup", at=NOW)
    for who, count in (("amy", 1), ("ann", 1), ("bob", 0), ("carl", 0)):
        with world.inside(who):
            assert RestorePoint.objects.count() == count
    with world.inside("ann"):
        assert code_of(get_restore_point_for, world.members["ann"], struck.pk)[0] == "role_not_allowed"
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            RestorePoint.objects.update(gone_at=NOW)


# The verdicts ---------------------------------------------------------------------------------------------------------


def backed_up(delivered: Delivered, plan: str = "standard", **facts: Any) -> Subscription:
    """A subscription of tenant a to a policy with backups, in force from START on."""
    publish(delivered.provider, TEXT, policy="backups")
    return subscribed(
        delivered.world, name="Backed up", plan=plan, policy="backups", services=[delivered.service], **facts
    )


def kept(subscription: Subscription, at: datetime = NOW) -> dict[str, dict[str, bool]]:
    return {
        one.service.key: {verdict.name: verdict.kept for verdict in one.verdicts}
        for one in backups_of(subscription, at)
    }


def test_each_service_is_judged_by_its_own_restore_points(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("admin"):
        subscription = backed_up(delivered)
        other = add_service(delivered.provider, "store", "Store", tenant=None, actor="test", at=START)
        cover_service(subscription, other, actor="test", at=START)
        report(delivered, *(NOW - n * 4 * HOUR for n in range(7)))
        report_restore_points(other, [MONDAY], actor="Backup", at=NOW)
        with CaptureQueriesContext(connection) as queries:
            found = kept(subscription)
        expected = {"api": {"snapshot": True, "weekly": True}, "store": {"snapshot": False, "weekly": True}}
        assert found == expected
        assert len(queries) == 5
        assert backups_of(subscription, NOW)[0].verdicts[1].ground.stated.note == "Mondays."
    with world.inside("ann"):
        assert kept(subscription) == expected


def test_what_is_gone_or_struck_out_keeps_no_promise(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        subscription = backed_up(delivered)
        report(delivered, *(NOW - n * 4 * HOUR for n in range(7)))
        point = RestorePoint.objects.get(taken_at=NOW - 12 * HOUR)
        report_gone(point, gone_at=NOW - HOUR, actor="Backup", at=NOW)
        assert kept(subscription) == {"api": {"snapshot": False, "weekly": True}}
        for one in RestorePoint.objects.filter(taken_at__lt=day("11-23 23:00")):
            strike_out_restore_point(one, reason="x", actor="Backup", at=NOW)
        assert kept(subscription) == {"api": {"snapshot": False, "weekly": False}}


def test_it_is_asked_for_from_the_first_term_on_and_while_one_runs(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        subscription = backed_up(delivered, starts_at=NOW - 2 * HOUR)
        assert kept(subscription) == {"api": {"snapshot": True, "weekly": True}}
        assert kept(subscription, NOW - 3 * HOUR) == {}
        assert kept(subscription, NOW + 3 * HOUR) == {"api": {"snapshot": False, "weekly": True}}
        end_subscription(subscription, ends_at=NOW + HOUR, actor="test", at=NOW, reason="x")
        assert kept(subscription, NOW + HOUR) == {}


def test_nothing_is_said_where_nothing_is_promised_or_covered(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        assert backups_of(delivered.subscription, NOW) == []
        assert backups_of(backed_up(delivered, "bare"), NOW) == []
        empty = subscribed(delivered.world, name="Empty", policy="backups")
        assert backups_of(empty, NOW) == []
        assert Service.objects.filter(coverages__subscription=empty).count() == 0


def test_many_are_gone_at_once_all_or_none(delivered: Delivered) -> None:
    taken = [MONDAY + n * HOUR for n in range(4)]
    to: dict[str, Any] = {"gone_at": NOW, "actor": delivered.world.members["lead"], "at": NOW}
    with delivered.world.inside("lead"):
        report(delivered, *taken)
        first, second = RestorePoint.objects.order_by("taken_at")[:2]
        report_gone(first, gone_at=NOW - HOUR, actor=to["actor"], at=NOW)
        strike_out_restore_point(second, reason="Unreadable.", actor=to["actor"], at=NOW)
        unknown = [*taken, MONDAY + MICROSECOND]
        assert code_of(report_all_gone, delivered.service, unknown, **to) == ("restore_point_unknown", ["taken.4"])
        early = {**to, "gone_at": taken[2]}
        assert code_of(report_all_gone, delivered.service, taken, **early) == ("gone_before_taken", ["taken.2"])
        ahead = {**to, "gone_at": NOW + MICROSECOND}
        assert code_of(report_all_gone, delivered.service, taken, **ahead) == ("lies_ahead", ["gone_at"])
        many = [NOW - n * HOUR for n in range(MOST + 1)]
        assert code_of(report_all_gone, delivered.service, many, **to) == ("too_many", ["taken"])
        assert RestorePoint.objects.filter(gone_at=None).count() == 3

        assert report_all_gone(delivered.service, taken, **to) == 2
        assert report_all_gone(delivered.service, taken, **to) == 0
        rows = RestorePoint.objects.order_by("taken_at").values_list("gone_at", "void_at", "revision")
        assert list(rows) == [(NOW - HOUR, None, 2), (None, NOW, 2), (NOW, None, 2), (NOW, None, 2)]
        (told,) = [after for action, after in events() if action == "restore_points_gone"]
        assert (told["reported"], told["new"], told["gone_at"]) == (4, 2, NOW.isoformat())


def test_a_restore_point_is_called_by_when_it_was_taken() -> None:
    taken = datetime.fromisoformat("2026-10-04T10:00:00+02:00")
    assert str(RestorePoint(taken_at=taken)) == "4 Oct 2026, 08:00:00 UTC"
