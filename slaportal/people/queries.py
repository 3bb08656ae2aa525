"""Lists of people, invitations, tokens and tenants, as one member may see them."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from slaportal.people.models import Invitation
from slaportal.tenancy.models import ApiToken, Membership, Role, Tenant


def people_for(actor: Membership) -> QuerySet[Membership]:
    """Current members: of the provider and all its tenants for staff, of the own tenant for its people."""
    found = Membership.objects.filter(provider_id=actor.provider_id, removed_at=None).select_related("tenant")
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    return found.order_by("tenant__name", "name", "id")


def staff_of(actor: Membership) -> QuerySet[Membership]:
    """The provider's own people."""
    return people_for(actor).filter(tenant=None)


def open_invitations_for(actor: Membership, at: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted, newest first."""
    found = Invitation.objects.filter(
        provider_id=actor.provider_id, accepted_at=None, revoked_at=None, expires_at__gt=at
    )
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    return found.select_related("tenant", "invited_by").order_by("-id")


def tokens_for(actor: Membership) -> QuerySet[ApiToken]:
    """The actor's tokens that were not revoked; for an administrator all of the provider's."""
    found = ApiToken.objects.filter(provider_id=actor.provider_id, revoked_at=None).select_related("member")
    if actor.role != Role.ADMIN:
        found = found.filter(member=actor)
    return found.order_by("-id")


def tenants_for(actor: Membership) -> QuerySet[Tenant]:
    """The provider's tenants by name with `people`, how many are in each; for a tenant's people their own."""
    found = Tenant.objects.filter(provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(pk=actor.tenant_id)
    return found.annotate(people=Count("members", filter=Q(members__removed_at=None))).order_by("name", "id")
