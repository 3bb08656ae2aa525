"""Outages are recorded, ended, corrected and struck out; each marks what it touches and stands in the record."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from contracts.actions.catalogue import add_service
from slaportal.audit.models import Event
from slaportal.refusal import Refusal
from tests.uptime.delivered import NOW, START, Delivered, day, deliver
from tests.world import World
from uptime.actions.outages import correct_outage, end_outage, record_outage, strike_out_outage
from uptime.models import Outage


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
    return found


def recorded(delivered: Delivered, **facts: Any) -> Outage:
    facts = {
        "services": [delivered.service],
        "starts_at": day("11-20 10:00"),
        "actor": delivered.world.members["lead"],
        "at": NOW,
        **facts,
    }
    return record_outage(delivered.provider, facts.pop("title", "Database down"), **facts)


def services_in(event: Event) -> Any:
    return (event.after or {})["services"]


def code_of(call: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call(**facts)
    return refused.value.code


def test_it_is_recorded_and_marks_the_periods_it_meets(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        outage = recorded(delivered, starts_at=day("10-31 22:00"), ends_at=day("11-01 01:00"), note=" disk ")
        assert (outage.starts_at, outage.reported_start_at, outage.noticed_at) == (
            day("10-31 22:00"),
            day("10-31 22:00"),
            NOW,
        )
        assert (outage.cause, outage.impact, outage.note) == ("provider", "down", "disk")
        assert outage.recorded_by == delivered.world.members["lead"]
        assert delivered.marked() == {"2026-10", "2026-11"}
        event = Event.objects.get(action="outage_recorded")
        assert (event.target_id, services_in(event), event.reason) == (outage.pk, ["api"], "disk")
        recorded(delivered, starts_at=day("09-10 10:00"), ends_at=day("09-10 11:00"))
        assert delivered.marked() == {"2026-09"}
        recorded(delivered, starts_at=day("10-10 10:00"))
        assert delivered.marked() == {"2026-10", "2026-11"}


def test_of_a_service_that_nobody_is_promised_nothing_is_marked(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        unused = add_service(delivered.provider, "unused", "Unused", tenant=None, actor="test", at=START)
        recorded(delivered, services=[unused])
        assert delivered.marked() == set()


def test_the_same_token_twice_is_the_first_outage_again(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        token = uuid.uuid4()
        first = recorded(delivered, token=token)
        assert recorded(delivered, token=token, title="Again").pk == first.pk
        assert recorded(delivered, token=uuid.uuid4()).pk != first.pk
        assert Event.objects.filter(action="outage_recorded").count() == 2


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": "  "}, "empty"),
        ({"title": "x" * 201}, "too_long"),
        ({"services": []}, "services_missing"),
        ({"cause": "Third Party"}, "not_a_name"),
        ({"impact": "slow"}, "unknown_impact"),
        ({"starts_at": NOW + timedelta(microseconds=1)}, "lies_ahead"),
        ({"noticed_at": NOW + timedelta(microseconds=1)}, "lies_ahead"),
        ({"ends_at": NOW + timedelta(microseconds=1)}, "lies_ahead"),
        ({"noticed_at": day("11-20 09:59")}, "noticed_before_start"),
        ({"ends_at": day("11-20 09:59")}, "ends_before_start"),
        ({"ends_at": day("11-20 10:00")}, "ends_before_start"),
        ({"starts_at": day("11-20 10:00").replace(tzinfo=None)}, "no_offset"),
        ({"ends_at": day("11-20 11:00").replace(tzinfo=None)}, "no_offset"),
    ],
)
def test_what_is_refused(delivered: Delivered, facts: dict[str, Any], code: str) -> None:
    with delivered.world.inside("lead"):
        assert code_of(recorded, delivered=delivered, **facts) == code
        assert not Outage.objects.exists()


def test_agents_and_customers_record_nothing_and_programs_do(delivered: Delivered) -> None:
    with delivered.world.inside("agent"):
        outage = recorded(delivered, actor="Monitoring", ends_at=None)
        agent = delivered.world.members["agent"]
        calls: list[tuple[Any, dict[str, Any]]] = [
            (recorded, {"delivered": delivered}),
            (end_outage, {"outage": outage, "ends_at": NOW, "at": NOW}),
            (correct_outage, {"outage": outage, "reason": "x", "at": NOW, "cause": "customer"}),
            (strike_out_outage, {"outage": outage, "reason": "x", "at": NOW}),
        ]
        for call, facts in calls:
            assert code_of(call, actor=agent, **facts) == "role_not_allowed"
            assert code_of(call, actor=delivered.world.members["ann"], **facts) == "role_not_allowed"


def test_the_service_of_another_provider_is_unknown(delivered: Delivered) -> None:
    with delivered.world.inside("cora"):
        foreign = add_service(delivered.world.providers["p2"], "api", "API", tenant=None, actor="test", at=START)
    with delivered.world.inside("lead"):
        assert code_of(recorded, delivered=delivered, services=[foreign]) == "not_found"


def test_it_ends_once(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        outage, lead = recorded(delivered, starts_at=day("10-31 10:00")), delivered.world.members["lead"]
        delivered.marked()
        assert code_of(end_outage, outage=outage, ends_at=day("10-30 10:00"), actor=lead, at=NOW) == "ends_before_start"
        ahead = NOW + timedelta(seconds=1)
        assert code_of(end_outage, outage=outage, ends_at=ahead, actor=lead, at=NOW) == "lies_ahead"
        assert code_of(end_outage, outage=outage, ends_at=NOW, actor=lead, at=NOW, seen=2) == "changed_meanwhile"
        ended = end_outage(outage, ends_at=day("10-31 11:00"), actor=lead, at=NOW, seen=1)
        assert (ended.ends_at, ended.revision) == (day("10-31 11:00"), 2)
        assert delivered.marked() == {"2026-10", "2026-11"}  # it went on into November until now
        assert code_of(end_outage, outage=outage, ends_at=NOW, actor=lead, at=NOW) == "ended_already"
        assert Event.objects.get(action="outage_ended").before == {"ends_at": None}


def test_it_is_corrected_with_a_reason(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        lead = delivered.world.members["lead"]
        outage = recorded(delivered, ends_at=day("11-20 12:00"))
        delivered.marked()
        facts: dict[str, Any] = {"outage": outage, "actor": lead, "at": NOW}
        assert code_of(correct_outage, reason=" ", cause="customer", **facts) == "reason_needed"
        assert code_of(correct_outage, reason="x", seen=7, cause="customer", **facts) == "changed_meanwhile"
        assert code_of(correct_outage, reason="x", impact="slow", **facts) == "unknown_impact"
        assert code_of(correct_outage, reason="x", true_start_at=day("11-20 13:00"), **facts) == "ends_before_start"
        assert code_of(correct_outage, reason="x", services=[], **facts) == "services_missing"
        assert code_of(correct_outage, reason="x", ends_at=NOW.replace(tzinfo=None), **facts) == "no_offset"
        corrected = correct_outage(
            reason="the log says so", seen=1, cause="customer", true_start_at=day("10-20 09:00"), **facts
        )
        assert (corrected.starts_at, corrected.reported_start_at) == (day("10-20 09:00"), day("11-20 10:00"))
        assert (corrected.cause, corrected.revision) == ("customer", 2)
        assert delivered.marked() == {"2026-10", "2026-11"}
        event = Event.objects.get(action="outage_corrected")
        assert event.reason == "the log says so"
        assert set(event.before or {}) == {"cause", "starts_at", "true_start_at"}
        unknown = correct_outage(reason="the log was wrong", true_start_at=None, **facts)
        assert unknown.starts_at == day("11-20 10:00")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ends_at": NOW + timedelta(microseconds=1)}, "lies_ahead", "ends_at"),
        ({"ends_at": day("11-20 10:00")}, "ends_before_start", "ends_at"),
        ({"true_start_at": day("11-20 12:00")}, "ends_before_start", "ends_at"),
        ({"true_start_at": day("11-20 10:06")}, "noticed_before_start", "true_start_at"),
    ],
)
def test_no_correction_makes_what_nobody_could_record(
    delivered: Delivered, changes: Any, code: str, field: str
) -> None:
    with delivered.world.inside("lead"):
        outage = recorded(delivered, ends_at=day("11-20 12:00"), noticed_at=day("11-20 10:05"))
        with pytest.raises(Refusal) as refused:
            correct_outage(outage, reason="x", actor="test", at=NOW, **changes)
        assert (refused.value.code, list(refused.value.fields)) == (code, [field])
        correct_outage(outage, reason="x", actor="test", at=NOW, true_start_at=day("11-20 10:05"))


def test_what_was_recorded_before_that_held_is_still_corrected_in_the_rest(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        outage = recorded(delivered, ends_at=day("11-20 12:00"))
        ahead = NOW + timedelta(days=1)
        for starts_at, ends_at in ((day("11-20 10:00"), day("11-20 10:00")), (day("11-20 10:00"), ahead)):
            Outage.objects.update(starts_at=starts_at, ends_at=ends_at, cause="provider")
            facts: Any = {"cause": "customer", "true_start_at": None, "ends_at": ends_at}
            assert correct_outage(outage, reason="x", actor="test", at=NOW, **facts).cause == "customer"


def test_what_changes_nothing_leaves_nothing(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        outage = recorded(delivered)
        delivered.marked()
        same = correct_outage(
            outage, reason="x", actor="test", at=NOW, title="Database down", services=[delivered.service]
        )
        assert same.revision == 1
        assert delivered.marked() == set()
        assert not Event.objects.filter(action="outage_corrected").exists()


def test_another_service_frees_the_periods_of_the_first(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        outage = recorded(delivered, ends_at=day("11-20 12:00"))
        other = add_service(delivered.provider, "other", "Other", tenant=None, actor="test", at=START)
        assert delivered.worked_out().met is False
        correct_outage(outage, reason="wrong one", actor="test", at=NOW, services=[other])
        assert delivered.marked() == {"2026-11"}
        assert [row.service for row in outage.services.all()] == [other]
        assert delivered.worked_out().met is True


def test_it_is_struck_out_and_counts_no_more(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        lead = delivered.world.members["lead"]
        outage = recorded(delivered, ends_at=day("11-20 12:00"))
        assert delivered.worked_out().met is False
        assert code_of(strike_out_outage, outage=outage, reason="", actor=lead, at=NOW) == "reason_needed"
        assert code_of(strike_out_outage, outage=outage, reason="x", actor=lead, at=NOW, seen=3) == "changed_meanwhile"
        strike_out_outage(outage, reason="a test", actor=lead, at=NOW, seen=1)
        assert delivered.marked() == {"2026-11"}
        assert delivered.worked_out().met is True
        for call in (strike_out_outage, correct_outage):
            assert code_of(call, outage=outage, reason="x", actor=lead, at=NOW) == "struck_out"
        assert code_of(end_outage, outage=outage, ends_at=NOW, actor=lead, at=NOW) == "struck_out"
        assert Event.objects.get(action="outage_struck_out").reason == "a test"
