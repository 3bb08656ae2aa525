"""Tickets' sweeps with real workers and beats, killed and doubled: each warning, escalation, breach and closing once.

The instants at which clocks are warned of, are late and close lie within the next seconds of real time.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from slaportal.embedded.valkey import Valkey
from tests.processes.conftest import MARKED, ROWS, Tickets
from tests.processes.fleet import Fleet, living_of, until
from tickets.log import WORK

pytestmark = pytest.mark.workers

ANNOUNCED_WITHIN_S = 5
# How long after its instant each was announced or noted, by the database's clock.
LATEST = """
    SELECT extract(epoch FROM max(late)) FROM (
      SELECT announced_at - breached_at FROM tickets_breach
      UNION ALL SELECT announced_at - reached_at FROM tickets_clockwarning w JOIN tickets_ticket t ON t.id = w.ticket_id
        WHERE w.reached_at > t.created_at
      UNION ALL SELECT announced_at - reached_at FROM tickets_escalation x JOIN tickets_ticket t ON t.id = x.ticket_id
        WHERE x.reached_at > t.created_at
      UNION ALL SELECT worked_out_at - closed_at FROM tickets_ticket) AS s (late)"""
STUCK = """
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'portal_jobs'
    AND wait_event_type = 'Lock' AND query ~ %s"""


@contextmanager
def stuck_at(fleet: Fleet, table: str) -> Iterator[None]:
    """A worker's transaction surely stands in the middle, where it writes to that table, until the block ends."""
    with fleet.connect() as holder, holder.cursor() as cursor:
        holder.autocommit = False
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        until(lambda: fleet.ask(STUCK, f"INSERT INTO .?{table}"), f"a worker writes to {table}")
        yield
    holder.close()


def children(fleet: Fleet, name: str) -> list[int]:
    """The processes of a worker's pool."""
    leader = fleet.running[name].pid
    return [pid for pid in living_of(leader) if pid != leader]


def ready(fleet: Fleet, name: str) -> None:
    """Until the worker takes messages."""
    until(lambda: " ready." in fleet.said(name), f"{name} is ready")


def gone(fleet: Fleet) -> None:
    """Until the server has noticed that nobody waits for those transactions any more."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'portal_jobs'"
    until(lambda: fleet.ask(query) == [0], "the connections of the killed are gone")


def test_a_worker_killed_in_each_sweep_leaves_nothing_half_done(fleet: Fleet, tickets: Tickets) -> None:
    tickets.open(10, from_s=-5, until_s=-1)
    fleet.beat()
    fleet.worker("one")
    with stuck_at(fleet, "tickets_ticketclock"):
        fleet.kill("one")
    gone(fleet)
    assert fleet.ask(MARKED) == [30]
    assert fleet.ask(ROWS) == [(0,) * 8]
    fleet.worker("halfway")
    with stuck_at(fleet, "outbox_message"):  # the first escalation is noted in its ticket's log and is being told
        fleet.kill("halfway")
    gone(fleet)
    assert fleet.ask(ROWS) == [(0,) * 8]

    fleet.worker("two")
    until(lambda: tickets.all_is_announced(fleet), "what was due is announced")
    tickets.open(10, from_s=8, until_s=10)
    fleet.send(WORK)
    until(lambda: fleet.ask(MARKED) == [0], "the new tickets are worked out")
    before = fleet.ask(ROWS)[0]
    with stuck_at(fleet, "tickets_breach"):
        fleet.kill("two")
    gone(fleet)
    assert fleet.ask(ROWS)[0][1] == before[1]

    fleet.worker("three")
    until(lambda: tickets.all_is_announced(fleet), "the rest is announced")
    tickets.each_once(fleet)


def test_two_beats_and_two_workers_then_killed_children_and_an_empty_redis(
    fleet_on_private_redis: Fleet, private_redis: Valkey, tickets: Tickets
) -> None:
    """First nothing is killed: everything is announced within five seconds of its instant."""
    fleet = fleet_on_private_redis
    for name in ("one", "two"):
        fleet.beat(f"beat-{name}")
        fleet.worker(f"worker-{name}")
    for name in ("one", "two"):
        ready(fleet, f"worker-{name}")
    tickets.open(20, from_s=8, until_s=12)
    fleet.send(WORK)
    until(lambda: tickets.all_is_announced(fleet), "all is announced")
    tickets.each_once(fleet)
    assert fleet.ask(LATEST)[0] < ANNOUNCED_WITHIN_S

    tickets.open(10, from_s=8, until_s=10)
    fleet.send(WORK)
    until(lambda: fleet.ask(MARKED) == [0], "the new tickets are worked out")
    with stuck_at(fleet, "tickets_breach"):
        with redis.Redis(unix_socket_path=str(private_redis.socket)) as server:
            server.flushall()
        killed = [child for name in ("one", "two") for child in children(fleet, f"worker-{name}")]
        for child in killed:
            os.kill(child, signal.SIGKILL)
    until(lambda: tickets.all_is_announced(fleet), "the rest is announced")
    tickets.each_once(fleet)
    assert all(process.poll() is None for process in fleet.running.values())
    assert killed
