"""One subscription, service or contact for one person: another's and a missing one are the same 404."""

from django.utils.translation import gettext as _

from contracts.models import Contact, Service, Subscription
from slaportal.tenancy.access import not_found, require_role
from slaportal.tenancy.models import STAFF_ROLES, Membership


def get_subscription_for(actor: Membership, pk: int) -> Subscription:
    """A subscription of the actor's provider (for staff) or tenant (for its people), with its tenant."""
    found = Subscription.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    subscription = found.select_related("tenant").first()
    if subscription is None:
        raise not_found(_("There is no such subscription here."))
    return subscription


def get_service_for(actor: Membership, pk: int) -> Service:
    """A service of the staff's provider, with the tenant whose own it is; to customers 403."""
    require_role(actor, *STAFF_ROLES)
    service = Service.objects.filter(pk=pk, provider_id=actor.provider_id).select_related("tenant").first()
    if service is None:
        raise not_found(_("There is no such service here."))
    return service


def get_contact_for(actor: Membership, pk: int) -> Contact:
    """A contact of one of the provider's customers, with its tenant, for staff; to customers 403."""
    require_role(actor, *STAFF_ROLES)
    contact = Contact.objects.filter(pk=pk, provider_id=actor.provider_id).select_related("tenant").first()
    if contact is None:
        raise not_found(_("There is no such contact here."))
    return contact
