"""What calls name: services by their ids, the revision that they mean, the stretches of time that they ask for."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.api.operations import Call
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Role
from uptime.models import Outage, RestorePoint, Window

AREA = "uptime"
LEADS = (Role.LEAD, Role.ADMIN)
M = TypeVar("M", bound=Model)
R = TypeVar("R", Outage, Window, RestorePoint)


def services_named(actor: Membership, ids: Sequence[int]) -> list[Service]:
    """The provider's services of these ids. Refuses `services_unknown` at the place of the first that is none."""
    found = {one.pk: one for one in Service.objects.filter(provider_id=actor.provider_id, pk__in=ids)}
    for place, pk in enumerate(ids):
        if pk not in found:
            said = _("There is no such service here.")
            raise Refusal("services_unknown", said, fields={f"services.{place}": said})
    return list(found.values())


def service_named(actor: Membership, pk: int) -> Service:
    """The provider's service of that id. Refuses `service_unknown`."""
    found = Service.objects.filter(provider_id=actor.provider_id, pk=pk).first()
    if found is None:
        said = _("There is no such service here.")
        raise Refusal("service_unknown", said, fields={"service": said})
    return found


def matched(call: Call, found: R) -> R:
    """The row; where the call says which revision it means, locked and compared with it."""
    if "If-Match" in call.request.headers:
        locked = type(found).objects.select_for_update(of=("self",)).only("revision").get(pk=found.pk)
        call.match(locked.revision)
    return found


def meeting(found: QuerySet[M], query: Mapping[str, Any], service: str) -> QuerySet[M]:
    """Those of a service (`service` is the way to its column) that meet [since, until)."""
    if "service" in query:
        found = found.filter(**{service: query["service"]})
    if "since" in query:
        found = found.filter(Q(ends_at=None) | Q(ends_at__gt=query["since"]))
    if "until" in query:
        found = found.filter(starts_at__lt=query["until"])
    return found
