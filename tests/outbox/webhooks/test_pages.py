"""The pages of webhooks: the secret shown once, what is refused and why, what was sent and answered, for its owners."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook

from slaportal.audit.models import Event
from slaportal.outbox.models import Endpoint, EventDelivery, State
from slaportal.outbox.webhooks.actions import MOST_ENDPOINTS
from slaportal.outbox.webhooks.kinds import KINDS, choices_for, kinds_for
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.tenancy.scope import database_now
from tests.files import rows_of
from tests.outbox.webhooks.endpoints import deliveries, endpoint, happen, reread, staff, work
from tests.outbox.webhooks.receiver import Receiver
from tests.world import World

URL = "https://hooks.example.test/in"
GIVEN = {"url": URL, "description": "To the pager", "kinds": ["ticket.opened", "clock.breached"]}


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def secret_in(answer: Any) -> str:
    (found,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode()))
    return str(found)


def made(world: World, who: str = "admin") -> Endpoint:
    with world.inside(who):
        return Endpoint.objects.get(owned_with(world.members[who]))


def test_an_empty_list_says_what_webhooks_are_for(world: World) -> None:
    for who in ("admin", "ann"):
        client = world.client(who)
        assert "another system learns at once what happens here" in page(client.get("/webhooks/"))
        assert "Nothing was sent yet." in page(client.get("/webhooks/deliveries/"))
        assert 'href="/webhooks/"' in page(client.get("/"))


def test_the_secret_is_shown_once_and_signs(world: World, receiver: Receiver) -> None:
    client = world.client("admin")
    answer = client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/ok")})
    assert answer.status_code == 200
    assert "shown this once" in page(answer)
    assert answer.headers["Cache-Control"].count("no-store") == 1
    secret, pk = secret_in(answer), made(world).pk
    assert "whsec_" not in page(client.get(f"/webhooks/{pk}/"))
    happen(world, "p1")
    work()
    (received,) = receiver.received
    assert Webhook(secret).verify(received.body, received.headers)["type"] == "ticket.opened"
    shown = page(client.get(f"/webhooks/{pk}/"))
    for words in ("To the pager", "Delivered", "Ticket opened", "Clock breached", receiver.url("/ok")):
        assert words in shown


def test_a_new_secret_is_shown_once_and_the_one_before_signs_for_a_day(world: World, receiver: Receiver) -> None:
    client = world.client("admin")
    old = secret_in(client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/ok")}))
    answer = client.post(f"/webhooks/{made(world).pk}/rotate/")
    new = secret_in(answer)
    assert new != old
    assert "The secret before signs too, until" in page(answer)
    assert "Two secrets until" in page(client.get(f"/webhooks/{made(world).pk}/"))
    happen(world, "p1")
    work()
    for secret in (old, new):
        assert Webhook(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    with world.inside("admin"):
        event = Event.objects.get(action="endpoint_secret_rotated")
    assert "whsec" not in json.dumps([event.before, event.after], default=str)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": ""}, "This field is required."),
        ({"url": "http://hooks.example.test/"}, "The address begins with https://"),
        ({"url": "https://10.0.0.1/"}, "only public addresses are posted to"),
        ({"url": "https://u:p@hooks.example.test/"}, "without spaces, a user name or #"),
        ({"kinds": []}, "Choose at least one event."),
        ({"kinds": ["nonsense"]}, "nonsense"),
    ],
)
def test_what_is_refused_says_why_and_keeps_the_rest(world: World, wrong: dict[str, Any], said: str) -> None:
    client = world.client("admin")
    answer = client.post("/webhooks/new/", {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert said in page(answer)
    assert "To the pager" in page(answer)
    with world.inside("admin"):
        assert not Endpoint.objects.exists()


def test_a_customer_chooses_from_what_customers_may_have(world: World) -> None:
    client = world.client("ann")
    form = page(client.get("/webhooks/new/"))
    for kind in KINDS:
        assert (f'value="{kind}"' in form) == (kind in kinds_for(tenant=True))
    assert client.post("/webhooks/new/", {**GIVEN, "kinds": ["ticket.assigned"]}).status_code == 422
    assert client.post("/webhooks/new/", GIVEN).status_code == 200
    assert made(world, "ann").tenant_id == world.tenants["a"].pk


def test_every_kind_can_be_chosen_in_its_group() -> None:
    for tenant in (False, True):
        offered = [kind for _group, kinds in choices_for(tenant=tenant) for kind, _words in kinds]
        assert sorted(offered) == list(kinds_for(tenant=tenant))


def test_so_many_and_no_more(world: World) -> None:
    for number in range(MOST_ENDPOINTS):
        endpoint(world, "admin", f"https://hooks.example.test/{number}")
    answer = world.client("admin").post("/webhooks/new/", GIVEN)
    assert answer.status_code == 409
    assert "delete one that is not needed" in page(answer)
    assert world.client("ann").post("/webhooks/new/", GIVEN).status_code == 200


def test_a_name_is_one_line(world: World) -> None:
    """It stands in the subject of a mail."""
    world.client("admin").post("/webhooks/new/", {**GIVEN, "description": "one\r\nBcc: two\u2028three"})
    assert made(world).description == "one Bcc: two three"


def test_changed_switched_off_on_and_deleted(world: World) -> None:
    client = world.client("admin")
    client.post("/webhooks/new/", GIVEN)
    pk = made(world).pk
    assert 'value="https://hooks.example.test/in"' in page(client.get(f"/webhooks/{pk}/change/"))
    changed = {"url": URL + "2", "description": "", "kinds": ["ticket.closed"]}
    assert client.post(f"/webhooks/{pk}/change/", changed).status_code == 302
    assert (made(world).url, made(world).kinds, made(world).description) == (URL + "2", ["ticket.closed"], "")
    assert client.post(f"/webhooks/{pk}/disable/").status_code == 302
    off = page(client.get(f"/webhooks/{pk}/"))
    assert "Off since" in off
    assert "Send a test" not in off
    assert client.post(f"/webhooks/{pk}/disable/").status_code == 409
    assert client.post(f"/webhooks/{pk}/ping/").status_code == 409
    assert client.post(f"/webhooks/{pk}/enable/").status_code == 302
    assert client.post(f"/webhooks/{pk}/delete/").status_code == 302
    assert client.get(f"/webhooks/{pk}/").status_code == 404
    assert "another system learns" in page(client.get("/webhooks/"))
    gone = reread(world, Endpoint(pk=pk))
    assert (gone.secret, gone.former_secret) == ("", "")
    with world.inside("admin"):
        acts = list(Event.objects.filter(target_kind="endpoint").order_by("pk").values_list("action", flat=True))
    assert acts == [f"endpoint_{act}" for act in ("added", "changed", "disabled", "enabled", "deleted")]


def test_a_test_event_is_sent_and_its_way_is_on_a_page(world: World, receiver: Receiver) -> None:
    client = world.client("ann")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/flaky")})
    receiver.behaves["/flaky"] = "500"
    client.post(f"/webhooks/{made(world, 'ann').pk}/ping/")
    (waiting,) = deliveries(world)
    assert "No attempt was made yet." in page(client.get(f"/webhooks/deliveries/{waiting.pk}/"))
    work()
    shown = page(client.get(f"/webhooks/deliveries/{waiting.pk}/"))
    for words in ("Tried again", "It answered 500.", "Attempt 1", "said 500", "HTTP/1.1 500", waiting.event, "Test"):
        assert words in shown
    assert "webhook-signature: v1," in shown
    assert "whsec_" not in shown
    assert "Send again" not in shown  # it is tried again by itself
    assert client.post(f"/webhooks/deliveries/{waiting.pk}/resend/").status_code == 409


def test_what_was_given_up_is_sent_again_by_the_button(world: World, receiver: Receiver) -> None:
    client = world.client("admin")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/flaky")})
    happen(world, "p1")
    receiver.behaves["/flaky"] = "400"
    work()
    (failed,) = deliveries(world)
    with staff(world, "p1"):
        EventDelivery.objects.update(state=State.GIVEN_UP, ended_at=database_now())
    assert "Given up" in page(client.get("/webhooks/deliveries/?state=failed"))
    assert 'href="/webhooks/deliveries/?state=failed' in page(client.get("/webhooks/"))
    assert "Send again" in page(client.get(f"/webhooks/deliveries/{failed.pk}/"))
    del receiver.behaves["/flaky"]
    assert client.post(f"/webhooks/deliveries/{failed.pk}/resend/").status_code == 302
    work()
    shown = page(client.get(f"/webhooks/deliveries/{failed.pk}/"))
    assert "Attempt 2" in shown
    assert "said 400" in shown
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert "No delivery is in this state." in page(client.get("/webhooks/deliveries/?state=failed"))


def test_all_that_was_lost_is_sent_again_once_it_is_mended(world: World, receiver: Receiver) -> None:
    client = world.client("ann")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/flaky")})
    pk = made(world, "ann").pk
    assert client.post(f"/webhooks/{pk}/resend/").status_code == 409  # nothing was lost
    receiver.behaves["/flaky"] = "410"
    happen(world, "p1", count=3, tenant_id=world.tenants["a"].pk, to_tenant=True)
    work()
    off = page(client.get(f"/webhooks/{pk}/"))
    assert "It answered 410 Gone" in off
    assert "lost events" not in off
    assert client.post(f"/webhooks/{pk}/resend/").status_code == 409
    del receiver.behaves["/flaky"]
    client.post(f"/webhooks/{pk}/enable/")
    assert "Send 3 lost events again" in page(client.get(f"/webhooks/{pk}/"))
    assert "3 events are sent again." in page(client.post(f"/webhooks/{pk}/resend/", follow=True))
    work()
    assert {one.state for one in deliveries(world)} == {State.SENT}
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 3
    assert "lost event" not in page(client.get(f"/webhooks/{pk}/"))
    with world.inside("admin"):
        assert (Event.objects.get(action="events_resent").after or {})["count"] == 3


def test_what_an_endpoint_answers_is_text_on_the_page(world: World, receiver: Receiver) -> None:
    client = world.client("admin")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/script")})
    happen(world, "p1")
    work()
    (delivery,) = deliveries(world)
    shown = page(client.get(f"/webhooks/deliveries/{delivery.pk}/"))
    assert "<script>alert(1)</script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_nobody_finds_anothers(world: World, receiver: Receiver) -> None:
    """Not a sibling customer, not the provider whose customer it is, nobody of another provider; not by guessing."""
    client = world.client("ann")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/ann")})
    client.post(f"/webhooks/{made(world, 'ann').pk}/ping/")
    pk, (delivery,) = made(world, "ann").pk, deliveries(world)
    for who in ("bob", "admin", "carl", "cora"):
        other = world.client(who)
        for path in (f"/webhooks/{pk}/", f"/webhooks/{pk}/change/", f"/webhooks/deliveries/{delivery.pk}/"):
            assert other.get(path).status_code == 404
        assert other.get(f"/webhooks/deliveries/?endpoint={pk}").status_code == 404
        for act in ("rotate", "enable", "disable", "ping", "resend", "delete"):
            assert other.post(f"/webhooks/{pk}/{act}/").status_code == 404
        assert other.post(f"/webhooks/deliveries/{delivery.pk}/resend/").status_code == 404
        assert "Nothing was sent yet." in page(other.get("/webhooks/deliveries/"))
        assert receiver.url("/ann") not in page(other.get("/webhooks/"))
    assert reread(world, made(world, "ann")).disabled_at is None
    with world.inside("bob"):
        assert not Endpoint.objects.exists()
        assert not EventDelivery.objects.exists()


def test_deliveries_as_a_file(world: World, receiver: Receiver) -> None:
    client = world.client("admin")
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/500"), "description": "=1+1"})
    client.post("/webhooks/new/", {**GIVEN, "url": receiver.url("/ok"), "description": ""})
    happen(world, "p1")
    work()
    taken, failed = rows_of(client, "/webhooks/deliveries.csv")
    assert (taken["State"], taken["Attempts"], taken["Last answer"], taken["Why"]) == ("Delivered", "1", "200", "")
    assert (failed["State"], failed["Webhook"], failed["Why"]) == ("Tried again", "'=1+1", "It answered 500.")
    assert failed["Next attempt"] > failed["Happened"]
    assert rows_of(client, "/webhooks/deliveries.csv?state=delivered") == [taken]
    assert 'href="/webhooks/deliveries.csv' in page(client.get("/webhooks/deliveries/"))
    assert rows_of(world.client("ann"), "/webhooks/deliveries.csv") == []


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks/deliveries/"])
def test_as_many_queries_for_many_as_for_one(world: World, receiver: Receiver, path: str) -> None:
    client, counted = world.client("admin"), []
    for number in range(3):
        endpoint(world, "admin", receiver.url(f"/ok/{number}"))
        happen(world, "p1", count=3)
        work()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[2]
