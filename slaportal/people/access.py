"""One invitation, one token, for one person; a stranger gets 404."""

from django.utils.translation import gettext as _

from slaportal.people.models import Invitation
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import ApiToken, Membership, Role


def get_invitation_for(actor: Membership, pk: int) -> Invitation:
    """An invitation of the actor's provider (staff) or tenant."""
    found = Invitation.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    invitation = found.select_related("provider", "tenant").first()
    if invitation is None:
        raise not_found(_("There is no such invitation here."))
    return invitation


def get_token_for(actor: Membership, pk: int) -> ApiToken:
    """One of the actor's own tokens; for an administrator any of the provider's."""
    found = ApiToken.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.role != Role.ADMIN:
        found = found.filter(member=actor)
    token = found.first()
    if token is None:
        raise not_found(_("There is no such token here."))
    return token
