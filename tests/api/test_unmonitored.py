"""Unmonitored stretches over the API: recorded, ended, struck out; listed and filtered."""

from typing import Any

import pytest
import time_machine

from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.uptime.delivered import NOW, Delivered, deliver
from tests.world import World
from uptime.models import Unmonitored


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        found.marked()
    return found


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def body(delivered: Delivered, **more: Any) -> dict[str, Any]:
    given = {"service": delivered.service.pk, "starts_at": "2026-11-20T10:00:00Z", "reason": " The probe is down. "}
    return {**given, **more}


def marked(delivered: Delivered) -> set[str]:
    with delivered.world.inside("admin"):
        return delivered.marked()


def test_it_is_recorded_read_ended_and_struck_out(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    answer = lead.post("unmonitored/", body(delivered))
    said = answer.said
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/unmonitored/{said['id']}/")
    assert said == {
        "id": said["id"],
        "state": "on",
        "service": {"id": delivered.service.pk, "name": "API"},
        "starts_at": "2026-11-20T10:00:00Z",
        "ends_at": None,
        "reason": "The probe is down.",
        "recorded_at": "2026-11-24T12:00:00Z",
        "struck_out_at": None,
    }
    assert marked(delivered) == {"2026-11"}
    path = f"unmonitored/{said['id']}/"
    for who in ("agent", "lead", "admin"):
        assert programs(who).get(path).said == said
    refused(lead.post(f"{path}end/", {"ends_at": "2026-11-25T00:00:00Z"}), 400, "lies_ahead")
    refused(lead.post(f"{path}end/", {"ends_at": "2026-11-20T10:00:00Z"}), 400, "ends_before_start")
    ended = lead.post(f"{path}end/", {"ends_at": "2026-11-20T13:00:00+02:00"}).said
    assert (ended["state"], ended["ends_at"]) == ("ended", "2026-11-20T11:00:00Z")
    assert marked(delivered) == {"2026-11"}
    refused(lead.post(f"{path}end/"), 409, "ended_already")
    struck = lead.post(f"{path}strike-out/", {"reason": "The other probe measured."}).said
    assert (struck["state"], struck["struck_out_at"]) == ("struck", "2026-11-24T12:00:00Z")
    refused(lead.post(f"{path}strike-out/", {"reason": "Again."}), 409, "struck_out")
    other = lead.post("unmonitored/", body(delivered)).said["id"]
    assert lead.post(f"unmonitored/{other}/end/").said["ends_at"] == "2026-11-24T12:00:00Z"


def test_leads_record_and_strangers_see_nothing(delivered: Delivered, programs: Programs) -> None:
    pk = programs("lead").post("unmonitored/", body(delivered)).said["id"]
    acts: dict[str, Any] = {"end": {}, "strike-out": {"reason": "x"}}
    for who in ("agent", "amy", "bob", "carl"):
        refused(programs(who).post("unmonitored/", body(delivered)), 403, "role_not_allowed")
        for act, given in acts.items():
            refused(programs(who).post(f"unmonitored/{pk}/{act}/", given), 403, "role_not_allowed")
    for who in ("amy", "bob", "carl"):
        for path in ("unmonitored/", f"unmonitored/{pk}/"):
            refused(programs(who).get(path), 403, "role_not_allowed")
    cora = programs("cora")
    refused(cora.get(f"unmonitored/{pk}/"), 404, "not_found")
    for act, given in acts.items():
        refused(cora.post(f"unmonitored/{pk}/{act}/", given), 404, "not_found")
    assert set(refused(cora.post("unmonitored/", body(delivered)), 400, "service_unknown")) == {"service"}
    assert cora.get("unmonitored/").said["items"] == []
    with delivered.world.inside("lead"):
        assert list(Unmonitored.objects.values_list("ends_at", "void_at")) == [(None, None)]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"reason": " "}, "invalid", "reason"),
        ({"service": "1"}, "invalid", "service"),
        ({"note": "x"}, "invalid", "note"),
        ({"starts_at": "2026-11-24T12:00:01Z"}, "lies_ahead", "starts_at"),
        ({"ends_at": "2026-11-20T10:00:00Z"}, "ends_before_start", "ends_at"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, "far_off", "ends_at"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    delivered: Delivered, programs: Programs, more: Any, code: str, field: str
) -> None:
    assert set(refused(programs("lead").post("unmonitored/", body(delivered, **more)), 400, code)) == {field}
    with delivered.world.inside("lead"):
        assert not Unmonitored.objects.exists()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 0]),
        ("ordering=starts_at", [0, 1, 2]),
        ("state=on", [2]),
        ("state=ended", [0]),
        ("state=struck", [1]),
        ("since=2026-11-10T12:00:00Z", [2, 1]),
        ("until=2026-11-12T10:00:00Z", [1, 0]),
        ("service=9223372036854775807", []),
    ],
)
def test_orders_filters_and_pages(delivered: Delivered, programs: Programs, query: str, expected: list[int]) -> None:
    lead = programs("lead")
    made = [
        lead.post("unmonitored/", body(delivered, starts_at=f"2026-11-{n}T10:00:00Z", ends_at=end)).said["id"]
        for n, end in (("10", "2026-11-10T12:00:00Z"), ("11", "2026-11-11T12:00:00Z"), ("12", None))
    ]
    lead.post(f"unmonitored/{made[1]}/strike-out/", {"reason": "x"})
    found, cursor = [], ""
    while cursor is not None:
        answer = programs("agent").get(f"unmonitored/?limit=1&{query}{cursor}").said
        found += [item["id"] for item in answer["items"]]
        cursor = f"&cursor={answer['next']}" if answer["next"] else None
    assert found == [made[n] for n in expected]
