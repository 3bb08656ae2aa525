"""Attainment: counted by hand, every figure with its tickets behind it, in the policy's own month."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Subscription
from tests.credits.months import Months, tenth
from tests.files import lines_of, rows_of
from tests.world import World
from tickets.attainment import Line, attainment, month_after, month_before
from tickets.models import Breach, Ticket, TicketClock

OCTOBER = datetime(2026, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def months(world: World) -> Months:
    """A subscription of tenant a to a policy in New York's time with one severity."""
    return Months(world, [tenth()])


def ticket(months: Months, outcome: str, *, opened: datetime = OCTOBER) -> Ticket:
    """A ticket whose response came to that. Inside the staff's scope."""
    subscription: Subscription = months.subscription
    number = Ticket.objects.count() + 1
    own: dict[str, Any] = {"provider": months.provider, "tenant": months.world.tenants["a"]}
    made = Ticket.objects.create(
        **own,
        subscription=subscription,
        version_id=months.period.version_id,
        plan="only",
        number=number,
        subject=f"=No {number}",
        requester=months.member("ann"),
        severity="minor",
        opened_at=opened,
        last_event_at=opened,
    )
    late = outcome in ("breached", "excused")
    running = outcome in ("running", "late")
    TicketClock.objects.create(
        **own,
        ticket=made,
        clock="response",
        severity="minor",
        cycle=1,
        state="running" if running else "stopped",
        outcome="breached" if late else "pending" if running else "met",
        due_at=NOW + HOUR if outcome == "running" else opened + 4 * HOUR,
        since_at=opened,
        stopped_at=None if running else opened + (5 * HOUR if late else HOUR),
    )
    if late:
        Breach.objects.create(
            **own,
            ticket=made,
            subscription=subscription,
            clock="response",
            number=1,
            severity="minor",
            breached_at=opened + 4 * HOUR,
            announced_at=opened + 4 * HOUR,
            excused_at=opened + 6 * HOUR if outcome == "excused" else None,
        )
    return made


def the_line(months: Months, month: str = "2026-10") -> Line:
    with months.inside():
        (line,) = attainment(months.provider.pk, month, now=NOW)
    return line


def test_each_ticket_is_in_one_figure(months: Months) -> None:
    with months.inside():
        for outcome in ("met", "met", "breached", "excused", "running", "late"):
            ticket(months, outcome)
    line = the_line(months)
    assert (line.met, line.breached, line.excused, line.pending) == (2, 2, 1, 1)
    assert line.tickets == 6
    assert line.percent == "50.00"
    assert (line.severity_name, line.clock, line.title) == ("Minor", "response", "Tests")


def test_the_percentage_is_cut_off(months: Months) -> None:
    with months.inside():
        for outcome in ("met", "met", "breached"):
            ticket(months, outcome)
    assert the_line(months).percent == "66.66"


def test_a_clock_of_which_one_breach_is_not_excused_is_breached(months: Months) -> None:
    with months.inside():
        made = ticket(months, "excused")
        first = Breach.objects.get(ticket=made)
        first.pk, first.number, first.excused_at = None, 2, None
        first.save(force_insert=True)
    line = the_line(months)
    assert (line.breached, line.excused) == (1, 0)


def test_where_nothing_is_decided_there_is_no_percentage(months: Months) -> None:
    with months.inside():
        ticket(months, "excused")
        ticket(months, "running")
    assert the_line(months).percent is None


def test_the_month_is_the_policys(months: Months) -> None:
    with months.inside():
        ticket(months, "met", opened=datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC))  # 31 October in New York
        ticket(months, "breached", opened=datetime(2026, 11, 1, 4, tzinfo=UTC))
    october, november = the_line(months), the_line(months, "2026-11")
    assert (october.met, october.breached) == (1, 0)
    assert (november.met, november.breached) == (0, 1)


@pytest.mark.parametrize(
    ("month", "before", "after"), [("2026-01", "2025-12", "2026-02"), ("2026-12", "2026-11", "2027-01")]
)
def test_months_follow_each_other(month: str, before: str, after: str) -> None:
    assert (month_before(month), month_after(month)) == (before, after)


def body(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def test_every_figure_leads_to_as_many_tickets(months: Months) -> None:
    with months.inside():
        for outcome in ("met", "met", "breached", "excused", "late"):
            ticket(months, outcome)
    client = months.world.client("lead")
    page = body(client.get("/attainment/?month=2026-10"))
    assert "Attainment, October 2026" in page
    figures = re.findall(r'<a [^>]*href="(/attainment/tickets/\?[^"]*)">(\d+)</a>', page)
    assert [int(count) for _url, count in figures] == [5, 2, 2, 1, 0]
    for url, count in figures:
        listed = body(client.get(url.replace("&amp;", "&")))
        assert len(re.findall(r'<th scope="row">', listed)) == int(count)
    assert 'href="/tickets/1/"' in body(client.get("/attainment/tickets/?month=2026-10&outcome=met"))


def test_files_have_the_same_figures_and_no_formula(months: Months) -> None:
    with months.inside():
        ticket(months, "met")
    client = months.world.client("agent")
    _heads, line = lines_of(client.get("/attainment.csv?month=2026-10"))
    assert line == ["Tests", "Minor", "Response", "1", "1", "0", "0", "0", "100.00"]
    (row,) = rows_of(client, "/attainment/tickets.csv?month=2026-10")
    assert (row["Subject"], row["Due"]) == ("'=No 1", "2026-10-10T04:00:00+00:00")


def test_the_file_behind_a_figure_has_the_tickets_of_the_page(months: Months) -> None:
    with months.inside():
        for outcome in ("met", "breached", "met"):
            ticket(months, outcome)
    client, asked = months.world.client("lead"), "?month=2026-10&outcome=met&clock=response"
    assert [row["Number"] for row in rows_of(client, f"/attainment/tickets.csv{asked}")] == ["3", "1"]
    page = body(client.get(f"/attainment/tickets/{asked}"))
    assert f'href="/attainment/tickets.csv{asked.replace("&", "&amp;")}"' in page
    assert rows_of(months.world.client("cora"), f"/attainment/tickets.csv{asked}") == []


@pytest.mark.parametrize("asked", ["month=nonsense", "month=2026-13", "month=9999-12", "clock=none&outcome=none"])
def test_odd_questions_are_answered(months: Months, asked: str) -> None:
    for path in ("/attainment/", "/attainment/tickets/", "/attainment.csv", "/attainment/tickets.csv"):
        assert months.world.client("lead").get(f"{path}?{asked}").status_code == 200


def test_an_empty_month_teaches(months: Months) -> None:
    page = body(months.world.client("lead").get("/attainment/?month=2025-01"))
    assert "No ticket with a promised time was opened in this month." in page


def test_strangers_see_none_of_it(months: Months) -> None:
    with months.inside():
        ticket(months, "met")
    assert "Minor" not in body(months.world.client("cora").get("/attainment/?month=2026-10"))
    assert "No ticket is behind" in body(months.world.client("cora").get("/attainment/tickets/?month=2026-10"))
    for path in ("/attainment/", "/attainment/tickets/", "/attainment.csv", "/attainment/tickets.csv"):
        assert months.world.client("ann").get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_as_many_queries_however_many_tickets(months: Months) -> None:
    client = months.world.client("lead")

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).getvalue()
        return len(caught)

    pages = ("/attainment/", "/attainment/tickets/", "/attainment.csv", "/attainment/tickets.csv")
    paths = [f"{path}?month=2026-10" for path in pages]
    with months.inside():
        ticket(months, "met")
    for path in paths:
        queries(path)
    few = [queries(path) for path in paths]
    with months.inside():
        for _number in range(6):
            ticket(months, "breached")
    assert [queries(path) for path in paths] == few
