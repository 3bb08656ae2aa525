"""Whose webhooks they are: a provider's own, or one customer's."""

from django.db.models import Q

from slaportal.outbox.models import Endpoint
from slaportal.tenancy.models import Membership


def owned_with(other: Membership | Endpoint) -> Q:
    """Of the same side: of the provider itself where there is no tenant, else of that tenant."""
    return Q(provider_id=other.provider_id, tenant_id=other.tenant_id)
