"""Endpoints of the cast at the test's receiver, events for them, and a worker's round."""

import json
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from slaportal.outbox.models import Attempt, Endpoint, EventDelivery, Occurrence
from slaportal.outbox.webhooks.actions import add_endpoint
from slaportal.outbox.webhooks.announcing import Happening, announce
from slaportal.outbox.webhooks.delivering import Delivered, deliver
from slaportal.outbox.webhooks.kinds import KINDS, kinds_for
from slaportal.outbox.webhooks.owners import owned_with
from slaportal.outbox.webhooks.spreading import spread
from slaportal.tenancy.scope import STAFF, database_now, scope
from tests.conftest import logged_in_as
from tests.world import World


def endpoint(world: World, who: str, url: str, *, kinds: tuple[str, ...] = ("ticket.opened",)) -> tuple[Endpoint, str]:
    """One that this person adds, with its secret."""
    assert set(kinds) <= set(KINDS)
    with world.inside(who):
        return add_endpoint(url, kinds, actor=world.members[who], at=database_now())


def happen(world: World, slug: str, count: int = 1, *, kind: str = "ticket.opened", **more: Any) -> datetime:
    """So many events of that provider; when."""
    with scope(STAFF, provider=world.providers[slug].pk):
        at = database_now()
        happenings = [Happening(kind, at, {"ticket": number}, "/tickets/1/", **more) for number in range(1, count + 1)]
        announce(world.providers[slug].pk, happenings)
        return at


def work(*, at: datetime | None = None, **more: Any) -> Delivered:
    """A worker's round, as the workers' login."""
    with logged_in_as("portal_jobs"):
        return deliver(at=at, **more)


def staff(world: World, slug: str) -> AbstractContextManager[None]:
    """The scope of that provider's staff."""
    return scope(STAFF, provider=world.providers[slug].pk)


def deliveries(world: World, slug: str = "p1") -> list[EventDelivery]:
    """All of that provider, the oldest first."""
    with staff(world, slug):
        return list(EventDelivery.objects.select_related("endpoint").order_by("pk"))


def attempts(world: World, slug: str = "p1") -> list[Attempt]:
    """All of that provider, in order."""
    with staff(world, slug):
        return list(Attempt.objects.order_by("pk"))


def left(world: World, slug: str = "p1") -> list[Occurrence]:
    """What was announced and not spread yet."""
    with staff(world, slug):
        return list(Occurrence.objects.order_by("pk"))


def reread(world: World, found: Endpoint, slug: str = "p1") -> Endpoint:
    """As it stands now."""
    with staff(world, slug):
        return Endpoint.objects.get(pk=found.pk)


def listen(world: World, *who: str) -> None:
    """Each of these people adds a webhook that wants everything that it can have."""
    for one in who:
        kinds = tuple(kinds_for(tenant=world.members[one].tenant_id is not None))
        endpoint(world, one, f"https://{one}.example.test/", kinds=kinds)


def heard(world: World, who: str) -> list[tuple[str, dict[str, Any]]]:
    """(kind, data) of what was left for the webhooks of this person's side, in order."""
    with logged_in_as("portal_jobs"):
        spread()
    with world.inside(who):
        told = EventDelivery.objects.filter(owned_with(world.members[who])).order_by("pk")
        return [(one.kind, json.loads(one.body)["data"]) for one in told]


def kinds_heard(world: World, who: str) -> list[str]:
    """Their kinds alone."""
    return [kind for kind, _data in heard(world, who)]
