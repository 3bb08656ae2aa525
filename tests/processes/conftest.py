"""A fleet on a clone of the test database, private servers that a test may stop, and somebody who is signed in."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from django.test import override_settings
from django.utils import timezone

from contracts.models import Subscription
from contracts.policy.documents import read_document, shipped_policy
from slaportal.embedded import places
from slaportal.embedded.postgres import Postgres
from slaportal.embedded.valkey import Valkey
from slaportal.outbox.actions import leave_mail
from slaportal.settings import BASE_DIR
from tests.clones import database_url, own_redis
from tests.conftest import SUPERUSER, superuser_cursor
from tests.processes.connecting import connected
from tests.processes.fleet import SECRET_KEY, Fleet
from tests.tickets.office import opened, subscribed
from tests.world import World, build_world
from tickets import queries
from tickets.actions.ending import resolve
from tickets.rebuilding import differences


@pytest.fixture
def fleet(clone: str, tmp_path: Path, worker_id: str) -> Iterator[Fleet]:
    """On a clone of the test database, and a database of its own in the suite's Redis."""
    broker_url, redis_url = own_redis(worker_id)
    with redis.Redis.from_url(redis_url) as queues:
        queues.flushdb()
        made = Fleet(
            tmp_path,
            lambda: superuser_cursor(clone).connection,
            lambda login: database_url(clone, login),
            broker_url,
            redis_url,
        )
        yield made
        made.kill_all()
        queues.flushdb()


@pytest.fixture
def var() -> Iterator[Path]:
    """A directory for servers of the test's own, short enough for their sockets."""
    top = Path(tempfile.mkdtemp(prefix="p", dir="/tmp"))
    (top / "var").mkdir()
    yield top / "var"
    shutil.rmtree(top)


@pytest.fixture
def private_redis(var: Path) -> Iterator[Valkey]:
    """A Redis that the test may empty and stop."""
    server = Valkey(var)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fleet_on_private_redis(fleet: Fleet, private_redis: Valkey) -> Fleet:
    """The same fleet, but its Redis may be emptied and stopped."""
    fleet.broker_url = places.broker_url(private_redis.var)
    fleet.redis_url = places.redis_url(private_redis.var)
    return fleet


Committing = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def committing(clone: str, django_db_blocker: Any) -> Committing:
    """`with committing():` this process's statements are committed in the clone, as portal_web or as a real login."""
    return lambda login=SUPERUSER: connected({"NAME": clone, "USER": login}, django_db_blocker)


@pytest.fixture
def people(committing: Committing) -> World:
    """The cast, committed in the clone."""
    with committing():
        return build_world()


Leave = Callable[..., None]


@pytest.fixture
def leave(people: World, committing: Committing) -> Leave:
    """Leaves so many mails to `<name>-<number>@example.test`, half by each provider, and commits them."""

    def left(name: str, count: int) -> None:
        with committing():
            leave_mails(people, name, count)

    return left


def leave_mails(world: World, name: str, count: int) -> None:
    """On the connection as it is."""
    for who, numbers in (("admin", range(0, count, 2)), ("cora", range(1, count, 2))):
        provider = world.members[who].provider_id
        with world.inside(who):
            for n in numbers:
                leave_mail("test", f"{name}-{n}@example.test", f"{n}", "", key=f"{name}-{n}", provider_id=provider)


def expected(name: str, count: int) -> dict[str, int]:
    """What `Fleet.letters` says when each was sent once."""
    return {f"{name}-{n}@example.test": 1 for n in range(count)}


@pytest.fixture
def signed_in(people: World, committing: Committing) -> dict[str, str]:
    """The cookies of p1's administrator."""
    with committing():
        return cookies_of(people)


def cookies_of(world: World) -> dict[str, str]:
    """On the connection as it is, under the key of the processes."""
    with override_settings(SECRET_KEY=SECRET_KEY):
        return {name: morsel.value for name, morsel in world.client("admin").cookies.items()}


@pytest.fixture
def private_postgres(var: Path) -> Iterator[Postgres]:
    """A PostgreSQL that the test may restart, with the portal's tables."""
    server = Postgres(var)
    server.start()
    server.prepare()
    environment = {**os.environ, "DATABASE_URL": socket_url(server, "portal_jobs")}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(
        migrate, cwd=BASE_DIR, env={**environment, "DATABASE_OWNER_URL": socket_url(server, "portal_owner")}, check=True
    )
    yield server
    server.stop()


def socket_url(server: Postgres, login: str) -> str:
    """The database `portal` of a private server, as DATABASE_URL names it."""
    return f"postgres://{login}@/portal?host={quote(str(server.socket.parent))}"


@pytest.fixture
def fleet_on_private_servers(private_postgres: Postgres, private_redis: Valkey, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet whose servers are all its own."""
    made = Fleet(
        tmp_path,
        lambda: private_postgres.connect("portal"),
        lambda login: socket_url(private_postgres, login),
        places.broker_url(private_redis.var),
        places.redis_url(private_redis.var),
    )
    yield made
    made.kill_all()


# Tickets whose instants lie within the next seconds of real time.
LATE, WARNED, CLOSES = "late", "warned", "closes"
SECOND = timedelta(seconds=1)
US = timedelta(microseconds=1)
# Of Infopromo's: 15 minutes for a first response to what is critical, around the clock; of SecPod's: closed after
# more than three days. So long before its instant a ticket was opened, or solved.
# The leads are told at three quarters of the response, and when it is over the customer is too.
ESCALATED = (
    "[{clock: response, at: 75%, do: [notify_lead]}, {clock: response, at: +0m, do: [notify_lead, notify_customer]}]"
)
BEFORE = {LATE: timedelta(minutes=15), WARNED: timedelta(minutes=15) * 3 / 4, CLOSES: timedelta(days=3)}
BREACHES = """
    SELECT t.subject, b.breached_at FROM tickets_breach b JOIN tickets_ticket t ON t.id = b.ticket_id
    WHERE b.clock = 'response' ORDER BY t.id, b.number"""
WARNINGS = """
    SELECT t.subject, w.percent, w.reached_at FROM tickets_clockwarning w JOIN tickets_ticket t ON t.id = w.ticket_id
    WHERE w.clock = 'response' ORDER BY t.id, w.percent"""
ESCALATIONS = """
    SELECT t.subject, x.moment, x.reached_at FROM tickets_escalation x JOIN tickets_ticket t ON t.id = x.ticket_id
    ORDER BY t.id, x.reached_at"""
ESCALATION_ENTRIES = """
    SELECT t.subject, count(*) FROM tickets_ticketevent e JOIN tickets_ticket t ON t.id = e.ticket_id
    WHERE e.type = 'escalated' GROUP BY t.id, t.subject ORDER BY t.id"""
ESCALATION_MAILS = """
    SELECT subject, split_part(recipient, '@', 1), text FROM outbox_message WHERE kind = 'ticket_escalated'"""
CLOSINGS = """
    SELECT t.subject, e.at FROM tickets_ticketevent e JOIN tickets_ticket t ON t.id = e.ticket_id
    WHERE e.type = 'closed' AND t.closed_at = e.at AND t.status = 'closed' ORDER BY t.id, e.ordinal"""
MAILS = """
    SELECT kind, subject, recipient FROM outbox_message WHERE kind LIKE 'clock_%%' ORDER BY 1, 2"""
MARKED = "SELECT count(*) FROM tickets_ticket WHERE mark IS NOT NULL"
ROWS = """
    SELECT (SELECT count(*) FROM tickets_ticketclock), (SELECT count(*) FROM tickets_breach),
           (SELECT count(*) FROM tickets_clockwarning),
           (SELECT count(*) FROM outbox_message WHERE kind LIKE 'clock_%%'),
           (SELECT count(*) FROM tickets_ticketevent WHERE type = 'closed'),
           (SELECT count(*) FROM tickets_escalation),
           (SELECT count(*) FROM tickets_ticketevent WHERE type = 'escalated'),
           (SELECT count(*) FROM outbox_message WHERE kind = 'ticket_escalated')"""


@dataclass
class Tickets:
    """Opened in the clone by real actions; `instants` says when what becomes of each by itself, by its subject."""

    world: World
    committing: Committing
    subscriptions: dict[str, Subscription]
    instants: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    overdue: set[str] = field(default_factory=set)

    def open(self, count: int, *, from_s: float, until_s: float) -> None:
        """So many of each kind; their instants are spread over those seconds from now."""
        with self.committing(), self.world.inside("agent"):
            start = timezone.now()
            for n in range(count):
                instant = start + SECOND * (from_s + (until_s - from_s) * n / count)
                for kind in BEFORE:
                    self._open(kind, instant, start)

    def open_for_later(self, count: int) -> None:
        """So many that are warned of in 75 seconds and late in five minutes: nothing becomes of them in a test."""
        with self.committing(), self.world.inside("agent"):
            now = timezone.now()
            since = now + timedelta(minutes=5) - BEFORE[LATE]
            for _ in range(count):
                opened(self.world, self.subscriptions["infopromo"], at=now, opened_at=since, severity="critical")

    def _open(self, kind: str, instant: datetime, now: datetime) -> None:
        since = instant - BEFORE[kind]
        severity, before = ("critical", timedelta(0)) if kind != CLOSES else ("low", timedelta(minutes=1))
        ticket = opened(
            self.world,
            self.subscriptions["secpod" if kind == CLOSES else "infopromo"],
            at=now,
            opened_at=since - before,
            severity=severity,
        )
        ticket.subject = f"{kind} {len(self.instants)}"
        ticket.save(update_fields=["subject"])
        self.instants[ticket.subject] = (kind, instant)
        if kind == LATE and instant < now:
            self.overdue.add(ticket.subject)
        if kind == CLOSES:
            resolve(ticket, "fix", actor=self.world.members["agent"], at=since)

    def of(self, kind: str) -> dict[str, datetime]:
        """The instants of a kind."""
        return {subject: instant for subject, (its, instant) in self.instants.items() if its == kind}

    def warned(self) -> list[str]:
        """Those that are warned of; of what was late when it was opened nobody is."""
        return [subject for subject in (*self.of(LATE), *self.of(WARNED)) if subject not in self.overdue]

    def all_is_announced(self, fleet: Fleet) -> bool:
        """There is nothing to do, and as much was done as there was; whether it is right is asked afterwards."""
        _, breaches, _, mails, closings, escalations, *_ = fleet.ask(ROWS)[0]
        return (
            breaches >= len(self.of(LATE))
            and mails >= len(self.of(LATE)) + len(self.warned())
            and closings >= len(self.of(CLOSES))
            and escalations >= 2 * len(self.of(LATE)) + len(self.of(WARNED))
            and fleet.ask(MARKED) == [0]
        )

    def each_once(self, fleet: Fleet) -> None:
        """Every breach, warning, closing and mail is there once, at its own instant."""
        late, closes = self.of(LATE), self.of(CLOSES)
        assert fleet.ask(BREACHES) == list(late.items())
        expected = []
        for subject in self.warned():
            kind, instant = self.instants[subject]
            opened_at, shares = instant - BEFORE[kind], (75, 90) if kind == LATE else (75,)
            expected += [(subject, share, opened_at + timedelta(minutes=15) * share / 100) for share in shares]
        assert sorted(fleet.ask(WARNINGS)) == sorted(expected)
        assert fleet.ask(CLOSINGS) == [(subject, at + US) for subject, at in closes.items()]
        mails = fleet.ask(MAILS)
        assert len(mails) == len(set(mails))
        assert {recipient for _, _, recipient in mails} == {"lead@example.test"}
        told = [(kind, subject.partition("] ")[2]) for kind, subject, _ in mails]
        # Of the two shares that were past when a ticket was opened, only the later is told.
        assert sorted(told) == sorted(
            [("clock_breached", subject) for subject in late] + [("clock_warned", s) for s in self.warned()]
        )
        self._escalated_once(fleet)
        with self.committing(), self.world.inside("agent"):
            assert list(differences(now=timezone.now())) == []

    def _escalated_once(self, fleet: Fleet) -> None:
        """Each step is there once, with one entry in the log; of two that had come at once only the later is told."""
        quarter = BEFORE[LATE] - BEFORE[WARNED]
        steps, mails = [], []
        for subject, (kind, instant) in self.instants.items():
            if kind == LATE:
                steps += [(subject, "75%", instant - quarter), (subject, "+0m", instant)]
                mails += [(subject, "lead")] * (1 if subject in self.overdue else 2) + [(subject, "amy")]
            elif kind == WARNED:
                steps.append((subject, "75%", instant))
                mails.append((subject, "lead"))
        assert fleet.ask(ESCALATIONS) == steps
        assert fleet.ask(ESCALATION_ENTRIES) == [(subject, n) for subject, n in Counter(s for s, *_ in steps).items()]
        sent = fleet.ask(ESCALATION_MAILS)
        assert len(sent) == len(set(sent))
        assert sorted((subject.partition("] ")[2], who) for subject, who, _ in sent) == sorted(mails)


@contextmanager
def other_versions() -> Iterator[None]:
    """What this process keeps of policy versions by their ids is of one database: a clone gives the same ids again."""
    queries._KEPT.clear()
    yield
    queries._KEPT.clear()


@pytest.fixture
def tickets(people: World, committing: Committing) -> Iterator[Tickets]:
    """No ticket yet."""
    with other_versions():
        with committing(), people.inside("admin"):
            text = shipped_policy("infopromo").text.replace("support:\n", f"support:\n  escalate: {ESCALATED}\n", 1)
            documents = {"infopromo": read_document(text), "secpod": None}
            subscriptions = {name: subscribed(people, name, document) for name, document in documents.items()}
        yield Tickets(people, committing, subscriptions)
