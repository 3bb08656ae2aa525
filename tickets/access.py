"""One ticket, one breach for one person."""

from django.utils.translation import gettext as _

from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership
from tickets.models import Breach, Ticket


def get_ticket_for(actor: Membership, number: int) -> Ticket:
    """The ticket of that number: of the actor's provider (for staff), of their own organisation (for a customer)."""
    found = Ticket.objects.filter(provider_id=actor.provider_id, number=number)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    ticket = found.select_related("tenant", "subscription", "requester", "assignee", "service").first()
    if ticket is None:
        raise not_found(_("There is no such ticket here."))
    return ticket


def get_breach_for(actor: Membership, pk: int) -> Breach:
    """A breach of a ticket that the actor may see."""
    found = Breach.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    breach = found.select_related("ticket").first()
    if breach is None:
        raise not_found(_("There is no such breach here."))
    return breach
