"""The door to one claim, and who may make and decide one."""

from django.utils.translation import gettext as _

from credits.models import Claim
from slaportal.refusal import Refusal
from slaportal.tenancy.access import not_found, require_role
from slaportal.tenancy.models import Membership, Role


def get_claim_for(actor: Membership, pk: int) -> Claim:
    """A claim of the actor's provider (for staff) or tenant (for its people), with its period and subscription.

    Who decided is none where the scope does not show it.
    """
    found = Claim.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    claim = found.select_related("period", "period__subscription", "tenant", "made_by", "decided_by").first()
    if claim is None:
        raise not_found(_("There is no such claim here."))
    return claim


def require_may_claim(actor: Membership, tenant_id: int) -> None:
    """Everybody of the customer; of the provider leads and administrators, on the customer's behalf."""
    if actor.tenant_id is not None and actor.tenant_id != tenant_id:
        raise not_found(_("There is no such month here."))
    require_role(actor, Role.MEMBER, Role.MANAGER, Role.LEAD, Role.ADMIN)


def require_may_decide(actor: Membership) -> None:
    """Leads and administrators."""
    require_role(actor, Role.LEAD, Role.ADMIN)


def require_may_withdraw(actor: Membership, tenant_id: int) -> None:
    """Everybody of the customer, and nobody else: what a customer asked for is not taken back by the provider."""
    if actor.tenant_id is None:
        said = _("Only the customer withdraws a claim; reject it with a reason instead.")
        raise Refusal("role_not_allowed", said, status=403)
    if actor.tenant_id != tenant_id:
        raise not_found(_("There is no such claim here."))
