"""Deliveries that ended long ago are deleted, with their attempts: by the workers, once a day."""

from datetime import datetime, timedelta

from slaportal.outbox.models import Attempt, EventDelivery
from slaportal.tenancy.providers import in_every_provider

KEPT = timedelta(days=90)
CHUNK = 2000


def forget_deliveries(*, at: datetime) -> int:
    """Deletes what ended more than 90 days before `at`, however it ended; how many. What waits stays."""

    def some(provider_id: int) -> int:
        old = EventDelivery.objects.filter(provider_id=provider_id, ended_at__lt=at - KEPT).order_by("pk")
        free = old.select_for_update(skip_locked=True)  # one that is just sent again stays
        chosen = list(free.values_list("pk", flat=True)[:CHUNK])
        Attempt.objects.filter(delivery_id__in=chosen).delete()
        gone, _each = EventDelivery.objects.filter(pk__in=chosen).delete()
        return gone

    return in_every_provider(some, chunk=CHUNK)
