"""Whoever was told of maintenance is told that it is moved or cancelled, and reads on their home what lies ahead."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.actions.contacts import add_contact
from contracts.actions.subscriptions import end_subscription
from slaportal.audit.models import Event
from slaportal.outbox.models import Message
from slaportal.people.actions.members import remove_member
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Role
from tests.conftest import SUPERUSER, logged_in_as
from tests.credits.test_pages_months import text_of
from tests.uptime.delivered import NOW, Delivered, day, deliver, subscribed
from tests.world import World
from uptime.actions.windows import announce_window, cancel_window, move_window, plan_window
from uptime.models import Window, WindowNotice

THEN, LATER = day("12-12 10:00"), day("12-12 12:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def delivered(world: World, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    """November is the running month, for every reader; tenant a has a technical contact."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with world.inside("admin"):
        found = deliver(world)
        add_contact(
            world.tenants["a"],
            concern="technical",
            name="Tess",
            email="tess@example.test",
            actor=world.members["admin"],
        )
    return found


def planned(delivered: Delivered, **facts: Any) -> Window:
    facts = {"starts_at": THEN, "ends_at": LATER, "at": NOW, **facts}
    return plan_window(delivered.provider, "New disks", services=[delivered.service], actor="test", **facts)


def announced(delivered: Delivered, **facts: Any) -> Window:
    window = planned(delivered, **facts)
    announce_window(window, text="", actor="test", at=NOW)
    return window


def mails(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("recipient"))


def home(delivered: Delivered, who: str = "amy") -> str:
    answer = delivered.world.client(who).get("/")
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def test_who_was_told_is_told_that_it_is_cancelled_and_why(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = announced(delivered)
        cancel_window(window, reason="The disks did not come.", actor=delivered.world.members["lead"], at=NOW + HOUR)
        ann, tess = mails("window_cancelled")
        assert (ann.recipient, tess.recipient) == ("ann@example.test", "tess@example.test")
        assert ann.tenant_id == delivered.world.tenants["a"].pk
        assert ann.subject == "Maintenance cancelled: New disks"
        for said in (
            "The maintenance from 12 Dec 2026, 10:00 UTC to 12 Dec 2026, 12:00 UTC does not take place.",
            "Services: API.",
            "Reason: The disks did not come.",
        ):
            assert said in ann.text
        assert (Event.objects.get(action="window_cancelled").after or {})["told"] == 2


def test_who_was_told_is_told_of_the_new_time_and_it_is_no_announcement(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = announced(delivered)
        moved = move_window(
            window, starts_at=THEN + HOUR, ends_at=LATER + HOUR, reason="A holiday.", actor="test", at=NOW + HOUR
        )
        ann, _tess = mails("window_moved")
        for said in (
            "It was planned from 12 Dec 2026, 10:00 UTC to 12 Dec 2026, 12:00 UTC.",
            "Now: from 12 Dec 2026, 11:00 UTC to 12 Dec 2026, 13:00 UTC.",
            "Reason: A holiday.",
        ):
            assert said in ann.text
        assert window.announcements.count() == 1
        move_window(moved, starts_at=THEN, ends_at=LATER, reason="Back.", actor="test", at=NOW + 2 * HOUR)
        assert len(mails("window_moved")) == 4
        same: dict[str, Any] = {"starts_at": THEN, "ends_at": LATER}
        move_window(moved, **same, reason="Again.", actor="test", at=NOW + 2 * HOUR)
        assert len(mails("window_moved")) == 4


def test_who_was_told_nothing_is_told_nothing_more(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = planned(delivered)
        move_window(window, starts_at=THEN + HOUR, ends_at=LATER + HOUR, reason="x", actor="test", at=NOW)
        cancel_window(window, reason="x", actor="test", at=NOW)
        assert not Message.objects.exists()
        assert not WindowNotice.objects.exists()


def test_others_who_are_concerned_by_then_but_were_not_told_are_not_told(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = announced(delivered)
        subscribed(delivered.world, "b", services=[delivered.service])
        cancel_window(window, reason="x", actor="test", at=NOW)
        assert {mail.recipient for mail in mails("window_cancelled")} == {"ann@example.test", "tess@example.test"}


def test_who_has_left_gets_no_mail_and_a_tenant_without_them_does(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("lead"):
        subscribed(world, "b", services=[delivered.service])
        window = announced(delivered)
        assert {mail.recipient for mail in mails("window_announced")} == {
            "ann@example.test", "bob@example.test", "tess@example.test"
        }  # fmt: skip
    with world.inside("admin"):
        for who in ("ann", "bob"):
            remove_member(world.members[who], actor=world.members["admin"], at=NOW)
        Membership.objects.create(
            provider=delivered.provider, tenant=world.tenants["b"], user=world.users["olga"], role=Role.MANAGER,
            name="Olga", email="olga@example.test",
        )  # fmt: skip
        cancel_window(window, reason="x", actor="test", at=NOW)
        assert [mail.recipient for mail in mails("window_cancelled")] == ["olga@example.test", "tess@example.test"]


@pytest.mark.parametrize("ended", [timedelta(), HOUR])
def test_of_what_is_over_nobody_is_told_anything(delivered: Delivered, ended: timedelta) -> None:
    with delivered.world.inside("lead"):
        window = announced(delivered, starts_at=NOW - 3 * HOUR, ends_at=NOW - ended, kind="emergency")
        move_window(window, starts_at=NOW - 4 * HOUR, ends_at=NOW - ended, reason="x", actor="test", at=NOW)
        cancel_window(window, reason="x", actor="test", at=NOW)
        assert not mails("window_moved")
        assert not mails("window_cancelled")
        assert [(event.after or {})["told"] for event in Event.objects.filter(action="window_cancelled")] == [0]


def test_a_refused_act_leaves_neither_mail_nor_notice(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        window = announced(delivered)
        with pytest.raises(Refusal):
            cancel_window(window, reason="x", actor="test", at=NOW, seen=7)
        with pytest.raises(Refusal):
            move_window(window, starts_at=LATER, ends_at=THEN, reason="x", actor="test", at=NOW)
        assert not mails("window_cancelled")
        assert not mails("window_moved")
        assert WindowNotice.objects.get().cancelled_at is None


def test_the_home_shows_what_lies_beyond_the_running_month(delivered: Delivered) -> None:
    assert "New disks" not in home(delivered)
    with delivered.world.inside("lead"):
        window = planned(delivered)
    assert "New disks" not in home(delivered)  # planned and not announced: the provider's own
    with delivered.world.inside("lead"):
        announce_window(window, text="", actor="test", at=NOW)
    said = home(delivered)
    assert "Sat 12 Dec 10:00 to 12:00 UTC New disks: API Scheduled maintenance, 2 h. Announced" in said
    assert "New disks" in home(delivered, "ann")
    for stranger in ("bob", "carl"):
        assert "New disks" not in home(delivered, stranger)
    with delivered.world.inside("lead"):
        move_window(window, starts_at=THEN + HOUR, ends_at=LATER + HOUR, reason="x", actor="test", at=NOW)
    said = home(delivered)
    assert "Sat 12 Dec 11:00 to 13:00 UTC New disks: API Scheduled maintenance, 2 h. Moved" in said
    with delivered.world.inside("lead"):
        cancel_window(window, reason="x", actor="test", at=NOW)
    assert "New disks" not in home(delivered)


def test_one_of_the_running_month_is_shown_once_with_its_verdict(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        announced(delivered, starts_at=day("11-28 10:00"), ends_at=day("11-28 12:00"))
    assert home(delivered).count("New disks: API") == 1  # before a worker came by
    with delivered.world.inside("lead"):
        delivered.worked_out()
    said = home(delivered)
    assert said.count("New disks: API") == 1
    assert "Will not count as downtime" in said


def test_what_ends_before_it_is_not_shown(delivered: Delivered) -> None:
    with delivered.world.inside("lead"):
        announced(delivered)
    assert "New disks" in home(delivered)
    with delivered.world.inside("admin"):
        end_subscription(delivered.subscription, ends_at=THEN, actor="test", at=NOW, reason="over")
    assert "New disks" not in home(delivered)


def test_as_many_queries_however_many_windows(delivered: Delivered) -> None:
    client = delivered.world.client("amy")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/").status_code == 200
        return len(caught)

    with delivered.world.inside("lead"):
        announced(delivered)
    queries()
    few = queries()
    with delivered.world.inside("lead"):
        for number in range(1, 6):
            announced(delivered, starts_at=THEN + number * HOUR, ends_at=LATER + number * HOUR)
    assert queries() == few


def test_the_page_says_how_many_are_told(delivered: Delivered) -> None:
    client = delivered.world.client("lead")
    with delivered.world.inside("lead"):
        window = announced(delivered)
    page = client.get(f"/maintenance/{window.pk}/").content.decode()
    assert "Who was told of it is mailed that it does not take place, with the reason." in page
    sent = {"starts_at": "2026-12-13T10:00", "ends_at": "2026-12-13T12:00", "reason": "A holiday.", "seen": 1}
    look = client.post(f"/maintenance/{window.pk}/move/", {**sent, "act": "preview"}).content.decode()
    checked = look.split('name="checked" value="')[1].split('"')[0]
    answer = client.post(f"/maintenance/{window.pk}/move/", {**sent, "checked": checked, "act": "plan"}, follow=True)
    assert "Moved. 2 people are told." in answer.content.decode()
    sent = {"cancel-reason": "Twice.", "cancel-seen": 2}
    answer = client.post(f"/maintenance/{window.pk}/cancel/", sent, follow=True)
    assert "Cancelled: it excludes nothing. 2 people are told." in answer.content.decode()


def test_notices_are_made_of_the_mails_that_were_sent_before(delivered: Delivered) -> None:
    """The migration's statement, over windows that were announced without leaving notices."""
    migration = import_module("uptime.migrations.0005_notices_of_mails")
    ahead = NOW + timedelta(days=3650)  # by the database's clock
    with delivered.world.inside("lead"):
        window = announced(delivered, starts_at=ahead, ends_at=ahead + HOUR)
        gone = announced(delivered, starts_at=ahead, ends_at=ahead + HOUR)
        cancel_window(gone, reason="x", actor="test", at=NOW)
        kept = WindowNotice.objects.get(window=window)
    with logged_in_as(SUPERUSER), connection.cursor() as cursor:
        cursor.execute("DELETE FROM uptime_windownotice")
        cursor.execute(migration.UP)
    with delivered.world.inside("lead"):
        made = WindowNotice.objects.get()
    same = ("window_id", "tenant_id", "title", "kind", "services", "starts_at", "ends_at", "moved_at", "addresses")
    assert [getattr(made, name) for name in same] == [getattr(kept, name) for name in same]
    assert isinstance(made.told_at, datetime)
