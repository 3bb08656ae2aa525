"""The catalogue of services: of one tenant, or shared."""

from datetime import datetime

from django.utils.translation import gettext as _

from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider, Tenant


def add_service(
    provider: Provider, key: str, name: str, *, tenant: Tenant | None, actor: Membership | str, at: datetime
) -> Service:
    """A service of one tenant, or (None) one that several share. Refuses `service_key_taken`."""
    if Service.objects.filter(provider=provider, key=key).exists():
        raise Refusal(
            "service_key_taken",
            _("There is a service with the short name %(key)s already.") % {"key": key},
            fields={"key": _("Taken.")},
        )
    service = Service.objects.create(provider=provider, tenant=tenant, key=key, name=name.strip(), created_at=at)
    record("service_added", service, actor=actor, after={"key": key, "name": service.name})
    return service
