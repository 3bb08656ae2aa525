"""The pages of outages: recorded once, ended, corrected with a look at the difference, struck out; by every role."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.actions.subscriptions import end_subscription
from slaportal.audit.models import Event
from tests.files import queries_of, rows_of
from tests.uptime.delivered import Delivered, deliver, subscribed
from tests.world import World
from uptime.models import Outage
from uptime.opening import open_periods


@pytest.fixture
def delivered(world: World) -> Delivered:
    """The subscription runs since September; its months are open up to the real today, for pages read the clock."""
    with world.inside("admin"):
        found = deliver(world, until=None)
        now = timezone.now()
        open_periods(found.subscription, until=now, at=now)
        found.marked()
    return found


def form(delivered: Delivered, **fields: object) -> dict[str, object]:
    return {
        "title": "Disk full",
        "services": [delivered.service.pk],
        "cause": "provider",
        "impact": "down",
        "starts_at": "2026-11-20T10:00",
        "noticed_at": "",
        "ends_at": "2026-11-20T11:00",
        "note": "",
        "token": str(uuid.uuid4()),
        **fields,
    }


def the_outage(delivered: Delivered) -> Outage:
    with delivered.world.inside("admin"):
        return Outage.objects.get()


def recorded(delivered: Delivered, **fields: object) -> Outage:
    answer = delivered.world.client("lead").post("/outages/record/", form(delivered, **fields))
    assert answer.status_code == 302, answer.content.decode()
    return the_outage(delivered)


def body(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def correction(outage: Outage, delivered: Delivered, **fields: object) -> dict[str, object]:
    return {
        "title": outage.title,
        "services": [delivered.service.pk],
        "cause": outage.cause,
        "impact": outage.impact,
        "true_start_at": "",
        "ends_at": "2026-11-20T11:00",
        "note": "",
        "reason": "It began earlier.",
        "seen": outage.revision,
        **fields,
    }


def test_it_is_recorded_in_the_readers_zone(delivered: Delivered) -> None:
    lead = delivered.world.users["lead"]
    lead.time_zone = "America/New_York"
    lead.save()
    page = body(delivered.world.client("lead").get("/outages/record/"))
    assert "America/New York" in page
    assert "The customer: not counted under Everything" in page
    outage = recorded(delivered)
    assert outage.starts_at == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert outage.recorded_by_id == delivered.world.members["lead"].pk
    shown = body(delivered.world.client("lead").get(f"/outages/{outage.pk}/"))
    assert "10:00 EST" in shown
    assert "November 2026" in shown
    assert "CANARY-tenant-a" in shown


def test_a_long_one_is_told_to_the_minute(delivered: Delivered) -> None:
    outage = recorded(delivered, ends_at="2026-11-20T23:45")
    client = delivered.world.client("lead")
    assert "13 h 45 min" in body(client.get(f"/outages/{outage.pk}/"))
    assert "13 h 45 min" in body(client.get("/outages/"))


def test_the_same_form_twice_is_one_outage(delivered: Delivered) -> None:
    sent = form(delivered)
    client = delivered.world.client("admin")
    first, second = client.post("/outages/record/", sent), client.post("/outages/record/", sent)
    assert first["Location"] == second["Location"]
    with delivered.world.inside("admin"):
        assert Outage.objects.count() == 1


def test_back_and_sent_again_leads_to_the_first(delivered: Delivered) -> None:
    first = recorded(delivered)
    client, address = delivered.world.client("lead"), f"/outages/{first.pk}/"
    again = client.post("/outages/record/", form(delivered, title="Disk full again"), follow=True)
    assert again.redirect_chain == [(address, 302)]
    assert "This outage was recorded just before." in body(again)
    assert delivered.world.client("admin").post("/outages/record/", form(delivered))["Location"] != address
    others = ({"ends_at": ""}, {"impact": "degraded"}, {"cause": "customer"}, {"starts_at": "2026-11-20T10:01"})
    for other in others:
        assert client.post("/outages/record/", form(delivered, **other))["Location"] != address
    with delivered.world.inside("admin"):
        assert Outage.objects.count() == 6
        Outage.objects.filter(pk=first.pk).update(recorded_at=timezone.now() - timedelta(minutes=11))
    assert client.post("/outages/record/", form(delivered))["Location"] != address


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"services": []}, "Choose at least one."),
        ({"ends_at": "2026-11-20T09:00"}, "The end has to come after the start."),
        ({"starts_at": "2099-01-01T00:00", "ends_at": ""}, "This lies ahead"),
        ({"ends_at": "2098-01-01T00:00"}, "This lies ahead"),
        ({"ends_at": "2026-11-20T10:00"}, "The end has to come after the start."),
        ({"noticed_at": "2026-11-20T09:00"}, "It cannot have been noticed before it began."),
        ({"starts_at": "yesterday"}, "Enter a valid date/time"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_is_kept(
    delivered: Delivered, fields: dict[str, object], said: str
) -> None:
    answer = delivered.world.client("lead").post("/outages/record/", form(delivered, note="Kept as typed", **fields))
    assert answer.status_code == 422
    assert said in body(answer)
    assert "Kept as typed" in body(answer)
    assert 'aria-invalid="true"' in body(answer)
    with delivered.world.inside("admin"):
        assert not Outage.objects.exists()


def test_a_time_that_comes_twice_is_refused_in_words(delivered: Delivered) -> None:
    lead = delivered.world.users["lead"]
    lead.time_zone = "America/New_York"
    lead.save()
    answer = delivered.world.client("lead").post("/outages/record/", form(delivered, starts_at="2026-11-01T01:30"))
    assert answer.status_code == 422
    assert "this time comes twice or not at all" in body(answer)


def test_it_ends_now_and_only_once(delivered: Delivered) -> None:
    outage = recorded(delivered, ends_at="")
    client = delivered.world.client("lead")
    assert "still on" in body(client.get(f"/outages/{outage.pk}/"))
    before = timezone.now()
    sent = {"end-ends_at": "", "end-seen": outage.revision}
    assert client.post(f"/outages/{outage.pk}/end/", sent).status_code == 302
    ended = the_outage(delivered).ends_at
    assert ended is not None
    assert before <= ended <= timezone.now()
    again = client.post(f"/outages/{outage.pk}/end/", sent)
    assert again.status_code == 409
    assert "Somebody changed this meanwhile" in body(again)


def test_a_correction_shows_the_difference_before_it_is_saved(delivered: Delivered) -> None:
    outage = recorded(delivered)
    client = delivered.world.client("lead")
    sent = correction(outage, delivered, true_start_at="2026-11-20T08:00")
    path = f"/outages/{outage.pk}/correct/"
    look = client.post(path, {**sent, "act": "preview"})
    assert look.status_code == 200
    page = body(look)
    assert "99.86 %" in page  # one hour of 720
    assert re.search(r"<ins[^>]*>99\.58 %</ins>", page)  # three
    assert "Target missed" in page
    assert "Save the correction" in page
    untouched = the_outage(delivered)
    assert (untouched.true_start_at, untouched.revision) == (None, 1)
    assert client.post(path, {**sent, "act": "save"}).status_code == 302
    corrected = the_outage(delivered)
    assert corrected.starts_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    shown = body(client.get(f"/outages/{outage.pk}/"))
    assert "Reason: It began earlier." in shown
    assert "Outage corrected" in shown
    assert "Fri 20 Nov 2026, 08:00:00 UTC" in shown  # the trail speaks as the page does
    assert "2026-11-20T08:00:00+00:00</ins>" not in shown


def test_the_look_leaves_nothing(delivered: Delivered) -> None:
    outage = recorded(delivered)
    with delivered.world.inside("admin"):
        delivered.marked()
        events = Event.objects.count()
    sent = correction(outage, delivered, cause="customer", act="preview")
    assert delivered.world.client("lead").post(f"/outages/{outage.pk}/correct/", sent).status_code == 200
    with delivered.world.inside("admin"):
        assert Event.objects.count() == events
        assert delivered.marked() == set()


def test_two_at_once_the_second_is_told_and_keeps_what_it_typed(delivered: Delivered) -> None:
    outage = recorded(delivered)
    path = f"/outages/{outage.pk}/correct/"
    first = correction(outage, delivered, title="Disk of the database full", act="save")
    assert delivered.world.client("lead").post(path, first).status_code == 302
    second = correction(outage, delivered, note="Typed by the second", act="save")
    answer = delivered.world.client("admin").post(path, second)
    assert answer.status_code == 409
    page = body(answer)
    assert "Somebody changed this meanwhile" in page
    assert "Typed by the second" in page
    assert "Disk of the database full" in page  # as it stands now
    assert re.search(r'name="seen" value="2"', page)
    assert the_outage(delivered).note == ""


def test_a_second_of_the_end_is_not_lost_by_another_correction(delivered: Delivered) -> None:
    outage = recorded(delivered)
    with delivered.world.inside("admin"):
        exact = outage.ends_at + timedelta(seconds=12, microseconds=345)  # type: ignore[operator]
        Outage.objects.update(ends_at=exact)
    page = body(delivered.world.client("lead").get(f"/outages/{outage.pk}/correct/"))
    assert 'value="2026-11-20T11:00:12"' in page
    sent = correction(outage, delivered, ends_at="2026-11-20T11:00:12", title="Other", act="save")
    assert delivered.world.client("lead").post(f"/outages/{outage.pk}/correct/", sent).status_code == 302
    assert the_outage(delivered).ends_at == exact


def test_it_is_struck_out_with_a_reason(delivered: Delivered) -> None:
    outage = recorded(delivered)
    client, path = delivered.world.client("admin"), f"/outages/{outage.pk}/strike-out/"
    refused = client.post(path, {"strike-reason": "", "strike-seen": outage.revision})
    assert refused.status_code == 422
    assert client.post(path, {"strike-reason": "A false alarm.", "strike-seen": outage.revision}).status_code == 302
    assert the_outage(delivered).void_at is not None
    page = body(client.get(f"/outages/{outage.pk}/"))
    assert "It counts nowhere and stays to be read." in page
    assert "strike-reason" not in page
    assert "Struck out" in body(client.get("/outages/?state=struck"))


def test_it_concerns_whose_subscription_ran_then(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("admin"):
        over = subscribed(world, "b", "Over", services=[delivered.service])
        november = datetime(2026, 11, 1, tzinfo=UTC)
        end_subscription(over, ends_at=november, actor="test", at=timezone.now(), reason="Moved away.")
    recorded(delivered)
    page = body(world.client("lead").get("/outages/"))
    assert "CANARY-tenant-a" in page  # the only one is named
    with world.inside("admin"):
        subscribed(world, "b", "Running", services=[delivered.service])
    assert "2 customers" in body(world.client("lead").get("/outages/"))


def test_agents_read_and_do_not_record(delivered: Delivered) -> None:
    outage = recorded(delivered)
    client = delivered.world.client("agent")
    for path in ("/outages/", f"/outages/{outage.pk}/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "/outages/record/" not in body(answer)
        assert "/strike-out/" not in body(answer)
    assert client.get("/outages/record/").status_code == 403
    assert client.post(f"/outages/{outage.pk}/end/", {}).status_code == 403


def test_strangers_find_nothing(delivered: Delivered) -> None:
    outage = recorded(delivered)
    for path in (f"/outages/{outage.pk}/", f"/outages/{outage.pk}/correct/"):
        assert delivered.world.client("cora").get(path).status_code == 404
        assert delivered.world.client("ann").get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_the_file_holds_no_formula(delivered: Delivered) -> None:
    recorded(delivered, title="=1+1", note="@x")
    answer = delivered.world.client("agent").get("/outages.csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="outages-2')
    (row,) = rows_of(delivered.world.client("agent"), "/outages.csv")
    assert (row["Title"], row["Note"]) == ("'=1+1", "'@x")
    assert (row["Start"], row["End"]) == ("2026-11-20T10:00:00+00:00", "2026-11-20T11:00:00+00:00")
    assert row["Length (seconds)"] == "3600"


def test_the_file_has_the_rows_of_the_filter_in_the_order_of_the_page(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        for day in range(1, 4):
            made = delivered.outage(f"11-0{day} 10:00", f"11-0{day} 11:00")
            Outage.objects.filter(pk=made.pk).update(title=f"No {day}")
        delivered.outage("11-05 10:00", None)
    client = delivered.world.client("agent")
    for state, names in (("", ["Down", "No 3", "No 2", "No 1"]), ("ended", ["No 3", "No 2", "No 1"]), ("on", ["Down"])):
        page = body(client.get(f"/outages/?state={state}"))
        assert f'href="/outages.csv?state={state}"' in page
        assert [row["Title"] for row in rows_of(client, f"/outages.csv?state={state}")] == names
        assert sorted(names, key=page.index) == names
    assert rows_of(delivered.world.client("cora"), "/outages.csv") == []


def test_as_many_queries_however_many_months_it_touches(delivered: Delivered) -> None:
    outage, client = recorded(delivered), delivered.world.client("lead")
    sent = correction(outage, delivered, true_start_at="2026-11-20T08:00", act="preview")

    def queries() -> list[int]:
        with CaptureQueriesContext(connection) as shown:
            assert client.get(f"/outages/{outage.pk}/").status_code == 200
        with CaptureQueriesContext(connection) as tried:
            assert client.post(f"/outages/{outage.pk}/correct/", sent).status_code == 200
        return [len(shown), len(tried)]

    queries()
    few = queries()
    with delivered.world.inside("admin"):
        for number in range(6):
            more = subscribed(delivered.world, "b", f"Number {number}", services=[delivered.service])
            open_periods(more, until=timezone.now(), at=timezone.now())
    assert queries() == few
    assert "Number 5" in body(client.get(f"/outages/{outage.pk}/"))


def test_as_many_queries_however_many_outages(delivered: Delivered) -> None:
    client = delivered.world.client("lead")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/outages/").status_code == 200
        return len(caught) + queries_of(client, "/outages.csv")

    with delivered.world.inside("admin"):
        delivered.outage("11-10 10:00", "11-10 11:00")
    queries()
    few = queries()
    with delivered.world.inside("admin"):
        for day in range(11, 20):
            delivered.outage(f"11-{day} 10:00", f"11-{day} 11:00")
    assert queries() == few
