"""The pages of months, seen by the customer's people and by staff: the figures, their sum, the walls, the queries."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credits.showing.pictures import strip_of
from credits.sweeping import sweep_unassessed
from slaportal.intervals import instant_of
from tests.conftest import logged_in_as
from tests.credits.claiming import CLOSED, NOON
from tests.credits.claiming import missed as missed_by_jobs
from tests.credits.months import DAY, HOUR, Months, for_responses, per_hour, tenth, utc
from tests.world import World
from uptime.models import Announcement, Outage, SubscriptionPeriod, Window, WindowService

NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
SCHEDULED = {"scheduled": {"notice": "48h", "up_to": "6h", "clause": "Downtime, 2", "note": "Six hours each."}}
EXCLUDING = {
    "availability": {
        "target": "99",
        "close_after": "5d",
        "exclusions": {"maintenance": SCHEDULED, "causes": {"third_party": {"clause": "Downtime, 3"}}},
    }
}


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages read the clock: it stands in the month after."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def swept(at: datetime) -> None:
    """The workers come by."""
    with logged_in_as("portal_jobs"):
        sweep_unassessed(at=at)


def missed(world: World, *rules: dict[str, object]) -> Months:
    """A missed October, assessed."""
    with logged_in_as("portal_jobs"):
        return missed_by_jobs(world, *rules)


def page(world: World, who: str, pk: int, **more: str) -> str:
    """The page of a month, as text without tags and with single blanks."""
    answer = world.client(who).get(reverse("month", args=[pk]), more)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer.content.decode())


def text_of(html: str) -> str:
    body = html.split("<main", 1)[1].replace("&#x27;", "'").replace("&nbsp;", " ")
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def window(months: Months, start: str, hours: int, *, announced: datetime) -> None:
    """A maintenance window, told of as it stands."""
    with months.inside():
        begins = utc(start)
        row = Window.objects.create(
            provider=months.provider, title="Secret title", starts_at=begins, ends_at=begins + hours * HOUR
        )
        WindowService.objects.create(provider=months.provider, window=row, service=months.service)
        Announcement.objects.create(
            provider=months.provider, window=row, starts_at=begins, ends_at=row.ends_at, announced_at=announced
        )


def excluded(world: World) -> Months:
    """October with a window in time, one announced late, an outage of a third party, one of the provider's."""
    months = Months(world, [tenth()], **EXCLUDING)
    window(months, "10-03 04:00", 7, announced=utc("10-01 00:00"))
    months.down("10-03 04:00", hours=7)
    window(months, "10-08 04:00", 2, announced=utc("10-07 05:00"))
    months.down("10-08 04:00", hours=2)
    pk = months.down("10-11 14:00", hours=1)
    with months.inside():
        Outage.objects.filter(pk=pk).update(cause="third_party")
    months.work_out(NOON)
    swept(NOON)
    return months


def test_the_sum_adds_up_and_shows_what_did_not_count(world: World) -> None:
    months = excluded(world)
    said = page(world, "ann", months.pk)
    # Ten hours reported, six in the window in time, one of the third party; three are counted.
    assert "Length of October 2026 31 days 44,640" in said
    assert "Downtime reported 3 outages 600" in said
    assert "Scheduled maintenance − 360" in said
    assert "Cause: a third party − 60" in said
    assert "Downtime counted 180" in said
    assert "Availability 1 − 180 ÷ 44,640, cut off after six places 99.596774 %" in said
    assert "Allowed at 99 % 1 % of 44,640 446.4" in said
    assert "Left of the allowance 266.4" in said
    assert "99.59 %" in said
    assert "4 h 26 min 24 s left" in said


def test_outages_and_windows_say_what_counted_and_on_which_clause(world: World) -> None:
    months = excluded(world)
    said = page(world, "ann", months.pk)
    assert "7 h 6 h 1 h" in said  # reported, not counted, counted
    assert "1 h not counted: the agreement excludes this cause. Clause: Downtime, 3." in said
    assert "6 h of 7 h excluded" in said
    assert "Clause: Downtime, 2." in said
    assert "Not excluded Announced Wed 7 Oct, 05:00 UTC: 25 h short of 48 h." in said
    assert "Secret title" not in said
    assert "Down" not in said.replace("Downtime", "")  # titles of outages are the provider's own


def test_the_columns_of_outages_are_of_the_downtime_that_the_sum_begins_with(world: World) -> None:
    months = Months(world, [tenth()])
    months.down("10-11 14:00", hours=4)
    months.down("10-11 15:00", hours=1)
    months.work_out(NOON)
    swept(NOON)
    said = page(world, "ann", months.pk)
    assert "When What Downtime reported Not counted Counted" in said
    assert "1 h at the same time as another outage, which bears it. 0 min 0 min 0 min" in said
    assert "Downtime reported 2 outages 240" in said
    assert "Total 4 h 0 min 4 h" in said
    assert "Less what is not counted, it is what counts." in said


def test_days_that_have_not_begun_are_still_to_come() -> None:
    zone = ZoneInfo("America/New_York")
    start, end = (instant_of(datetime(2026, month, 1, tzinfo=zone)) for month in (11, 12))
    strip = strip_of([], start, end, zone, "November", now=instant_of(datetime(2026, 11, 28, 23, 59, tzinfo=zone)))
    assert [day.date.day for day in strip.days if day.ahead] == [29, 30]
    assert strip.runs
    assert "<title>Sat 28 Nov 2026: no downtime</title>" in strip.bars
    assert '<title>Sun 29 Nov 2026: still to come</title><rect class="ahead"' in strip.bars
    assert not strip_of([], start, end, zone, "November", now=end).runs


def test_a_day_of_the_strip_for_each_date_and_the_table_names_those_with_something(world: World) -> None:
    months = excluded(world)
    html = world.client("amy").get(reverse("month", args=[months.pk])).content.decode()
    assert html.count('<rect class="up" x=') == 31
    # Half past midnight in New York the window is open: both parts lie on 3 October there.
    assert "<title>Sat 3 Oct 2026: 1 h counted, 6 h not counted</title>" in html
    assert "<title>Fri 2 Oct 2026: no downtime</title>" in html
    assert text_of(html).count("On all other days there was no downtime.") == 1


def test_staff_and_customers_see_the_same_figures(world: World) -> None:
    months = excluded(world)
    for who in ("agent", "lead", "admin", "amy"):
        said = page(world, who, months.pk)
        assert "Downtime counted 180" in said
        assert "Not excluded Announced Wed 7 Oct, 05:00 UTC: 25 h short of 48 h." in said


@pytest.mark.parametrize("who", ["bob", "carl", "cora"])
def test_a_strangers_month_is_not_there(world: World, who: str) -> None:
    months = excluded(world)
    assert world.client(who).get(reverse("month", args=[months.pk])).status_code == 404
    assert "Production" not in text_of(world.client(who).get(reverse("months")).content.decode())


def test_seen_before_is_answered_with_nothing_until_something_changes(world: World) -> None:
    months = missed(world)
    client = world.client("ann")
    html = client.get(reverse("month", args=[months.pk])).content.decode()
    seen = re.search(r"\?seen=(\w+)", html)
    assert seen
    assert client.get(reverse("month", args=[months.pk]), {"seen": seen[1]}).status_code == 204
    months.down("10-22 10:00", hours=1)
    months.work_out(NOON + 10 * DAY)
    assert client.get(reverse("month", args=[months.pk]), {"seen": seen[1]}).status_code == 200


def test_a_closed_month_names_its_evidence_and_stays(world: World) -> None:
    months = missed(world)
    assert "Provisional until" in page(world, "ann", months.pk)
    months.close(CLOSED)
    swept(CLOSED)
    with months.inside():
        digest = months.period.inputs_digest
    said = page(world, "ann", months.pk)
    assert "nothing here changes any more" in said
    assert digest in said
    assert "Tests, version 1" in said
    assert "Target missed" in said


def test_a_month_without_a_promise_says_why(world: World) -> None:
    months = Months(world, [], availability={"target": "99", "part_periods": "none", "not_for": ["production"]})
    months.work_out(NOON)
    said = page(world, "ann", months.pk)
    assert "Not promised" in said
    assert "The promise is not for this kind of subscription." in said


def test_a_month_that_nobody_worked_out_says_so(world: World) -> None:
    months = Months(world, [tenth()])
    assert "Not worked out yet" in page(world, "ann", months.pk)


def test_breaches_of_the_month_and_the_excused_ones_apart(world: World) -> None:
    months = Months(world, [for_responses()])
    months.breach("10-05 12:00")
    months.breach("10-06 12:00", excused_at=utc("10-07 12:00"))
    months.breach("11-05 12:00")
    months.work_out(NOON)
    swept(NOON)
    said = page(world, "ann", months.pk)
    missed_part, excused_part = said.split("Late, but excused", 1)
    assert "#1 No 1" in missed_part
    assert "#2 No 2" in excused_part
    assert "#3 No 3" not in said
    assert "Promises missed 1" in said
    assert "Share that is paid 5 %" in said
    assert "$50.00" in said


def test_the_credit_shows_its_steps_and_until_when(world: World) -> None:
    months = missed(world)
    said = page(world, "ann", months.pk)
    assert "Can be claimed $100.00" in said
    assert "Claim by the end of Mon 30 Nov 2026, New York time" in said
    for step in ("Monthly fee $1,000.00", "Share that is paid 10 %", "Comes to $100.00", "Credit rounded once $100.00"):
        assert step in said


def test_the_list_has_twelve_months_of_each_subscription_at_the_same_number_of_queries(world: World) -> None:
    months = missed(world)
    client = world.client("agent")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("months"))
        assert answer.status_code == 200
        return len(queries)

    asked()
    one = asked()
    with months.inside():
        for n in range(2):
            months.subscribe("b", f"More {n}")
    assert asked() == one
    said = text_of(client.get(reverse("months")).content.decode())
    assert "Production" in said
    assert "More 1" in said
    assert "98.65 %" in said
    found = text_of(client.get(reverse("months"), {"q": "More"}).content.decode())
    assert "Production" not in found
    assert "More 0" in found


def test_the_page_asks_as_much_for_three_outages_and_breaches_as_for_one(world: World) -> None:
    months = missed(world)
    months.breach("10-05 12:00")
    client = world.client("ann")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("month", args=[months.pk]))
        return len(queries)

    asked()
    one = asked()
    for day in ("10-06 12:00", "10-07 12:00"):
        months.breach(day)
        months.down(day, hours=1)
    months.work_out(NOON)
    assert asked() == one
    assert one <= 25


def test_the_months_before_are_linked(world: World) -> None:
    months = missed(world)
    with months.inside():
        september = SubscriptionPeriod.objects.get(subscription=months.subscription, text="2026-09").pk
    html = world.client("ann").get(reverse("month", args=[months.pk])).content.decode()
    assert f'href="{reverse("month", args=[september])}"' in html
    assert "The months before" in html


def test_an_outage_that_is_on_is_shown_as_such(world: World) -> None:
    months = Months(world, [per_hour()])
    pk = months.down("10-20 10:00", hours=1)
    with months.inside():
        Outage.objects.filter(pk=pk).update(ends_at=None)
    months.work_out(NOON)
    said = page(world, "ann", months.pk)
    assert "since 10:00 UTC, still on" in said
    assert "Downtime counted 120" in said


def test_an_empty_list_teaches(world: World) -> None:
    assert "No months yet." in text_of(world.client("bob").get(reverse("months")).content.decode())


def test_times_are_the_readers(world: World) -> None:
    months = excluded(world)
    user = world.users["ann"]
    user.time_zone = "Asia/Kolkata"
    user.save(update_fields=["time_zone"])
    said = page(world, "ann", months.pk)
    assert "09:30 to 16:30 IST" in said
    assert "days of New York time" in said
