"""What webhooks are told of outages and closed months: to a customer their services, no title, no note."""

import json
from datetime import timedelta

import pytest

from contracts.actions.catalogue import add_service
from tests.outbox.webhooks.endpoints import heard, kinds_heard, listen
from tests.uptime.delivered import NOW, Delivered, day, deliver
from tests.world import World
from uptime.actions.outages import correct_outage, end_outage, record_outage, strike_out_outage
from uptime.closing import close_periods


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
    listen(world, "admin", "ann", "bob", "cora")
    return found


def test_an_outage_is_told_to_the_provider_and_to_whom_it_concerns(world: World, delivered: Delivered) -> None:
    lead = world.members["lead"]
    with world.inside("lead"):
        other = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=NOW)
        outage = record_outage(
            delivered.provider,
            "DISK-OF-DB7",
            services=[delivered.service, other],
            starts_at=day("11-20 10:00"),
            note="NOTE-OF-THE-DESK",
            actor=lead,
            at=NOW,
        )
        ended = end_outage(outage, ends_at=day("11-20 12:00"), actor=lead, at=NOW)
        correct_outage(ended, reason="It was theirs.", cause="customer", actor=lead, at=NOW)
        strike_out_outage(outage, reason="Twice", actor=lead, at=NOW)
    kinds = ["outage.recorded", "outage.ended", "outage.corrected", "outage.struck_out"]
    assert (kinds_heard(world, "admin"), kinds_heard(world, "ann")) == (kinds, kinds)
    assert (kinds_heard(world, "bob"), kinds_heard(world, "cora")) == ([], [])
    recorded = {
        "id": outage.pk,
        "cause": "provider",
        "impact": "down",
        "starts_at": "2026-11-20T10:00:00Z",
        "ends_at": None,
        "struck_out_at": None,
        "revision": 1,
    }
    api, mail = {"key": "api", "name": "API"}, {"key": "mail", "name": "Mail"}
    assert heard(world, "ann")[0][1] == {
        "outage": {**recorded, "services": [api]},
        "url": "http://localhost:8000/months/",
    }
    assert heard(world, "admin")[0][1] == {
        "outage": {**recorded, "title": "DISK-OF-DB7", "services": [api, mail]},
        "url": f"http://localhost:8000/outages/{outage.pk}/",
    }
    told = json.dumps(heard(world, "ann"))
    assert "DISK-OF-DB7" not in told
    assert "NOTE-OF-THE-DESK" not in told
    assert heard(world, "ann")[2][1]["outage"]["cause"] == "customer"


def test_whom_a_correction_leaves_out_is_told_that_it_is_none_of_theirs(world: World, delivered: Delivered) -> None:
    with world.inside("lead"):
        other = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=NOW)
        outage = record_outage(
            delivered.provider, "o", services=[delivered.service], starts_at=day("11-20 10:00"), actor="test", at=NOW
        )
        correct_outage(outage, reason="Mail alone", services=[other], actor="test", at=NOW)
    recorded, corrected = heard(world, "ann")
    assert [service["key"] for service in recorded[1]["outage"]["services"]] == ["api"]
    assert (corrected[0], corrected[1]["outage"]["services"]) == ("outage.corrected", [])


def test_an_outage_before_the_subscription_began_concerns_nobody(world: World, delivered: Delivered) -> None:
    with world.inside("lead"):
        record_outage(
            delivered.provider,
            "o",
            services=[delivered.service],
            starts_at=day("08-20 10:00"),
            ends_at=day("08-20 12:00"),
            actor="test",
            at=NOW,
        )
    assert (kinds_heard(world, "admin"), kinds_heard(world, "ann")) == (["outage.recorded"], [])


def test_a_month_is_told_when_it_closes_and_when_it_is_revised(world: World, delivered: Delivered) -> None:
    with world.inside("lead"):
        close_periods([delivered.period("2026-10").pk], now=NOW)
        first = delivered.period("2026-10")
        record_outage(
            delivered.provider,
            "late",
            services=[delivered.service],
            starts_at=day("10-25 10:00"),
            ends_at=day("10-25 20:00"),
            actor="test",
            at=NOW,
        )
        second = delivered.period("2026-10")
        close_periods([second.pk], now=NOW + timedelta(days=30))
        second.refresh_from_db()
    closed, revised = [of for of in heard(world, "ann") if of[0].startswith("month.")]
    assert (closed[0], revised[0]) == ("month.closed", "month.revised")
    assert closed[1]["month"] == {
        "id": first.pk,
        "month": "2026-10",
        "revision": 1,
        "starts_at": "2026-09-30T22:00:00Z",
        "ends_at": "2026-10-31T23:00:00Z",
        "customer": {"id": world.tenants["a"].pk, "name": "CANARY-tenant-a"},
        "subscription": {"id": delivered.subscription.pk, "name": delivered.subscription.name},
        "percent": "100.000000",
        "met": True,
        "inputs_digest": first.inputs_digest,
    }
    assert closed[1]["url"] == f"http://localhost:8000/months/{first.pk}/"
    assert (revised[1]["month"]["id"], revised[1]["month"]["revision"], revised[1]["month"]["met"]) == (
        second.pk,
        2,
        False,
    )
    assert kinds_heard(world, "bob") == []
