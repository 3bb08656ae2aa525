"""What people do with endpoints: add, change, give a new secret, switch, take away, ask, send again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.outbox.actions import CONTROL
from slaportal.outbox.models import Endpoint, EventDelivery, State
from slaportal.outbox.webhooks.addresses import ascii_url, place_of
from slaportal.outbox.webhooks.announcing import DELIVER, body_of, new_event
from slaportal.outbox.webhooks.kinds import PING, kinds_for
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.outbox.webhooks.signing import new_secret, sealed
from slaportal.outbox.webhooks.switching import let_go, note_interest, switch_off
from slaportal.outbox.webhooks.words import error_in_words
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import Membership, Role
from slaportal.tenancy.task import hint

MOST_ENDPOINTS = 20
# How long the secret before the last signs too, so that a receiver can be given the new one meanwhile.
BOTH_SIGN_FOR = timedelta(hours=24)


def add_endpoint(
    url: str, kinds: Iterable[str], *, description: str = "", actor: Membership, at: datetime
) -> tuple[Endpoint, str]:
    """An endpoint of the actor's provider or customer, and its signing secret, which is told this once.

    Refuses `role_not_allowed`, `invalid_address`, `kinds_missing`, `unknown_kind`, `too_many_endpoints`.
    """
    require_owner(actor)
    there = Endpoint.objects.filter(owned_with(actor), deleted_at=None)
    if there.count() >= MOST_ENDPOINTS:
        said = _("There are %(most)s webhooks already; delete one that is not needed.") % {"most": MOST_ENDPOINTS}
        raise Refusal("too_many_endpoints", said, status=409)
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        provider_id=actor.provider_id,
        tenant_id=actor.tenant_id,
        url=_fit_url(url),
        description=_one_line(description),
        kinds=_fit_kinds(kinds, actor),
        secret=sealed(secret),
        created_at=at,
    )
    note_interest(actor.provider_id, endpoint.kinds)
    record("endpoint_added", endpoint, actor=actor, after={"address": endpoint.url, "events": endpoint.kinds})
    return endpoint, secret


def change_endpoint(
    endpoint: Endpoint, *, url: str, kinds: Iterable[str], description: str, actor: Membership
) -> Endpoint:
    """Another address, other events, another description. Refuses what `add_endpoint` does."""
    require_owner(actor)
    before = {"address": endpoint.url, "events": endpoint.kinds, "description": endpoint.description}
    endpoint.url, endpoint.kinds = _fit_url(url), _fit_kinds(kinds, actor)
    endpoint.description = _one_line(description)
    endpoint.save(update_fields=["url", "kinds", "description"])
    note_interest(endpoint.provider_id, endpoint.kinds)
    after = {"address": endpoint.url, "events": endpoint.kinds, "description": endpoint.description}
    record("endpoint_changed", endpoint, actor=actor, before=before, after=after)
    return endpoint


def rotate_secret(endpoint: Endpoint, *, actor: Membership, at: datetime) -> str:
    """A new signing secret, told this once; for a day the one before signs too. A third is forgotten."""
    require_owner(actor)
    locked = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    secret = new_secret()
    locked.former_secret, locked.former_until = locked.secret, at + BOTH_SIGN_FOR
    locked.secret = sealed(secret)
    locked.save(update_fields=["secret", "former_secret", "former_until"])
    endpoint.former_until = locked.former_until
    record("endpoint_secret_rotated", locked, actor=actor, after={"both_until": locked.former_until})
    return secret


def disable_endpoint(endpoint: Endpoint, *, actor: Membership, at: datetime) -> None:
    """Nothing is sent there, what happens meanwhile included, until it is switched on. Refuses `endpoint_off`."""
    require_owner(actor)
    if not switch_off(endpoint, Endpoint.Why.BY_HAND, actor=actor, at=at):
        raise Refusal("endpoint_off", _("This webhook is switched off already."), status=409)


def enable_endpoint(endpoint: Endpoint, *, actor: Membership) -> None:
    """What happens from now on is sent there. Refuses `endpoint_on`."""
    require_owner(actor)
    off = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False, deleted_at=None)
    if not off.update(disabled_at=None, disabled_why="", failing_since=None):
        raise Refusal("endpoint_on", _("This webhook is switched on already."), status=409)
    note_interest(endpoint.provider_id, endpoint.kinds)
    record("endpoint_enabled", endpoint, actor=actor, before={"why": endpoint.disabled_why})


def delete_endpoint(endpoint: Endpoint, *, actor: Membership, at: datetime) -> None:
    """It is gone, and its secrets with it; what was sent there can still be read."""
    require_owner(actor)
    there = Endpoint.objects.filter(pk=endpoint.pk, deleted_at=None)
    if not there.update(deleted_at=at, secret="", former_secret="", former_until=None):
        raise Refusal("endpoint_gone", _("This webhook was deleted already."), status=409)
    let_go(endpoint, at=at)
    note_interest(endpoint.provider_id)
    record("endpoint_deleted", endpoint, actor=actor, before={"address": endpoint.url, "events": endpoint.kinds})


def ping_endpoint(endpoint: Endpoint, *, actor: Membership, at: datetime) -> EventDelivery:
    """Sends an event that means nothing, to see whether it arrives. Refuses `endpoint_off`."""
    require_owner(actor)
    _refuse_off(endpoint)
    sent = EventDelivery.objects.create(
        provider_id=endpoint.provider_id,
        tenant_id=endpoint.tenant_id,
        endpoint_id=endpoint.pk,
        event=new_event(),
        kind=PING,
        body=body_of(PING, at, {"endpoint": endpoint.pk}),
        next_attempt_at=at,
        created_at=at,
    )
    hint(DELIVER)
    return sent


def resend_delivery(delivery: EventDelivery, *, actor: Membership, at: datetime) -> None:
    """The same event once more, at once, under the same id, with all attempts before it.

    Refuses `endpoint_off`, `delivery_under_way` for one that waits or is being sent.
    """
    require_owner(actor)
    _refuse_off(delivery.endpoint)
    ended = EventDelivery.objects.filter(pk=delivery.pk, state__in=(State.SENT, State.GIVEN_UP, State.CANCELLED))
    if not ended.update(state=State.WAITING, attempts=0, next_attempt_at=at, claim=None, ended_at=None):
        said = _("This one is being sent; look at its next attempt.")
        raise Refusal("delivery_under_way", said, status=409)
    record("event_resent", delivery, actor=actor, after={"event": delivery.event})
    hint(DELIVER)


def resend_lost(endpoint: Endpoint, *, actor: Membership, at: datetime) -> int:
    """All that was given up or not sent, once more, each under its id; how many. A few are under way at once.

    Refuses `endpoint_off`, `nothing_lost`.
    """
    require_owner(actor)
    _refuse_off(endpoint)
    lost = EventDelivery.objects.filter(endpoint_id=endpoint.pk, state__in=(State.GIVEN_UP, State.CANCELLED))
    count = lost.update(state=State.WAITING, attempts=0, next_attempt_at=at, claim=None, ended_at=None)
    if not count:
        raise Refusal("nothing_lost", _("Everything was delivered: there is nothing to send again."), status=409)
    record("events_resent", endpoint, actor=actor, after={"count": count})
    hint(DELIVER)
    return count


def require_owner(actor: Membership) -> None:
    """Refuses everybody but the administrators of a provider and the managers of a customer."""
    require_role(actor, Role.ADMIN, Role.MANAGER)


def _refuse_off(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is not None or endpoint.deleted_at is not None:
        raise Refusal("endpoint_off", _("This webhook is switched off: switch it on first."), status=409)


def _one_line(text: str) -> str:
    """It names the webhook in lists and in the subject of a mail."""
    return " ".join(CONTROL.sub(" ", text).split())[:120]


def _fit_url(url: str) -> str:
    found = ascii_url(url)
    try:
        place_of(found)
    except ValueError as odd:
        said = error_in_words(str(odd))
        raise Refusal("invalid_address", said, fields={"url": said}) from odd
    return found


def _fit_kinds(kinds: Iterable[str], actor: Membership) -> list[str]:
    chosen, known = set(kinds), kinds_for(tenant=actor.tenant_id is not None)
    if not chosen:
        said = _("Choose at least one event.")
        raise Refusal("kinds_missing", said, fields={"kinds": said})
    if unknown := sorted(chosen - set(known)):
        said = _("There is no event %(kinds)s.") % {"kinds": ", ".join(unknown)}
        raise Refusal("unknown_kind", said, fields={"kinds": said})
    return sorted(chosen)
