"""The lists of months as files: the rows and figures of the pages, exact, for the customer and for staff."""

from datetime import datetime

import pytest
from django.utils import timezone

from tests.credits.months import Months, utc
from tests.credits.test_pages_months import NOW, excluded, missed, page
from tests.files import queries_of, rows_of
from tests.world import World
from uptime.models import SubscriptionPeriod


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages read the clock: it stands in the month after."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def asked(months: Months, what: str, who: str = "ann") -> list[dict[str, str]]:
    return rows_of(months.world.client(who), f"/months/{months.pk}/{what}.csv")


def test_the_months_of_the_page_with_all_decimals(world: World) -> None:
    months = missed(world)
    newest, *_older = rows = rows_of(world.client("ann"), "/months.csv")
    assert [row["Month"] for row in rows] == ["2026-10", "2026-09", "2026-08"]
    assert "Customer" not in newest
    assert newest["Availability (percent)"] == "98.655913"
    assert (newest["Promise"], newest["Credit"]) == ("Target missed", "$100.00 can be claimed")
    assert (newest["Amount"], newest["Currency"]) == ("100.00", "USD")
    assert (newest["Start"], newest["End"]) == ("2026-10-01T04:00:00+00:00", "2026-11-01T04:00:00+00:00")
    assert datetime.fromisoformat(newest["Claim by"]) == datetime.fromisoformat("2026-12-01T05:00:00+00:00")
    with months.inside():
        months.subscribe("b", "=Other")
    staff = rows_of(world.client("agent"), "/months.csv")
    assert {row["Customer"] for row in staff} == {"CANARY-tenant-a", "CANARY-tenant-b"}
    assert {row["Subscription"] for row in rows_of(world.client("agent"), "/months.csv?q=other")} == {"'=Other"}
    assert len(rows_of(world.client("ann"), "/months.csv")) == 3
    assert rows_of(world.client("carl"), "/months.csv") == []
    for who in ("ann", "agent"):
        assert 'href="/months.csv' in world.client(who).get("/months/").content.decode()


def test_every_day_has_its_downtime(world: World) -> None:
    months = excluded(world)
    rows = asked(months, "days")
    assert len(rows) == 31
    told = {
        row["Day (New York time)"]: (row["Counted (seconds)"], row["Not counted (seconds)"])
        for row in rows
        if (row["Counted (seconds)"], row["Not counted (seconds)"]) != ("0", "0")
    }
    assert told == {
        "2026-10-03": ("3600", "21600"),
        "2026-10-08": ("7200", "0"),
        "2026-10-11": ("0", "3600"),
    }
    assert rows == asked(months, "days", "agent")


def test_days_that_have_not_begun_have_empty_cells(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    months = excluded(world)
    monkeypatch.setattr(timezone, "now", lambda: utc("10-10 03:59"))  # a minute before midnight in New York
    told = [(row["Counted (seconds)"], row["Not counted (seconds)"]) for row in asked(months, "days")]
    assert (told[8], len(told)) == (("0", "0"), 31)
    assert set(told[9:]) == {("", "")}


def test_every_outage_and_window_with_its_verdict(world: World) -> None:
    months = excluded(world)
    late, _announced, third = asked(months, "outages")
    assert (late["Start"], late["End"]) == ("2026-10-03T04:00:00+00:00", "2026-10-03T11:00:00+00:00")
    figures = ("Reported (seconds)", "Not counted (seconds)", "Counted (seconds)")
    assert [late[name] for name in figures] == ["25200", "21600", "3600"]
    assert (third["What"], third["Impact"], third["Cause"]) == ("API", "Down", "a third party")
    assert third["Clause"] == "Downtime, 3"
    in_time, short = asked(months, "maintenance")
    assert (in_time["Verdict"], in_time["Excluded (seconds)"]) == ("6 h of 7 h excluded", "21600")
    assert (in_time["Announced"], in_time["How we read it"]) == ("2026-10-01T00:00:00+00:00", "Six hours each.")
    assert (short["Verdict"], short["Excluded (seconds)"]) == ("Not excluded", "0")
    assert "Secret title" not in str([*asked(months, "maintenance"), *asked(months, "maintenance", "agent")])
    said = page(world, "ann", months.pk)
    assert said.count("CSV") == 3
    html = world.client("ann").get(f"/months/{months.pk}/?seen=nothing").content.decode()
    for name in ("days", "outages", "maintenance"):
        assert f'href="/months/{months.pk}/{name}.csv' in html
    assert "csv?seen" not in html


@pytest.mark.parametrize("name", ["days", "outages", "maintenance"])
def test_strangers_find_no_file(world: World, name: str) -> None:
    months = excluded(world)
    for who in ("bob", "carl", "cora"):
        assert world.client(who).get(f"/months/{months.pk}/{name}.csv").status_code == 404


def test_a_month_without_figures_has_no_rows(world: World) -> None:
    months = missed(world)
    with months.inside():
        waiting = SubscriptionPeriod.objects.get(subscription=months.subscription, text="2026-09")
    for name in ("days", "outages", "maintenance"):
        assert rows_of(world.client("ann"), f"/months/{waiting.pk}/{name}.csv") == []


def test_as_many_queries_however_many_subscriptions(world: World) -> None:
    months, client = missed(world), world.client("agent")
    queries_of(client, "/months.csv")
    few = queries_of(client, "/months.csv")
    with months.inside():
        for number in range(5):
            months.subscribe("b", f"Number {number}")
    assert queries_of(client, "/months.csv") == few
