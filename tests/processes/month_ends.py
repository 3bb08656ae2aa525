"""Months of a clone whose instants come when a test wants: the database's clock is moved, that of the processes not.

Workers go by the database's clock, so real months end, close and are reminded of within the next seconds. A worker
can be made to stand still just after it wrote to a table, in the middle of its transaction.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, set_account_standing, subscribe
from contracts.models import Contact, Service, Subscription
from contracts.policy.documents import shipped_policy
from credits import rebuilding as credits_rebuilding
from tests.processes.conftest import Committing
from tests.processes.fleet import Fleet, living_of, until
from tests.world import PROVIDERS, World
from uptime import rebuilding as uptime_rebuilding
from uptime.actions.outages import record_outage

TASKS = (
    "uptime.tasks.read_changes",
    "uptime.tasks.work_out_marked",
    "uptime.tasks.look",
    "credits.tasks.assess_due",
    "credits.tasks.read_changes",
)
HELD_TABLES = ("uptime_subscriptionperiod", "credits_assessedperiod", "credits_assessment", "outbox_message")
# Found before what pg_catalog has, by everybody who connects from now on. A trigger waits for whoever holds its table.
MOVABLE = """
CREATE SCHEMA moved;
GRANT USAGE ON SCHEMA moved TO PUBLIC;
CREATE FUNCTION moved.stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock_shared(TG_RELID::int, ascii(TG_OP));
  RETURN NULL;
END $$;
"""
SET_CLOCK = """
CREATE OR REPLACE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT pg_catalog.clock_timestamp() + make_interval(secs => {seconds}) $$
"""
STANDS_STILL = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'portal_jobs'
AND wait_event_type = 'Lock' AND wait_event = 'advisory'"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'portal_jobs'"

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
SPIRION, INFOPROMO = "spirion", "infopromo"
STARTS = {
    SPIRION: datetime(2026, 9, 1, 4, tzinfo=UTC),  # midnight in New York
    INFOPROMO: datetime(2026, 9, 1, tzinfo=UTC),
}
# Spirion's window for September closes 60 days after its end; Infopromo's for an outage 7 days after that.
CLAIM_BY = datetime(2026, 11, 30, 5, tzinfo=UTC)
DUE = {days: CLAIM_BY - days * DAY for days in (7, 3, 1)}
# Less than ten minutes before: who went by a clock that is ahead would remind already.
BEGIN = DUE[7] - timedelta(minutes=5)
NOVEMBER_ENDS = {SPIRION: datetime(2026, 12, 1, 5, tzinfo=UTC), INFOPROMO: datetime(2026, 12, 1, tzinfo=UTC)}
NOVEMBER_CLOSES = {SPIRION: datetime(2026, 12, 6, 5, tzinfo=UTC), INFOPROMO: datetime(2026, 12, 6, tzinfo=UTC)}
MANAGERS = {"a": "ann@example.test", "b": "bob@example.test", "c": "carl@example.test"}
AMOUNTS = {SPIRION: Decimal(1200), INFOPROMO: Decimal(120)}
MISSED = {SPIRION: "2026-09", INFOPROMO: "2026-11"}

OF = "JOIN uptime_subscriptionperiod p ON p.id = {period} JOIN contracts_subscription s ON s.id = p.subscription_id"
PERIODS = """
SELECT s.name, p.text, p.revision, p.closed_at IS NOT NULL, p.closed_at IS NOT NULL = (p.evidence IS NOT NULL)
FROM uptime_subscriptionperiod p JOIN contracts_subscription s ON s.id = p.subscription_id ORDER BY 1, 2, 3"""
REMINDERS = f"""
SELECT s.name, r.days, r.closes_at FROM credits_reminder r JOIN credits_assessment a ON a.id = r.assessment_id
{OF.format(period="a.period_id")} ORDER BY s.name, r.days"""
# The key says for which credit and how many days before its window closes.
MAILS = f"""
SELECT s.name, split_part(m.key, '-', 5)::int, m.recipient FROM outbox_message m
JOIN credits_assessment a ON a.id = split_part(m.key, '-', 3)::bigint
{OF.format(period="a.period_id")} WHERE m.kind = 'claim_reminder' ORDER BY 1, 2, 3"""
CREDITS = f"""
SELECT s.name, p.text, p.revision, a.status, a.amount FROM credits_assessment a {OF.format(period="a.period_id")}
WHERE a.missed ORDER BY 1, 2, 3"""
LEFT = """
SELECT (SELECT count(*) FROM uptime_subscriptionperiod
        WHERE marked_at IS NOT NULL OR look_at <= clock_timestamp() OR assessed < measurement)
  + (SELECT count(*) FROM credits_assessedperiod WHERE marked_at IS NOT NULL OR look_at <= clock_timestamp())"""
# How many seconds after its instant each was noted, by the database's clock.
EARLIEST = """
SELECT extract(epoch FROM min(late)) FROM (
  SELECT reminded_at - (closes_at - make_interval(days => days)) AS late FROM credits_reminder
  UNION ALL SELECT closed_at - closes_at FROM uptime_subscriptionperiod
) AS s"""
LATEST_REMINDER = """
SELECT extract(epoch FROM max(reminded_at - (closes_at - make_interval(days => days)))) FROM credits_reminder"""
WRITTEN = """
SELECT (SELECT count(*) FROM uptime_subscriptionperiod),
  (SELECT count(*) FROM uptime_subscriptionperiod WHERE worked_out_at IS NOT NULL),
  (SELECT count(*) FROM uptime_subscriptionperiod WHERE closed_at IS NOT NULL OR evidence IS NOT NULL),
  (SELECT count(*) FROM uptime_subscriptionperiod WHERE assessed > 0),
  (SELECT count(*) FROM credits_assessment),
  (SELECT count(*) FROM credits_reminder),
  (SELECT count(*) FROM outbox_message WHERE kind = 'claim_reminder')"""


@dataclass
class Clock:
    """The clock of the clone, for all connections that are made from now on."""

    fleet: Fleet

    def __post_init__(self) -> None:
        self._run(MOVABLE)
        for table in HELD_TABLES:
            self._run(
                f"CREATE TRIGGER stand_still AFTER INSERT OR UPDATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION moved.stand_still()"
            )
        self.set(BEGIN)
        name = self.fleet.ask("SELECT current_database()")[0]
        self._run(f'ALTER DATABASE "{name}" SET search_path = moved, pg_catalog, public')

    def set(self, to: datetime) -> None:
        """It goes on from there."""
        self._run(SET_CLOCK.format(seconds=(to - timezone.now()).total_seconds()))

    def now(self) -> datetime:
        """What the workers go by."""
        now: datetime = self.fleet.ask("SELECT moved.clock_timestamp()")[0]
        return now

    def _run(self, sql: str) -> None:
        connection = self.fleet.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()


@contextmanager
def standing_still(fleet: Fleet, act: str, table: str) -> Iterator[None]:
    """Whoever has done that (INSERT or UPDATE) to the table stands still until the block ends, uncommitted."""
    holder = fleet.connect()
    holder.autocommit = True
    with holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s::regclass::oid::int, ascii(%s))", [table, act])
        try:
            yield
        finally:
            holder.close()


def stands_still(fleet: Fleet) -> bool:
    """Whether a worker does, because of somebody `standing_still`."""
    return bool(fleet.ask(STANDS_STILL))


def start_worker(fleet: Fleet, name: str, minutes: int = 0) -> None:
    """A worker with two children whose own clock is so far ahead or behind; once it takes messages."""
    argv = ("-A", "slaportal", "worker", "--concurrency", "2", "--hostname", f"{name}@{minutes}", "--without-mingle")
    fleet.start(name, "portal_jobs", "tests.processes.moved_clock", str(minutes), *argv)
    is_ready(fleet, name)


def is_ready(fleet: Fleet, name: str) -> None:
    """Waits until the worker takes messages."""
    until(lambda: " ready." in fleet.said(name), f"{name} is ready")


def children_of(fleet: Fleet, name: str) -> list[int]:
    """The processes of a worker's pool."""
    leader = fleet.running[name].pid
    return [pid for pid in living_of(leader) if pid != leader]


def killed_in_the_middle(
    fleet: Fleet, name: str, act: str, table: str, *, before: Callable[[], Any] | None = None
) -> None:
    """Kills the worker -9 while it stands in a transaction in which it has just written to that table.

    `before` is done once it would be held. Afterwards its connections are gone, and with them what it wrote.
    """
    with standing_still(fleet, act, table):
        if before is not None:
            before()
        sent_until(fleet, lambda: stands_still(fleet), f"{name} has done {act} to {table}")
        fleet.kill(name)
    until(lambda: fleet.ask(CONNECTIONS) == [0], "the connections of the killed are gone")


def kill_children(fleet: Fleet, *names: str) -> None:
    """Of all these workers at once, as the kernel does when there is no memory left: the workers go on."""
    for child in [child for name in names for child in children_of(fleet, name)]:
        os.kill(child, signal.SIGKILL)


def sent_until(fleet: Fleet, condition: Callable[[], Any], what: str) -> None:
    """As beat does, but every second, until it is so."""
    last = datetime.min.replace(tzinfo=UTC)

    def sent() -> bool:
        nonlocal last
        if timezone.now() - last > SECOND:
            fleet.send(*TASKS)
            last = timezone.now()
        return bool(condition())

    until(sent, what)


@dataclass
class Months:
    """A subscription to Spirion and one to Infopromo of each of three tenants of two providers, from September on.

    Spirion missed September; Infopromo misses November by an outage that ends just when Spirion's first reminder is
    due. Contracts and facts are committed by real actions; periods and all else is the workers' part.
    """

    world: World
    committing: Committing
    clock: Clock
    services: dict[str, Service] = field(default_factory=dict)
    revised: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.committing():
            for slug, admin in (("p1", "admin"), ("p2", "cora")):
                with self.world.inside(admin):
                    self._promise(slug)

    def _promise(self, slug: str) -> None:
        provider, since = self.world.providers[slug], STARTS[INFOPROMO]
        for policy in STARTS:
            document = shipped_policy(policy)
            publish_policy(document, provider=provider, policy=policy, effective_from=since, actor="test", at=since)
        for tenant in PROVIDERS[slug]:
            to = f"billing-{tenant}@example.test"
            add_contact(self.world.tenants[tenant], concern=Contact.Concern.BILLING, name="Bo", email=to, actor="test")
            for policy in STARTS:
                self._subscribe(slug, tenant, policy)

    def _subscribe(self, slug: str, tenant: str, policy: str) -> None:
        name, at, owner = f"{policy}-{tenant}", STARTS[policy], self.world.tenants[tenant]
        plan, fee = next(iter(shipped_policy(policy).plans)), Fee(Decimal(1200), "USD")
        made = subscribe(owner, name, policy=policy, plan=plan, fee=fee, starts_at=at, actor="test", at=at)
        provider = self.world.providers[slug]
        service = add_service(provider, name, name, tenant=owner, actor="test", at=at)
        cover_service(made, service, actor="test", at=at)
        self.services[name] = service
        end = at + 20 * DAY if policy == SPIRION else self.claim_by(name) - 7 * DAY
        self._down(name, end - (10 if policy == SPIRION else 2) * HOUR, end, at=max(BEGIN, end))

    def _down(self, name: str, start: datetime, end: datetime, *, at: datetime) -> None:
        service = self.services[name]
        record_outage(service.provider, "Down", services=[service], starts_at=start, ends_at=end, actor="test", at=at)

    def down_late(self, name: str) -> None:
        """Twenty hours of October come to be known; its next revision is missed as well."""
        end = datetime(2026, 10, 20, tzinfo=UTC)
        with self.committing(), self.world.inside("cora" if name.endswith("c") else "admin"):
            self._down(name, end - 20 * HOUR, end, at=self.clock.now())
        self.revised[name] = "2026-10"

    def in_arrears(self, name: str) -> None:
        """The account of this subscription is not in good standing; neither policy makes a credit depend on that."""
        with self.committing(), self.world.inside("cora" if name.endswith("c") else "admin"):
            subscription, at = Subscription.objects.get(name=name), self.clock.now()
            set_account_standing(subscription, current=False, reason="Two months.", actor="test", at=at)

    def claim_by(self, name: str) -> datetime:
        """When the window of what was missed closes; Infopromo's a quarter of a second one after the other."""
        policy, tenant = name.split("-")
        return CLAIM_BY if policy == SPIRION else CLAIM_BY + SECOND / 4 * (1 + "abc".index(tenant))

    def comes_to(self, instant: datetime) -> None:
        """The clock stands a moment before it."""
        self.clock.set(instant - SECOND)

    def nothing_is_left(self) -> bool:
        """All that was due is done, whether right or not, and the instants around the last one have passed."""
        fleet = self.clock.fleet
        return fleet.ask("SELECT count(*) FROM uptime_subscriptionperiod")[0] >= 18 and fleet.ask(LEFT) == [0]

    def passes(self, instant: datetime) -> bool:
        """The clock has come so far and nothing is left."""
        return self.clock.now() > instant + SECOND and self.nothing_is_left()

    def reminded(self, *days: int) -> None:
        """Each was reminded so many days before, once, and each of its addresses was left one mail for it."""
        fleet = self.clock.fleet
        names = sorted(self.services)
        assert fleet.ask(REMINDERS) == [(name, n, self.claim_by(name)) for name in names for n in sorted(days)]
        assert fleet.ask(MAILS) == [
            (name, n, recipient)
            for name in names
            for n in sorted(days)
            for recipient in sorted((MANAGERS[name[-1]], f"billing-{name[-1]}@example.test"))
        ]

    def there_are(self, *open_ones: str, closed: tuple[str, ...]) -> None:
        """Each subscription has these months, once; what is closed has its evidence; nothing comes out otherwise."""
        fleet = self.clock.fleet
        assert fleet.ask(PERIODS) == [
            (name, text, revision, text in closed, True)
            for name in sorted(self.services)
            for text in (*closed, *open_ones)
            for revision in ((1, 2) if self.revised.get(name) == text else (1,))
        ]
        now = self.clock.now()
        for who in ("admin", "cora"):
            with self.committing(), self.world.inside(who):
                different = chain(
                    uptime_rebuilding.differences(None, now=now), credits_rebuilding.differences(None, now=now)
                )
                assert list(different) == []
        assert fleet.ask(EARLIEST)[0] >= 0

    def expired(self) -> None:
        """What nobody claimed can be claimed no more; a miss that came late can, until the end of the year."""
        rows = [(name, MISSED[name[:-2]], 1, "expired", AMOUNTS[name[:-2]]) for name in self.services]
        rows += [(name, text, 2, "claimable", AMOUNTS[name[:-2]]) for name, text in self.revised.items()]
        assert self.clock.fleet.ask(CREDITS) == sorted(rows)

    def nobody_was_in_the_way(self) -> None:
        """No two workers waited for each other, and no task failed."""
        for log in self.clock.fleet.directory.glob("*.log"):
            said = self.clock.fleet.said(log.stem)
            assert [line for line in said.splitlines() if "deadlock" in line or '"level": "error"' in line] == []
