"""Reading endpoints and what was sent to them, for whose they are: the provider, or one customer."""

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, State
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.tenancy.models import Membership

FAILED, WAITS, TAKEN = "failed", "waiting", "delivered"
_STATES = {
    FAILED: Q(state__in=(State.GIVEN_UP, State.CANCELLED)) | Q(state=State.WAITING, attempts__gt=0),
    WAITS: Q(state__in=(State.WAITING, State.SENDING)),
    TAKEN: Q(state=State.SENT),
}


def endpoints_of(actor: Membership) -> QuerySet[Endpoint]:
    """The actor's side's own that were not deleted, with `failed`: how many events did not arrive in the end."""
    found = Endpoint.objects.filter(owned_with(actor), deleted_at=None)
    lost = EventDelivery.objects.filter(endpoint_id=OuterRef("pk"), state__in=(State.GIVEN_UP, State.CANCELLED))
    counted = lost.order_by().values("endpoint_id").annotate(n=Count("pk")).values("n")
    return found.annotate(failed=Coalesce(Subquery(counted, output_field=IntegerField()), 0)).order_by("pk")


def lost_by(endpoint: Endpoint) -> int:
    """How many events did not arrive there in the end."""
    return EventDelivery.objects.filter(endpoint_id=endpoint.pk, state__in=(State.GIVEN_UP, State.CANCELLED)).count()


def deliveries_of(actor: Membership, *, state: str = "", endpoint: int | None = None) -> QuerySet[EventDelivery]:
    """Newest first, without their bodies; those to deleted endpoints too. `state` is FAILED, WAITS, TAKEN or ""."""
    found = EventDelivery.objects.filter(owned_with(actor))
    if state in _STATES:
        found = found.filter(_STATES[state])
    if endpoint is not None:
        found = found.filter(endpoint_id=endpoint)
    return found.select_related("endpoint").defer("body").order_by("-pk")


def attempts_of(delivery: EventDelivery) -> QuerySet[Attempt]:
    """In the order in which they were made."""
    return Attempt.objects.filter(delivery_id=delivery.pk).order_by("pk")
