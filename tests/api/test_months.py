"""Months over the API: the same figures as the pages, exact, adding up; lists with filters and pages; the walls."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credits.api.exact import number_said, seconds_said
from credits.api.lists import part_of
from slaportal.refusal import Refusal
from tests.api.conftest import Programs
from tests.api.programs import program
from tests.api.test_calls import refused
from tests.credits.claiming import CLOSED, NOON
from tests.credits.months import Months, for_responses, tenth, utc
from tests.credits.test_pages_months import excluded, missed, swept
from tests.world import World
from uptime.models import SampleHour

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
PARTS = ("", "outages/", "windows/", "days/", "breaches/", "claim/")


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API reads the clock: it stands in the month after."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def said(programs: Programs, path: str, who: str = "amy") -> Any:
    answer = programs(who).get(path)
    assert answer.status_code == 200, answer.content
    return answer.said


# One month ------------------------------------------------------------------------------------------------------------


def test_the_sum_line_by_line(world: World, programs: Programs) -> None:
    months = excluded(world)
    month = said(programs, f"months/{months.pk}/")
    assert [(line["line"], line["kind"], line["length_s"] or line["percent"]) for line in month["sum"]] == [
        ("length", "figure", "2678400"),
        ("reported", "figure", "36000"),
        ("not_counted", "less", "21600"),
        ("not_counted", "less", "3600"),
        ("counted", "total", "10800"),
        ("availability", "figure", "99.596774"),
        ("allowed", "figure", "26784"),
        ("left", "total", "15984"),
    ]
    assert [line["label"] for line in month["sum"][2:4]] == ["Scheduled maintenance", "Cause: a third party"]


def test_target_availability_and_what_is_left(world: World, programs: Programs) -> None:
    months = excluded(world)
    month = said(programs, f"months/{months.pk}/")
    found = month["availability"]
    assert (month["percent"], found["percent"], found["target"], found["met"]) == ("99.596774", "99.596774", "99", True)
    exact = {name: Decimal(value) for name, value in found.items() if name.endswith("_s")}
    assert exact["reported_s"] - exact["not_counted_s"] == exact["counted_s"] == 10800
    assert exact["allowed_s"] - exact["counted_s"] == exact["left_s"] == 15984
    share = 1 - Fraction(exact["counted_s"]) / Fraction(exact["service_time_s"])
    assert 0 <= 100 * share - Fraction(found["percent"]) < Fraction(1, 10**6)  # cut off, never rounded up
    assert found["used_percent"] == "40.322580"
    assert (found["coverage_percent"], found["unmonitored_s"], found["used_up_at"]) == ("100.000000", "0", None)
    assert (month["policy"]["policy"], month["policy"]["plan_name"], month["timezone"]) == (
        "sla",
        "Only",
        "America/New_York",
    )
    assert (month["fee_monthly"], month["currency"]) == ("1000.00", "USD")


def test_what_is_over_the_allowance_is_negative(world: World, programs: Programs) -> None:
    months = missed(world)  # ten hours; a month allows not quite seven and a half
    month = said(programs, f"months/{months.pk}/")
    found = month["availability"]
    assert (month["met"], found["met"]) == (False, False)
    assert Decimal(found["left_s"]) == Decimal(found["allowed_s"]) - 36000 < 0
    assert found["used_up_at"] == "2026-10-15T07:26:24Z"
    assert month["sum"][-1]["line"] == "over"
    assert Decimal(month["sum"][-1]["length_s"]) == -Decimal(found["left_s"])


def test_a_month_that_is_not_worked_out(world: World, programs: Programs) -> None:
    months = Months(world, [tenth()])
    month = said(programs, f"months/{months.pk}/")
    assert (month["percent"], month["met"], month["availability"], month["sum"]) == (None, None, None, [])
    assert (month["worked_out_at"], month["closed_at"], month["up_to_date"]) == (None, None, False)
    for part in ("outages/", "windows/"):
        assert said(programs, f"months/{months.pk}/{part}")["items"] == []
    assert said(programs, f"months/{months.pk}/days/") == []


def test_everybody_of_both_sides_sees_the_same(world: World, programs: Programs) -> None:
    months = excluded(world)
    for part in PARTS[:-1]:
        found = [said(programs, f"months/{months.pk}/{part}", who) for who in ("agent", "lead", "admin", "amy", "ann")]
        assert all(one == found[0] for one in found), part
        assert "Secret title" not in str(found)


@pytest.mark.parametrize("who", ["bob", "carl", "cora"])
def test_a_strangers_month_is_not_there(world: World, programs: Programs, who: str) -> None:
    months = excluded(world)
    for part in PARTS:
        refused(programs(who).get(f"months/{months.pk}/{part}"), 404, "not_found")
    assert said(programs, "months/", who)["items"] == []


# What happened --------------------------------------------------------------------------------------------------------


def test_outages_with_what_counted_and_the_clause(world: World, programs: Programs) -> None:
    months = excluded(world)
    outages = said(programs, f"months/{months.pk}/outages/")["items"]
    assert [(o["reported_s"], o["not_counted_s"], o["counted_s"]) for o in outages] == [
        ("25200", "21600", "3600"),
        ("7200", "0", "7200"),
        ("3600", "3600", "0"),
    ]
    first, _second, third = outages
    assert (first["start_at"], first["end_at"]) == ("2026-10-03T04:00:00Z", "2026-10-03T11:00:00Z")
    assert first["services"] == [{"key": "api", "name": "API"}]
    assert [(p["verdict"], p["reported_s"], p["counted_s"]) for p in first["pieces"]] == [
        ("window", "21600", "0"),
        ("counted", "3600", "3600"),
    ]
    assert first["pieces"][0]["ground"] == {
        "label": "Scheduled maintenance",
        "clause": "Downtime, 2",
        "note": "Six hours each.",
    }
    assert first["pieces"][1]["ground"] is None
    assert (third["cause"], third["pieces"][0]["ground"]["clause"]) == ("third_party", "Downtime, 3")
    assert third["said"] == "1 h not counted: the agreement excludes this cause"
    total = said(programs, f"months/{months.pk}/")["availability"]
    for name in ("reported_s", "not_counted_s", "counted_s"):
        assert sum(Decimal(outage[name]) for outage in outages) == Decimal(total[name])


def test_windows_with_their_verdicts(world: World, programs: Programs) -> None:
    months = excluded(world)
    first, second = said(programs, f"months/{months.pk}/windows/")["items"]
    assert (first["verdict"], first["excluded_from"], first["excluded_to"], first["excluded_s"]) == (
        "excluded",
        "2026-10-03T04:00:00Z",
        "2026-10-03T10:00:00Z",
        "21600",
    )
    assert (first["hidden_s"], first["clause"], first["said"]) == ("21600", "Downtime, 2", "6 h of 7 h excluded")
    assert (second["verdict"], second["late_s"], second["excluded_s"]) == ("announced_late", "90000", "0")
    assert (second["announced_at"], second["announce_by"]) == ("2026-10-07T05:00:00Z", "2026-10-06T04:00:00Z")
    assert (second["excluded_from"], second["hidden_s"]) == (None, "0")


def test_days_add_up(world: World, programs: Programs) -> None:
    months = excluded(world)
    days = said(programs, f"months/{months.pk}/days/")
    assert (len(days), days[0]["day"], days[-1]["day"]) == (31, "2026-10-01", "2026-10-31")
    assert days[2] == {"day": "2026-10-03", "to_come": False, "counted_s": "3600", "not_counted_s": "21600"}
    assert sum(Decimal(day["counted_s"]) for day in days) == 10800


def test_days_that_have_not_begun_have_no_figures(
    world: World, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zero would say that nothing was down on a day that nobody has seen."""
    months = excluded(world)
    monkeypatch.setattr(timezone, "now", lambda: utc("10-10 03:59"))  # a minute before midnight in New York
    days = said(programs, f"months/{months.pk}/days/")
    assert [day["day"] for day in days if not day["to_come"]] == [f"2026-10-{day:02d}" for day in range(1, 10)]
    assert days[8] == {"day": "2026-10-09", "to_come": False, "counted_s": "0", "not_counted_s": "0"}
    assert {(day["counted_s"], day["not_counted_s"]) for day in days[9:]} == {(None, None)}
    monkeypatch.setattr(timezone, "now", lambda: utc("10-10 04:00"))
    assert [day["to_come"] for day in said(programs, f"months/{months.pk}/days/")].index(True) == 10


def test_performance_is_exact(world: World, programs: Programs) -> None:
    latency = {"limit": "200", "is": "below", "clause": "Speed, 1"}
    months = Months(world, [tenth()], performance={"latency": latency})
    with months.inside():
        SampleHour.objects.create(
            provider=months.provider,
            service=months.service,
            metric="latency",
            hour_at=utc("10-05 12:00"),
            offsets=[0, 1, 2],
            values=[Decimal(100), Decimal("150.5"), Decimal("300.5")],
        )
    months.work_out(NOON)
    (metric,) = said(programs, f"months/{months.pk}/")["performance"]
    assert metric == {
        "metric": "latency",
        "statistic": "mean",
        "region": None,
        "value": "551/3",
        "samples": 3,
        "comparison": "below",
        "limit": "200",
        "regions": None,
        "met": True,
        "clause": "Speed, 1",
    }


def test_promises_on_tickets_that_were_missed(world: World, programs: Programs) -> None:
    months = Months(world, [for_responses()])
    months.breach("10-05 12:00")
    months.breach("10-06 12:00", excused_at=utc("10-07 12:00"))
    months.breach("11-06 12:00")
    path = f"months/{months.pk}/breaches/?limit=1"
    first = said(programs, path)
    second = said(programs, f"{path}&cursor={first['next']}")
    found = [*first["items"], *second["items"]]
    assert [(b["ticket"], b["breached_at"], b["excused_at"]) for b in found] == [
        (1, "2026-10-05T12:00:00Z", None),
        (2, "2026-10-06T12:00:00Z", "2026-10-07T12:00:00Z"),
    ]
    assert second["next"] is None


# Lists ----------------------------------------------------------------------------------------------------------------


def test_the_list_with_filters_and_pages(world: World, programs: Programs) -> None:
    months = missed(world)
    bob, subscription, tenant = world.members["bob"], months.subscription.pk, world.tenants["a"].pk

    def found(query: str, who: str = "amy") -> list[str]:
        return [item["month"] for item in said(programs, f"months/?{query}", who)["items"]]

    # The first hours of the subscription lie in August, in New York.
    assert found("") == ["2026-10", "2026-09", "2026-08"]
    assert found("ordering=starts_at") == ["2026-08", "2026-09", "2026-10"]
    assert found("month=2026-10") == found("met=false") == ["2026-10"]
    assert found("met=true") == found("closed=true") == []
    assert found(f"closed=false&subscription={subscription}&tenant={tenant}", "agent") == found("")
    assert found(f"tenant={bob.tenant_id}", "agent") == found(f"subscription={subscription + 1000}") == []
    assert found(f"tenant={bob.tenant_id}") == []
    first = said(programs, "months/?limit=1")
    second = said(programs, f"months/?limit=1&cursor={first['next']}")
    assert [item["month"] for item in (*first["items"], *second["items"])] == ["2026-10", "2026-09"]
    assert second["next"] is not None
    (item,) = first["items"]
    assert (item["tenant"]["name"], item["subscription"]["name"]) == ("CANARY-tenant-a", "Production")
    assert [(c["amount"], c["status"], c["claim_by"]) for c in item["credits"]] == [
        ("100.00", "claimable", "2026-12-01T05:00:00Z")
    ]


def test_a_closed_month_and_one_that_has_not_begun(
    world: World, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = missed(world)
    months.close(CLOSED)
    swept(CLOSED)
    (item,) = said(programs, "months/?closed=true")["items"]
    assert (item["month"], item["closed_at"]) == ("2026-10", "2026-11-07T04:00:00Z")
    monkeypatch.setattr(timezone, "now", lambda: utc("09-20 12:00"))
    assert [one["month"] for one in said(programs, "months/", "agent")["items"]] == ["2026-09", "2026-08"]


def test_outages_in_pages(world: World, programs: Programs) -> None:
    months = excluded(world)
    path = f"months/{months.pk}/outages/?limit=2"
    first = said(programs, path)
    second = said(programs, f"{path}&cursor={first['next']}")
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    for query in (f"windows/?cursor={first['next']}", "outages/?cursor=x"):
        assert set(refused(programs("amy").get(f"months/{months.pk}/{query}"), 400, "cursor_unknown")) == {"cursor"}


def test_rows_of_one_instant_are_each_given_once() -> None:
    rows, found, query = [(1, "a"), (1, "b"), (1, "c"), (2, "d")], [], {"limit": 1}
    while True:
        part, further = part_of(rows, query, "rows", lambda row: row[0])
        found += part
        if further is None:
            break
        query = {"limit": 1, "cursor": further}  # type: ignore[dict-item]
    assert found == rows
    with pytest.raises(Refusal):
        part_of(rows, {"limit": 1, "cursor": "WyJyb3dzIiwieCIsMV0"}, "rows", lambda row: row[0])


def test_a_list_asks_as_often_however_long_it_is(world: World, programs: Programs) -> None:
    months = missed(world)
    agent = programs("agent")

    def asked() -> int:
        agent.get("months/")
        with CaptureQueriesContext(connection) as queries:
            agent.get("months/")
        return len(queries)

    few = asked()
    with months.inside():
        for number in range(3):
            months.subscribe("b", f"More {number}")
    assert asked() == few
    assert len(said(programs, "months/", "agent")["items"]) == 12


def test_a_token_for_tickets_alone_reads_no_month(world: World, programs: Programs) -> None:
    months = missed(world)
    for path in ("months/", f"months/{months.pk}/", "credits/", "claims/"):
        refused(program(world, "amy", scopes=["tickets:read"]).get(path), 403, "token_scope_missing")
        assert program(world, "amy", scopes=["credits:read"]).get(path).status_code == 200


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 12), "1/12"),
        (Fraction(10**15 + 1, 10**6), "1000000000.000001"),
        (7, "7"),
    ],
)
def test_figures_are_exact(value: Fraction | int, text: str) -> None:
    assert number_said(value) == text
    assert Fraction(number_said(value)) == value
    assert Fraction(seconds_said(value)) == Fraction(value) / 10**6
