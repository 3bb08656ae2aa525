"""What webhooks are told of policies: that a version was published, to the provider and to whom it is promised."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from contracts.models import PolicyVersion, Subscription
from slaportal.outbox.webhooks.announcing import Happening, announce

KIND = "policy.published"


def announce_published(version: PolicyVersion, *, at: datetime) -> None:
    """The version, to customers with a subscription of the policy too: they can read it already."""
    announce(version.provider_id, _published(version, at))


def _published(version: PolicyVersion, at: datetime) -> Iterator[Happening]:
    told = {
        "policy": version.policy,
        "version": version.number,
        "title": version.title,
        "digest": version.digest,
        "effective_from": version.effective_from,
    }
    data = {"policy": told}
    yield Happening(KIND, at, data, reverse("policy", args=[version.pk]))
    subscribed = Subscription.objects.filter(provider_id=version.provider_id, policy=version.policy)
    for tenant_id in sorted(set(subscribed.values_list("tenant_id", flat=True))):
        path = reverse("agreements")
        yield Happening(KIND, at, data, path, tenant_id=tenant_id, to_tenant=True, to_provider=False)
