"""From what happened to what the receiver has: who gets it, signed how, when again, when never more."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from slaportal.audit.models import Event
from slaportal.outbox.models import Endpoint, Interest, Message, State
from slaportal.outbox.webhooks.actions import (
    change_endpoint,
    delete_endpoint,
    disable_endpoint,
    enable_endpoint,
    resend_delivery,
    rotate_secret,
)
from slaportal.outbox.webhooks.forgetting import KEPT, forget_deliveries
from slaportal.outbox.webhooks.recording import BACK_OFF, asked_for, delay_after
from slaportal.outbox.webhooks.spreading import spread
from slaportal.tenancy.scope import database_now
from tests.conftest import logged_in_as
from tests.outbox.webhooks.endpoints import attempts, deliveries, endpoint, happen, left, reread, staff, work
from tests.outbox.webhooks.receiver import HOST, Receiver
from tests.world import World

SECOND = timedelta(seconds=1)
SCHEDULE_S = (0, 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)


def test_an_event_arrives_and_everything_about_it_is_kept(world: World, receiver: Receiver) -> None:
    made, secret = endpoint(world, "admin", receiver.url("/ok"))
    happen(world, "p1", tenant_id=world.tenants["a"].pk)
    assert [occurrence.kind for occurrence in left(world)] == ["ticket.opened"]
    done = work()
    assert (done.spread, done.tried, done.taken) == (1, 1, 1)
    (received,) = receiver.received
    said = json.loads(received.body)
    assert said["type"] == "ticket.opened"
    assert said["data"] == {"ticket": 1, "url": "http://localhost:8000/tickets/1/"}
    assert datetime.fromisoformat(said["timestamp"]).tzinfo is not None
    assert said["timestamp"].endswith("Z")
    assert received.headers["content-type"] == "application/json; charset=utf-8"
    assert Webhook(secret).verify(received.body, received.headers) == said
    (delivery,) = deliveries(world)
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.last_error) == (State.SENT, 1, 200, "")
    assert (delivery.event, delivery.body) == (received.headers["webhook-id"], received.body.decode())
    assert delivery.claim is None
    assert delivery.ended_at is not None
    (attempt,) = attempts(world)
    assert (attempt.status, attempt.answer, attempt.address, attempt.error) == (200, "said 200", HOST, "")
    assert f"webhook-id: {delivery.event}\n" in attempt.request
    assert attempt.began_at == delivery.claimed_at
    assert left(world) == []
    assert reread(world, made).last_success_at is not None
    assert work().tried == 0


def test_an_altered_body_or_another_secret_is_refused_by_the_library(world: World, receiver: Receiver) -> None:
    _made, secret = endpoint(world, "admin", receiver.url("/ok"))
    _other, another = endpoint(world, "admin", receiver.url("/ok?2"), kinds=("ticket.closed",))
    happen(world, "p1")
    work()
    (received,) = receiver.received
    for key, body in ((secret, received.body + b" "), (another, received.body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, received.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(received.body, {**received.headers, "webhook-id": "evt_another"})


def test_during_rotation_both_secrets_hold_and_a_day_later_the_new_one_alone(world: World, receiver: Receiver) -> None:
    made, old = endpoint(world, "admin", receiver.url("/ok"))
    with world.inside("admin"):
        new = rotate_secret(made, actor=world.members["admin"], at=database_now())
    assert new != old
    happen(world, "p1")
    work()
    (received,) = receiver.received
    assert received.headers["webhook-signature"].count("v1,") == 2
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers)["type"] == "ticket.opened"
    with staff(world, "p1"):
        Endpoint.objects.filter(pk=made.pk).update(former_until=database_now())
    happen(world, "p1")
    work()
    later = receiver.received[-1]
    assert Webhook(new).verify(later.body, later.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(later.body, later.headers)


def test_secrets_are_not_in_the_database_as_they_are(world: World, receiver: Receiver) -> None:
    made, secret = endpoint(world, "admin", receiver.url("/ok"))
    with staff(world, "p1"):
        stored = Endpoint.objects.get(pk=made.pk).secret
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in stored


# Who gets what --------------------------------------------------------------------------------------------------------


def test_a_customer_gets_what_is_theirs_and_nothing_else(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/provider"))
    for who in ("ann", "bob", "carl"):
        endpoint(world, who, receiver.url(f"/{who}"))
    endpoint(world, "cora", receiver.url("/cora"))
    a = world.tenants["a"].pk
    happen(world, "p1", tenant_id=a, to_tenant=True)
    happen(world, "p1", tenant_id=a)
    happen(world, "p1")
    work()
    assert len(receiver.at("/provider")) == 3
    assert [len(receiver.at(f"/{who}")) for who in ("ann", "bob", "carl", "cora")] == [1, 0, 0, 0]
    assert {one.tenant_id for one in deliveries(world)} == {None, a}


def test_what_is_told_differently_to_each_side(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/provider"))
    endpoint(world, "ann", receiver.url("/ann"))
    happen(world, "p1", tenant_id=world.tenants["a"].pk, to_tenant=True, to_provider=False)
    work()
    assert [one.path for one in receiver.received] == ["/ann"]


def test_a_kind_for_staff_alone_reaches_no_customer_whatever_the_caller_says(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/provider"), kinds=("ticket.assigned",))
    made, _secret = endpoint(world, "ann", receiver.url("/ann"))
    with world.inside("ann"):  # as if it had been chosen
        Endpoint.objects.filter(pk=made.pk).update(kinds=["ticket.assigned"])
    happen(world, "p1", kind="ticket.assigned", tenant_id=world.tenants["a"].pk, to_tenant=True)
    work()
    assert [one.path for one in receiver.received] == ["/provider"]


def test_only_kinds_that_were_chosen_and_nothing_at_all_where_nobody_listens(world: World, receiver: Receiver) -> None:
    happen(world, "p1")
    assert left(world) == []
    made, _secret = endpoint(world, "admin", receiver.url("/ok"), kinds=("ticket.closed",))
    happen(world, "p1")
    happen(world, "p2", kind="ticket.closed")
    assert (left(world), left(world, "p2")) == ([], [])
    happen(world, "p1", kind="ticket.closed")
    assert len(left(world)) == 1
    with world.inside("admin"):
        disable_endpoint(made, actor=world.members["admin"], at=database_now())
        assert Interest.objects.get().kinds == []
    assert (work().spread, receiver.received) == (1, [])


def test_what_a_customer_wants_stays_wanted_when_the_provider_wants_it_no_more(
    world: World, receiver: Receiver
) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/provider"), kinds=("ticket.opened", "ticket.assigned"))
    endpoint(world, "ann", receiver.url("/ann"), kinds=("ticket.closed",))
    with world.inside("ann"):
        assert Interest.objects.get().kinds == ["ticket.assigned", "ticket.closed", "ticket.opened"]
    with world.inside("admin"):
        delete_endpoint(made, actor=world.members["admin"], at=database_now())
        assert Interest.objects.get().kinds == ["ticket.closed"]


# Failing, and again ---------------------------------------------------------------------------------------------------


def test_the_schedule_is_kept_for_three_days_and_then_it_is_switched_off(world: World, receiver: Receiver) -> None:
    """The clock is moved to just before and to each attempt; at the tenth, after 75 h, a mail tells the admins."""
    made, _secret = endpoint(world, "admin", receiver.url("/500"))
    fine, _secret = endpoint(world, "admin", receiver.url("/ok"))
    at = happen(world, "p1")
    for number, delay in enumerate(SCHEDULE_S, start=1):
        at += timedelta(seconds=delay)
        if delay:
            assert work(at=at - SECOND).tried == 0
        work(at=at)
        assert len(receiver.at("/500")) == number
        assert (reread(world, made).disabled_at is not None) == (number == 10)
    failed = next(one for one in deliveries(world) if one.endpoint_id == made.pk)
    assert (failed.state, failed.attempts, failed.last_status, failed.last_error) == (State.GIVEN_UP, 10, 500, "status")
    assert len({one.headers["webhook-id"] for one in receiver.at("/500")}) == 1
    assert len({one.body for one in receiver.at("/500")}) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.at("/500")}) == 10
    off = reread(world, made)
    assert (off.disabled_at, off.disabled_why) == (at, Endpoint.Why.FAILING)
    assert reread(world, fine).disabled_at is None
    with staff(world, "p1"):
        (mail,) = Message.objects.filter(kind="webhook_disabled")
        assert (mail.recipient, mail.tenant_id) == ("admin@example.test", None)
        assert receiver.url("/500") in mail.text
        assert f"/webhooks/{made.pk}/" in mail.text
        event = Event.objects.get(action="endpoint_disabled")
        assert (event.actor_name, event.target_id) == ("Worker", made.pk)
        assert (event.after or {})["why"] == "failing"
    happen(world, "p1")
    work(at=at + SECOND)
    assert len(receiver.at("/500")) == 10
    assert len(receiver.at("/ok")) == 2


def test_one_success_in_three_days_keeps_it(world: World, receiver: Receiver) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/flaky"))
    receiver.behaves["/flaky"] = "500"
    first = happen(world, "p1")
    work(at=first)
    assert reread(world, made).failing_since == first
    receiver.behaves["/flaky"] = "ok"
    work(at=first + 5 * SECOND)
    assert reread(world, made).failing_since is None
    receiver.behaves["/flaky"] = "500"
    happen(world, "p1")
    work(at=first + timedelta(days=4))
    after = reread(world, made)
    assert (after.failing_since, after.disabled_at) == (first + timedelta(days=4), None)


def test_gone_is_switched_off_at_once_and_the_customers_managers_are_told(world: World, receiver: Receiver) -> None:
    made, _secret = endpoint(world, "ann", receiver.url("/410"))
    at = happen(world, "p1", count=3, tenant_id=world.tenants["a"].pk, to_tenant=True)
    work(at=at)
    off = reread(world, made)
    assert (off.disabled_at, off.disabled_why) == (at, Endpoint.Why.GONE)
    with staff(world, "p1"):
        (mail,) = Message.objects.filter(kind="webhook_disabled")
        assert (mail.recipient, mail.tenant_id) == ("ann@example.test", world.tenants["a"].pk)
    assert {one.state for one in deliveries(world)} <= {State.GIVEN_UP, State.CANCELLED}
    assert work(at=at + timedelta(days=2)).tried == 0


@pytest.mark.parametrize(("path", "code"), [("/301", "redirect"), ("/nothing", "broken")])
def test_redirects_and_breaks_are_failures_that_are_tried_again(
    world: World, receiver: Receiver, path: str, code: str
) -> None:
    endpoint(world, "admin", receiver.url(path))
    at = happen(world, "p1")
    work(at=at)
    (delivery,) = deliveries(world)
    assert (delivery.state, delivery.last_error, delivery.next_attempt_at) == (State.WAITING, code, at + 5 * SECOND)
    assert [one.path for one in receiver.received] == [path]


def test_a_private_address_is_an_attempt_that_failed(world: World, receiver: Receiver) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/ok"))
    with staff(world, "p1"):
        Endpoint.objects.filter(pk=made.pk).update(url="https://10.0.0.1/")
    at = happen(world, "p1")
    work(at=at)
    (delivery,) = deliveries(world)
    assert (delivery.state, delivery.last_status, delivery.last_error) == (State.WAITING, None, "refused_address")


def test_the_endpoint_may_ask_for_more_time_and_not_for_less(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/later"))
    at = happen(world, "p1")
    work(at=at)
    (delivery,) = deliveries(world)
    assert delivery.next_attempt_at == at + timedelta(seconds=7200)


def test_what_retry_after_comes_to() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert asked_for("120", now) == timedelta(seconds=120)
    assert asked_for(format_datetime(now + timedelta(hours=1), usegmt=True), now) == timedelta(hours=1)
    assert asked_for(format_datetime(now - timedelta(hours=1), usegmt=True), now) == timedelta(0)
    for nonsense in ("", "-5", "soon", "1e9", "٣", "Tue, 99 Foo 2026"):
        assert asked_for(nonsense, now) == timedelta(0)
    assert delay_after(1, "999999999999", now) == timedelta(hours=24)
    assert delay_after(2, "1", now) == timedelta(minutes=5)
    assert (delay_after(9, "", now), delay_after(10, "5", now)) == (timedelta(hours=24), None)
    assert [0, *(delay.total_seconds() for delay in BACK_OFF)] == list(SCHEDULE_S)


# By hand --------------------------------------------------------------------------------------------------------------


def test_sent_again_it_is_the_same_event_with_all_attempts_before_it(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/ok"))
    happen(world, "p1")
    work()
    (sent,) = deliveries(world)
    with world.inside("admin"):
        resend_delivery(sent, actor=world.members["admin"], at=database_now())
    work()
    first, second = receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert len(attempts(world)) == 2
    assert deliveries(world)[0].state == State.SENT


def test_what_waited_when_it_was_switched_off_is_not_sent_when_it_is_switched_on(
    world: World, receiver: Receiver
) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/flaky"))
    receiver.behaves["/flaky"] = "500"
    happen(world, "p1")
    work()
    with world.inside("admin"):
        disable_endpoint(made, actor=world.members["admin"], at=database_now())
        enable_endpoint(reread_inside(made), actor=world.members["admin"])
    assert work(at=database_later()).tried == 0
    (delivery,) = deliveries(world)
    assert (delivery.state, delivery.last_error) == (State.CANCELLED, "switched_off")
    receiver.behaves["/flaky"] = "ok"
    happen(world, "p1")
    work()
    assert len(receiver.received) == 2


def reread_inside(found: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=found.pk)


def database_later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - a day is far enough from any clock


def test_another_address_holds_for_what_waits(world: World, receiver: Receiver) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/500"))
    at = happen(world, "p1")
    work(at=at)
    with world.inside("admin"):
        change_endpoint(
            made, url=receiver.url("/ok"), kinds=made.kinds, description="mended", actor=world.members["admin"]
        )
    work(at=at + 5 * SECOND)
    assert [one.path for one in receiver.received] == ["/500", "/ok"]


def test_what_ended_90_days_ago_is_forgotten_with_its_attempts(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/ok"))
    happen(world, "p1", tenant_id=world.tenants["a"].pk)
    work()
    happen(world, "p1", tenant_id=world.tenants["a"].pk)  # stays: nobody has sent it yet
    with logged_in_as("portal_jobs"):
        spread()
    (sent, waits) = deliveries(world)
    assert sent.ended_at is not None
    with logged_in_as("portal_jobs"):
        assert forget_deliveries(at=sent.ended_at + KEPT) == 0
        assert forget_deliveries(at=sent.ended_at + KEPT + SECOND) == 1
    assert [one.pk for one in deliveries(world)] == [waits.pk]
    assert attempts(world) == []
