"""Announcing that something happened, in the transaction of it, to whoever wants to know. Nobody does: one query."""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

from slaportal.outbox.models import Interest, Occurrence
from slaportal.outbox.webhooks.kinds import KINDS
from slaportal.tenancy.task import hint

DELIVER = "slaportal.outbox.tasks.deliver_events"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: `kind` of KINDS, when it was, what of (plain values; `path` of its page), and whose endpoints get it.

    The provider's get it, and with `to_tenant` those of the customer whose it is: then there is nothing in it that the
    customer may not read.
    """

    kind: str
    at: datetime
    data: Mapping[str, Any]
    path: str
    tenant_id: int | None = None
    to_tenant: bool = False
    to_provider: bool = True


def announce(provider_id: int, happenings: Iterable[Happening]) -> int:
    """Leaves the events that anybody may want; how many. In the scope of the act, a customer's too.

    Where nobody of the provider wants any, `happenings` is not even begun: a generator costs nothing.
    """
    wanted = set(Interest.objects.filter(provider_id=provider_id).values_list("kinds", flat=True).first() or ())
    if not wanted:
        return 0
    rows = [_occurrence(provider_id, happening) for happening in happenings if happening.kind in wanted]
    if rows:
        Occurrence.objects.bulk_create(rows)
        hint(DELIVER)
    return len(rows)


def new_event() -> str:
    """The id of an event, by which a receiver knows it again."""
    return f"evt_{uuid.uuid4().hex}"


def body_of(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """What is posted: `{"type": ..., "timestamp": ..., "data": {...}}`, instants in UTC, decimals as text."""
    whole = {"type": kind, "timestamp": at, "data": data}
    return json.dumps(_plain(whole), ensure_ascii=False, separators=(",", ":"))


def _occurrence(provider_id: int, happening: Happening) -> Occurrence:
    kind = KINDS[happening.kind]
    data = {**happening.data, "url": settings.PUBLIC_URL + happening.path}
    return Occurrence(
        provider_id=provider_id,
        tenant_id=happening.tenant_id,
        event=new_event(),
        kind=happening.kind,
        body=body_of(happening.kind, happening.at, data),
        to_provider=happening.to_provider,
        to_tenant=happening.to_tenant and kind.for_tenants and happening.tenant_id is not None,
        created_at=happening.at,
    )


def _plain(value: Any) -> Any:
    """As JSON can say it, exactly; another type is an error of the caller."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(of) for of in value]
    raise TypeError(f"{value!r} ({type(value).__name__}) is no plain value: give text, whole numbers or decimals.")
