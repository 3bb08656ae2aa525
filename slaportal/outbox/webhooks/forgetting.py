"""Deliveries that ended long ago are deleted, with their attempts: by the workers, once a day."""

from datetime import datetime, timedelta

from slaportal.outbox.models import Attempt, EventDelivery
from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import PLATFORM, STAFF, scope

KEPT = timedelta(days=90)
CHUNK = 2000


def forget_deliveries(*, at: datetime) -> int:
    """Deletes what ended more than 90 days before `at`, however it ended, in chunks; how many. What waits stays."""
    with scope(PLATFORM):
        providers = list(Provider.objects.order_by("pk").values_list("pk", flat=True))
    forgotten = 0
    for provider_id in providers:
        gone = CHUNK
        while gone == CHUNK:
            with scope(STAFF, provider=provider_id):
                gone = _forget_some(provider_id, at - KEPT)
            forgotten += gone
    return forgotten


def _forget_some(provider_id: int, until: datetime) -> int:
    old = EventDelivery.objects.filter(provider_id=provider_id, ended_at__lt=until).order_by("pk")
    free = old.select_for_update(skip_locked=True)  # one that is just sent again stays
    some = list(free.values_list("pk", flat=True)[:CHUNK])
    Attempt.objects.filter(delivery_id__in=some).delete()
    gone, _each = EventDelivery.objects.filter(pk__in=some).delete()
    return gone
