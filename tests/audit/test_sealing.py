"""Events become entries: in order, once, never two sealers at a time, and a late one loses nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from structlog.testing import capture_logs

from slaportal.audit import sealing
from slaportal.audit.models import Event, Head
from slaportal.audit.record import record
from slaportal.audit.sealing import providers_to_seal, seal_batch, seal_provider
from slaportal.audit.tasks import publish_heads
from slaportal.audit.tasks import seal as seal_task
from slaportal.tenancy.scope import PLATFORM, STAFF, scope
from tests.audit.chains import as_superuser, leave_events, seal, sealed_chain, verified
from tests.conftest import logged_in_as
from tests.world import World


def numbers(world: World, who: str = "admin") -> list[tuple[int, int | None]]:
    with world.inside(who):
        return list(Event.objects.order_by("id").values_list("id", "number"))


def test_events_are_numbered_in_their_order(world: World) -> None:
    ids = leave_events(world, 3)
    assert seal(world) == 3
    assert numbers(world) == [(ids[0], 1), (ids[1], 2), (ids[2], 3)]
    more = leave_events(world, 2)
    assert seal(world) == 2
    assert numbers(world)[3:] == [(more[0], 4), (more[1], 5)]
    assert seal(world) == 0
    assert verified(world).verified == 5


def test_the_head_is_the_last_entry(world: World) -> None:
    ids = sealed_chain(world, 3)
    with world.inside("admin"):
        head, last = Head.objects.get(), Event.objects.get(pk=ids[-1])
    assert (head.number, head.digest) == (3, last.digest)
    assert head.at > last.at


def test_a_backlog_is_sealed_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    leave_events(world, 8)
    assert seal(world) == 8
    leave_events(world, 9)
    assert seal(world) == 9
    assert verified(world).verified == 17


def test_an_event_committed_late_gets_a_later_number(world: World) -> None:
    late, *ids = leave_events(world, 3)
    as_superuser(
        "UPDATE audit_event SET provider_id = %s, tenant_id = NULL WHERE id = %s", world.providers["p2"].pk, late
    )
    assert seal(world) == 2
    as_superuser("UPDATE audit_event SET provider_id = %s WHERE id = %s", world.providers["p1"].pk, late)
    assert seal(world) == 1
    assert numbers(world) == [(late, 3), (ids[0], 1), (ids[1], 2)]
    assert verified(world) == verified(world, newest=10)
    assert verified(world).verified == 3


def test_each_provider_has_a_chain_of_its_own(world: World) -> None:
    leave_events(world, 2)
    leave_events(world, 3, tenant="c", who="cora")
    with logged_in_as("portal_jobs"):
        assert providers_to_seal() == sorted(world.providers[slug].pk for slug in ("p1", "p2"))
        seal_task()
        assert providers_to_seal() == []
    assert [number for _, number in numbers(world)] == [1, 2]
    assert [number for _, number in numbers(world, "cora")] == [1, 2, 3]
    assert (verified(world).verified, verified(world, "p2").verified) == (2, 3)


def test_a_chain_that_was_tampered_with_does_not_stop_the_others(world: World) -> None:
    sealed_chain(world, 2)
    as_superuser("DELETE FROM audit_head")
    leave_events(world, 1)
    leave_events(world, 3, tenant="c", who="cora")
    with logged_in_as("portal_jobs"), capture_logs() as lines:
        seal_task()
    assert [(line["event"], line["provider_id"]) for line in lines if line["log_level"] == "error"] == [
        ("audit_not_sealed", world.providers["p1"].pk)
    ]
    assert verified(world, "p2").verified == 3


def test_sealing_twice_changes_nothing(world: World) -> None:
    sealed_chain(world, 2)
    before = numbers(world)
    with logged_in_as("portal_jobs"):
        seal_task()
        assert seal_batch(world.providers["p1"].pk) == 0
    assert numbers(world) == before


def test_the_web_cannot_seal(world: World) -> None:
    leave_events(world, 1)
    with pytest.raises(Exception, match="permission denied"):
        seal_provider(world.providers["p1"].pk)


def test_heads_are_published_in_the_log(world: World) -> None:
    sealed_chain(world, 2)
    leave_events(world, 1, tenant="c", who="cora")
    seal(world, "p2")
    with world.inside("admin"):
        digest = Head.objects.get().digest
    with logged_in_as("portal_jobs"), capture_logs() as lines:
        publish_heads()
    assert [(line["event"], line["provider_id"], line["number"]) for line in lines] == [
        ("audit_head", world.providers["p1"].pk, 2),
        ("audit_head", world.providers["p2"].pk, 1),
    ]
    assert lines[0]["digest"] == digest


def in_thread(work: Any) -> Any:
    """As the worker, on a connection of its own."""

    def done() -> Any:
        try:
            with logged_in_as("portal_jobs"):
                return work()
        finally:
            connections.close_all()

    return done


def test_a_second_sealer_leaves_a_locked_head_alone(committed_world: World) -> None:
    provider = committed_world.providers["p1"]
    leave_events(committed_world, 2)
    seal(committed_world)
    leave_events(committed_world, 2)
    with logged_in_as("portal_jobs"), scope(PLATFORM), connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("SELECT id FROM audit_head WHERE provider_id = %s FOR UPDATE", [provider.pk])
        assert pool.submit(in_thread(lambda: seal_provider(provider.pk))).result(timeout=20) == 0
    assert seal(committed_world) == 2


def test_writers_and_sealers_at_once_make_one_chain(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    provider, tenant = committed_world.providers["p1"], committed_world.tenants["a"]
    start = Barrier(6)

    def write() -> None:
        start.wait(timeout=20)
        for _ in range(40):
            with scope(STAFF, provider=provider.pk):
                record("tenant_renamed", tenant, actor="Worker")

    def seal_now() -> None:
        start.wait(timeout=20)
        for _ in range(30):
            seal_provider(provider.pk)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(in_thread(work)) for work in [write, seal_now] * 3]:
            done.result(timeout=60)
    seal(committed_world)
    verdict = verified(committed_world)
    assert (verdict.verified, verdict.wrong) == (120, None)
