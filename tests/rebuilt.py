"""After any test that wrote tickets, months or credits: what is stored is what the logs and the facts come to."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

import credits.rebuilding
import tickets.rebuilding
import uptime.rebuilding
from slaportal.tenancy.scope import STAFF, scope
from tests.conftest import logged_in_as
from tickets.models import Ticket
from uptime.models import SubscriptionPeriod

# Nothing is late yet.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


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
    for ticket in Ticket.objects.filter(mark=None):
        if ticket.worked_out_at is not None:
            found += tickets.rebuilding.of_tickets([ticket], now=ticket.worked_out_at)
    for period in SubscriptionPeriod.objects.filter(marked_at=None):
        at, look_at = period.worked_out_at, period.look_at
        if at is not None and (look_at is None or look_at > at):
            found += (said for _, said in uptime.rebuilding.of_periods([period.pk], at))
    found += credits.rebuilding.differences(None, now=LONG_AGO)
    return found
