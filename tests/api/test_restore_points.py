"""Restore points over the API: reported, listed, gone, struck out; and whether the backups are kept, by who asks."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from contracts.models import Subscription
from slaportal.api.schema import schema
from slaportal.api.shapes import moment
from tests.api.conftest import Programs
from tests.api.programs import program
from tests.api.test_calls import refused
from tests.uptime.delivered import NOW, Delivered, deliver, publish, subscribed
from tests.uptime.test_restore_points import TEXT
from tests.world import World
from uptime.actions.restore_points import MOST
from uptime.models import RestorePoint

HOUR = timedelta(hours=1)
FIRST, SECOND = "2026-11-24T08:00:00Z", "2026-11-24T12:00:00Z"


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        return deliver(world)


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def body(delivered: Delivered, *taken: Any, **more: Any) -> dict[str, Any]:
    return {"service": delivered.service.pk, "taken": list(taken)} | more


def kept(delivered: Delivered) -> int:
    with delivered.world.inside("admin"):
        return RestorePoint.objects.count()


def test_they_are_reported_read_gone_and_struck_out(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    answer = lead.post("restore-points/", body(delivered, FIRST, "2026-11-24T13:00:00+01:00"))
    assert (answer.status_code, answer.said) == (200, {"reported": 2, "new": 2})
    assert lead.post("restore-points/", body(delivered, FIRST)).said == {"reported": 1, "new": 0}
    newest, oldest = lead.get("restore-points/").said["items"]
    assert newest["taken_at"] == SECOND
    assert oldest == {
        "id": oldest["id"],
        "state": "there",
        "service": {"id": delivered.service.pk, "name": "API"},
        "taken_at": FIRST,
        "gone_at": None,
        "recorded_at": "2026-11-24T12:00:00Z",
        "struck_out_at": None,
        "revision": 1,
    }
    path = f"restore-points/{oldest['id']}/"
    for who in ("agent", "lead", "admin"):
        assert programs(who).get(path).said == oldest
    assert set(refused(lead.post(f"{path}gone/", {"gone_at": FIRST}), 400, "gone_before_taken")) == {"gone_at"}
    refused(lead.post(f"{path}gone/", {"gone_at": "2026-11-24T12:00:01Z"}), 400, "lies_ahead")
    gone = lead.post(f"{path}gone/", {"gone_at": "2026-11-24T09:00:00Z"}).said
    assert (gone["state"], gone["gone_at"]) == ("gone", "2026-11-24T09:00:00Z")
    assert lead.post(f"{path}gone/", {"gone_at": "2026-11-24T09:00:00Z"}).said == gone
    refused(lead.post(f"{path}gone/"), 409, "gone_already")
    struck = lead.post(f"{path}strike-out/", {"reason": "It could not be read."}).said
    assert (struck["state"], struck["struck_out_at"]) == ("struck", "2026-11-24T12:00:00Z")
    refused(lead.post(f"{path}strike-out/", {"reason": "Again."}), 409, "struck_out")
    other = lead.post("restore-points/", body(delivered, "2026-11-24T10:00:00Z"))
    assert other.said["new"] == 1
    pk = lead.get("restore-points/?state=there&ordering=taken_at").said["items"][0]["id"]
    assert lead.post(f"restore-points/{pk}/gone/").said["gone_at"] == "2026-11-24T12:00:00Z"


def test_since_when_it_is_gone_is_corrected(delivered: Delivered, programs: Programs) -> None:
    """As `If-Match` saw it; null says that it is still there."""
    lead, why = programs("lead"), {"reason": "The log was read."}
    lead.post("restore-points/", body(delivered, FIRST))
    pk = lead.get("restore-points/").said["items"][0]["id"]
    path = f"restore-points/{pk}/"
    refused(lead.post(f"{path}correct/", {"gone_at": "2026-11-24T09:00:00Z", **why}), 409, "not_gone")
    gone = lead.post(f"{path}gone/", {"gone_at": "2026-11-24T09:00:00Z"}, If_Match='"1"')
    assert (gone.headers["ETag"], lead.get(path).headers["ETag"]) == ('"2"', '"2"')
    for act, given in (("correct", {"gone_at": None, **why}), ("strike-out", why)):
        refused(lead.post(f"{path}{act}/", given, If_Match='"1"'), 412, "changed_meanwhile")
    assert set(refused(lead.post(f"{path}correct/", why), 400, "invalid")) == {"gone_at"}
    assert set(refused(lead.post(f"{path}correct/", {"gone_at": None}), 400, "invalid")) == {"reason"}
    said = lead.post(f"{path}correct/", {"gone_at": "2026-11-24T10:00:00Z", **why}, If_Match='"2"').said
    assert (said["gone_at"], said["revision"], said["state"]) == ("2026-11-24T10:00:00Z", 3, "gone")
    said = lead.post(f"{path}correct/", {"gone_at": None, **why}).said
    assert (said["gone_at"], said["revision"], said["state"]) == (None, 4, "there")


def test_leads_report_and_strangers_see_nothing(delivered: Delivered, programs: Programs) -> None:
    programs("lead").post("restore-points/", body(delivered, FIRST))
    pk = programs("lead").get("restore-points/").said["items"][0]["id"]
    acts: dict[str, Any] = {"gone": {}, "correct": {"gone_at": None, "reason": "x"}, "strike-out": {"reason": "x"}}
    for who in ("agent", "amy", "bob", "carl"):
        refused(programs(who).post("restore-points/", body(delivered, SECOND)), 403, "role_not_allowed")
        for act, given in acts.items():
            refused(programs(who).post(f"restore-points/{pk}/{act}/", given), 403, "role_not_allowed")
    for who in ("amy", "bob", "carl"):
        for path in ("restore-points/", f"restore-points/{pk}/"):
            refused(programs(who).get(path), 403, "role_not_allowed")
    cora = programs("cora")
    refused(cora.get(f"restore-points/{pk}/"), 404, "not_found")
    for act, given in acts.items():
        refused(cora.post(f"restore-points/{pk}/{act}/", given), 404, "not_found")
    assert set(refused(cora.post("restore-points/", body(delivered, SECOND)), 400, "service_unknown")) == {"service"}
    assert cora.get("restore-points/").said["items"] == []
    with delivered.world.inside("lead"):
        assert list(RestorePoint.objects.values_list("gone_at", "void_at")) == [(None, None)]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"taken": [FIRST, "2026-11-24T12:00:00.000001Z"]}, "lies_ahead", "taken.1"),
        ({"taken": [FIRST, "1969-12-31T23:59:59Z"]}, "far_off", "taken.1"),
        ({"taken": [FIRST, "2026-11-24T08:00:00"]}, "invalid", "taken.1"),
        ({"taken": [FIRST, None]}, "invalid", "taken.1"),
        ({"taken": []}, "invalid", "taken"),
        ({"taken": [FIRST] * (MOST + 1)}, "invalid", "taken"),
        ({"taken": FIRST}, "invalid", "taken"),
        ({"service": "1"}, "invalid", "service"),
        ({"gone_at": SECOND}, "invalid", "gone_at"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_one_wrong_instant_or_an_unknown_field_refuses_all(
    delivered: Delivered, programs: Programs, more: Any, code: str, field: str
) -> None:
    answer = programs("lead").post("restore-points/", body(delivered, FIRST, **more))
    assert set(refused(answer, 400, code)) == {field}
    assert kept(delivered) == 0


def test_ten_thousand_at_once(delivered: Delivered, programs: Programs) -> None:
    many = [moment(NOW - n * HOUR) for n in range(MOST)]
    assert programs("lead").post("restore-points/", body(delivered, *many)).said == {"reported": MOST, "new": MOST}
    told = schema()["components"]["schemas"]["ReportRestorePointsRequest"]["properties"]["taken"]
    assert (told["minItems"], told["maxItems"]) == (1, MOST)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 0]),
        ("ordering=taken_at", [0, 1, 2]),
        ("state=there", [2]),
        ("state=gone", [0]),
        ("state=struck", [1]),
        ("since=2026-11-11T10:00:00Z", [2, 1]),
        ("until=2026-11-12T10:00:00Z", [1, 0]),
        ("service=9223372036854775807", []),
    ],
)
def test_orders_filters_and_pages(delivered: Delivered, programs: Programs, query: str, expected: list[int]) -> None:
    lead = programs("lead")
    lead.post("restore-points/", body(delivered, *(f"2026-11-{n}T10:00:00Z" for n in (10, 11, 12))))
    made = [item["id"] for item in lead.get("restore-points/?ordering=taken_at").said["items"]]
    lead.post(f"restore-points/{made[0]}/gone/")
    lead.post(f"restore-points/{made[1]}/strike-out/", {"reason": "x"})
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = programs("agent").get(f"restore-points/?limit=1&{query}{cursor}").said
        found += [item["id"] for item in answer["items"]]
        cursor = f"&cursor={answer['next']}" if answer["next"] else None
    assert found == [made[n] for n in expected]


# The verdicts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def backed_up(delivered: Delivered) -> Subscription:
    """Of tenant a: every four hours for a day, each Monday for a week. It is Tuesday, 13:00 in Berlin."""
    with delivered.world.inside("admin"):
        publish(delivered.provider, TEXT, policy="backups")
        return subscribed(delivered.world, name="Backed up", policy="backups", services=[delivered.service])


def test_the_verdicts_are_the_same_for_staff_and_for_its_own_people(
    delivered: Delivered, backed_up: Subscription, programs: Programs
) -> None:
    taken = [moment(NOW - n * 4 * HOUR) for n in range(7) if n != 2]
    programs("lead").post("restore-points/", body(delivered, *taken))
    path = f"subscriptions/{backed_up.pk}/backups/"
    said = programs("lead").get(path).said
    snapshot = {
        "service": {"id": delivered.service.pk, "name": "API"},
        "name": "snapshot",
        "every": "4h",
        "per_day": None,
        "weekday": None,
        "keep": "24h",
        "kept": False,
        "asked": 5,
        "missing": [{"starts_at": "2026-11-24T00:00:00Z", "ends_at": FIRST, "on": None, "there": 0}],
        "path": "backups.snapshot",
        "clause": "Backups",
        "strength": "guarantee",
        "note": None,
    }
    weekly = {
        **snapshot,
        "name": "weekly",
        "every": None,
        "weekday": "mon",
        "keep": "1w",
        "kept": True,
        "asked": 1,
        "missing": [],
        "path": "backups.weekly",
        "note": "Mondays.",
    }
    assert said == [snapshot, weekly]
    for who in ("agent", "admin", "amy", "ann"):
        assert programs(who).get(path).said == said


def test_a_day_that_lacks_is_named(delivered: Delivered, backed_up: Subscription, programs: Programs) -> None:
    said = programs("ann").get(f"subscriptions/{backed_up.pk}/backups/").said
    assert [one["kept"] for one in said] == [False, False]
    day = {"starts_at": "2026-11-22T23:00:00Z", "ends_at": "2026-11-23T23:00:00Z", "on": "2026-11-23", "there": 0}
    assert said[1]["missing"] == [day]


def test_another_tenants_and_another_providers_subscription_is_not_there(
    delivered: Delivered, backed_up: Subscription, programs: Programs
) -> None:
    for who in ("bob", "carl", "cora"):
        refused(programs(who).get(f"subscriptions/{backed_up.pk}/backups/"), 404, "not_found")
    assert set(refused(programs("lead").get(f"subscriptions/{backed_up.pk}/backups/?x=1"), 400, "invalid")) == {"x"}


def test_nothing_promised_is_an_empty_list_and_scopes_hold(delivered: Delivered) -> None:
    path = f"subscriptions/{delivered.subscription.pk}/backups/"
    assert program(delivered.world, "ann", scopes=["uptime:read"]).get(path).said == []
    refused(program(delivered.world, "ann", scopes=["policies:read"]).get(path), 403, "token_scope_missing")


def test_many_are_gone_in_one_call(delivered: Delivered, programs: Programs) -> None:
    lead = programs("lead")
    lead.post("restore-points/", body(delivered, FIRST, SECOND, SECOND))
    early = lead.post("restore-points/gone/", body(delivered, FIRST, SECOND, gone_at=SECOND))
    assert set(refused(early, 400, "gone_before_taken")) == {"taken.1"}
    unknown = lead.post("restore-points/gone/", body(delivered, FIRST, "2026-11-24T08:30:00Z"))
    assert set(refused(unknown, 400, "restore_point_unknown")) == {"taken.1"}
    with time_machine.travel(NOW + HOUR, tick=False):
        for new in (2, 0):
            answer = lead.post("restore-points/gone/", body(delivered, FIRST, SECOND))
            assert answer.said == {"reported": 2, "new": new}
        rows = lead.get("restore-points/").said["items"]
    assert {(row["state"], row["gone_at"], row["revision"]) for row in rows} == {("gone", moment(NOW + HOUR), 2)}
