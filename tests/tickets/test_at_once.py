"""Several people and workers at one ticket at the same moment, each on a connection of their own: nothing is lost.

A row is held from outside until all of them wait for it, so that they surely meet.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.utils import load_backend

from contracts.actions.policies import publish_policy
from contracts.models import Reader
from contracts.policy.documents import read_document, shipped_policy
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tests.conftest import SUPERUSER, superuser_cursor
from tests.processes.conftest import other_versions
from tests.processes.connecting import connected
from tests.tickets.office import HOUR, MINUTE, MONDAY, opened, subscribed
from tests.world import World, build_world
from tickets.actions.conversation import reply
from tickets.actions.ending import resolve
from tickets.models import Breach, Escalation, Mark, Ticket, TicketClock, TicketEvent
from tickets.rebuilding import differences
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep_due, sweep_marked

US = timedelta(microseconds=1)
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def logged_in(database: str, login: str) -> Iterator[None]:
    """This thread's own connection is one of that login to that database; it is gone afterwards."""
    before = connections["default"]
    place = {**before.settings_dict, "NAME": database, "USER": login}
    own = load_backend(place["ENGINE"]).DatabaseWrapper(place, "default")
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = before


@dataclass
class Desk:
    """A world that is committed in a clone, with a critical ticket of amy's under a shipped policy."""

    clone: str
    world: World
    ticket: Ticket

    def at_once(self, acts: list[Callable[[], Any]], table: str, condition: str, values: list[Any]) -> list[Any]:
        """What each came to, a Refusal where it was refused: all wait for a row that is held before any goes on."""
        holder = superuser_cursor(self.clone)
        holder.execute("BEGIN")
        holder.execute(f"SELECT 1 FROM {table} WHERE {condition} FOR UPDATE", values)
        with ThreadPoolExecutor(len(acts)) as pool:
            begun = [pool.submit(act) for act in acts]
            try:
                self.wait_for(len(acts))
            finally:
                holder.execute("COMMIT")
                holder.connection.close()
            return [came_to(one) for one in begun]

    def at_the_ticket(self, *acts: Callable[[], Any]) -> list[Any]:
        """The row that they wait for is the ticket's."""
        return self.at_once(list(acts), "tickets_ticket", "id = %s", [self.ticket.pk])

    def by(self, who: str, act: Callable[..., Any], **how: Any) -> Callable[[], Any]:
        """That person's act on the ticket, in a request of its own."""

        def done() -> Any:
            with logged_in(self.clone, "portal_web"), self.world.inside(who):
                return act(self.ticket, actor=self.world.members[who], **how)

        return done

    def swept(self, sweep: Callable[..., int], **how: Any) -> int:
        """A worker's sweep."""
        with logged_in(self.clone, "portal_jobs"):
            return sweep(**how)

    def wait_for(self, count: int) -> None:
        """Until so many connections wait for a lock."""
        cursor = superuser_cursor(self.clone)
        deadline = time.monotonic() + 20
        while True:
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= count:
                cursor.connection.close()
                return
            assert time.monotonic() < deadline, f"not all {count} wait for the lock"
            time.sleep(0.02)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """As staff, to see what there is now."""
        with logged_in(self.clone, "portal_web"), self.world.inside("agent"):
            yield


def came_to(one: "Future[Any]") -> Any:
    """Its value, or its refusal."""
    try:
        return one.result(timeout=30)
    except Refusal as refused:
        return refused


@pytest.fixture
def desk(clone: str, django_db_blocker: Any) -> Iterator[Desk]:
    """Spirion's policy: a first response within 4 hours in the hours of support."""
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker), other_versions():
        world = build_world()
        with world.inside("admin"):
            subscription = subscribed(world)
        with world.inside("agent"):
            ticket = opened(world, subscription, severity="minor")
    with django_db_blocker.unblock(), other_versions():
        yield Desk(clone, world, ticket)


def log_is_whole(ticket: Ticket) -> list[TicketEvent]:
    """The events in order; they are numbered without a gap, in time, and the ticket knows of them all."""
    ticket.refresh_from_db()
    events = list(TicketEvent.objects.filter(ticket=ticket).order_by("ordinal"))
    assert [event.ordinal for event in events] == list(range(1, len(events) + 1))
    instants = [event.at for event in events]
    assert instants == sorted(instants)
    assert (ticket.revision, ticket.last_event_at) == (len(events), instants[-1])
    assert ticket.mark == Mark.SOON
    return events


@pytest.mark.parametrize(("seen", "code"), [(1, "changed_meanwhile"), (None, "event_does_not_fit")])
def test_of_two_who_solve_it_at_once_one_is_told(desk: Desk, seen: int | None, code: str) -> None:
    came = desk.at_the_ticket(
        desk.by("agent", resolve, resolution="fix", text="Restarted.", at=MONDAY + HOUR, seen=seen),
        desk.by("lead", resolve, resolution="workaround", text="Use the other.", at=MONDAY + HOUR, seen=seen),
    )
    refused = [one for one in came if isinstance(one, Refusal)]
    assert [(one.code, one.status) for one in refused] == [(code, 409)]
    (done,) = [one for one in came if not isinstance(one, Refusal)]
    with desk.looking():
        assert [event.type for event in log_is_whole(desk.ticket)] == ["opened", "resolved"]
        assert (desk.ticket.status, desk.ticket.resolution) == ("solved", done.resolution)
        assert Message.objects.filter(kind="ticket_resolved").count() == 1


def test_who_replies_while_another_solves_is_told_or_heard(desk: Desk) -> None:
    came = desk.at_the_ticket(
        desk.by("agent", resolve, resolution="fix", at=MONDAY + HOUR, seen=1),
        desk.by("lead", reply, text="Looking.", at=MONDAY + HOUR, seen=1),
        desk.by("amy", reply, text="It is worse now.", at=MONDAY + HOUR, seen=1),
    )
    refused = [one for one in came if isinstance(one, Refusal)]
    assert {one.code for one in refused} == {"changed_meanwhile"}
    assert not isinstance(came[2], Refusal), "a customer's words are never turned away for that"
    with desk.looking():
        assert len(log_is_whole(desk.ticket)) == 1 + len(came) - len(refused)


def test_replies_at_once_are_all_in_the_log(desk: Desk) -> None:
    acts = [
        desk.by(who, reply, text=f"{who} {n}", at=MONDAY + HOUR - n * MINUTE)
        for n, who in enumerate(("agent", "amy", "lead", "amy", "admin", "agent", "amy", "lead"))
    ]
    came = desk.at_the_ticket(*acts)
    assert not [one for one in came if isinstance(one, Refusal)]
    with desk.looking():
        events = log_is_whole(desk.ticket)
        assert sorted(event.text for event in events[1:]) == sorted(
            f"{who} {n}" for n, who in enumerate(("agent", "amy", "lead", "amy", "admin", "agent", "amy", "lead"))
        )
        assert Message.objects.filter(kind="ticket_agent_reply").count() == 5


@pytest.mark.parametrize("seen", [None, 1])
def test_the_same_reply_eight_times_at_once_is_one(desk: Desk, seen: int | None) -> None:
    token = uuid.uuid4()
    again = desk.by("agent", reply, text="Looking.", at=MONDAY + HOUR, token=token, seen=seen)
    came = desk.at_the_ticket(*[again] * 8)
    with desk.looking():
        assert [event.type for event in log_is_whole(desk.ticket)] == ["opened", "agent_reply"]
        assert Message.objects.filter(kind="ticket_agent_reply").count() == 1
    assert {getattr(one, "pk", one) for one in came} == {came[0].pk}


def opening(desk: Desk, token: uuid.UUID | None = None) -> Callable[[], Ticket]:
    """Amy opens another ticket of the same subscription."""

    def done() -> Ticket:
        with logged_in(desk.clone, "portal_web"), desk.world.inside("amy"):
            return opened(desk.world, desk.ticket.subscription, "amy", token=token)

    return done


def at_the_counter(desk: Desk, *acts: Callable[[], Any]) -> list[Any]:
    """The row that they wait for is the one that gives numbers."""
    return desk.at_once(list(acts), "tickets_counter", "provider_id = %s", [desk.ticket.provider_id])


def test_openings_at_once_are_numbered_without_a_gap(desk: Desk) -> None:
    came = at_the_counter(desk, *[opening(desk) for _ in range(8)])
    assert sorted(ticket.number for ticket in came) == list(range(2, 10))
    with desk.looking():
        assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 10))
        assert TicketEvent.objects.filter(type="opened").count() == 9


def test_the_same_opening_eight_times_at_once_is_one_ticket(desk: Desk) -> None:
    token = uuid.uuid4()
    came = at_the_counter(desk, *[opening(desk, token) for _ in range(8)])
    assert len({ticket.pk for ticket in came}) == 1
    with desk.looking():
        assert Ticket.objects.count() == 2
        assert [event.type for event in log_is_whole(Ticket.objects.get(pk=came[0].pk))] == ["opened"]


def test_a_second_submission_takes_no_number(desk: Desk) -> None:
    token = uuid.uuid4()
    at_the_counter(desk, *[opening(desk, token) for _ in range(8)])
    assert opening(desk)().number == 3


def test_who_opens_while_a_version_is_published_waits_and_has_it(desk: Desk) -> None:
    admin = desk.world.members["admin"]
    with ThreadPoolExecutor(1) as pool:
        with logged_in(desk.clone, "portal_web"), desk.world.inside("admin"):
            version = publish_policy(
                read_document(shipped_policy("spirion").text + "\n# newer\n"),
                provider=admin.provider,
                policy="spirion",
                effective_from=MONDAY,
                actor=admin,
                at=MONDAY,
            )
            begun = pool.submit(opening(desk))
            desk.wait_for(1)
        assert begun.result(timeout=20).version_id == version.pk


def test_the_sweep_leaves_a_ticket_that_somebody_answers_just_now(desk: Desk) -> None:
    """The reply in time has the row, though it is committed after the instant at which the sweep comes by."""
    assert desk.swept(sweep_marked, at=MONDAY) == 1
    after = MONDAY + 4 * HOUR + US
    with logged_in(desk.clone, "portal_web"), desk.world.inside("agent"):
        reply(desk.ticket, "Here.", actor=desk.world.members["agent"], at=MONDAY + 4 * HOUR)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(desk.swept, sweep_due, at=after).result(timeout=20) == 0
    assert desk.swept(sweep_due, at=after) + desk.swept(sweep_marked, at=after) >= 1
    with desk.looking():
        assert not Breach.objects.exists()
        clock = TicketClock.objects.get(clock="response")
        assert (clock.outcome, clock.stopped_at) == ("met", MONDAY + 4 * HOUR)
        assert not list(differences(now=after))


@contextmanager
def no_breach_is_written(desk: Desk, table: str = "tickets_breach") -> Iterator[None]:
    """Who comes to write one waits in the middle of its transaction until the block ends."""
    holder = superuser_cursor(desk.clone)
    holder.execute(f"BEGIN; LOCK TABLE {table} IN SHARE MODE")
    try:
        yield
    finally:
        holder.execute("COMMIT")
        holder.connection.close()


def test_a_reply_that_waits_for_the_sweep_comes_after_the_breach(desk: Desk) -> None:
    """What was announced stays so: the reply, begun in time but committed later, stands after it."""
    assert desk.swept(sweep_marked, at=MONDAY) == 1
    after = MONDAY + 4 * HOUR + US
    with ThreadPoolExecutor(2) as pool:
        with no_breach_is_written(desk):
            sweeping = pool.submit(desk.swept, sweep_due, at=after)
            desk.wait_for(1)
            replying = pool.submit(desk.by("agent", reply, text="Here.", at=MONDAY + 4 * HOUR))
            desk.wait_for(2)
        assert sweeping.result(timeout=20) == 1
        assert replying.result(timeout=20).at == after
    assert desk.swept(sweep_marked, at=after) == 1
    with desk.looking():
        assert Breach.objects.get().breached_at == MONDAY + 4 * HOUR
        clock = TicketClock.objects.get(clock="response")
        assert (clock.outcome, clock.breached_at, clock.stopped_at) == ("breached", MONDAY + 4 * HOUR, after)
        assert Message.objects.filter(kind="clock_breached").count() == 1
        assert not list(differences(now=after))


def test_two_sweeps_at_once_announce_it_once(desk: Desk) -> None:
    assert desk.swept(sweep_marked, at=MONDAY) == 1
    after = MONDAY + 4 * HOUR + US
    with ThreadPoolExecutor(2) as pool:
        with no_breach_is_written(desk):
            sweeping = pool.submit(desk.swept, sweep_due, at=after)
            desk.wait_for(1)
            assert pool.submit(desk.swept, sweep_due, at=after).result(timeout=20) == 0
        assert sweeping.result(timeout=20) == 1
    assert desk.swept(sweep_due, at=after) == 0
    with desk.looking():
        assert Breach.objects.count() == 1
        assert Message.objects.filter(kind="clock_breached").count() == 1


def test_two_sweeps_at_once_escalate_once(desk: Desk) -> None:
    """One row, one entry, one mail: the second finds the ticket taken, and later nothing left to do."""
    text = shipped_policy("spirion").text.replace(
        "support:\n  channels", "support:\n  escalate: [{clock: response, at: 50%, do: [notify_lead]}]\n  channels", 1
    )
    admin, at = desk.world.members["admin"], MONDAY + 2 * HOUR
    with logged_in(desk.clone, "portal_web"), desk.world.inside("admin"):
        version = publish_policy(
            read_document(text),
            provider=admin.provider,
            policy="spirion",
            effective_from=MONDAY,
            actor=admin,
            at=MONDAY,
        )
        Ticket.objects.update(version=version)
    assert desk.swept(sweep_marked, at=MONDAY) == 1
    with ThreadPoolExecutor(2) as pool:
        with no_breach_is_written(desk, "tickets_escalation"):
            sweeping = pool.submit(desk.swept, sweep_due, at=at)
            desk.wait_for(1)
            assert pool.submit(desk.swept, sweep_due, at=at).result(timeout=20) == 0
        assert sweeping.result(timeout=20) == 1
    assert desk.swept(sweep_due, at=at) == 0
    with desk.looking():
        assert Escalation.objects.get().reached_at == at
        assert TicketEvent.objects.filter(type="escalated").count() == 1
        assert Message.objects.filter(kind="ticket_escalated").count() == 1
        assert not list(differences(now=at))


def test_a_worker_that_waited_takes_no_later_version_away(desk: Desk) -> None:
    """Two versions for open tickets: another worker has pinned the later one while this one waits for the ticket."""
    admin, text, at = desk.world.members["admin"], shipped_policy("spirion").text, MONDAY + HOUR
    with logged_in(desk.clone, "portal_web"), desk.world.inside("admin"):
        for number in (1, 2):
            publish_policy(
                read_document(f"{text}\n# {number}\n"),
                provider=admin.provider,
                policy="spirion",
                effective_from=MONDAY + number * MINUTE,
                actor=admin,
                at=MONDAY,
                retime=True,
            )
    readers = Reader.objects.filter(name__startswith="retime-").order_by("pk")
    for _ in range(500):  # nothing is read that was written while an older transaction of the server is open
        desk.swept(sweep_changes, at=MONDAY)
        with desk.looking():
            if readers.count() == 2:
                first = readers[0].pk
                break
        time.sleep(0.02)
    ticket, reader = superuser_cursor(desk.clone), superuser_cursor(desk.clone)
    with ThreadPoolExecutor(2) as pool:
        ticket.execute("BEGIN; SELECT 1 FROM tickets_ticket FOR UPDATE")
        reader.execute("BEGIN; SELECT 1 FROM contracts_reader WHERE id = %s FOR UPDATE", [first])
        later = pool.submit(desk.swept, sweep_changes, at=at)
        desk.wait_for(1)
        reader.connection.close()
        earlier = pool.submit(desk.swept, sweep_changes, at=at)
        desk.wait_for(2)
        ticket.connection.close()
        assert [later.result(timeout=20), earlier.result(timeout=20)] == [1, 0]
    with desk.looking():
        assert Ticket.objects.get().version.number == 3
