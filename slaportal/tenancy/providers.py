"""Going through all providers, one after the other, each in its own scope: workers of a night, and commands."""

from collections.abc import Callable

from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import PLATFORM, STAFF, scope


def all_providers() -> list[int]:
    """The ids of all providers, the oldest first. Called outside any scope."""
    with scope(PLATFORM):
        return list(Provider.objects.order_by("pk").values_list("pk", flat=True))


def in_every_provider(some: Callable[[int], int], *, chunk: int) -> int:
    """`some(provider_id)` does up to `chunk` rows and says how many: again, until it does fewer. The sum.

    Each call is a transaction of its own, in the scope of the provider's staff. Called outside any scope.
    """
    done = 0
    for provider_id in all_providers():
        count = chunk
        while count == chunk:
            with scope(STAFF, provider=provider_id):
                count = some(provider_id)
            done += count
    return done
