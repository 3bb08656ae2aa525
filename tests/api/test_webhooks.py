"""Webhooks over the API: the secret told once, also to a call sent again, what was posted, and nobody else's."""

import pytest
from standardwebhooks import Webhook

from tests.api.conftest import Programs
from tests.api.test_calls import refused
from tests.outbox.webhooks.conftest import receiver  # noqa: F401 - a fixture
from tests.outbox.webhooks.endpoints import happen, work
from tests.outbox.webhooks.receiver import Receiver
from tests.world import World

GIVEN = {"url": "https://hooks.example.test/in", "kinds": ["ticket.opened"], "description": "To the pager"}


def test_one_is_added_and_its_secret_signs(world: World, programs: Programs, receiver: Receiver) -> None:  # noqa: F811
    admin, given = programs("admin"), {**GIVEN, "url": receiver.url("/ok")}
    first = admin.post("webhooks/", given, Idempotency_Key="one")
    again = admin.post("webhooks/", given, Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.said == {**first.said, "secret": None}
    pk = first.said["id"]
    assert first.headers["Location"] == f"/api/v1/webhooks/{pk}/"
    told = {name: value for name, value in first.said.items() if name != "secret"}
    assert admin.get(f"webhooks/{pk}/").said == told
    assert admin.get("webhooks/").said == [told]
    happen(world, "p1")
    work()
    (received,) = receiver.received
    assert Webhook(first.said["secret"]).verify(received.body, received.headers)["type"] == "ticket.opened"
    (delivery,) = admin.get(f"webhooks/deliveries/?webhook={pk}&state=delivered").said["items"]
    assert (delivery["kind"], delivery["state"], delivery["attempts"], delivery["last_status"]) == (
        "ticket.opened", "sent", 1, 200,
    )  # fmt: skip
    whole = admin.get(f"webhooks/deliveries/{delivery['id']}/").said
    assert whole["body"].encode() == received.body
    (attempt,) = whole["tries"]
    assert (attempt["status"], attempt["error"], attempt["address"]) == (200, "", "127.0.0.1")
    assert admin.post(f"webhooks/deliveries/{delivery['id']}/resend/").said["state"] == "waiting"
    refused(admin.post(f"webhooks/deliveries/{delivery['id']}/resend/"), 409, "delivery_under_way")


def test_what_is_sent_is_judged(world: World, programs: Programs) -> None:
    admin = programs("admin")
    for url in ("https://10.0.0.7/in", "http://hooks.example.test/"):
        assert "url" in refused(admin.post("webhooks/", {**GIVEN, "url": url}), 400, "invalid_address")
    refused(admin.post("webhooks/", {**GIVEN, "kinds": []}), 400, "kinds_missing")
    refused(admin.post("webhooks/", {**GIVEN, "kinds": ["ticket.eaten"]}), 400, "unknown_kind")
    assert refused(admin.post("webhooks/", {**GIVEN, "secret": "mine"}), 400, "invalid") == {
        "secret": "There is no such field."
    }
    assert admin.get("webhooks/").said == []


def test_changing_switching_and_taking_away(world: World, programs: Programs) -> None:
    ann = programs("ann")
    made = ann.post("webhooks/", GIVEN).said
    path = f"webhooks/{made['id']}/"
    changed = ann.send("PATCH", path, {"kinds": ["claim.filed"]}).said
    assert (changed["kinds"], changed["url"], changed["description"]) == (["claim.filed"], GIVEN["url"], "To the pager")
    rotated = ann.post(f"{path}rotate/").said
    assert rotated["secret"] not in (None, made["secret"])
    assert rotated["former_until"] is not None
    refused(ann.post(f"{path}enable/"), 409, "endpoint_on")
    off = ann.post(f"{path}disable/").said
    assert (off["disabled_why"], off["disabled_at"] is None) == ("by_hand", False)
    refused(ann.post(f"{path}ping/"), 409, "endpoint_off")
    assert ann.post(f"{path}enable/").said["disabled_at"] is None
    sent = ann.post(f"{path}ping/")
    assert (sent.status_code, sent.said["kind"], sent.said["webhook"]) == (201, "webhook.ping", made["id"])
    refused(ann.post(f"{path}resend/"), 409, "nothing_lost")
    assert ann.send("DELETE", path, None).status_code == 204
    refused(ann.get(path), 404, "not_found")
    assert [one["id"] for one in ann.get("webhooks/deliveries/").said["items"]] == [sent.said["id"]]


def test_customers_choose_among_what_they_may_read(world: World, programs: Programs) -> None:
    kinds = {who: {one["kind"] for one in programs(who).get("webhooks/kinds/").said} for who in ("admin", "ann")}
    assert kinds["ann"] < kinds["admin"]
    for kind in sorted(kinds["admin"] - kinds["ann"]):
        refused(programs("ann").post("webhooks/", {**GIVEN, "kinds": [kind]}), 400, "unknown_kind")


@pytest.mark.parametrize("who", ["ann", "bob", "cora"])
def test_another_sides_is_not_there(world: World, programs: Programs, who: str) -> None:
    """Nor the provider's own to its customers, nor a customer's to the provider."""
    pk = programs("admin").post("webhooks/", GIVEN).said["id"]
    delivery = programs("admin").post(f"webhooks/{pk}/ping/").said["id"]
    stranger = programs(who)
    for method, path in (
        ("GET", f"webhooks/{pk}/"),
        ("PATCH", f"webhooks/{pk}/"),
        ("DELETE", f"webhooks/{pk}/"),
        ("POST", f"webhooks/{pk}/rotate/"),
        ("POST", f"webhooks/{pk}/ping/"),
        ("POST", f"webhooks/{pk}/resend/"),
        ("GET", f"webhooks/deliveries/{delivery}/"),
        ("POST", f"webhooks/deliveries/{delivery}/resend/"),
        ("GET", f"webhooks/deliveries/?webhook={pk}"),
    ):
        answer = stranger.send(method, path, None if method == "GET" else {})
        if answer.status_code == 200:
            assert answer.said["items"] == [], path
        else:
            refused(answer, 404, "not_found")
