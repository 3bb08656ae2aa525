"""Reminders: seven, three and one days before a window closes, each once; what is late is told once, not thrice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from contracts.actions.contacts import add_contact
from contracts.models import Contact
from credits.models import Reminder
from credits.sweeping import sweep_look, sweep_unassessed
from slaportal.outbox.models import Message
from tests.conftest import logged_in_as
from tests.credits.months import CLAIM_BY, DAY, Months, per_hour, tenth, utc
from tests.world import World
from uptime.models import SubscriptionPeriod

NOON = utc("10-20 12:00")
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def worker(world: World) -> Iterator[None]:
    with logged_in_as("portal_jobs"):
        yield


def missed(world: World, *rules: dict[str, object], start: str = "10-05 00:00") -> Months:
    months = Months(world, rules or [tenth()])
    with months.inside():
        add_contact(world.tenants["a"], concern="billing", name="Bo", email="bo@example.test", actor="test")
        add_contact(world.tenants["a"], concern="billing", name="Ann", email="Ann@example.test", actor="test")
    months.down(start)
    months.work_out(NOON)
    return months


def sent(months: Months) -> list[tuple[str, str]]:
    with months.inside():
        mails = Message.objects.filter(kind="claim_reminder").order_by("id")
        return [(mail.recipient, mail.subject) for mail in mails]


def reminders(months: Months) -> list[tuple[int, datetime]]:
    with months.inside():
        return list(Reminder.objects.order_by("closes_at", "-days").values_list("days", "closes_at"))


def test_seven_three_and_one_days_before(world: World) -> None:
    months = missed(world)
    sweep_unassessed(at=NOON)
    for days, so_far in ((7, 1), (3, 2), (1, 3)):
        due = CLAIM_BY - days * DAY
        assert months.assessed().look_at == due
        assert sweep_look(at=due - MOMENT) == 0
        assert sweep_look(at=due) == 1
        assert sweep_look(at=due) == 0
        assert [found for found, _ in reminders(months)] == [7, 3, 1][:so_far]
        # The manager, who is a billing contact too, and the other billing contact; the member is not told.
        assert [to for to, _ in sent(months)] == ["ann@example.test", "bo@example.test"] * so_far
    assert reminders(months) == [(7, CLAIM_BY), (3, CLAIM_BY), (1, CLAIM_BY)]


def test_the_mail_says_what_until_when_and_how(world: World) -> None:
    months = missed(world)
    sweep_unassessed(at=CLAIM_BY - 7 * DAY)
    with months.inside():
        mail = Message.objects.filter(kind="claim_reminder").first()
        assert mail is not None
    assert mail.subject == "Claim your credit for 2026-10 until the end of Monday 30 November 2026"
    assert "100.00 USD" in mail.text
    until = "the end of Monday 30 November 2026 (America/New_York), that is Tuesday 1 December 2026, 05:00 UTC"
    assert until in mail.text
    assert "choose “Claim”" in mail.text
    assert "Production" in mail.text


def test_of_several_that_are_due_the_nearest_alone(world: World) -> None:
    months = missed(world)
    sweep_unassessed(at=CLAIM_BY - 2 * DAY)
    assert reminders(months) == [(3, CLAIM_BY)]
    sweep_look(at=CLAIM_BY - DAY)
    assert reminders(months) == [(3, CLAIM_BY), (1, CLAIM_BY)]


def test_at_its_very_end_a_window_is_open_and_then_nobody_is_told(world: World) -> None:
    months = missed(world)
    sweep_unassessed(at=CLAIM_BY)
    assert reminders(months) == [(1, CLAIM_BY)]
    late = missed_again(months)
    sweep_unassessed(at=CLAIM_BY + MOMENT)
    assert reminders(months) == [(1, CLAIM_BY)]
    assert months.row().status == "expired"
    assert late


def missed_again(months: Months) -> int:
    outage = months.down("10-12 00:00")
    months.work_out(NOON)
    return outage


def test_every_failure_has_its_own_window(world: World) -> None:
    months = missed(world, per_hour(), start="10-05 00:00")
    months.down("10-05 02:00", hours=8)  # ends at the same instant
    months.down("10-08 00:00", hours=1)
    months.work_out(utc("10-08 12:00"))
    first, second = utc("10-15 10:00"), utc("10-18 01:00")
    sweep_unassessed(at=utc("10-08 12:00"))
    assert reminders(months) == [(7, first)]
    while (look := months.assessed().look_at) is not None:
        sweep_look(at=look)
    assert reminders(months) == [(7, first), (3, first), (1, first), (7, second), (3, second), (1, second)]
    assert len(sent(months)) == 12
    assert months.row().status == "expired"


def test_nobody_is_reminded_of_a_promise_that_was_kept(world: World) -> None:
    months = Months(world, [tenth(), per_hour()])
    months.down("10-15 00:00", hours=1)
    months.work_out(NOON)
    sweep_unassessed(at=CLAIM_BY - DAY)
    assert reminders(months) == []
    assert [row.status for row in months.rows()] == ["none", "none"]


def test_two_credits_of_one_window_are_one_mail(world: World) -> None:
    months = missed(world, tenth(), tenth(schedule={"pay": "5%"}))
    sweep_unassessed(at=CLAIM_BY - DAY)
    assert len(reminders(months)) == 2
    assert len(sent(months)) == 2  # one to each address
    with months.inside():
        assert "100.00 USD + 50.00 USD" in Message.objects.filter(kind="claim_reminder")[0].text


def test_an_address_that_is_none_keeps_nobody_waiting(world: World) -> None:
    months = missed(world)
    with months.inside():
        Contact.objects.create(
            provider=months.provider, tenant=world.tenants["a"], concern="billing", name="Odd", email="no address"
        )
    sweep_unassessed(at=CLAIM_BY - DAY)
    assert [to for to, _ in sent(months)] == ["ann@example.test", "bo@example.test"]


def test_a_reminded_credit_that_is_not_judged_any_more_is_emptied(world: World) -> None:
    months = missed(world)
    sweep_unassessed(at=CLAIM_BY - 7 * DAY)
    with months.inside():
        SubscriptionPeriod.objects.filter(pk=months.pk).update(active_from=CLAIM_BY, active_to=CLAIM_BY)
    months.work_out(NOON)
    sweep_unassessed(at=CLAIM_BY - 7 * DAY)
    row = months.row()
    assert (row.status, row.amount, row.reason, row.missed) == ("none", Decimal(0), "not_judged", False)
