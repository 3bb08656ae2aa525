"""Going through all providers, one after the other, each in its own scope: what the workers do of a night."""

from collections.abc import Callable

from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import PLATFORM, STAFF, scope


def in_every_provider(some: Callable[[int], int], *, chunk: int) -> int:
    """`some(provider_id)` does up to `chunk` rows and says how many: again, until it does fewer. The sum.

    Each call is a transaction of its own, in the scope of the provider's staff. Called outside any scope.
    """
    with scope(PLATFORM):
        providers = list(Provider.objects.order_by("pk").values_list("pk", flat=True))
    done = 0
    for provider_id in providers:
        count = chunk
        while count == chunk:
            with scope(STAFF, provider=provider_id):
                count = some(provider_id)
            done += count
    return done
