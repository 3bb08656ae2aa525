"""Webhooks over the API, for whose they are: administrators the provider's own, a customer's managers theirs."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.api.shapes import Id, Instant, Listed, Shape, Text, moment
from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, State
from slaportal.outbox.webhooks import actions
from slaportal.outbox.webhooks.access import get_delivery_for, get_endpoint_for
from slaportal.outbox.webhooks.addresses import LONGEST_URL
from slaportal.outbox.webhooks.kinds import kinds_for
from slaportal.outbox.webhooks.queries import FAILED, TAKEN, WAITS, attempts_of, deliveries_of, endpoints_of
from slaportal.tenancy.models import Role

AREA = "webhooks"
OWNERS = (Role.ADMIN, Role.MANAGER)
EXAMPLE = {"url": "https://hooks.example.com/sla", "kinds": ["clock.breached", "ticket.opened"]}


class WebhookShape(Shape):
    """An address that is told of events. Off since `disabled_at`, and why; `former_until`: two secrets sign till then.

    `failing_since` is the first failure after the last success.
    """

    id = Id()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    created_at = Instant()
    disabled_at = Instant(allow_null=True)
    disabled_why = serializers.ChoiceField(Endpoint.Why.choices, allow_null=True)
    failing_since = Instant(allow_null=True)
    last_success_at = Instant(allow_null=True)
    former_until = Instant(allow_null=True)


class WebhookMadeShape(WebhookShape):
    """The same with its signing secret, which is told this once; null where the call is sent again with its key."""

    secret = serializers.CharField(allow_null=True)


class NewWebhookShape(Shape):
    """Where, what of, and what it is for."""

    url = Text(max_length=LONGEST_URL)
    kinds = serializers.ListField(child=Text(max_length=40), max_length=100)
    description = Text(max_length=120, default="", allow_blank=True)


class WebhookChangeShape(Shape):
    """What is to be another; the rest stays."""

    url = Text(max_length=LONGEST_URL, required=False)
    kinds = serializers.ListField(child=Text(max_length=40), max_length=100, required=False)
    description = Text(max_length=120, required=False, allow_blank=True)


class EventKindShape(Shape):
    """A kind of event that the caller's webhooks can be told of."""

    kind = serializers.CharField()
    name = serializers.CharField()


class DeliveryShape(Shape):
    """One event for one webhook: `event` is its id for the receiver. `attempts` are those of the present round."""

    id = Id()
    webhook = Id()
    event = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    attempts = Id(min_value=0)
    last_status = Id(min_value=0, allow_null=True)
    last_error = serializers.CharField(help_text=_("Why the last attempt failed, as a code; empty where it did not."))
    created_at = Instant()
    next_attempt_at = Instant(allow_null=True)
    ended_at = Instant(allow_null=True)


class AttemptShape(Shape):
    """One posting as it was: the head of what was sent, to which address, and the beginning of what was answered."""

    began_at = Instant()
    duration_ms = Id(min_value=0)
    address = serializers.CharField()
    request = serializers.CharField()
    status = Id(min_value=0, allow_null=True)
    head = serializers.CharField()
    answer = serializers.CharField()
    error = serializers.CharField()


class DeliveryWholeShape(DeliveryShape):
    """The same with what is posted, to the byte, and every attempt."""

    body = serializers.CharField()
    tries = AttemptShape(many=True)


class DeliveryQueryShape(Listed):
    """Which deliveries, in which order."""

    state = serializers.ChoiceField((FAILED, WAITS, TAKEN), required=False)
    webhook = Id(required=False)
    ordering = serializers.ChoiceField(("-id", "id"), default="-id")


class ResentShape(Shape):
    """How many are sent again."""

    count = Id()


def webhook_said(endpoint: Endpoint) -> dict[str, Any]:
    """Without its secrets."""
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "description": endpoint.description,
        "kinds": endpoint.kinds,
        "created_at": moment(endpoint.created_at),
        "disabled_at": moment(endpoint.disabled_at),
        "disabled_why": endpoint.disabled_why or None,
        "failing_since": moment(endpoint.failing_since),
        "last_success_at": moment(endpoint.last_success_at),
        "former_until": moment(endpoint.former_until),
    }


def delivery_said(delivery: EventDelivery) -> dict[str, Any]:
    """Without its body."""
    return {
        "id": delivery.pk,
        "webhook": delivery.endpoint_id,
        "event": delivery.event,
        "kind": delivery.kind,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": moment(delivery.created_at),
        "next_attempt_at": moment(delivery.next_attempt_at) if delivery.state == State.WAITING else None,
        "ended_at": moment(delivery.ended_at),
    }


def attempt_said(attempt: Attempt) -> dict[str, Any]:
    """As it was."""
    return {
        "began_at": moment(attempt.began_at),
        "duration_ms": attempt.duration_ms,
        "address": attempt.address,
        "request": attempt.request,
        "status": attempt.status,
        "head": attempt.head,
        "answer": attempt.answer,
        "error": attempt.error,
    }


def _now(call: Call, pk: int) -> Answer:
    return Answer(webhook_said(get_endpoint_for(call.actor, pk)))


class Webhooks(ApiView):
    """The webhooks of the caller's side."""

    area = AREA

    @operation("webhooks", gives=WebhookShape, many=True, roles=OWNERS)
    def get(self, call: Call) -> Answer:
        """Webhooks, the oldest first; there are at most twenty."""
        return Answer([webhook_said(endpoint) for endpoint in endpoints_of(call.actor)])

    @operation(
        "webhook_add",
        takes=NewWebhookShape,
        gives=WebhookMadeShape,
        roles=OWNERS,
        status=201,
        examples={"Breaches and new tickets": EXAMPLE},
        refuses="`invalid_address`, `kinds_missing`, `unknown_kind`, `too_many_endpoints`",
    )
    def post(self, call: Call) -> Answer:
        """Adds a webhook; its signing secret is in the answer, this once."""
        made, secret = actions.add_endpoint(**call.body, actor=call.actor, at=call.at)
        said = {**webhook_said(made), "secret": secret}
        return Answer(said, location=f"/api/v1/webhooks/{made.pk}/", secrets=("secret",))


class OneWebhook(ApiView):
    """One webhook."""

    area = AREA

    @operation("webhook", gives=WebhookShape, roles=OWNERS)
    def get(self, call: Call, webhook: int) -> Answer:
        """A webhook and how it is doing."""
        return _now(call, webhook)

    @operation(
        "webhook_change",
        takes=WebhookChangeShape,
        gives=WebhookShape,
        roles=OWNERS,
        examples={"Other events": {"kinds": ["ticket.opened"]}},
        refuses="`invalid_address`, `kinds_missing`, `unknown_kind`",
    )
    def patch(self, call: Call, webhook: int) -> Answer:
        """Gives a webhook another address, other events or another description."""
        endpoint = get_endpoint_for(call.actor, webhook)
        stays = {"url": endpoint.url, "kinds": endpoint.kinds, "description": endpoint.description}
        actions.change_endpoint(endpoint, **{**stays, **call.body}, actor=call.actor)
        return _now(call, webhook)

    @operation("webhook_delete", roles=OWNERS, status=204)
    def delete(self, call: Call, webhook: int) -> Answer:
        """Deletes a webhook; what was sent there can still be read."""
        actions.delete_endpoint(get_endpoint_for(call.actor, webhook), actor=call.actor, at=call.at)
        return Answer(None, status=204)


class RotateWebhook(ApiView):
    """New signing secrets."""

    area = AREA

    @operation("webhook_rotate", gives=WebhookMadeShape, roles=OWNERS)
    def post(self, call: Call, webhook: int) -> Answer:
        """Gives a webhook a new signing secret, told this once; for a day the one before signs too."""
        endpoint = get_endpoint_for(call.actor, webhook)
        secret = actions.rotate_secret(endpoint, actor=call.actor, at=call.at)
        return Answer({**webhook_said(endpoint), "secret": secret}, secrets=("secret",))


class EnableWebhook(ApiView):
    """Webhooks switched on."""

    area = AREA

    @operation("webhook_enable", gives=WebhookShape, roles=OWNERS, refuses="`endpoint_on`")
    def post(self, call: Call, webhook: int) -> Answer:
        """Switches a webhook on: what happens from now on is sent there."""
        actions.enable_endpoint(get_endpoint_for(call.actor, webhook), actor=call.actor)
        return _now(call, webhook)


class DisableWebhook(ApiView):
    """Webhooks switched off."""

    area = AREA

    @operation("webhook_disable", gives=WebhookShape, roles=OWNERS, refuses="`endpoint_off`")
    def post(self, call: Call, webhook: int) -> Answer:
        """Switches a webhook off; what happens meanwhile is not kept for it."""
        actions.disable_endpoint(get_endpoint_for(call.actor, webhook), actor=call.actor, at=call.at)
        return _now(call, webhook)


class PingWebhook(ApiView):
    """Test events."""

    area = AREA

    @operation("webhook_ping", gives=DeliveryShape, roles=OWNERS, status=201, refuses="`endpoint_off`")
    def post(self, call: Call, webhook: int) -> Answer:
        """Sends a test event; its delivery tells what came of it."""
        sent = actions.ping_endpoint(get_endpoint_for(call.actor, webhook), actor=call.actor, at=call.at)
        return Answer(delivery_said(sent), location=f"/api/v1/webhooks/deliveries/{sent.pk}/")


class ResendLost(ApiView):
    """What did not arrive, once more."""

    area = AREA

    @operation("webhook_resend_lost", gives=ResentShape, roles=OWNERS, refuses="`endpoint_off`, `nothing_lost`")
    def post(self, call: Call, webhook: int) -> Answer:
        """Sends all again that did not arrive at a webhook, each under its id."""
        endpoint = get_endpoint_for(call.actor, webhook)
        return Answer({"count": actions.resend_lost(endpoint, actor=call.actor, at=call.at)})


class EventKinds(ApiView):
    """What webhooks can be told of."""

    area = AREA

    @operation("webhook_kinds", gives=EventKindShape, many=True, roles=OWNERS)
    def get(self, call: Call) -> Answer:
        """The kinds of events that the caller's webhooks can want."""
        known = kinds_for(tenant=call.actor.tenant_id is not None)
        return Answer([{"kind": kind, "name": str(of.words)} for kind, of in known.items()])


class Deliveries(ApiView):
    """What was sent and what is to be."""

    area = AREA

    @operation("webhook_deliveries", gives=DeliveryShape, query=DeliveryQueryShape, paged=True, roles=OWNERS)
    def get(self, call: Call) -> Page:
        """Deliveries, the newest first; those to deleted webhooks too."""
        query = call.query
        found = deliveries_of(call.actor, state=query.get("state", ""), endpoint=query.get("webhook"))
        rows, further = rows_of(found, query, query["ordering"])
        return Page([delivery_said(row) for row in rows], further)


class OneDelivery(ApiView):
    """One event for one webhook."""

    area = AREA

    @operation("webhook_delivery", gives=DeliveryWholeShape, roles=OWNERS)
    def get(self, call: Call, delivery: int) -> Answer:
        """What was posted, and what came back at each attempt."""
        found = get_delivery_for(call.actor, delivery)
        tries = [attempt_said(attempt) for attempt in attempts_of(found)]
        return Answer({**delivery_said(found), "body": found.body, "tries": tries})


class ResendDelivery(ApiView):
    """Events sent again."""

    area = AREA

    @operation("webhook_resend", gives=DeliveryShape, roles=OWNERS, refuses="`endpoint_off`, `delivery_under_way`")
    def post(self, call: Call, delivery: int) -> Answer:
        """Sends the same event once more, at once, under its id."""
        actions.resend_delivery(get_delivery_for(call.actor, delivery), actor=call.actor, at=call.at)
        return Answer(delivery_said(get_delivery_for(call.actor, delivery)))


urlpatterns = [
    path("webhooks/", Webhooks.as_view(), name="api_webhooks"),
    path("webhooks/kinds/", EventKinds.as_view(), name="api_webhook_kinds"),
    path("webhooks/deliveries/", Deliveries.as_view(), name="api_webhook_deliveries"),
    path("webhooks/deliveries/<int:delivery>/", OneDelivery.as_view(), name="api_webhook_delivery"),
    path("webhooks/deliveries/<int:delivery>/resend/", ResendDelivery.as_view(), name="api_webhook_resend"),
    path("webhooks/<int:webhook>/", OneWebhook.as_view(), name="api_webhook"),
    path("webhooks/<int:webhook>/rotate/", RotateWebhook.as_view(), name="api_webhook_rotate"),
    path("webhooks/<int:webhook>/enable/", EnableWebhook.as_view(), name="api_webhook_enable"),
    path("webhooks/<int:webhook>/disable/", DisableWebhook.as_view(), name="api_webhook_disable"),
    path("webhooks/<int:webhook>/ping/", PingWebhook.as_view(), name="api_webhook_ping"),
    path("webhooks/<int:webhook>/resend/", ResendLost.as_view(), name="api_webhook_resend_lost"),
]
