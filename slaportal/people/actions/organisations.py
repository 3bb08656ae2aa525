"""Providers founded and changed, tenants added."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.people.actions.invitations import invite
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider, Role, Tenant, User
from slaportal.tenancy.scope import STAFF, presenting, scope


def found_provider(slug: str, name: str, admin_email: str, *, operator: User, at: datetime) -> Provider:
    """Makes a provider and invites its first administrator; the operator sees nothing of it afterwards.

    Outside any scope; one transaction. Refuses `not_an_operator` and `slug_taken`.
    """
    if not operator.is_operator:
        raise Refusal("not_an_operator", _("Only operators of the installation found providers."), status=403)
    with transaction.atomic():
        pk = create_provider(slug, name, user=operator.pk)
        with scope(STAFF, provider=pk):
            provider = Provider.objects.get(pk=pk)
            by = _("Operator %(name)s") % {"name": operator.name}
            record("provider_founded", provider, actor=by, after={"slug": slug, "name": name})
            invite(admin_email, Role.ADMIN, provider=provider, tenant=None, actor=by, at=at)
    return provider


def create_provider(slug: str, name: str, *, user: int | None = None) -> int:
    """The new provider's id, by the database's function: for an operator (`user`), or as the workers' login."""
    try:
        with presenting(user=user), connection.cursor() as cursor:
            cursor.execute("SELECT tenancy_create_provider(%s, %s)", [slug, name.strip()])
            return int(cursor.fetchone()[0])
    except IntegrityError as error:
        raise Refusal(
            "slug_taken",
            _("There is a provider with the short name %(slug)s already.") % {"slug": slug},
            fields={"slug": _("Taken.")},
        ) from error


def change_provider(provider: Provider, *, name: str, mfa_required: bool, actor: Membership) -> None:
    """The provider's name, and whether everybody who signs in to it needs a second factor."""
    locked = Provider.objects.select_for_update().get(pk=provider.pk)
    before = {"name": locked.name, "mfa_required": locked.mfa_required}
    after = {"name": name.strip(), "mfa_required": mfa_required}
    if before == after:
        return
    locked.name, locked.mfa_required = name.strip(), mfa_required
    locked.save(update_fields=["name", "mfa_required"])
    record("provider_changed", locked, actor=actor, before=before, after=after)


def add_tenant(provider: Provider, name: str, *, actor: Membership | str) -> Tenant:
    """A new customer of the provider. Refuses `tenant_name_taken`."""
    name = name.strip()
    _refuse_taken(provider, name)
    tenant = Tenant.objects.create(provider=provider, name=name)
    record("tenant_added", tenant, actor=actor, after={"name": name})
    return tenant


def rename_tenant(tenant: Tenant, name: str, *, actor: Membership) -> None:
    """Refuses `tenant_name_taken`."""
    name = name.strip()
    locked = Tenant.objects.select_for_update(of=("self",)).get(pk=tenant.pk)
    if locked.name == name:
        return
    _refuse_taken(locked.provider, name)
    before = locked.name
    locked.name = name
    locked.save(update_fields=["name"])
    record("tenant_renamed", locked, actor=actor, before={"name": before}, after={"name": name})


def _refuse_taken(provider: Provider, name: str) -> None:
    if Tenant.objects.filter(provider=provider, name=name).exists():
        raise Refusal(
            "tenant_name_taken",
            _("There is a customer called %(name)s already.") % {"name": name},
            fields={"name": _("Taken.")},
        )
