"""Opening a ticket: numbers, pinned versions, who may say what, a second submission."""

import uuid
from datetime import timedelta

import pytest

from contracts.actions.policies import publish_policy
from contracts.models import Subscription
from contracts.policy.documents import read_document, shipped_policy
from slaportal.audit.models import Event as AuditEvent
from slaportal.refusal import Refusal
from tests.tickets.office import HOUR, MONDAY, opened, subscribed
from tests.world import World
from tickets.models import Mark, Ticket, TicketEvent
from tickets.promising import promised_at


def test_a_customer_opens_and_everything_is_there(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("amy"):
        ticket = opened(world, Subscription.objects.get(), "amy", severity="critical")
    with world.inside("agent"):
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert (ticket.number, ticket.status, ticket.severity) == (1, "open", "minor")  # the provider classifies
        assert ticket.details == {"severity_wished": "critical"}
        assert (ticket.version.policy, ticket.plan, ticket.revision) == ("spirion", "saas", 1)
        assert ticket.mark == Mark.SOON
        assert ticket.subscription_id == subscription.pk
        event = TicketEvent.objects.get()
        assert (event.type, event.side, event.text, event.public) == (
            "opened",
            "customer",
            "Since this morning nothing loads.",
            True,
        )
        assert AuditEvent.objects.filter(action="ticket_opened", target_id=ticket.pk).count() == 1


def test_support_opens_with_the_time_of_the_call_and_names_the_severity(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        ticket = opened(world, subscription, at=MONDAY, opened_at=MONDAY - HOUR, severity="critical")
        assert (ticket.opened_at, ticket.created_at, ticket.severity) == (MONDAY - HOUR, MONDAY, "critical")
        assert TicketEvent.objects.get().at == MONDAY - HOUR


def test_numbers_count_for_each_provider_alone(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        assert [opened(world, subscription).number for _ in range(3)] == [1, 2, 3]


def test_a_second_submission_gives_the_first_ticket(world: World) -> None:
    token = uuid.uuid4()
    with world.inside("admin"):
        subscription = subscribed(world)
    with world.inside("agent"):
        first = opened(world, subscription, token=token)
        second = opened(world, subscription, token=token)
        assert first.pk == second.pk
        assert Ticket.objects.count() == TicketEvent.objects.count() == 1


def test_the_version_in_force_when_it_was_opened_is_pinned(world: World) -> None:
    newer = read_document(shipped_policy("spirion").text + "\n# newer\n")
    with world.inside("admin"):
        subscription = subscribed(world)
        publish_policy(
            newer,
            provider=world.providers["p1"],
            policy="spirion",
            effective_from=MONDAY,
            actor=world.members["admin"],
            at=MONDAY - timedelta(days=1),
        )
    with world.inside("agent"):
        before = opened(world, subscription, at=MONDAY - timedelta(microseconds=1))
        after = opened(world, subscription, at=MONDAY)
        assert (before.version.number, after.version.number) == (1, 2)


def test_where_a_later_version_drops_the_plan_tickets_pin_the_last_one_that_has_it(world: World) -> None:
    text = shipped_policy("spirion").text
    without = read_document(text.replace("  saas: {name", "  cloud: {name"))
    with world.inside("admin"):
        subscription = subscribed(world)
        for day, document in ((1, read_document(f"{text}\n# newer\n")), (2, without)):
            publish_policy(
                document,
                provider=world.providers["p1"],
                policy="spirion",
                effective_from=MONDAY + timedelta(days=day),
                actor=world.members["admin"],
                at=MONDAY,
            )
    with world.inside("amy"):
        ticket = opened(world, Subscription.objects.get(pk=subscription.pk), "amy", at=MONDAY + timedelta(days=3))
        assert (ticket.version.number, ticket.plan) == (2, "saas")
        assert promised_at(subscription, MONDAY + timedelta(days=3))


@pytest.mark.parametrize(
    ("who", "how", "code"),
    [
        ("amy", {"opened_at": MONDAY - HOUR}, "role_not_allowed"),
        ("agent", {"opened_at": MONDAY + HOUR}, "opened_later"),
        ("agent", {"severity": "gigantic"}, "unknown_severity"),
        ("agent", {"at": MONDAY.replace(year=2025)}, "not_subscribed"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_stays(
    world: World, who: str, how: dict[str, object], code: str
) -> None:
    with world.inside("admin"):
        subscribed(world)
    with world.inside(who):
        subscription = Subscription.objects.get()
        with pytest.raises(Refusal) as refused:
            opened(world, subscription, who, **how)
        assert refused.value.code == code
        assert not Ticket.objects.exists()


def test_a_requester_of_another_customer_is_refused(world: World) -> None:
    with world.inside("admin"):
        subscription = subscribed(world)
        from_b = world.members["bob"]
        world.members["amy"] = from_b
    with world.inside("agent"), pytest.raises(Refusal) as refused:
        opened(world, subscription)
    assert refused.value.code == "requester_unknown"
