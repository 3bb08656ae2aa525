"""The pages of backups: verdicts and restore points for staff, every act on one, the customer's own verdicts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.actions.catalogue import add_service
from contracts.models import Subscription
from slaportal.audit.models import Event
from tests.credits.test_pages_months import text_of
from tests.files import rows_of
from tests.uptime.delivered import NOW, Delivered, deliver, publish, subscribed
from tests.uptime.test_restore_points import TEXT
from tests.world import World
from uptime.actions.restore_points import report_restore_points
from uptime.models import RestorePoint

HOUR = timedelta(hours=1)
NEW_YORK = "America/New_York"


@pytest.fixture(autouse=True)
def now() -> Any:
    """Tuesday, noon in UTC, 13:00 in Berlin."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def delivered(world: World) -> Delivered:
    """Of tenant a: every four hours for a day, each Monday for a week; beside it a subscription without backups."""
    with world.inside("admin"):
        found = deliver(world, until=None)
        publish(found.provider, TEXT, policy="backups")
        backed_up = subscribed(world, name="Backed up", policy="backups", services=[found.service])
    return Delivered(world, found.provider, found.version, backed_up, found.service)


def report(delivered: Delivered, *taken: datetime) -> list[int]:
    """Their ids."""
    with delivered.world.inside("lead"):
        report_restore_points(delivered.service, taken, actor="Backup", at=NOW)
        return list(RestorePoint.objects.filter(taken_at__in=taken).order_by("taken_at").values_list("pk", flat=True))


def snapshots(*, without: int | None = None) -> list[datetime]:
    return [NOW - n * 4 * HOUR for n in range(7) if n != without]


def path(delivered: Delivered, *parts: object) -> str:
    return "/".join(["", "subscriptions", str(delivered.subscription.pk), "backups", *map(str, parts), ""])


def page(delivered: Delivered, *parts: object, who: str = "lead", query: str = "") -> str:
    answer = delivered.world.client(who).get(path(delivered, *parts) + query)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer.content.decode())


def sent(delivered: Delivered, pk: int, act: str, fields: dict[str, object], who: str = "lead") -> Any:
    prefix = {"gone": "gone", "correct": "correct", "strike-out": "strike"}[act]
    data = {f"{prefix}-{name}": value for name, value in fields.items()}
    return delivered.world.client(who).post(path(delivered, pk, act), data)


def point(delivered: Delivered, pk: int) -> RestorePoint:
    with delivered.world.inside("lead"):
        return RestorePoint.objects.get(pk=pk)


# The list -------------------------------------------------------------------------------------------------------------


def test_each_promise_has_its_verdict_and_names_what_lacks(delivered: Delivered) -> None:
    report(delivered, *snapshots(without=2))
    said = page(delivered, who="agent")
    assert "Snapshot: a restore point every 4 hours, kept for 24 hours. Clause: Backups" in said
    assert "Lacking 5 stretches looked at, 1 too long" in said
    assert "8 h without a restore point: 00:00 UTC – 08:00 UTC" in said
    assert "Weekly: a restore point each Monday, kept for 7 days. Clause: Backups How we read it Mondays." in said
    assert "Kept 1 day looked at, 0 lacking" in said
    assert "days of Berlin time" in said


def test_a_day_that_lacks_and_a_promise_of_which_nothing_is_asked_yet(delivered: Delivered) -> None:
    assert "1 day looked at, 1 lacking Mon 23 Nov 2026: 0 of 1 there" in page(delivered)
    with delivered.world.inside("admin"):
        young = subscribed(
            delivered.world, name="Young", policy="backups", starts_at=NOW - HOUR, services=[delivered.service]
        )
    said = text_of(delivered.world.client("lead").get(f"/subscriptions/{young.pk}/backups/").content.decode())
    assert "Nothing asked for yet" in said


def test_only_the_newest_that_lack_are_named_one_by_one(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        publish(delivered.provider, TEXT.replace("every: 4h, keep: 24h", "every: 1h, keep: 24h"), policy="often")
        often = subscribed(delivered.world, name="Often", policy="often", services=[delivered.service])
    report(delivered, *(NOW - n * 2 * HOUR for n in range(13)))
    said = text_of(delivered.world.client("lead").get(f"/subscriptions/{often.pk}/backups/").content.decode())
    assert "12 stretches looked at, 12 too long" in said
    assert said.count("2 h without a restore point") == 8
    assert "and 4 earlier ones" in said


def test_restore_points_newest_first_by_state_in_pages_and_as_a_file(delivered: Delivered) -> None:
    pks = report(delivered, *(NOW - n * HOUR for n in range(60)))
    sent(delivered, pks[0], "gone", {"gone_at": "", "seen": 1})
    sent(delivered, pks[1], "strike-out", {"reason": "Unreadable.", "seen": 1})
    client = delivered.world.client("agent")
    first, second = (client.get(path(delivered) + f"?page={n}").content.decode() for n in (1, 2))
    assert first.index(f"/{pks[-1]}/") < first.index(f"/{pks[-2]}/")
    assert (f"/{pks[0]}/" in first, f"/{pks[0]}/" in second) == (False, True)
    for state, count in (("there", 58), ("gone", 1), ("struck", 1), ("", 60)):
        rows = rows_of(client, f"{path(delivered)[:-1]}.csv?state={state}")
        assert len(rows) == count
    assert [row["Taken"] for row in rows[:2]] == ["2026-11-24T12:00:00+00:00", "2026-11-24T11:00:00+00:00"]
    assert (rows[-1]["State"], rows[-1]["Gone"]) == ("Gone", "2026-11-24T12:00:00+00:00")
    assert (rows[-2]["State"], rows[-2]["Struck out"]) == ("Struck out", "2026-11-24T12:00:00+00:00")
    assert "No restore point is in this state." not in page(delivered, query="?state=struck")


def test_what_there_is_not_is_said(delivered: Delivered) -> None:
    said = page(delivered)
    assert "No restore point was reported." in said
    assert said.count("Record a restore point") == 2
    assert "Record a restore point" not in page(delivered, who="agent")
    assert "No restore point is in this state." in page(delivered, query="?state=gone")
    with delivered.world.inside("admin"):
        bare = Subscription.objects.get(name="Production", tenant=delivered.world.tenants["a"])
    client = delivered.world.client("lead")
    assert "No backups are promised now" in text_of(client.get(f"/subscriptions/{bare.pk}/backups/").content.decode())
    assert "/backups/" not in client.get(f"/subscriptions/{bare.pk}/").content.decode()
    assert f'href="{path(delivered)}"' in client.get(f"/subscriptions/{delivered.subscription.pk}/").content.decode()


def test_as_many_queries_however_many_restore_points(delivered: Delivered) -> None:
    client = delivered.world.client("lead")
    report(delivered, *snapshots())
    client.get(path(delivered))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(path(delivered))
        return len(queries)

    few = count()
    report(delivered, *(NOW - n * HOUR for n in range(300)))
    assert count() == few


# Acts -----------------------------------------------------------------------------------------------------------------


def test_one_is_recorded_in_the_readers_zone_and_once(delivered: Delivered) -> None:
    lead = delivered.world.users["lead"]
    lead.time_zone = NEW_YORK
    lead.save()
    client, where = delivered.world.client("lead"), path(delivered, "record")
    assert "Your time: America/New York." in client.get(where).content.decode()
    given = {"service": delivered.service.pk, "taken_at": "2026-11-24T05:00"}
    for said in ("Recorded.", "It is there already, and stays as it is."):
        assert said in client.post(where, given, follow=True).content.decode()
    with delivered.world.inside("lead"):
        assert RestorePoint.objects.get().taken_at == datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    ahead = client.post(where, {**given, "taken_at": "2026-11-24T08:00"})
    assert ahead.status_code == 422
    assert "This lies ahead; what is recorded has happened." in ahead.content.decode()
    with delivered.world.inside("admin"):
        other = add_service(delivered.provider, "other", "Other", tenant=None, actor="test", at=NOW)
    assert client.post(where, {**given, "service": other.pk}).status_code == 422  # it is not covered


def test_gone_corrected_still_there_and_struck_out(delivered: Delivered) -> None:
    (pk,) = report(delivered, NOW - 2 * HOUR)
    assert "Is it gone?" in page(delivered, pk)
    answer = sent(delivered, pk, "gone", {"gone_at": "2026-11-24T11:00", "seen": 1})
    assert (answer.status_code, answer.url) == (302, path(delivered, pk))
    said = page(delivered, pk)
    assert ("Is it gone?" in said, "Gone at another time, or not at all?" in said) == (False, True)
    assert (
        sent(delivered, pk, "correct", {"gone_at": "2026-11-24T11:30", "reason": "Log.", "seen": 2}).status_code == 302
    )
    assert point(delivered, pk).gone_at == NOW - HOUR / 2
    assert sent(delivered, pk, "correct", {"gone_at": "", "reason": "Copy.", "seen": 3}).status_code == 302
    assert point(delivered, pk).gone_at is None
    assert sent(delivered, pk, "strike-out", {"reason": "Unreadable.", "seen": 4}).status_code == 302
    said = page(delivered, pk)
    assert "It counts nowhere and stays to be read." in said
    assert ("Was it none?" in said, "Is it gone?" in said) == (False, False)
    for word in ("Restore point gone", "Restore point corrected Reason: Log.", "Restore point struck out"):
        assert word in said


def test_a_correction_that_leaves_the_time_leaves_its_microseconds(delivered: Delivered) -> None:
    (pk,) = report(delivered, NOW - 2 * HOUR)
    gone_at = NOW - HOUR + timedelta(microseconds=7)
    with delivered.world.inside("lead"):
        RestorePoint.objects.filter(pk=pk).update(gone_at=gone_at)
    sent(delivered, pk, "correct", {"gone_at": "2026-11-24T11:00:00", "reason": "Nothing.", "seen": 1})
    assert (point(delivered, pk).gone_at, point(delivered, pk).revision) == (gone_at, 1)


@pytest.mark.parametrize(
    ("act", "fields", "status", "said"),
    [
        ("gone", {"gone_at": "2026-11-24T09:00", "seen": 1}, 422, "It was taken later than that."),
        ("gone", {"gone_at": "2026-11-24T13:00", "seen": 1}, 422, "This lies ahead"),
        ("gone", {"gone_at": "", "seen": 7}, 409, "Somebody changed this meanwhile."),
        ("correct", {"gone_at": "2026-11-24T11:00", "reason": "x", "seen": 1}, 409, "This is not gone"),
        ("correct", {"gone_at": "2026-11-24T11:00", "reason": "", "seen": 1}, 422, ""),
        ("strike-out", {"reason": " ", "seen": 1}, 422, "This field is required."),
        ("strike-out", {"reason": "x", "seen": 7}, 409, "Somebody changed this meanwhile."),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(
    delivered: Delivered, act: str, fields: dict[str, object], status: int, said: str
) -> None:
    (pk,) = report(delivered, NOW - 2 * HOUR)
    answer = sent(delivered, pk, act, fields)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert (point(delivered, pk).gone_at, point(delivered, pk).void_at) == (None, None)
    with delivered.world.inside("lead"):
        assert not Event.objects.filter(target_kind="restorepoint").exists()


def test_agents_read_and_do_not_act_and_another_subscriptions_is_not_there(delivered: Delivered) -> None:
    (pk,) = report(delivered, NOW - 2 * HOUR)
    assert "Is it gone?" not in page(delivered, pk, who="agent")
    assert sent(delivered, pk, "gone", {"gone_at": "", "seen": 1}, who="agent").status_code == 403
    with delivered.world.inside("admin"):
        bare = subscribed(delivered.world, "b", "Bare")
    for who, status in (("lead", 404), ("ann", 403), ("bob", 403), ("cora", 404)):
        answer = delivered.world.client(who).get(f"/subscriptions/{bare.pk}/backups/{pk}/")
        assert answer.status_code == status, who


# The customer ---------------------------------------------------------------------------------------------------------


def test_customers_see_their_own_verdicts_and_no_list(delivered: Delivered) -> None:
    report(delivered, *snapshots(without=2))
    where = f"/agreement/{delivered.subscription.pk}/"
    for who in ("ann", "amy"):
        html = delivered.world.client(who).get(where).content.decode()
        said = text_of(html)
        assert "Kept as promised, as of now" in said
        assert "8 h without a restore point: 00:00 UTC – 08:00 UTC" in said
        assert "/backups/" not in html
        assert delivered.world.client(who).get(path(delivered)).status_code == 403
    assert f'href="{path(delivered)}"' in delivered.world.client("agent").get(where).content.decode()
    assert delivered.world.client("bob").get(where).status_code == 404


def test_beside_another_version_there_is_no_verdict(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        publish(delivered.provider, TEXT.replace("4h", "6h"), policy="backups", at=NOW - HOUR)
    where = f"/agreement/{delivered.subscription.pk}/"
    client = delivered.world.client("ann")
    assert "Kept as promised, as of now" in client.get(where).content.decode()
    older = client.get(f"{where}?version=1").content.decode()
    assert ("every 4 hours" in older, "Kept as promised, as of now" in older) == (True, False)
