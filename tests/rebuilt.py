"""After any test that wrote tickets, months or credits: what is stored is what the logs and the facts come to."""

from collections.abc import Iterator

import pytest
from django.db import connection

import credits.rebuilding
import tickets.rebuilding
import uptime.rebuilding
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import logged_in_as
from tickets.models import Ticket
from uptime.models import SubscriptionPeriod


@pytest.fixture(autouse=True)
def nothing_differs_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a difference, but for those that make one on purpose (`pytest.mark.differs`).

    The rows of `lived_in` are written as they are, by no worker.
    """
    names = request.fixturenames
    if "world" not in names or "lived_in" in names or request.node.get_closest_marker("differs"):
        yield
        return
    world = request.getfixturevalue("world")
    yield
    if connection.needs_rollback:
        return
    found = []
    with logged_in_as("portal_jobs"):
        for provider in world.providers.values():
            with scope(STAFF, provider=provider.pk):
                found += differing()
    assert not found


def differing() -> list[str]:
    """Each as of when a worker came to it last; what waits for one says nothing yet."""
    found: list[str] = []
    for ticket in Ticket.objects.filter(mark=None, worked_out_at__isnull=False):
        found += tickets.rebuilding._differences([ticket], ticket.worked_out_at)
    if SubscriptionPeriod.objects.exists():
        early = SubscriptionPeriod.objects.earliest("starts_at").starts_at
        found += uptime.rebuilding.differences(None, now=early)
        found += credits.rebuilding.differences(None, now=early)
    return found
