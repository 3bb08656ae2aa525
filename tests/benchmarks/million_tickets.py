"""A desk of a million tickets on a clone, built in blocks by SQL, and the pieces of work that are timed on it.

What the workers do has room for its frames, as every task has (slaportal/frames.py).
"""

import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

import credits.sweeping
import uptime.sweeping
from contracts.actions.catalogue import add_service
from contracts.actions.policies import publish_policy
from contracts.actions.subscriptions import Fee, cover_service, subscribe
from contracts.models import Subscription
from contracts.policy.documents import read_document, shipped_policy
from slaportal.frames import with_room
from slaportal.people.actions.organisations import add_tenant
from slaportal.tenancy.models import Membership, Provider, User
from slaportal.tenancy.scope import PLATFORM, STAFF, presenting, scope
from tests.benchmarks import floor
from tickets.actions.conversation import reply
from tickets.actions.opening import open_ticket
from tickets.models import Breach, Mark, Ticket
from tickets.sweeping import sweep, sweep_due, sweep_marked
from tickets.tasks import work
from uptime.actions.outages import record_outage
from uptime.actions.windows import announce_window, plan_window
from uptime.models import SubscriptionPeriod

TENANTS = 50
BLOCK = 50_000
API = "/api/v1/tickets/"
CALLS = {
    "api_list": f"{API}?limit=100",
    "api_updated": f"{API}?limit=100&ordering=-updated_at",
    "api_view": f"{API}?limit=100&view=all",
}
TICKETS = """
INSERT INTO tickets_ticket (provider_id, tenant_id, subscription_id, version_id, plan, number, subject, details,
  requester_id, severity, status, resolution, opened_at, solved_at, closed_at, created_at, revision, last_event_at,
  standing, severity_rank)
SELECT s.provider_id, s.tenant_id, s.id, v.id, 'saas', n, 'Nothing loads since this morning, No ' || n, '{}',
  m.id, 'critical', CASE WHEN n > %(closed)s THEN 'pending' ELSE 'closed' END,
  CASE WHEN n > %(closed)s THEN '' ELSE 'fix' END, o.at,
  CASE WHEN n > %(closed)s THEN NULL ELSE o.at + interval '8 hours' END,
  CASE WHEN n > %(closed)s THEN NULL ELSE o.at + interval '3 days' END, o.at, 8,
  o.at + CASE WHEN n > %(closed)s THEN interval '8 hours' ELSE interval '3 days' END, 2, 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
CROSS JOIN LATERAL (SELECT now() - interval '9 hours' - (n %% 100) * interval '1 minute'
  - CASE WHEN n > %(closed)s THEN interval '0' ELSE interval '5 days' + (n %% 300) * interval '1 day' END AS at) o
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
  FROM contracts_subscription) s ON s.place = n %% s.many
JOIN contracts_policyversion v ON v.policy = s.policy AND v.number = 1
JOIN LATERAL (SELECT id FROM tenancy_membership m WHERE m.tenant_id = s.tenant_id LIMIT 1) m ON true
"""
EVENTS = """
INSERT INTO tickets_ticketevent (provider_id, tenant_id, ticket_id, ordinal, at, type, status, severity, resolution,
  public, text, reason, author_name, side, recorded_at)
SELECT t.provider_id, t.tenant_id, t.id, e.n, t.opened_at + e.after, e.type, e.status, e.severity, '', e.public,
  'What was said about it, in a sentence or two.', '', 'Somebody', 'staff', t.opened_at + e.after
FROM tickets_ticket t JOIN (VALUES
  (1, interval '0', 'opened', '', 'critical', true), (2, interval '30 min', 'agent_reply', '', '', true),
  (3, interval '30 min', 'status', 'waiting_on_customer', '', true),
  (4, interval '2 h', 'customer_reply', '', '', true),
  (5, interval '3 h', 'agent_reply', '', '', true), (6, interval '4 h', 'internal_note', '', '', false),
  (7, interval '5 h', 'severity', '', 'critical', true), (8, interval '8 h', 'agent_reply', '', '', true))
  AS e (n, after, type, status, severity, public) ON true
WHERE t.number BETWEEN %(first)s AND %(last)s
"""
ENDINGS = """
UPDATE {table} SET {change} WHERE {where}
"""


def found() -> None:
    """The provider, its staff, fifty customers with a subscription and a person each: by the real actions."""
    since = timezone.now() - timedelta(days=700)
    with presenting(), connection.cursor() as cursor:
        cursor.execute("SELECT tenancy_create_provider('big', 'Big')")
        pk = cursor.fetchone()[0]
    people = [User.objects.create_user(f"u{n}@big.example", None, name=f"U {n}") for n in range(TENANTS + 1)]
    with scope(STAFF, provider=pk):
        provider = Provider.objects.get(pk=pk)
        lead = {"provider": provider, "tenant": None, "role": "lead"}
        Membership.objects.create(user=people[-1], name="Lead", email=people[-1].email, **lead)
        document = shipped_policy("spirion")
        publish_policy(document, provider=provider, policy="spirion", effective_from=since, actor="bench", at=since)
        for n in range(TENANTS):
            tenant = add_tenant(provider, f"Tenant {n}", actor="bench")
            Membership.objects.create(
                provider=provider, tenant=tenant, user=people[n], role="manager", name=f"P {n}", email=people[n].email
            )
            fee = Fee(Decimal(100), "USD")
            subscribe(tenant, "P", policy="spirion", plan="saas", fee=fee, starts_at=since, actor="bench", at=since)


def build(cursor: Any, tickets: int, still_open: int) -> None:
    """The tickets and their events, in blocks, by a superuser past the triggers: only the rows matter here."""
    cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'")
    for first in range(1, tickets + 1, BLOCK):
        numbers = {"first": first, "last": min(tickets, first + BLOCK - 1), "closed": tickets - still_open}
        cursor.execute(TICKETS, numbers)
        cursor.execute(EVENTS, numbers)
        if numbers["first"] <= numbers["closed"]:
            close = "type = 'resolved', text = ''"
            numbers["last"] = min(numbers["last"], numbers["closed"])
            mine = "ticket_id IN (SELECT id FROM tickets_ticket WHERE number BETWEEN %(first)s AND %(last)s)"
            cursor.execute(
                ENDINGS.format(table="tickets_ticketevent", change=close, where=f"ordinal = 8 AND {mine}"), numbers
            )
    cursor.execute(["VACUUM ANALYZE tickets_ticket", " VACUUM ANALYZE tickets_ticketevent"][0])
    cursor.execute(
        "INSERT INTO tickets_counter (provider_id, last_number) SELECT id, %s FROM tenancy_provider", [tickets]
    )
    for table in ("tickets_ticket", "tickets_ticketevent"):
        cursor.execute(f"VACUUM ANALYZE {table}")


def mark(count: int) -> None:
    """Marks so many open tickets, in one statement."""
    with scope(PLATFORM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket WHERE mark IS NOT NULL")
        assert cursor.fetchone() == (0,)
    with scope(STAFF, provider=_provider()):
        some = Ticket.objects.filter(solved_at=None).order_by("pk").values("pk")[:count]
        assert Ticket.objects.filter(pk__in=some).update(mark=Mark.IN_TURN, marked_at=Now()) == count


@with_room
def work_off() -> None:
    """Works off what is marked until nothing is, as the task does; prints in how many seconds."""
    began = time.monotonic()
    while sweep(sweep_marked, seconds=600):
        pass
    print(json.dumps({"seconds": time.monotonic() - began}))


@with_room
def nothing_due() -> None:
    """Milliseconds of a due sweep when nothing is due: the median of 200, printed."""
    while sweep(sweep_due, seconds=600):
        pass
    said = sorted(_timed(sweep_due) for _ in range(200))
    print(json.dumps({"median_ms": 1000 * said[100], "worst_ms": 1000 * said[-1]}))


def retime() -> None:
    """Publishes a version that is to hold for the open tickets."""
    text = shipped_policy("spirion").text.replace("response: {within: 4h", "response: {within: 5h")
    with scope(STAFF, provider=_provider()):
        now = timezone.now()
        publish_policy(
            read_document(text),
            provider=Provider.objects.get(),
            policy="spirion",
            effective_from=now,
            actor="bench",
            at=now,
            retime=True,
        )


@with_room
def follow(seconds: str) -> None:
    """A child of the worker for tickets, for so long: it takes the next message as soon as it is done with one."""
    began = time.monotonic()
    while time.monotonic() - began < int(seconds):
        work()
        time.sleep(0.02)


def answer(seconds: str) -> None:
    """Replies for so long, and after each waits until its clocks are worked out; prints the waits in seconds.

    Twenty tickets become late meanwhile: printed too, how many seconds after its instant the last was announced.
    """
    began, waits = time.monotonic(), []
    provider = _provider()
    late = _become_late(provider, int(seconds))
    with scope(STAFF, provider=provider):
        agent = Membership.objects.get(tenant=None)
        tickets = list(Ticket.objects.filter(solved_at=None).order_by("-pk")[:2000])
    for ticket in tickets:
        if time.monotonic() - began > int(seconds):
            break
        with scope(STAFF, provider=provider):
            reply(ticket, "Still looking.", actor=agent, at=timezone.now(), token=uuid.uuid4())
        committed = time.monotonic()
        while _marked(provider, ticket.pk):
            time.sleep(0.01)
        waits.append(time.monotonic() - committed)
        time.sleep(0.2)
    with scope(STAFF, provider=provider):
        told = [
            (breach.announced_at - breach.breached_at) / timedelta(seconds=1)
            for breach in Breach.objects.filter(ticket__in=late, clock="resolution")
        ]
    assert len(told) == len(late)
    print(json.dumps({"waits": sorted(waits), "announced": max(told)}))


def months() -> None:
    """A shared service that everybody is promised, its outages and windows of three months, and what comes of them."""
    provider, now = _provider(), timezone.now()
    with scope(STAFF, provider=provider):
        desk = Provider.objects.get()
        common: dict[str, Any] = {"actor": "bench", "at": now}
        service = add_service(desk, "console", "Console", tenant=None, **common)
        for subscription in Subscription.objects.all():
            cover_service(subscription, service, **common)
        for day in range(3, 90, 3):
            starts = now - timedelta(days=day)
            lasts: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(minutes=20 + day)}
            record_outage(desk, f"Console away, {day}", services=[service], **lasts, **common)
        for day in range(5, 90, 14):
            starts = now - timedelta(days=day)
            window = plan_window(
                desk,
                f"Update {day}",
                services=[service],
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
                actor="bench",
                at=starts - timedelta(days=4),
            )
            announce_window(window, text="Updated.", actor="bench", at=now)
    for what in (uptime.sweeping.sweep_changes, uptime.sweeping.sweep_marked, uptime.sweeping.sweep_look):
        while what():
            pass
    for what in (credits.sweeping.sweep_unassessed, credits.sweeping.sweep_marked):
        while what():
            pass


def pages() -> None:
    """Milliseconds of the pages in the server, one client, and their queries; printed as JSON.

    The queue in turns with the floor, so that both have the machine as it is.
    """
    provider = _owner()
    lead, customer = f"u{TENANTS}@big.example", "u0@big.example"
    with scope(STAFF, provider=provider):
        number = Ticket.objects.filter(solved_at=None).values_list("number", flat=True)[0]
        tenant = Membership.objects.get(email=customer).tenant
        month = (
            SubscriptionPeriod.objects.filter(tenant=tenant, starts_at__lte=timezone.now() - timedelta(days=32))
            .order_by("-starts_at")
            .values_list("pk", flat=True)[0]
        )
    told: dict[str, Any] = {"queue": Page(lead, "/queue/"), "ticket": Page(lead, f"/tickets/{number}/")}
    told["month"] = Page(customer, f"/months/{month}/")
    calls = {name: Page(lead, address) for name, address in {**CALLS, "api_ticket": f"{API}{number}/"}.items()}
    floor.provider = provider
    floors = []
    for _ in range(4):
        told["queue"].ask()
        with override_settings(MIDDLEWARE=floor.MIDDLEWARE, ROOT_URLCONF="tests.benchmarks.floor"):
            least = Page(lead, "/floor/")
            least.ask()
            floors += least.took
    told["ticket"].ask(60)
    told["month"].ask(60)
    for call in calls.values():
        call.ask(60)
    figures = {name: page.figures() for name, page in {**told, **calls}.items()}
    print(json.dumps({**figures, "floor": {"p50": 1000 * median(floors)}}))


class Page:
    """A page that one client asks for again and again; the first five times are not counted."""

    def __init__(self, email: str, address: str) -> None:
        # Not in Django's test environment: there every included template copies its context for the test.
        self.client, self.address = Client(headers={"host": "localhost"}), address
        self.client.force_login(User.objects.get(email=email))
        self.took: list[float] = []
        for _ in range(5):
            assert self.client.get(address).status_code == 200

    def ask(self, times: int = 30) -> None:
        """So many requests one after the other."""
        self.took += [_timed(lambda: self.client.get(self.address)) for _ in range(times)]

    def figures(self) -> dict[str, float]:
        """`p50` and `p95` in milliseconds, and the number of `queries`."""
        with CaptureQueriesContext(connection) as queries:
            self.client.get(self.address)
        # BEGIN and COMMIT ask for nothing.
        count = sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries.captured_queries)
        cut = quantiles(self.took, n=20)
        return {"p50": 1000 * cut[9], "p95": 1000 * cut[18], "queries": count}


def _owner() -> int:
    """The provider, as the web's login finds it: by the person's own membership."""
    user = User.objects.get(email=f"u{TENANTS}@big.example")
    with presenting(user=user.pk):
        return int(Membership.objects.filter(user=user).values_list("provider_id", flat=True)[0])


def _become_late(provider: int, seconds: int) -> list[int]:
    """Tickets whose 24 hours to the resolution end within the next seconds, one after the other."""
    made = []
    with scope(STAFF, provider=provider):
        subscription = Subscription.objects.order_by("pk")[0]
        agent = Membership.objects.get(tenant=None)
        asks = Membership.objects.filter(tenant=subscription.tenant_id)[0]
    for number in range(20):
        with scope(STAFF, provider=provider):
            now = timezone.now()
            opened_at = now - timedelta(hours=24) + timedelta(seconds=5 + number * (seconds - 15) // 20)
            ticket = open_ticket(
                subscription,
                f"Late soon, {number}",
                "In a minute.",
                requester=asks,
                actor=agent,
                at=now,
                opened_at=opened_at,
                severity="critical",
            )
            made.append(ticket.pk)
    return made


def _marked(provider: int, pk: int) -> bool:
    with scope(STAFF, provider=provider):
        return Ticket.objects.filter(pk=pk, mark=Mark.SOON).exists()


def _provider() -> int:
    with scope(PLATFORM), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenancy_provider")
        return int(cursor.fetchone()[0])


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


WORK: dict[str, Callable[..., None]] = {
    one.__name__: one for one in (found, work_off, nothing_due, retime, follow, answer, months, pages)
}


def main() -> None:
    """`python -m tests.benchmarks.million_tickets work_off`."""
    WORK[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
