"""The door to one endpoint and to one delivery: whose they are, and nobody else."""

from django.utils.translation import gettext as _

from slaportal.outbox.models import Endpoint, EventDelivery
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership


def get_endpoint_for(actor: Membership, pk: int) -> Endpoint:
    """An endpoint of the actor's provider itself, or of the actor's own customer."""
    own = Endpoint.objects.filter(owned_with(actor))
    endpoint = own.filter(pk=pk, deleted_at=None).first()
    if endpoint is None:
        raise not_found(_("There is no such webhook here."))
    return endpoint


def get_delivery_for(actor: Membership, pk: int) -> EventDelivery:
    """What was sent, or is to be, to one of those; to a deleted one too."""
    own = EventDelivery.objects.filter(owned_with(actor))
    delivery = own.filter(pk=pk).select_related("endpoint").first()
    if delivery is None:
        raise not_found(_("There is no such event here."))
    return delivery
