"""Many endpoints at once: who hangs, fails or is slow keeps nobody else waiting; a dead worker's part is done again."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from slaportal.outbox.models import Endpoint, EventDelivery, State
from slaportal.outbox.webhooks import claiming, recording
from slaportal.outbox.webhooks.spreading import spread
from slaportal.tenancy.scope import database_now
from tests.conftest import logged_in_as
from tests.outbox.webhooks.endpoints import deliveries, endpoint, happen, reread, staff, work
from tests.outbox.webhooks.receiver import Receiver
from tests.world import World

SECOND = timedelta(seconds=1)


def test_one_that_hangs_delays_nobody_else(world: World, receiver: Receiver) -> None:
    """Theirs lie before everything else, and one of them took events until just now; the others do not wait."""
    slow, _secret = endpoint(world, "admin", receiver.url("/flaky"))
    endpoint(world, "admin", receiver.url("/drip"))
    known_as_quick(world, slow)
    receiver.behaves["/flaky"] = "hang"
    for number in range(3):
        endpoint(world, "admin", receiver.url(f"/ok/{number}"))
    endpoint(world, "cora", receiver.url("/ok/cora"))
    happen(world, "p1", count=50)
    happen(world, "p2", count=50)
    began = time.monotonic()
    work(seconds=3, threads=24, patience_s=6)
    for path in ("/ok/0", "/ok/1", "/ok/2", "/ok/cora"):
        arrived = [one.at - began for one in receiver.at(path)]
        assert len(arrived) == 50
        assert max(arrived) < 5
    assert (len(receiver.at("/flaky")), len(receiver.at("/drip"))) == (claiming.AT_ONCE, 1)


def test_whatever_others_do_who_is_well_gets_everything(world: World, receiver: Receiver) -> None:
    for path in ("/big", "/410", "/301", "/hang", "/nothing", "/nonsense", "/head"):
        endpoint(world, "admin", receiver.url(path))
    endpoint(world, "admin", receiver.url("/ok"))
    endpoint(world, "cora", receiver.url("/ok/cora"))
    happen(world, "p1", count=20)
    happen(world, "p2", count=20)
    work(seconds=2, patience_s=3)
    assert (len(receiver.at("/ok")), len(receiver.at("/ok/cora"))) == (20, 20)
    assert len(receiver.at("/410")) == 1
    lost = Counter(one.endpoint.url for one in deliveries(world) if one.state == State.CANCELLED)
    assert lost == {receiver.url("/410"): 19}


def test_of_one_endpoint_a_few_are_under_way_and_of_one_that_is_not_proven_a_single_one(
    world: World, receiver: Receiver
) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/ok"))
    happen(world, "p1", count=40)
    for success, failing, room in ((False, False, 1), (True, False, claiming.AT_ONCE), (True, True, 1)):
        with staff(world, "p1"):
            now = database_now()
            EventDelivery.objects.filter(state=State.SENDING).update(state=State.SENT)
            Endpoint.objects.filter(pk=made.pk).update(
                last_success_at=now if success else None, failing_since=now if failing else None
            )
        assert claimed_by_who_dies() == room
        assert claimed_by_who_dies() == 0  # those are under way


def test_those_that_are_not_known_to_be_quick_have_half_of_the_threads(world: World, receiver: Receiver) -> None:
    for number in range(6):
        endpoint(world, "admin", receiver.url(f"/hang/{number}"))
    known_as_quick(world, endpoint(world, "admin", receiver.url("/ok"))[0])
    happen(world, "p1", count=20)
    work(seconds=1, threads=8, patience_s=2)
    hanging = [one for one in receiver.received if one.path.startswith("/hang")]
    assert len(receiver.at("/ok")) == 20
    assert len(hanging) == 4


def test_a_round_whose_time_is_up_goes_on_with_the_others_while_one_hangs(world: World, receiver: Receiver) -> None:
    """What became due after the round's time would wait for the one that hangs, if its worker only waited."""
    endpoint(world, "admin", receiver.url("/hang"))
    quick, _secret = endpoint(world, "admin", receiver.url("/ok"))
    known_as_quick(world, quick)
    happen(world, "p1")
    with logged_in_as("portal_jobs"):
        spread()
    with staff(world, "p1"):
        theirs = EventDelivery.objects.filter(endpoint=quick)
        theirs.update(next_attempt_at=database_now() + 2 * SECOND)
    work(seconds=0.5, patience_s=6)
    assert (len(receiver.at("/hang")), len(receiver.at("/ok"))) == (1, 1)


def test_who_takes_long_to_answer_gets_one_at_a_time_until_they_are_quick_again(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _secret = endpoint(world, "admin", receiver.url("/ok"))
    known_as_quick(world, made)
    happen(world, "p1")
    with monkeypatch.context() as patched:
        patched.setattr(recording, "QUICK_MS", -1)  # nobody is
        work()
    assert reread(world, made).slow
    happen(world, "p1", count=5)
    assert claimed_by_who_dies() == 1
    with staff(world, "p1"):
        EventDelivery.objects.filter(state=State.SENDING).update(state=State.SENT)
    work()
    assert not reread(world, made).slow
    happen(world, "p1", count=5)
    assert claimed_by_who_dies() == 5


def known_as_quick(world: World, found: Endpoint) -> None:
    """As if it had taken events until just now."""
    with staff(world, "p1"):
        Endpoint.objects.filter(pk=found.pk).update(last_success_at=database_now())


def claimed_by_who_dies() -> int:
    """How many a worker takes that has room for a hundred."""
    with logged_in_as("portal_jobs"):
        spread()
        return len(claiming.claim_due(100).deliveries)


def test_what_a_dead_worker_had_claimed_is_posted_when_its_lease_is_over(world: World, receiver: Receiver) -> None:
    endpoint(world, "admin", receiver.url("/ok"))
    at = happen(world, "p1")
    assert claimed_by_who_dies() == 1
    assert work(at=at + claiming.LEASE - 5 * SECOND).tried == 0
    work(at=at + claiming.LEASE + 60 * SECOND)
    (delivery,) = deliveries(world)
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)
    assert len(receiver.received) == 1
