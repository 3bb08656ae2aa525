"""What the pages of webhooks show, written once a row in Python."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, State
from slaportal.outbox.webhooks.kinds import kind_in_words
from slaportal.outbox.webhooks.words import error_in_words
from slaportal.pages.spreadsheets import Cells
from slaportal.pages.times import Shown, at_reader, to_the_second


@dataclass(frozen=True)
class Badge:
    """A state: the kind of badge, and its word."""

    kind: str
    words: str


@dataclass(frozen=True)
class EndpointLine:
    """One endpoint of the list, or at the head of its page."""

    endpoint: Endpoint
    badge: Badge
    kinds: list[str]
    off_at: Shown | None
    off_why: str
    failing_since: Shown | None
    last_success: Shown | None
    both_until: Shown | None


@dataclass(frozen=True)
class DeliveryLine:
    """One delivery of the list, or at the head of its page."""

    delivery: EventDelivery
    kind: str
    badge: Badge
    error: str
    happened: Shown
    next_at: Shown | None
    may_resend: bool


@dataclass(frozen=True)
class AttemptLine:
    """One attempt: the request as it was sent, the answer as far as it was kept."""

    attempt: Attempt
    number: int
    badge: Badge
    error: str
    began: Shown


def endpoint_line(endpoint: Endpoint, now: datetime) -> EndpointLine:
    """As of `now`."""
    former = endpoint.former_until
    return EndpointLine(
        endpoint,
        _endpoint_badge(endpoint),
        [kind_in_words(kind) for kind in endpoint.kinds],
        at_reader(endpoint.disabled_at, now) if endpoint.disabled_at else None,
        str(Endpoint.Why(endpoint.disabled_why).label) if endpoint.disabled_why else "",
        at_reader(endpoint.failing_since, now) if endpoint.failing_since else None,
        at_reader(endpoint.last_success_at, now) if endpoint.last_success_at else None,
        at_reader(former, now) if former is not None and former > now else None,
    )


def _endpoint_badge(endpoint: Endpoint) -> Badge:
    if endpoint.disabled_at is not None:
        return Badge("none" if endpoint.disabled_why == Endpoint.Why.BY_HAND else "breached", _("Off"))
    if endpoint.failing_since is not None:
        return Badge("soon", _("Failing"))
    return Badge("met" if endpoint.last_success_at else "running", _("On"))


def delivery_line(delivery: EventDelivery, now: datetime) -> DeliveryLine:
    """As of `now`."""
    waits = delivery.state == State.WAITING
    over = delivery.state in (State.SENT, State.GIVEN_UP, State.CANCELLED)
    endpoint = delivery.endpoint
    return DeliveryLine(
        delivery,
        kind_in_words(delivery.kind),
        _delivery_badge(delivery),
        _failed(delivery.last_error, delivery.last_status),
        at_reader(delivery.created_at, now),
        at_reader(delivery.next_attempt_at, now) if waits and endpoint.disabled_at is None else None,
        over and endpoint.disabled_at is None and endpoint.deleted_at is None,
    )


def delivery_heads() -> Cells:
    """Of the file of deliveries."""
    return [
        _("Event"),
        _("Type"),
        _("Id"),
        _("Webhook"),
        _("Address"),
        _("State"),
        _("Attempts"),
        _("Last answer"),
        _("Why"),
        _("Happened"),
        _("Next attempt"),
        _("Ended"),
    ]


def delivery_cells(delivery: EventDelivery) -> Cells:
    """A row of it."""
    endpoint, waits = delivery.endpoint, delivery.state == State.WAITING
    return [
        kind_in_words(delivery.kind),
        delivery.kind,
        delivery.event,
        endpoint.description,
        endpoint.url,
        _delivery_badge(delivery).words,
        delivery.attempts,
        delivery.last_status,
        _failed(delivery.last_error, delivery.last_status),
        delivery.created_at,
        delivery.next_attempt_at if waits and endpoint.disabled_at is None else None,
        delivery.ended_at,
    ]


def _delivery_badge(delivery: EventDelivery) -> Badge:
    if delivery.state == State.WAITING and delivery.attempts:
        return Badge("soon", _("Tried again"))
    words = {
        State.WAITING: Badge("paused", _("Waiting")),
        State.SENDING: Badge("running", _("Being sent")),
        State.SENT: Badge("met", _("Delivered")),
        State.GIVEN_UP: Badge("breached", _("Given up")),
        State.CANCELLED: Badge("none", _("Not sent")),
    }
    return words[State(delivery.state)]


def _failed(error: str, status: int | None) -> str:
    if error == "status" and status is not None:
        return _("It answered %(status)s.") % {"status": status}
    return error_in_words(error) if error else ""


def attempt_lines(attempts: list[Attempt]) -> list[AttemptLine]:
    """Numbered in their order."""
    return [
        AttemptLine(
            attempt,
            number,
            Badge("breached", _("Failed")) if attempt.error else Badge("met", _("Delivered")),
            _failed(attempt.error, attempt.status),
            to_the_second(attempt.began_at),
        )
        for number, attempt in enumerate(attempts, start=1)
    ]


def indented(body: str) -> str:
    """The same for people to read: what is sent has no spaces in it."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
