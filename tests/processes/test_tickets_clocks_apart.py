"""Workers whose clocks are ten minutes ahead and behind write the same rows: the database's clock decides."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.processes.conftest import MARKED, ROWS, Tickets
from tests.processes.fleet import Fleet, until
from tickets.log import WORK

pytestmark = pytest.mark.workers

WRITTEN_TOO_EARLY_OR_LATE = """
    SELECT count(*) FROM (
      SELECT announced_at FROM tickets_breach UNION ALL SELECT announced_at FROM tickets_clockwarning
      UNION ALL SELECT announced_at FROM tickets_escalation
      UNION ALL SELECT worked_out_at FROM tickets_ticket UNION ALL SELECT settled_at FROM tickets_ticket
    ) AS s (at) WHERE at NOT BETWEEN (SELECT min(created_at) FROM tickets_ticket) AND clock_timestamp()"""


def worker(fleet: Fleet, name: str, minutes: int) -> None:
    """A worker with two children and such a clock, once it takes messages."""
    argv = ("-A", "slaportal", "worker", "--concurrency", "2", "--hostname", f"{name}@{minutes}", "--without-mingle")
    fleet.start(name, "portal_jobs", "tests.processes.moved_clock", str(minutes), *argv)
    until(lambda: " ready." in fleet.said(name), f"{name} is ready")


def sent_until(fleet: Fleet, condition: Callable[[], bool], what: str) -> None:
    """Message after message, until it is so."""

    def sent() -> bool:
        fleet.send(WORK)
        return condition()

    until(sent, what)


def none_is_too_early(fleet: Fleet, tickets: Tickets) -> None:
    """What is due in five minutes is not announced, and nothing is noted at an instant that has not come."""
    assert fleet.ask(WRITTEN_TOO_EARLY_OR_LATE) == [0]
    tickets.each_once(fleet)


def test_each_of_two_workers_alone_goes_by_the_clock_of_the_database(fleet: Fleet, tickets: Tickets) -> None:
    tickets.open_for_later(5)
    for name, minutes in (("ahead", 10), ("behind", -10)):
        worker(fleet, name, minutes)
        tickets.open(5, from_s=3, until_s=5)
        before = fleet.ask(ROWS)[0]
        sent_until(fleet, lambda: fleet.ask(MARKED) == [0], "the tickets are worked out")
        sent_until(fleet, partial(tickets.all_is_announced, fleet), f"the worker that is {name} announces")
        none_is_too_early(fleet, tickets)
        after = fleet.ask(ROWS)[0]
        assert (after[1] - before[1], after[4] - before[4]) == (5, 5)
        assert "Traceback" not in fleet.said(name)
        fleet.kill(name)


def by_timetable(fleet: Fleet, condition: Callable[[], bool], what: str) -> None:
    """As the portal runs: by a beat whose clock is right, which was started before the workers."""
    assert fleet.said("beat")
    until(condition, what, within_s=30)


@pytest.mark.parametrize(
    "hinted",
    [
        pytest.param(sent_until, id="messages-without-an-end"),
        pytest.param(by_timetable, id="timetable"),
    ],
)
def test_both_at_once_announce_everything_once(fleet: Fleet, tickets: Tickets, hinted: Callable[..., None]) -> None:
    tickets.open_for_later(5)
    if hinted is by_timetable:
        fleet.beat()
    for name, minutes in (("ahead", 10), ("behind", -10)):
        worker(fleet, name, minutes)
    # By the timetable alone tickets are looked at every two seconds: what is late by then nobody is warned of.
    later = 6 if hinted is by_timetable else 0
    tickets.open(10, from_s=4 + later, until_s=8 + later)
    hinted(fleet, partial(tickets.all_is_announced, fleet), "everything is announced")
    none_is_too_early(fleet, tickets)
