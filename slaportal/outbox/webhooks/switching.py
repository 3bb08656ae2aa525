"""Which endpoints are posted to: whose kinds anybody wants, switching one off, and telling those who own it."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.outbox.actions import leave_mail
from slaportal.outbox.models import Endpoint, EventDelivery, Interest, State
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Role
from slaportal.tenancy.scope import CUSTOMER, current_scope

WORKER = "Worker"
# In `last_error` of what was still waiting when its endpoint was switched off.
SWITCHED_OFF = "switched_off"

log = structlog.get_logger(__name__)


def note_interest(provider_id: int, kinds: Iterable[str] = ()) -> None:
    """Brings what the endpoints want up to date, after one was changed; who announces events looks there.

    A customer, who sees no endpoint but their own, only adds `kinds`. The row is locked first, so of two changes at
    once the later one sees the earlier.
    """
    Interest.objects.bulk_create([Interest(provider_id=provider_id)], ignore_conflicts=True)
    interest = Interest.objects.select_for_update(of=("self",)).get(provider_id=provider_id)
    scope = current_scope()
    if scope is not None and scope.role == CUSTOMER:
        wanted = {*interest.kinds, *kinds}
    else:
        listening = Endpoint.objects.filter(provider_id=provider_id, disabled_at=None, deleted_at=None)
        wanted = {kind for chosen in listening.values_list("kinds", flat=True) for kind in chosen}
    if wanted != set(interest.kinds):
        interest.kinds = sorted(wanted)
        interest.save(update_fields=["kinds"])


def switch_off(endpoint: Endpoint, why: str, *, actor: Membership | str, at: datetime) -> bool:
    """Nothing is posted there any more, and what waited is not; False if it was switched off already.

    A worker that does so tells the administrators, or the customer's managers, by mail.
    """
    on = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None, deleted_at=None)
    if not on.update(disabled_at=at, disabled_why=why):
        return False
    endpoint.disabled_at, endpoint.disabled_why = at, why
    let_go(endpoint, at=at)
    note_interest(endpoint.provider_id)
    record("endpoint_disabled", endpoint, actor=actor, after={"address": endpoint.url, "why": why})
    if why != Endpoint.Why.BY_HAND:
        _tell_owners(endpoint, at)
    return True


def let_go(endpoint: Endpoint, *, at: datetime) -> None:
    """What waits for an endpoint is not posted; each can be sent again once it is switched on."""
    waiting = EventDelivery.objects.filter(endpoint_id=endpoint.pk, state=State.WAITING)
    waiting.update(state=State.CANCELLED, claim=None, ended_at=at, last_error=SWITCHED_OFF)


def _tell_owners(endpoint: Endpoint, at: datetime) -> None:
    owners = Membership.objects.filter(
        owned_with(endpoint),
        removed_at=None,
        role=Role.ADMIN if endpoint.tenant_id is None else Role.MANAGER,
    )
    if endpoint.disabled_why == Endpoint.Why.GONE:
        said = _("%(address)s answered 410 Gone: it wants no events any more.")
    else:
        said = _("%(address)s has taken nothing since %(since)s.")
    since = endpoint.failing_since or at
    told = {"address": endpoint.url, "since": f"{since:%Y-%m-%d %H:%M:%S} UTC"}
    text = "\n\n".join(
        (
            said % told,
            _("No more events are sent there, and those that waited were not sent."),
            _("When it is mended, switch it on, and send again what it lost: %(url)s")
            % {"url": settings.PUBLIC_URL + reverse("webhook", args=[endpoint.pk])},
        )
    )
    for member in owners.order_by("pk"):
        try:
            leave_mail(
                "webhook_disabled",
                member.email,
                _("Webhook switched off: %(name)s") % {"name": str(endpoint)},
                text,
                key=f"endpoint-{endpoint.pk}-off-{at.isoformat()}-{member.pk}",
                provider_id=endpoint.provider_id,
                tenant_id=endpoint.tenant_id,
            )
        except Refusal as refused:  # an address that is none must not undo what was written with this
            log.warning("mail_not_left", kind="webhook_disabled", endpoint=endpoint.pk, code=refused.code)
