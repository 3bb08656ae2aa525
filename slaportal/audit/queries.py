"""Reading the audit, inside the scope of one provider's staff."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from slaportal.audit.chain import CONTENT, Sealed
from slaportal.audit.models import Event, Head
from slaportal.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of an action, by an actor, on a target (parts of their names), of a tenant, in [since, until)."""

    action: str = ""
    actor: str = ""
    target: str = ""
    tenant_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def events_of(provider_id: int, wanted: Wanted) -> QuerySet[Event]:
    """Newest first, with their tenants."""
    asked = {
        "action": wanted.action,
        "actor_name__icontains": wanted.actor,
        "target_name__icontains": wanted.target,
        "tenant_id": wanted.tenant_id,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    meant = Q(**{key: value for key, value in asked.items() if value not in (None, "")})
    return Event.objects.filter(meant, provider_id=provider_id).select_related("tenant").order_by("-id")


def tenants_of(provider_id: int) -> QuerySet[Tenant]:
    """The tenants whose events may be asked for."""
    return Tenant.objects.filter(provider_id=provider_id).order_by("name")


def unsealed(provider_id: int) -> QuerySet[Event]:
    """What is not in the chain yet, in the order in which it will be."""
    return Event.objects.filter(provider_id=provider_id, number=None).order_by("id")


def contents(events: QuerySet[Event]) -> Iterator[Sealed]:
    """The events with all that their seal covers; `number` is 0 and `digest` "" where there is none yet."""
    jsonb = {"before": "before_text", "after": "after_text"}
    columns = [jsonb.get(name, name) for name in CONTENT]
    read = events.annotate(before_text=Cast("before", TextField()), after_text=Cast("after", TextField()))
    for number, digest, *values in read.values_list("number", "digest", *columns):
        yield Sealed(number or 0, digest or "", dict(zip(CONTENT, values, strict=True)))


def sealed_after(provider_id: int, number: int, count: int) -> list[Sealed]:
    """The next entries of the chain after `number`."""
    following = Event.objects.filter(provider_id=provider_id, number__gt=number).order_by("number")
    return list(contents(following[:count]))


def digest_at(provider_id: int, number: int) -> str | None:
    """The seal of the entry of that number."""
    return Event.objects.filter(provider_id=provider_id, number=number).values_list("digest", flat=True).first()


def last_number(provider_id: int) -> int:
    """The highest number in the chain; 0 of an empty one."""
    return Event.objects.filter(provider_id=provider_id).aggregate(last=Max("number"))["last"] or 0


def head_and_last(provider_id: int) -> tuple[int, str, int] | None:
    """Number and digest of the head, and the last number there is, of one instant; None without a head."""
    numbered = Event.objects.filter(provider_id=OuterRef("provider_id"), number__isnull=False).order_by("-number")
    found = (
        Head.objects.filter(provider_id=provider_id)
        .annotate(last=Subquery(numbered.values("number")[:1]))
        .values_list("number", "digest", "last")
        .first()
    )
    return (found[0], found[1], found[2] or 0) if found else None
