"""Outages over the API: recorded, ended, corrected with a look at the months first, struck out; listed and filtered."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.actions.catalogue import add_service
from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.uptime.delivered import NOW, START, Delivered, day, deliver
from tests.world import World
from uptime.models import Outage, SubscriptionPeriod

# `Delivered.marked` takes the marks away, and no worker comes.
pytestmark = pytest.mark.differs

STAFF, LEADS, CUSTOMERS = ("agent", "lead", "admin"), ("lead", "admin"), ("amy", "bob", "carl")


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.worked_out("2026-10")
        found.worked_out("2026-11")
        found.marked()
    return found


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def body(delivered: Delivered, **more: Any) -> dict[str, Any]:
    return {
        "title": "Database down",
        "services": [delivered.service.pk],
        "starts_at": "2026-11-20T10:00:00Z",
        **more,
    }


def marked(delivered: Delivered) -> set[str]:
    with delivered.world.inside("admin"):
        return delivered.marked()


# One outage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", LEADS)
def test_it_is_recorded_and_read(delivered: Delivered, programs: Programs, who: str) -> None:
    answer = programs(who).post("outages/", body(delivered, ends_at="2026-11-20T13:30:00+02:00", note=" disk "))
    assert answer.status_code == 201, answer.content
    said = answer.said
    assert (answer.headers["Location"], answer.headers["ETag"]) == (f"/api/v1/outages/{said['id']}/", '"1"')
    service = {"id": delivered.service.pk, "name": "API"}
    member = {"id": delivered.world.members[who].pk, "name": f"CANARY-member-{who}"}
    assert said == {
        "id": said["id"],
        "title": "Database down",
        "state": "ended",
        "services": [service],
        "cause": "provider",
        "impact": "down",
        "starts_at": "2026-11-20T10:00:00Z",
        "reported_start_at": "2026-11-20T10:00:00Z",
        "true_start_at": None,
        "ends_at": "2026-11-20T11:30:00Z",
        "noticed_at": "2026-11-24T12:00:00Z",
        "note": "disk",
        "customers": 1,
        "recorded_at": "2026-11-24T12:00:00Z",
        "recorded_by": member,
        "struck_out_at": None,
        "revision": 1,
    }
    assert marked(delivered) == {"2026-11"}
    for reader in STAFF:
        assert programs(reader).get(f"outages/{said['id']}/").said == said


def test_it_is_the_staffs_and_what_happened_is_recorded_by_leads(delivered: Delivered, programs: Programs) -> None:
    pk = programs("lead").post("outages/", body(delivered)).said["id"]
    acts = {"end": {}, "correct": {"reason": "x"}, "difference": {"reason": "x"}, "strike-out": {"reason": "x"}}
    for who in ("agent", *CUSTOMERS):
        refused(programs(who).post("outages/", body(delivered)), 403, "role_not_allowed")
        for act, given in acts.items():
            refused(programs(who).post(f"outages/{pk}/{act}/", given), 403, "role_not_allowed")
    for who in CUSTOMERS:
        for path in ("outages/", f"outages/{pk}/", f"outages/{pk}/months/"):
            refused(programs(who).get(path), 403, "role_not_allowed")
    for act, given in acts.items():
        refused(programs("cora").post(f"outages/{pk}/{act}/", given), 404, "not_found")
    for path in (f"outages/{pk}/", f"outages/{pk}/months/", "outages/0/"):
        refused(programs("cora").get(path), 404, "not_found")
    assert programs("cora").get("outages/").said == {"items": [], "next": None}
    refused(programs("cora").post("outages/", body(delivered)), 400, "services_unknown")
    with delivered.world.inside("lead"):
        assert list(Outage.objects.values_list("revision", "void_at", "ends_at")) == [(1, None, None)]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"title": " "}, "invalid", "title"),
        ({"services": []}, "invalid", "services"),
        ({"services": [1, "2"]}, "invalid", "services.1"),
        ({"impact": "slow"}, "invalid", "impact"),
        ({"starts_at": "2026-11-20T10:00:00"}, "invalid", "starts_at"),
        ({"until": "2026-11-20T10:00:00Z"}, "invalid", "until"),
        ({"cause": "Our own"}, "not_a_name", "cause"),
        ({"starts_at": "2026-11-24T12:00:01Z"}, "lies_ahead", "starts_at"),
        ({"ends_at": "2026-11-20T09:59:59Z"}, "ends_before_start", "ends_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "far_off", "starts_at"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, "far_off", "ends_at"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    delivered: Delivered, programs: Programs, more: Any, code: str, field: str
) -> None:
    assert set(refused(programs("lead").post("outages/", body(delivered, **more)), 400, code)) == {field}
    with delivered.world.inside("lead"):
        assert not Outage.objects.exists()


def test_a_service_of_nobody_is_named_by_its_place(delivered: Delivered, programs: Programs) -> None:
    services = [delivered.service.pk, delivered.service.pk + 1000]
    answer = programs("lead").post("outages/", body(delivered, services=services))
    assert set(refused(answer, 400, "services_unknown")) == {"services.1"}


def test_it_ends_once(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    pk = lead.post("outages/", body(delivered)).said["id"]
    assert lead.get(f"outages/{pk}/").said["state"] == "on"
    refused(lead.post(f"outages/{pk}/end/", {"ends_at": "2026-11-25T00:00:00Z"}), 400, "lies_ahead")
    answer = lead.post(f"outages/{pk}/end/")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.said["state"], answer.said["ends_at"]) == ("ended", "2026-11-24T12:00:00Z")
    refused(lead.post(f"outages/{pk}/end/"), 409, "ended_already")
    other = lead.post("outages/", body(delivered)).said["id"]
    given = {"ends_at": "2026-11-20T12:00:00Z"}
    assert lead.post(f"outages/{other}/end/", given).said["ends_at"] == given["ends_at"]


def test_a_correction_is_looked_at_then_saved(delivered: Delivered, programs: Programs) -> None:
    lead, world = programs("lead"), delivered.world
    pk = lead.post("outages/", body(delivered, ends_at="2026-11-20T11:00:00Z")).said["id"]
    with world.inside("admin"):
        delivered.marked()
        delivered.worked_out()
    change = {"reason": "The log says so.", "true_start_at": "2026-10-31T22:00:00Z", "cause": "third_party"}
    tried = lead.post(f"outages/{pk}/difference/", change)
    assert tried.status_code == 200, tried.content
    assert [(one["period"], one["met_before"], one["met_after"], one["differs"]) for one in tried.said] == [
        ("2026-10", True, False, True),
        ("2026-11", False, False, True),
    ]
    assert {one["tenant"]["name"] for one in tried.said} == {"CANARY-tenant-a"}
    assert tried.said[0]["percent_before"] == "100.000000"
    assert (lead.get(f"outages/{pk}/").said["revision"], marked(delivered)) == (1, set())

    answer = lead.post(f"outages/{pk}/correct/", change)
    assert (answer.status_code, answer.said["revision"]) == (200, 2)
    assert (answer.said["starts_at"], answer.said["reported_start_at"]) == (
        "2026-10-31T22:00:00Z",
        "2026-11-20T10:00:00Z",
    )
    assert (answer.said["cause"], answer.said["title"]) == ("third_party", "Database down")
    months = lead.get(f"outages/{pk}/months/").said["items"]
    assert [(one["period"], one["pending"]) for one in months] == [("2026-10", True), ("2026-11", True)]
    after = {one["period"]: one["percent_after"] for one in tried.said}
    with world.inside("admin"):
        for text, percent in after.items():
            assert f"{delivered.worked_out(text).percent:.6f}" == percent
    back = lead.post(f"outages/{pk}/correct/", {"reason": "No.", "true_start_at": None, "ends_at": None})
    assert (back.said["starts_at"], back.said["ends_at"]) == ("2026-11-20T10:00:00Z", None)


def test_a_correction_of_the_services(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    pk = lead.post("outages/", body(delivered)).said["id"]
    with delivered.world.inside("admin"):
        other = add_service(delivered.provider, "other", "Other", tenant=None, actor="test", at=START)
    change = {"reason": "Another.", "services": [other.pk]}
    said = lead.post(f"outages/{pk}/correct/", change).said
    assert (said["services"], said["customers"]) == ([{"id": other.pk, "name": "Other"}], 0)
    unknown = {"reason": "Another.", "services": [other.pk + 1000]}
    refused(lead.post(f"outages/{pk}/correct/", unknown), 400, "services_unknown")
    assert lead.post(f"outages/{pk}/correct/", {"reason": "Nothing new."}).said["revision"] == 2


def test_it_is_struck_out_and_stays(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    pk = lead.post("outages/", body(delivered)).said["id"]
    answer = lead.post(f"outages/{pk}/strike-out/", {"reason": "A false alarm."})
    assert (answer.said["state"], answer.said["struck_out_at"]) == ("struck", "2026-11-24T12:00:00Z")
    for act in ("end", "correct", "difference", "strike-out"):
        given = {} if act == "end" else {"reason": "x"}
        refused(lead.post(f"outages/{pk}/{act}/", given), 409, "struck_out")


def test_who_saw_another_revision_changes_nothing(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    made = lead.post("outages/", body(delivered))
    pk, seen = made.said["id"], made.headers["ETag"]
    assert lead.post(f"outages/{pk}/correct/", {"reason": "x", "note": "y"}, If_Match=seen).status_code == 200
    for act, given in {"end": {}, "correct": {"reason": "x", "note": "z"}, "strike-out": {"reason": "x"}}.items():
        refused(lead.post(f"outages/{pk}/{act}/", given, If_Match=seen), 412, "changed_meanwhile")
    refused(lead.post(f"outages/{pk}/difference/", {"reason": "x"}, If_Match=seen), 412, "changed_meanwhile")
    assert lead.get(f"outages/{pk}/").said["note"] == "y"
    assert lead.post(f"outages/{pk}/end/", If_Match='"2"').status_code == 200


# Lists ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(delivered: Delivered) -> list[int]:
    """In the order of their starts: three that ended, one struck out, one that goes on."""
    with delivered.world.inside("lead"):
        made = [delivered.outage(f"11-{n} 10:00", f"11-{n} 11:00", cause="customer") for n in ("10", "11")]
        made += [delivered.outage("11-11 10:00", "11-12 10:00")]
        made += [delivered.outage("11-13 10:00", "11-13 11:00", void_at=day("11-14 10:00"))]
        made += [delivered.outage("11-20 10:00", None)]
    return [one.pk for one in made]


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.said["items"]]


@pytest.mark.parametrize("ordering", ["", "&ordering=-starts_at", "&ordering=starts_at"])
def test_pages_in_every_order(five: list[int], programs: Programs, ordering: str) -> None:
    found, cursor = [], ""
    for _page in range(3):
        answer = programs("agent").get(f"outages/?limit=2{ordering}{cursor}")
        found += ids(answer)
        cursor = f"&cursor={answer.said['next']}"
    assert answer.said["next"] is None
    assert found == (five if ordering == "&ordering=starts_at" else five[::-1])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=on", [4]),
        ("state=ended", [0, 1, 2]),
        ("state=struck", [3]),
        ("cause=customer", [0, 1]),
        ("since=2026-11-11T11:00:00Z", [2, 3, 4]),
        ("until=2026-11-11T10:00:00Z", [0]),
        ("since=2026-11-13T12:00:00%2B01:00&until=2026-11-14T00:00:00Z", []),
        ("state=ended&since=2026-11-12T00:00:00Z", [2]),
    ],
)
def test_filters(five: list[int], programs: Programs, query: str, expected: list[int]) -> None:
    found = ids(programs("agent").get(f"outages/?ordering=starts_at&{query}"))
    assert found == [five[n] for n in expected]


def test_filter_by_service(delivered: Delivered, five: list[int], programs: Programs) -> None:
    agent, service = programs("agent"), delivered.service.pk
    assert ids(agent.get(f"outages/?ordering=starts_at&service={service}")) == five
    assert ids(agent.get(f"outages/?service={service + 1000}")) == []


def test_a_list_asks_as_often_however_long_it_is(delivered: Delivered, five: list[int], programs: Programs) -> None:
    agent = programs("agent")
    counts = []
    for limit in (1, 5):
        agent.get(f"outages/?limit={limit}")
        with CaptureQueriesContext(connection) as queries:
            agent.get(f"outages/?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_months_are_listed_in_pages(delivered: Delivered, programs: Programs) -> None:
    made = programs("lead").post("outages/", body(delivered, starts_at="2026-09-30T12:00:00Z"))
    path = f"outages/{made.said['id']}/months/?limit=2"
    first = programs("agent").get(path).said
    second = programs("agent").get(f"{path}&cursor={first['next']}").said
    found = [*first["items"], *second["items"]]
    assert ([one["period"] for one in found], second["next"]) == (["2026-09", "2026-10", "2026-11"], None)
    with delivered.world.inside("agent"):
        assert {one["id"] for one in found} == set(SubscriptionPeriod.objects.values_list("pk", flat=True))
