"""A history spread over eight processes, with sweeps in between, leaves the same rows as in order by one of them.

Each process has connections of its own, as web server and as worker. This module is also what they run (`serve`).
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.models import Subscription
from slaportal.refusal import Refusal
from slaportal.settings import BASE_DIR
from slaportal.tenancy.models import Membership
from slaportal.tenancy.queries import role_for
from slaportal.tenancy.scope import STAFF, scope
from tests.clones import SET_UP, environment
from tests.conftest import SUPERUSER
from tests.processes.conftest import other_versions
from tests.processes.connecting import connected
from tests.tickets.office import MINUTE, MONDAY, subscribed
from tests.tickets.test_at_once import logged_in
from tests.world import build_world
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.opening import open_ticket
from tickets.actions.triage import set_severity, set_status
from tickets.models import Breach, Ticket, TicketClock, TicketEvent
from tickets.rebuilding import differences
from tickets.sweeping import sweep_due, sweep_marked

PROCESSES = 8
END = MONDAY + timedelta(days=90)  # later than every event
SWEEPS = {"marked": sweep_marked, "due": sweep_due}
SEVERITIES = {
    "spirion": ("critical", "major", "minor"),
    "proofpoint": ("critical", "high", "normal"),
    "secpod": ("critical", "high", "low"),
}
# What each act needs the status to be; the lifecycle may have changed it meanwhile, and then it is refused both times.
FITS = {
    "agent_reply": ("open", "pending", "waiting_on_customer"),
    "customer_reply": ("open", "pending", "waiting_on_customer", "solved"),
    "waiting": ("open", "pending"),
    "status": ("open", "pending", "waiting_on_customer"),
    "severity": ("open", "pending", "waiting_on_customer", "solved"),
    "status_request": ("open", "pending", "waiting_on_customer"),
    "note": ("open", "pending", "waiting_on_customer", "solved"),
    "resolved": ("open", "pending", "waiting_on_customer"),
    "reopened": ("solved",),
    "closed": ("solved",),
}
BECOMES = {
    "waiting": "waiting_on_customer",
    "customer_reply": "pending",
    "resolved": "solved",
    "reopened": "open",
    "closed": "closed",
}

Act = dict[str, str]


def history(random: Random, ticket: str) -> list[Act]:
    """One ticket's acts in order, from its opening on: some minutes or some days apart, some at the same instant."""
    policy = random.choice(list(SEVERITIES))
    at = MONDAY + random.randrange(3 * 24 * 60) * MINUTE
    status = "open"
    acts = [{"kind": "opened", "severity": random.choice(SEVERITIES[policy]), "at": at.isoformat()}]
    for _ in range(random.randrange(3, 10)):
        at += random.choice((0, 1, 7, 61, 239, 24 * 60, 3 * 24 * 60 + 1, 8 * 24 * 60)) * MINUTE
        kinds = [kind for kind, fits in FITS.items() if status in fits]
        if not kinds:
            break
        kind = random.choice(kinds)
        act = {"kind": kind, "at": at.isoformat(), "severity": random.choice(SEVERITIES[policy])}
        act["status"] = random.choice(("pending", "waiting_on_third_party", "waiting_on_customer"))
        acts.append(act)
        status = BECOMES.get(kind, status)
    return [{**act, "ticket": ticket, "policy": policy} for act in acts]


# ---- in the processes


def perform(act: Act) -> str:
    """One act in a transaction of its own: what it refused, or nothing."""
    try:
        with scope(STAFF, provider=int(os.environ["TEST_PROVIDER"])):
            people = {member.email.partition("@")[0]: member for member in Membership.objects.all()}
        who = people["amy" if act["kind"] in ("customer_reply", "status_request", "reopened") else "agent"]
        with scope(role_for(who.tenant_id), provider=who.provider_id, tenant=who.tenant_id):
            _act(act, who, people["amy"])
    except Refusal as refused:
        return refused.code
    return ""


def _act(act: Act, who: Membership, amy: Membership) -> None:
    kind = act["kind"]
    how: dict[str, Any] = {"actor": who, "at": read(act)}
    if kind == "opened":
        subscription = Subscription.objects.get(policy=act["policy"])
        open_ticket(subscription, act["ticket"], "It broke.", requester=amy, severity=act["severity"], **how)
        return
    ticket = Ticket.objects.get(subject=act["ticket"])
    acts: dict[str, Any] = {
        "agent_reply": lambda: reply(ticket, "Looking.", **how),
        "customer_reply": lambda: reply(ticket, "And now?", **how),
        "waiting": lambda: reply(ticket, "Which version?", status="waiting_on_customer", **how),
        "status": lambda: set_status(ticket, act["status"], **how),  # type: ignore[arg-type]
        "severity": lambda: set_severity(ticket, act["severity"], reason="So it is.", **how),
        "status_request": lambda: ask_for_status(ticket, **how),
        "note": lambda: note(ticket, "Hm.", **how),
        "resolved": lambda: resolve(ticket, "fix", **how),
        "reopened": lambda: reopen(ticket, **how),
        "closed": lambda: close(ticket, **how),
    }
    acts[kind]()


def serve() -> None:
    """A line of JSON in, a line out: an act as portal_web, or a sweep as portal_jobs."""
    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)  # what is logged goes elsewhere
        for line in sys.stdin:
            asked = json.loads(line)
            sweep = SWEEPS.get(asked["kind"])
            with logged_in(os.environ["TEST_CLONE"], "portal_web" if sweep is None else "portal_jobs"):
                done: Any = perform(asked) if sweep is None else sweep(at=read(asked), most=asked["most"])
            print(json.dumps(done), file=answers)


def read(act: Act) -> datetime:
    """When it happens."""
    return datetime.fromisoformat(act["at"])


# ---- in the test


class Process:
    """One of those that serve."""

    def __init__(self, clone: str, provider: int, said: Path) -> None:
        with said.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-c", SET_UP + "from tests.tickets.test_interleaved import serve; serve()"],
                cwd=BASE_DIR,
                env=environment(
                    clone, "portal_web", TEST_CLONE=clone, TEST_PROVIDER=str(provider), REDIS_URL="memory://"
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                bufsize=1,
            )
        self.said = said

    def ask(self, asked: dict[str, Any]) -> Any:
        """Waits for the answer."""
        assert self.running.stdin is not None
        assert self.running.stdout is not None
        print(json.dumps(asked), file=self.running.stdin)
        answer = self.running.stdout.readline()
        assert answer, self.said.read_text(errors="replace")[-3000:]
        return json.loads(answer)

    def end(self) -> None:
        """Whatever it does."""
        self.running.kill()
        self.running.communicate()


@dataclass
class Play:
    """Acts handed out to processes: those of one ticket in their order and one at a time, else at random.

    Sweeps go in between, at instants that no act to come is earlier than: what a sweep announces stays, and an act
    that comes after it would be noted as later than it was.
    """

    histories: dict[str, list[Act]]
    random: Random
    lock: Any = field(default_factory=Lock)
    done: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    busy: set[str] = field(default_factory=set)
    swept: int = 0

    def run(self, process: Process) -> None:
        """Until there is nothing left for it to do."""
        while (asked := self.next()) is not None:
            try:
                answer = process.ask(asked)
            except BaseException:
                self.histories = {}  # nobody waits for what it should have done
                raise
            with self.lock:
                if asked["kind"] in SWEEPS:
                    self.swept += answer
                else:
                    self.done[asked["ticket"]].append(answer)
                    self.busy.remove(asked["ticket"])

    def next(self) -> dict[str, Any] | None:
        """An act, or a sweep; None once every act is done or some other process has it."""
        with self.lock:
            to_come = {
                ticket: acts[len(self.done[ticket])]
                for ticket, acts in self.histories.items()
                if len(self.done[ticket]) < len(acts)
            }
            free = sorted(to_come.keys() - self.busy)
            if not to_come or (not free and self.random.random() < 0.2):
                return None
            if not free or self.random.random() < 0.4:
                until = min(read(act) for act in to_come.values())
                at = MONDAY + (until - MONDAY) * self.random.choice((0, 0.5, 1))
                most = self.random.choice((1, 3, 250))
                return {"kind": self.random.choice(list(SWEEPS)), "at": at.isoformat(), "most": most}
            ticket = self.random.choice(free)
            self.busy.add(ticket)
            return dict(to_come[ticket])


@dataclass
class Desk:
    """Eight processes and this one's view of the clone."""

    clone: str
    provider: int
    processes: list[Process]
    played: int = 0

    def in_order(self, histories: dict[str, list[Act]]) -> dict[str, list[str]]:
        """By one process, by instant; the sweeps come after everything."""
        done: dict[str, list[str]] = {ticket: [] for ticket in histories}
        acts = [act for acts in histories.values() for act in acts]
        for act in sorted(acts, key=lambda act: act["at"]):
            done[act["ticket"]].append(self.processes[0].ask(act))
        self.sweep_up(self.processes[0])
        return done

    def at_random(self, histories: dict[str, list[Act]], random: Random) -> dict[str, list[str]]:
        """By all of them at once, with sweeps in between."""
        play = Play(histories, random)
        with ThreadPoolExecutor(len(self.processes)) as pool:
            for running in [pool.submit(play.run, process) for process in self.processes]:
                running.result(timeout=60)
            for swept in [pool.submit(self.sweep_up, process) for process in self.processes]:
                swept.result(timeout=60)
        assert play.swept, "no sweep came between"
        return play.done

    def sweep_up(self, process: Process) -> None:
        """What a worker finds at the end."""
        for kind in SWEEPS:
            process.ask({"kind": kind, "at": END.isoformat(), "most": 250})

    @contextmanager
    def looking(self) -> Iterator[None]:
        """As staff of the provider."""
        with logged_in(self.clone, "portal_web"), scope(STAFF, provider=self.provider):
            yield

    def rows(self, tickets: list[str]) -> dict[str, Any]:
        """What is stored of each ticket but for ids and the times at which it was recorded."""
        with self.looking():
            return {name: _rows(Ticket.objects.get(subject=name)) for name in tickets}


def _rows(ticket: Ticket) -> dict[str, Any]:
    mine = {"ticket": ticket}
    return {
        "ticket": [
            getattr(ticket, name)
            for name in (
                "plan", "severity", "status", "resolution", "opened_at", "solved_at", "closed_at", "revision",
                "last_event_at", "next_due_at", "act_at", "mark",
            )
        ],
        "log": list(
            TicketEvent.objects.filter(**mine)
            .order_by("ordinal")
            .values_list(
                "ordinal", "at", "type", "status", "severity", "resolution", "public", "text", "reason", "author_name"
            )
        ),
        "clocks": list(
            TicketClock.objects.filter(**mine)
            .order_by("clock")
            .values_list(
                "clock", "severity", "cycle", "state", "outcome", "due_at", "aim_at", "since_at", "stopped_at",
                "breached_at", "breaches", "elapsed_us", "remaining_us",
            )
        ),
        "breaches": list(
            Breach.objects.filter(**mine)
            .order_by("clock", "number")
            .values_list("clock", "number", "severity", "breached_at")
        ),
    }  # fmt: skip


@pytest.fixture
def desk(clone: str, django_db_blocker: Any, tmp_path: Path) -> Iterator[Desk]:
    """Tenant a subscribes to three policies; the processes are started once for all examples."""
    with connected({"NAME": clone, "USER": SUPERUSER}, django_db_blocker):
        world = build_world()
        with world.inside("admin"):
            for policy in SEVERITIES:
                subscribed(world, policy)
    provider = world.providers["p1"].pk
    processes = [Process(clone, provider, tmp_path / f"{n}.log") for n in range(PROCESSES)]
    with django_db_blocker.unblock(), other_versions():
        yield Desk(clone, provider, processes)
    for process in processes:
        process.end()


@settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],  # a smaller seed is no simpler history
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.integers(min_value=0, max_value=1_000_000))
def test_a_history_at_random_by_eight_processes_gives_the_rows_of_one_in_order(desk: Desk, seed: int) -> None:
    desk.played += 1
    names = [f"{desk.played} ticket {n}" for n in range(10)]
    plain, mixed = (
        {name: history(Random(f"{seed} {name[-1]}"), f"{how} {name}") for name in names} for how in ("o", "r")
    )
    in_order = desk.in_order({acts[0]["ticket"]: acts for acts in plain.values()})
    at_random = desk.at_random({acts[0]["ticket"]: acts for acts in mixed.values()}, Random(seed))
    assert {key[2:]: value for key, value in at_random.items()} == {key[2:]: value for key, value in in_order.items()}
    expected, found = desk.rows(list(in_order)), desk.rows(list(at_random))
    for name in names:
        assert found[f"r {name}"] == expected[f"o {name}"], (name, plain[name])
    with desk.looking():
        assert list(differences(now=END)) == []
        assert Breach.objects.exists()
