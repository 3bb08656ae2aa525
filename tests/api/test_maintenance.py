"""Maintenance over the API: judged before it is planned, planned, announced, moved, cancelled; what customers read."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.actions.contacts import add_contact
from slaportal.outbox.models import Message
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.uptime.delivered import NOW, Delivered, deliver
from tests.world import World
from uptime.models import Announcement, Window

THEN, LATER = "2026-11-28T22:00:00Z", "2026-11-29T06:00:00Z"
CUSTOMERS = ("amy", "bob", "carl")


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
        add_contact(world.tenants["a"], concern="technical", name="T", email="t@example.test", actor="test")
    return found


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def body(delivered: Delivered, **more: Any) -> dict[str, Any]:
    return {"title": "New disks", "services": [delivered.service.pk], "starts_at": THEN, "ends_at": LATER, **more}


def planned(delivered: Delivered, programs: Programs, **more: Any) -> int:
    answer = programs("lead").post("maintenance/", body(delivered, **more))
    assert answer.status_code == 201, answer.content
    pk: int = answer.said["id"]
    return pk


def excluded(verdicts: Any) -> list[tuple[Any, ...]]:
    return [(one["subscription"]["name"], one["verdict"], one["excluded_s"], one["ended_by"]) for one in verdicts]


# The verdict ----------------------------------------------------------------------------------------------------------


def test_the_verdict_before_and_after_it_is_planned(delivered: Delivered, programs: Programs) -> None:
    lead, given = programs("lead"), body(delivered)
    del given["title"]
    before = lead.post("maintenance/verdict/", given)
    assert before.status_code == 200, before.content
    (verdict,) = before.said
    assert excluded(before.said) == [("Production", "excluded", "21600", "up_to")]
    assert verdict["tenant"] == {"id": delivered.world.tenants["a"].pk, "name": "CANARY-tenant-a"}
    assert (verdict["period"], verdict["late_s"], verdict["used_by"]) == ("2026-11", None, [])
    assert verdict["excluded"] == {"starts_at": THEN, "ends_at": "2026-11-29T04:00:00Z"}
    assert verdict["announce_by_at"] == "2026-11-26T22:00:00Z"
    with delivered.world.inside("lead"):
        assert not Window.objects.exists()
    made = lead.post("maintenance/", body(delivered))
    assert (made.headers["Location"], made.headers["ETag"]) == (f"/api/v1/maintenance/{made.said['id']}/", '"1"')
    assert made.said["verdicts"] == before.said


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-25T02:00:00Z"}, ("announced_late", "0", None)),
        ({"kind": "other"}, ("unknown_kind", "0", None)),
        ({"kind": "emergency"}, ("excluded", "28800", "end")),
    ],
)
def test_what_it_counts_as(delivered: Delivered, programs: Programs, given: Any, expected: tuple[Any, ...]) -> None:
    asked = {**body(delivered), **given}
    del asked["title"]
    assert excluded(programs("lead").post("maintenance/verdict/", asked).said) == [("Production", *expected)]


def test_scheduled_work_is_planned_and_moved_ahead_of_now(delivered: Delivered, programs: Programs) -> None:
    lead, past = programs("lead"), {"starts_at": "2026-11-24T11:59:59Z", "ends_at": LATER}
    given = body(delivered, **past)
    assert "starts_at" in refused(lead.post("maintenance/", given), 400, "begins_before_now")
    del given["title"]
    refused(lead.post("maintenance/verdict/", given), 400, "begins_before_now")
    assert lead.post("maintenance/verdict/", {**given, "kind": "emergency"}).status_code == 200
    pk = planned(delivered, programs)
    refused(
        lead.get("maintenance/{}/move/?starts_at={starts_at}&ends_at={ends_at}".format(pk, **past)),
        400,
        "begins_before_now",
    )
    refused(lead.post(f"maintenance/{pk}/move/", {**past, "reason": "x"}), 400, "begins_before_now")


def test_how_late_it_is_and_what_used_up_the_quota(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    soon = {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-25T02:00:00Z"}
    made = lead.post("maintenance/", body(delivered, **soon)).said["verdicts"][0]
    assert (made["announce_by_at"], made["late_s"]) == ("2026-11-23T00:00:00Z", "129600")
    first = planned(delivered, programs, kind="emergency", **soon)
    lead.post(f"maintenance/{first}/announce/")
    second = lead.post("maintenance/", body(delivered, kind="emergency")).said["verdicts"][0]
    assert (second["verdict"], second["used_by"]) == ("quota_used", [soon])


# One window -----------------------------------------------------------------------------------------------------------


def test_it_is_planned_and_read(delivered: Delivered, programs: Programs) -> None:
    said = programs("admin").post("maintenance/", body(delivered)).said
    member = delivered.world.members["admin"]
    assert {name: value for name, value in said.items() if name != "verdicts"} == {
        "id": said["id"],
        "title": "New disks",
        "kind": "scheduled",
        "state": "coming",
        "services": [{"id": delivered.service.pk, "name": "API"}],
        "starts_at": THEN,
        "ends_at": LATER,
        "customers": 1,
        "announced_at": None,
        "planned_at": "2026-11-24T12:00:00Z",
        "planned_by": {"id": member.pk, "name": "CANARY-member-admin"},
        "cancelled_at": None,
        "revision": 1,
        "announcements": [],
    }
    for who in ("agent", "lead", "admin"):
        assert programs(who).get(f"maintenance/{said['id']}/").said == said


def test_it_is_announced_and_customers_read_it(delivered: Delivered, programs: Programs) -> None:
    pk = planned(delivered, programs)
    assert programs("amy").get("maintenance/told/").said == {"items": [], "next": None}
    answer = programs("lead").post(f"maintenance/{pk}/announce/", {"text": "We put new disks in."})
    assert (answer.status_code, answer.said["told"]) == (201, 2)  # the technical contact and ann, who manages
    window = answer.said["window"]
    for text in ("We put new disks in.", "In other words."):
        assert programs("lead").post(f"maintenance/{pk}/announce/", {"text": text}).said["told"] == 0
    assert window["announced_at"] == "2026-11-24T12:00:00Z"
    assert [one["text"] for one in window["announcements"]] == ["We put new disks in."]
    assert window["announcements"][0]["announced_by"]["name"] == "CANARY-member-lead"
    told = {
        "title": "New disks",
        "kind": "scheduled",
        "services": ["API"],
        "starts_at": THEN,
        "ends_at": LATER,
        "told_at": "2026-11-24T12:00:00Z",
        "moved_at": None,
    }
    for who in ("amy", "ann"):
        assert programs(who).get("maintenance/told/").said == {"items": [told], "next": None}
    for who in ("bob", "carl"):
        assert programs(who).get("maintenance/told/").said["items"] == []
    with delivered.world.inside("lead"):
        assert Message.objects.filter(subject__contains="New disks").count() == 2


def test_it_is_moved_with_a_look_first(delivered: Delivered, programs: Programs) -> None:
    lead, pk = programs("lead"), planned(delivered, programs)
    lead.post(f"maintenance/{pk}/announce/")
    span = {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-25T02:00:00Z"}
    query = "&".join(f"{name}={value}" for name, value in span.items())
    looked = lead.get(f"maintenance/{pk}/move/?{query}")
    assert excluded(looked.said) == [("Production", "announced_late", "0", None)]
    assert lead.get(f"maintenance/{pk}/").said["starts_at"] == THEN
    answer = lead.post(f"maintenance/{pk}/move/", {**span, "reason": "The disks are here."})
    window = answer.said["window"]
    assert (answer.status_code, answer.said["told"], window["revision"]) == (200, 2, 2)
    assert (window["starts_at"], window["announced_at"], window["verdicts"]) == (span["starts_at"], None, looked.said)
    again = lead.post(f"maintenance/{pk}/move/", {**span, "reason": "Again."})
    assert (again.said["told"], again.said["window"]["revision"]) == (0, 2)
    (told,) = programs("amy").get("maintenance/told/").said["items"]
    assert (told["starts_at"], told["moved_at"]) == (span["starts_at"], "2026-11-24T12:00:00Z")


def test_it_is_cancelled_once(delivered: Delivered, programs: Programs) -> None:
    lead, pk = programs("lead"), planned(delivered, programs)
    lead.post(f"maintenance/{pk}/announce/")
    answer = lead.post(f"maintenance/{pk}/cancel/", {"reason": "The disks did not come."})
    assert (answer.status_code, answer.said["told"]) == (200, 2)
    window = answer.said["window"]
    assert (window["state"], window["cancelled_at"], window["verdicts"]) == ("cancelled", "2026-11-24T12:00:00Z", [])
    assert programs("amy").get("maintenance/told/").said["items"] == []
    acts = {"announce": {}, "cancel": {"reason": "x"}, "move": {"starts_at": THEN, "ends_at": LATER, "reason": "x"}}
    for act, given in acts.items():
        refused(lead.post(f"maintenance/{pk}/{act}/", given), 409, "window_cancelled")


def test_who_saw_another_revision_changes_nothing(delivered: Delivered, programs: Programs) -> None:
    lead, pk = programs("lead"), planned(delivered, programs)
    seen = lead.get(f"maintenance/{pk}/").headers["ETag"]
    span = {"starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-01T02:00:00Z", "reason": "x"}
    assert lead.post(f"maintenance/{pk}/move/", span, If_Match=seen).headers["ETag"] == '"2"'
    acts = {"announce": {}, "cancel": {"reason": "x"}, "move": {**span, "starts_at": "2026-11-30T00:00:00Z"}}
    for act, given in acts.items():
        refused(lead.post(f"maintenance/{pk}/{act}/", given, If_Match=seen), 412, "changed_meanwhile")
    assert lead.post(f"maintenance/{pk}/announce/", If_Match='"2"').status_code == 201
    with delivered.world.inside("lead"):
        assert Announcement.objects.count() == 1


def test_leads_plan_and_strangers_see_nothing(delivered: Delivered, programs: Programs) -> None:
    pk = planned(delivered, programs)
    span = {"starts_at": THEN, "ends_at": LATER}
    acts: dict[str, Any] = {"announce": {}, "cancel": {"reason": "x"}, "move": {**span, "reason": "x"}}
    for who in ("agent", *CUSTOMERS):
        refused(programs(who).post("maintenance/", body(delivered)), 403, "role_not_allowed")
        refused(programs(who).post("maintenance/verdict/", {}), 403, "role_not_allowed")
        for act, given in acts.items():
            refused(programs(who).post(f"maintenance/{pk}/{act}/", given), 403, "role_not_allowed")
    for who in CUSTOMERS:
        for path in ("maintenance/", f"maintenance/{pk}/"):
            refused(programs(who).get(path), 403, "role_not_allowed")
    cora = programs("cora")
    for act, given in acts.items():
        refused(cora.post(f"maintenance/{pk}/{act}/", given), 404, "not_found")
    refused(cora.get(f"maintenance/{pk}/"), 404, "not_found")
    refused(cora.get(f"maintenance/{pk}/move/?starts_at={THEN}&ends_at={LATER}"), 404, "not_found")
    refused(cora.post("maintenance/", body(delivered)), 400, "services_unknown")
    assert cora.get("maintenance/").said["items"] == []
    refused(programs("lead").get("maintenance/told/"), 403, "role_not_allowed")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"services": []}, "invalid", "services"),
        ({"ends_at": None}, "invalid", "ends_at"),
        ({"kind": "Big One"}, "not_a_name", "kind"),
        ({"ends_at": THEN}, "ends_before_start", "ends_at"),
        ({"ends_at": "9999-12-31T23:59:59.999999Z"}, "far_off", "ends_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "far_off", "starts_at"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    delivered: Delivered, programs: Programs, more: Any, code: str, field: str
) -> None:
    given = body(delivered, **more)
    assert set(refused(programs("lead").post("maintenance/", given), 400, code)) == {field}
    del given["title"]
    assert set(refused(programs("lead").post("maintenance/verdict/", given), 400, code)) == {field}


# Lists ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def four(delivered: Delivered, programs: Programs) -> list[int]:
    """By their starts: one that is past, one that goes on, one cancelled, one that comes."""
    spans = [("11-20T10", "11-20T12"), ("11-24T10", "11-24T14"), ("11-26T10", "11-26T12"), ("11-28T10", "11-28T12")]
    made = [
        planned(
            delivered, programs, starts_at=f"2026-{start}:00:00Z", ends_at=f"2026-{end}:00:00Z", kind=f"k{len(start)}"
        )
        for start, end in spans
    ]
    programs("lead").post(f"maintenance/{made[2]}/cancel/", {"reason": "x"})
    return made


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.said["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [3, 2, 1, 0]),
        ("ordering=starts_at", [0, 1, 2, 3]),
        ("state=coming&ordering=starts_at", [1, 3]),
        ("state=past", [0]),
        ("state=cancelled", [2]),
        ("kind=k8", [3, 2, 1, 0]),
        ("kind=scheduled", []),
        ("since=2026-11-24T14:00:00Z", [3, 2]),
        ("until=2026-11-24T10:00:00Z", [0]),
    ],
)
def test_orders_and_filters(four: list[int], programs: Programs, query: str, expected: list[int]) -> None:
    assert ids(programs("agent").get(f"maintenance/?{query}")) == [four[n] for n in expected]
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = programs("agent").get(f"maintenance/?limit=1&{query}{cursor}")
        found += ids(answer)
        cursor = f"&cursor={answer.said['next']}" if answer.said["next"] else None
    assert found == [four[n] for n in expected]


def test_filter_by_service(delivered: Delivered, four: list[int], programs: Programs) -> None:
    agent, service = programs("agent"), delivered.service.pk
    assert ids(agent.get(f"maintenance/?ordering=starts_at&service={service}")) == four
    assert ids(agent.get(f"maintenance/?service={service + 1000}")) == []


def test_a_list_asks_as_often_however_long_it_is(delivered: Delivered, four: list[int], programs: Programs) -> None:
    agent = programs("agent")
    counts = []
    for limit in (1, 4):
        agent.get(f"maintenance/?limit={limit}")
        with CaptureQueriesContext(connection) as queries:
            agent.get(f"maintenance/?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
