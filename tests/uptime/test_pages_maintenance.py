"""The pages of maintenance: the verdict before saving is the one that is judged after, announced, moved, cancelled."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.actions.contacts import add_contact
from slaportal.intervals import instant_of
from slaportal.outbox.models import Message
from tests.files import queries_of, rows_of
from tests.uptime.delivered import Delivered, deliver, publish, subscribed
from tests.world import World
from uptime import exclusions
from uptime.actions.windows import announce_window, cancel_window, move_window, plan_window
from uptime.exclusions import judge_windows
from uptime.facts import facts_of
from uptime.foretelling import foretell
from uptime.models import Announcement, Window
from uptime.opening import open_periods
from uptime.queries import period_containing


@pytest.fixture
def delivered(world: World) -> Delivered:
    """The months are open up to the real today, for pages read the clock; tenant a has a technical contact."""
    with world.inside("admin"):
        found = deliver(world, until=None)
        now = timezone.now()
        open_periods(found.subscription, until=now, at=now)
        found.marked()
        add_contact(
            world.tenants["a"], concern="technical", name="Ops", email="ops@example.test", actor=world.members["admin"]
        )
    return found


def in_days(days: int, hour: int = 10) -> datetime:
    """A whole hour of a day ahead, in UTC, which is the reader's zone here."""
    return (timezone.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def form(delivered: Delivered, start: datetime, hours: int = 2, **fields: Any) -> dict[str, Any]:
    return {
        "title": "New disks",
        "services": [delivered.service.pk],
        "kind": "scheduled",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=hours):%Y-%m-%dT%H:%M}",
        "token": str(uuid.uuid4()),
        "checked": "",
        **fields,
    }


def body(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def planned(delivered: Delivered, start: datetime, hours: int = 2, **fields: Any) -> Window:
    client, sent = delivered.world.client("lead"), form(delivered, start, hours, **fields)
    look = client.post("/maintenance/plan/", {**sent, "act": "preview"})
    assert look.status_code == 200, body(look)
    answer = client.post("/maintenance/plan/", {**sent, "checked": hidden(body(look), "checked"), "act": "plan"})
    assert answer.status_code == 302, body(answer)
    with delivered.world.inside("admin"):
        return Window.objects.latest("pk")


@pytest.mark.parametrize(
    ("days", "hours", "kind", "said"),
    [
        (5, 2, "scheduled", "Excluded"),
        (5, 8, "scheduled", "6 h of 8 h excluded"),
        (1, 2, "scheduled", "Not excluded"),
        (5, 2, "emergency", "Excluded"),
    ],
)
def test_the_verdict_before_saving_is_the_one_after(
    delivered: Delivered, days: int, hours: int, kind: str, said: str
) -> None:
    start = in_days(days)
    client, sent = delivered.world.client("lead"), form(delivered, start, hours, kind=kind)
    look = body(client.post("/maintenance/plan/", {**sent, "act": "preview"}))
    assert said in look
    assert "CANARY-tenant-a" in look
    with delivered.world.inside("admin"):
        assert not Window.objects.exists()
    window = planned(delivered, start, hours, kind=kind)
    sent = {"tell-text": "New disks.", "tell-seen": window.revision}
    assert client.post(f"/maintenance/{window.pk}/announce/", sent).status_code == 302
    assert judged(delivered, window) == said
    assert said in body(client.get(f"/maintenance/{window.pk}/"))


def judged(delivered: Delivered, window: Window) -> str:
    """What the engine makes of the window that is stored, over the facts of its month, in the words of the page."""
    with delivered.world.inside("admin"):
        now = timezone.now()
        open_periods(delivered.subscription, until=window.ends_at, at=now)
        period = period_containing(delivered.subscription, window.starts_at)
        assert period is not None
        facts = facts_of([period])[period.pk]
        promise = facts.agreement.terms.availability
        assert promise is not None
        verdicts = judge_windows(
            facts.windows, promise, period=facts.period, zone=facts.agreement.zone, now=instant_of(now)
        )
        verdict = verdicts[facts.window_ids.index(window.pk)]
    if verdict.excluded is None:
        return "Not excluded"
    start, end = verdict.excluded
    hours = (end - start) // 3_600_000_000
    whole = (verdict.window.end - verdict.window.start) // 3_600_000_000
    return "Excluded" if hours == whole else f"{hours} h of {whole} h excluded"


def test_the_quota_is_used_up_by_what_is_there(delivered: Delivered) -> None:
    start = (in_days(5).replace(day=10) + timedelta(days=31)).replace(day=10)  # well inside a month
    planned_first = planned(delivered, start, kind="emergency")
    client = delivered.world.client("lead")
    client.post(f"/maintenance/{planned_first.pk}/announce/", {"tell-text": "", "tell-seen": 1})
    sent = form(delivered, start + timedelta(days=1), kind="emergency")
    look = body(client.post("/maintenance/plan/", {**sent, "act": "preview"}))
    assert "Not excluded" in look
    assert "excludes only 1 of this kind in a period, and it is used up" in look


def test_business_hours_and_late_notice_are_told(delivered: Delivered) -> None:
    text = """
format: slaportal/1
provider: {key: acme, name: Acme}
title: Busy
timezone: UTC
currency: EUR
calendars:
  business: {hours: {mon-sun: 09:00-17:00}}
support: {hours: always, severities: {minor: {name: Minor}}, default_severity: minor}
availability:
  target: "99.9"
  exclusions: {maintenance: {scheduled: {}}}
notices:
  scheduled_maintenance: {lead: 7d, binding: best_effort, outside: business}
plans: {standard: {name: Standard}}
"""
    with delivered.world.inside("admin"):
        publish(delivered.provider, text, at=datetime(2026, 10, 1, tzinfo=UTC))
        open_periods(delivered.subscription, until=timezone.now(), at=timezone.now())
    client = delivered.world.client("lead")
    look = body(client.post("/maintenance/plan/", {**form(delivered, in_days(3, hour=16)), "act": "preview"}))
    assert "Excluded" in look
    assert "1 h lie in the business hours that the policy keeps clear of maintenance." in look
    assert re.search(r"Notice of 7 d is given when possible; this is \d+ d", look)


def test_nothing_is_planned_without_the_verdict_on_the_same_window(delivered: Delivered) -> None:
    client, start = delivered.world.client("admin"), in_days(5)
    sent = form(delivered, start)
    answer = client.post("/maintenance/plan/", {**sent, "act": "plan"})
    assert answer.status_code == 200
    assert "Nothing is saved yet" in body(answer)
    checked = hidden(body(answer), "checked")
    longer = {**form(delivered, start, 8), "checked": checked, "act": "plan"}
    answer = client.post("/maintenance/plan/", longer)
    assert answer.status_code == 200
    assert "6 h of 8 h excluded" in body(answer)
    with delivered.world.inside("admin"):
        assert not Window.objects.exists()


def test_the_same_plan_twice_is_one_window(delivered: Delivered) -> None:
    client, sent = delivered.world.client("lead"), form(delivered, in_days(5))
    checked = hidden(body(client.post("/maintenance/plan/", {**sent, "act": "preview"})), "checked")
    sent |= {"checked": checked, "act": "plan"}
    assert client.post("/maintenance/plan/", sent)["Location"] == client.post("/maintenance/plan/", sent)["Location"]


def test_what_is_wrong_is_said_and_kept(delivered: Delivered) -> None:
    sent = form(delivered, in_days(5), hours=-2, title="Kept")
    answer = delivered.world.client("lead").post("/maintenance/plan/", {**sent, "act": "preview"})
    assert answer.status_code == 422
    assert "The end has to come after the start." in body(answer)
    assert 'value="Kept"' in body(answer)


def test_what_has_begun_is_no_scheduled_work_and_an_emergency_says_so(delivered: Delivered) -> None:
    client, sent = delivered.world.client("lead"), {**form(delivered, in_days(-2)), "act": "preview"}
    answer = client.post("/maintenance/plan/", sent)
    assert answer.status_code == 422
    assert "Scheduled maintenance is planned before it begins." in body(answer)
    said = "Entered after it began, so nobody was told of it beforehand."
    assert said in body(client.post("/maintenance/plan/", {**sent, "kind": "emergency"}))
    assert said not in body(client.post("/maintenance/plan/", {**form(delivered, in_days(2)), "act": "preview"}))
    window = planned(delivered, in_days(-2), kind="emergency")
    assert said in body(client.get(f"/maintenance/{window.pk}/"))


def test_it_is_announced_by_mail_once(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    client, path = delivered.world.client("lead"), f"/maintenance/{window.pk}/announce/"
    assert "We maintain API." in body(client.get(f"/maintenance/{window.pk}/"))
    sent = {"tell-text": "You need not do anything.", "tell-seen": window.revision}
    for _time in range(2):
        assert client.post(path, sent).status_code == 302
    with delivered.world.inside("admin"):
        assert Announcement.objects.count() == 1
        mails = Message.objects.filter(kind="window_announced").values_list("recipient", flat=True)
        assert sorted(mails) == ["ann@example.test", "ops@example.test"]
    page = body(client.get(f"/maintenance/{window.pk}/"))
    assert "2 people are told." in page
    assert "Nobody is mailed now. 2 people were mailed of this time already and get no second mail." in page
    assert "covers the window as it stands" in page
    assert "Announced in time: " in page
    assert "People told:" in page


def test_one_that_was_moved_meanwhile_is_not_announced(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    with delivered.world.inside("admin"):
        Window.objects.update(revision=2)
    sent = {"tell-text": "Typed", "tell-seen": 1}
    answer = delivered.world.client("lead").post(f"/maintenance/{window.pk}/announce/", sent)
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in body(answer)
    assert "Typed" in body(answer)
    with delivered.world.inside("admin"):
        assert not Announcement.objects.exists()


def test_it_is_moved_after_the_verdict_on_the_new_time(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    client, path = delivered.world.client("lead"), f"/maintenance/{window.pk}/move/"
    client.post(f"/maintenance/{window.pk}/announce/", {"tell-text": "", "tell-seen": 1})
    later = in_days(1, hour=12)
    sent = {
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "reason": "The vendor is late.",
        "seen": 1,
    }
    look = client.post(path, {**sent, "act": "preview"})
    assert "Not excluded" in body(look)
    with delivered.world.inside("admin"):
        assert Window.objects.get().revision == 1
    answer = client.post(path, {**sent, "checked": hidden(body(look), "checked"), "act": "plan"})
    assert answer.status_code == 302
    page = body(client.get(f"/maintenance/{window.pk}/"))
    assert "announce it anew" in page
    assert "does not cover the window as it stands" in page
    assert client.post(path, {**sent, "act": "preview"}).status_code == 409


def test_it_is_cancelled_with_a_reason(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    client, path = delivered.world.client("lead"), f"/maintenance/{window.pk}/cancel/"
    assert client.post(path, {"cancel-reason": "", "cancel-seen": 1}).status_code == 422
    assert client.post(path, {"cancel-reason": "Not needed.", "cancel-seen": 1}).status_code == 302
    assert "It excludes nothing." in body(client.get(f"/maintenance/{window.pk}/"))
    again = client.post(path, {"cancel-reason": "Twice.", "cancel-seen": 2})
    assert again.status_code == 409
    assert "This window was cancelled; plan a new one." in body(again)
    assert "New disks" in body(client.get("/maintenance/?state=cancelled"))
    assert "New disks" not in body(client.get("/maintenance/"))


def test_the_list_says_when_a_cancelled_one_was_announced(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    client = delivered.world.client("lead")
    assert "not yet" in body(client.get("/maintenance/"))
    with delivered.world.inside("lead"):
        actor, now = delivered.world.members["lead"], timezone.now()
        told = announce_window(window, text="", actor=actor, at=now).announced_at
        move_window(window, starts_at=in_days(8), ends_at=in_days(9), reason="x", actor=actor, at=now)
        cancel_window(window, reason="x", actor=actor, at=now)
        never = plan_window(
            delivered.provider,
            "Never told",
            services=[delivered.service],
            starts_at=in_days(6),
            ends_at=in_days(7),
            actor=actor,
            at=now,
        )
        cancel_window(never, reason="x", actor=actor, at=now)
    page = body(client.get("/maintenance/?state=cancelled"))
    assert ("not yet" in page, page.count("never")) == (False, 1)
    first, second = rows_of(client, "/maintenance.csv?state=cancelled")
    assert (first["Announced"], second["Announced"]) == (told.isoformat(), "")


def test_agents_read_strangers_find_nothing(delivered: Delivered) -> None:
    window = planned(delivered, in_days(5))
    page = body(delivered.world.client("agent").get(f"/maintenance/{window.pk}/"))
    assert "/announce/" not in page
    assert delivered.world.client("agent").post(f"/maintenance/{window.pk}/announce/", {}).status_code == 403
    assert delivered.world.client("agent").get("/maintenance/plan/").status_code == 403
    for name in ("", "move/"):
        assert delivered.world.client("cora").get(f"/maintenance/{window.pk}/{name}").status_code == 404
        assert delivered.world.client("ann").get(f"/maintenance/{window.pk}/{name}").status_code == 403


def test_the_file_has_every_window_of_the_list(delivered: Delivered) -> None:
    planned(delivered, in_days(6), title="Later")
    planned(delivered, in_days(5), title="=cmd()")
    client = delivered.world.client("agent")
    first, second = rows_of(client, "/maintenance.csv")
    assert (first["Title"], first["Services"], first["Length (seconds)"]) == ("'=cmd()", "API", "7200")
    assert (first["Start"], first["Announced"]) == (in_days(5).isoformat(), "")
    assert second["Title"] == "Later"
    assert rows_of(client, "/maintenance.csv?state=past") == []
    assert 'href="/maintenance.csv' in body(client.get("/maintenance/"))
    assert rows_of(delivered.world.client("cora"), "/maintenance.csv") == []


def test_as_many_queries_however_many_customers(delivered: Delivered) -> None:
    start = in_days(40)  # of a month that is not opened yet
    meant = exclusions.Window(instant_of(start), instant_of(start + timedelta(hours=1)), "scheduled", 0)

    def told() -> tuple[int, int]:
        with delivered.world.inside("admin"), CaptureQueriesContext(connection) as caught:
            found = foretell([delivered.service], meant, now=timezone.now())
        return len(found), len(caught)

    told()
    one, few = told()
    with delivered.world.inside("admin"):
        for number in range(5):
            subscribed(delivered.world, "b", f"Number {number}", services=[delivered.service])
    assert (one, told()) == (1, (6, few))


def test_as_many_queries_however_many_windows(delivered: Delivered) -> None:
    client = delivered.world.client("lead")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/maintenance/").status_code == 200
        return len(caught) + queries_of(client, "/maintenance.csv")

    planned(delivered, in_days(5))
    queries()
    few = queries()
    for day in range(6, 12):
        planned(delivered, in_days(day))
    assert queries() == few
