"""From events to deliveries: one for each endpoint that wants it and may have it. By the workers, as staff."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from slaportal.outbox.models import Endpoint, EventDelivery, Occurrence
from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope, take

BATCH = 500


def spread(*, at: datetime | None = None, most: int = BATCH) -> int:
    """Spreads the oldest events that nobody else is spreading just now; how many. All of it or nothing is committed."""
    with scope(PLATFORM):
        free = Occurrence.objects.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
        claimed = list(free.values_list("provider_id", "pk")[:most])
        if not claimed:
            return 0
        now = at or database_now()
        for provider_id, rows in groupby(sorted(claimed), key=itemgetter(0)):
            take(STAFF, provider=provider_id)
            _spread_of(provider_id, [pk for _provider, pk in rows], now)
    return len(claimed)


def _spread_of(provider_id: int, ids: Sequence[int], now: datetime) -> None:
    endpoints = Endpoint.objects.filter(provider_id=provider_id, disabled_at=None, deleted_at=None)
    wanting: dict[tuple[int | None, str], list[Endpoint]] = defaultdict(list)
    for endpoint in endpoints.only("id", "provider_id", "tenant_id", "kinds").order_by("pk"):
        for kind in endpoint.kinds:
            wanting[endpoint.tenant_id, kind].append(endpoint)
    occurrences = Occurrence.objects.filter(pk__in=ids).order_by("pk")
    deliveries = [
        EventDelivery(
            provider_id=provider_id,
            tenant_id=endpoint.tenant_id,
            endpoint_id=endpoint.pk,
            event=occurrence.event,
            kind=occurrence.kind,
            body=occurrence.body,
            next_attempt_at=now,
            created_at=occurrence.created_at,
        )
        for occurrence in occurrences
        for owner in _owners(occurrence)
        for endpoint in wanting[owner, occurrence.kind]
    ]
    EventDelivery.objects.bulk_create(deliveries, batch_size=1000)
    Occurrence.objects.filter(pk__in=ids).delete()


def _owners(occurrence: Occurrence) -> list[int | None]:
    """Whose endpoints get it: the provider's (None), the customer's."""
    owners: list[int | None] = [None] if occurrence.to_provider else []
    return [*owners, occurrence.tenant_id] if occurrence.to_tenant and occurrence.tenant_id else owners
