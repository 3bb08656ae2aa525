"""A real subscription of the world's tenant a, and tickets opened under it by the real actions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Subscription
from contracts.policy.documents import Document, shipped_policy
from tests.world import World
from tickets.actions.opening import open_ticket
from tickets.models import Ticket

# A Monday morning in New York, in the support hours of Spirion.
MONDAY = datetime(2026, 3, 16, 14, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def subscribed(world: World, policy: str = "spirion", document: Document | None = None) -> Subscription:
    """Tenant a subscribes to a shipped policy from 2026 on; inside the scope of the admin."""
    document = document or shipped_policy(policy)
    provider, actor, since = world.providers["p1"], world.members["admin"], datetime(2026, 1, 1, tzinfo=UTC)
    publish_policy(document, provider=provider, policy=policy, effective_from=since, actor=actor, at=since)
    plan = next(iter(document.plans))
    made = subscribe(
        world.tenants["a"],
        policy,
        policy=policy,
        plan=plan,
        fee=Fee(Decimal(1200), "USD"),
        starts_at=since,
        actor=actor,
        at=since,
    )
    service = add_service(provider, f"api-{policy}", "API", tenant=world.tenants["a"], actor=actor, at=since)
    cover_service(made, service, actor=actor, at=since)
    return made


def opened(world: World, subscription: Subscription, who: str = "agent", **how: object) -> Ticket:
    """A ticket of amy's, opened on Monday unless said otherwise."""
    given = {"at": MONDAY, "severity": None, **how}
    return open_ticket(
        subscription,
        "Nothing loads",
        "Since this morning nothing loads.",
        requester=world.members["amy"],
        actor=world.members[who],
        **given,  # type: ignore[arg-type]
    )
