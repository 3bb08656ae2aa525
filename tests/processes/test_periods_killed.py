"""Months and their credits with real workers and beats, killed, doubled and with clocks apart: everything once.

Each month is opened, worked out, closed with evidence, and its customers are reminded exactly once. The database's
clock stands just before those instants (`month_ends`).
"""

import pytest
import redis

from slaportal.embedded.valkey import Valkey
from tests.processes.conftest import Committing
from tests.processes.fleet import Fleet, until
from tests.processes.month_ends import (
    DUE,
    LATEST_REMINDER,
    NOVEMBER_CLOSES,
    NOVEMBER_ENDS,
    SPIRION,
    WRITTEN,
    Clock,
    Months,
    kill_children,
    killed_in_the_middle,
    sent_until,
    standing_still,
    stands_still,
    start_worker,
)
from tests.world import World

pytestmark = pytest.mark.workers

# The credits are looked at every five seconds, and take their time on two cores.
REMINDED_WITHIN_S = 10
MARKED = "SELECT count(*) FROM credits_assessedperiod WHERE marked_at IS NOT NULL"
UNREAD = """
SELECT count(*) FROM contracts_change c JOIN contracts_reader r ON r.provider_id = c.provider_id AND r.name = 'credits'
WHERE (c.transaction, c.id) > (r.transaction, r.change_id)"""
REVISED = "SELECT count(*) FROM audit_event WHERE action = 'period_revised'"
ENDED = """
SELECT count(*) FROM uptime_subscriptionperiod WHERE text = '2026-12' OR text = '2026-11' AND closed_at IS NOT NULL"""


def months_in(fleet: Fleet, people: World, committing: Committing) -> Months:
    """In the clone of that fleet; the first reminders are due in five minutes."""
    return Months(people, committing, Clock(fleet))


def test_workers_with_clocks_apart_are_killed_in_each_sweep(
    fleet: Fleet, people: World, committing: Committing
) -> None:
    """Each stands in the middle of its transaction when it is killed, and the next has all of it to do.

    Their own clocks are ten minutes ahead or behind, and from the first reminder on two of them work at once.
    """
    months = months_in(fleet, people, committing)
    killed_before_anything_is_worked_out(fleet)

    start_worker(fleet, "reminds", 10)
    sent_until(fleet, months.nothing_is_left, "everything is worked out")
    months.there_are("2026-11", closed=("2026-09", "2026-10"))
    months.reminded()
    killed_in_the_middle(fleet, "reminds", "INSERT", "outbox_message", before=lambda: months.comes_to(DUE[7]))
    months.reminded()
    start_both(fleet)
    sent_until(fleet, lambda: months.passes(DUE[7]), "all are reminded")
    months.reminded(7)
    fleet.kill("behind")

    killed_in_the_middle(
        fleet, "ahead", "UPDATE", "credits_assessedperiod", before=lambda: months.in_arrears("infopromo-b")
    )
    assert fleet.ask(MARKED) == [0]
    start_worker(fleet, "reads", 10)
    sent_until(fleet, lambda: fleet.ask(UNREAD) == [0] and months.nothing_is_left(), "the change is worked out")
    months.reminded(7)

    months.down_late("spirion-a")
    killed_in_the_middle(
        fleet, "reads", "INSERT", "uptime_subscriptionperiod", before=lambda: months.comes_to(NOVEMBER_CLOSES[SPIRION])
    )
    # Nobody was there when the month ended: it is closed and the next is opened in the same transaction.
    assert fleet.ask(ENDED) == [0]
    start_both(fleet)
    sent_until(fleet, lambda: months.passes(NOVEMBER_CLOSES[SPIRION]), "the month is closed")
    months.there_are("2026-12", closed=("2026-09", "2026-10", "2026-11"))
    months.reminded(7)
    months.expired()
    assert fleet.ask(REVISED) == [1]
    months.nobody_was_in_the_way()


def killed_before_anything_is_worked_out(fleet: Fleet) -> None:
    """One as it opens the first months, one as it works them out, one as it assesses their credits."""
    start_worker(fleet, "opens", 10)
    killed_in_the_middle(fleet, "opens", "INSERT", "uptime_subscriptionperiod")
    assert fleet.ask(WRITTEN) == [(0, 0, 0, 0, 0, 0, 0)]

    start_worker(fleet, "works_out", -10)
    killed_in_the_middle(fleet, "works_out", "UPDATE", "uptime_subscriptionperiod")
    assert fleet.ask(WRITTEN)[0][1:] == (0, 0, 0, 0, 0, 0)

    start_worker(fleet, "assesses", 10)
    killed_in_the_middle(fleet, "assesses", "INSERT", "credits_assessment")
    assert fleet.ask(WRITTEN)[0][3:] == (0, 0, 0, 0)


def start_both(fleet: Fleet) -> None:
    """At the same time, twenty minutes apart."""
    start_worker(fleet, "ahead", 10)
    start_worker(fleet, "behind", -10)


def test_two_beats_and_two_workers_then_killed_children_and_an_empty_redis(
    fleet_on_private_redis: Fleet, private_redis: Valkey, people: World, committing: Committing
) -> None:
    """By the timetable alone, and with one worker ten minutes ahead of all else."""
    fleet = fleet_on_private_redis
    months = months_in(fleet, people, committing)
    for name in ("one", "two"):
        fleet.beat(f"beat-{name}")
        start_worker(fleet, f"worker-{name}", {"one": 10, "two": 0}[name])
    until(months.nothing_is_left, "everything is worked out")
    months.there_are("2026-11", closed=("2026-09", "2026-10"))

    months.comes_to(DUE[7])
    until(lambda: months.passes(DUE[7]), "all are reminded")
    months.reminded(7)
    assert fleet.ask(LATEST_REMINDER)[0] < REMINDED_WITHIN_S

    # In the middle of the second reminder everything that Redis had is gone, and all children at once.
    with standing_still(fleet, "INSERT", "outbox_message"):
        months.comes_to(DUE[3])
        until(lambda: stands_still(fleet), "a worker leaves a mail")
        with redis.Redis(unix_socket_path=str(private_redis.socket)) as server:
            server.flushall()
        kill_children(fleet, "worker-one", "worker-two")
    until(lambda: months.passes(DUE[3]), "all are reminded a second time")
    months.reminded(7, 3)
    assert fleet.running  # the workers themselves live

    months.comes_to(DUE[1])
    until(lambda: months.passes(DUE[1]), "all are reminded a third time")
    months.reminded(7, 3, 1)
    with standing_still(fleet, "INSERT", "uptime_subscriptionperiod"):
        months.comes_to(NOVEMBER_ENDS[SPIRION])
        until(lambda: stands_still(fleet), "a worker opens the next month")
        kill_children(fleet, "worker-one", "worker-two")
    until(lambda: months.passes(NOVEMBER_ENDS[SPIRION]), "the next month is opened")
    months.there_are("2026-11", "2026-12", closed=("2026-09", "2026-10"))
    months.comes_to(NOVEMBER_CLOSES[SPIRION])
    until(lambda: months.passes(NOVEMBER_CLOSES[SPIRION]), "the month is closed")
    months.there_are("2026-12", closed=("2026-09", "2026-10", "2026-11"))
    months.reminded(7, 3, 1)
    months.expired()
    assert all(process.poll() is None for process in fleet.running.values())
