"""The catalogue of services: of one tenant, or shared."""

from datetime import datetime

from django.utils.translation import gettext as _

from contracts.actions.checks import refused_as, require_admin
from contracts.models import Service
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider, Tenant


def add_service(
    provider: Provider, key: str, name: str, *, tenant: Tenant | None, actor: Membership | str, at: datetime
) -> Service:
    """A service of one tenant, or (None) one that several share. Refuses `role_not_allowed`, `service_key_taken`."""
    require_admin(actor)
    taken = Refusal(
        "service_key_taken",
        _("There is a service with the short name %(key)s already.") % {"key": key},
        fields={"key": _("Taken.")},
    )
    with refused_as(taken, constraint="service_key"):
        service = Service.objects.create(provider=provider, tenant=tenant, key=key, name=name.strip(), created_at=at)
    record("service_added", service, actor=actor, after={"key": key, "name": service.name})
    return service


def rename_service(service: Service, name: str, *, actor: Membership | str) -> None:
    """Another name to be shown; its short name stays, by which measurements come in.

    Refuses `role_not_allowed` and `name_needed`.
    """
    require_admin(actor)
    name = name.strip()
    if not name:
        raise Refusal("name_needed", _("A service needs a name."), fields={"name": _("Needed.")})
    locked = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if locked.name == name:
        return
    before = locked.name
    locked.name = name
    locked.save(update_fields=["name"])
    record("service_renamed", locked, actor=actor, before={"name": before}, after={"name": name})
