"""A month of a hundred thousand subscriptions, each with ten outages and two windows, and what is timed on it.

What the workers do has room for its frames, as every task has (slaportal/frames.py).
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from contracts.actions.policies import publish_policy
from contracts.policy.documents import shipped_policy
from credits.sweeping import sweep_unassessed
from slaportal.frames import with_room
from slaportal.people.actions.organisations import add_tenant
from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import PLATFORM, STAFF, presenting, scope, take
from uptime import facts, sweeping
from uptime.models import SubscriptionPeriod

NOW = datetime(2026, 4, 30, 12, tzinfo=UTC)  # the month runs: nothing is closed, no next one is opened
BUILD = """
INSERT INTO contracts_subscription (provider_id, tenant_id, name, policy, account_current, account_reason, created_at)
SELECT t.provider_id, t.id, 'S ' || n, 'spirion', true, '', '2026-01-01' FROM generate_series(1, {count}) n,
  tenancy_tenant t;
INSERT INTO contracts_term (provider_id, tenant_id, subscription_id, plan, kind, starts_at, fee_monthly, fee_annual,
  currency)
SELECT provider_id, tenant_id, id, 'saas', 'production', '2026-04-01 04:00Z', 1200, 14400, 'USD'
FROM contracts_subscription;
INSERT INTO contracts_service (provider_id, tenant_id, key, name, created_at)
SELECT provider_id, tenant_id, 'service-' || id, 'Service', '2026-01-01' FROM contracts_subscription;
INSERT INTO contracts_coverage (provider_id, tenant_id, subscription_id, service_id)
SELECT s.provider_id, s.tenant_id, s.id, v.id FROM contracts_subscription s
JOIN contracts_service v ON v.key = 'service-' || s.id;
INSERT INTO uptime_outage (id, provider_id, title, cause, impact, reported_start_at, starts_at, ends_at, noticed_at,
  note, recorded_at, revision)
SELECT v.id * 10 + n, v.provider_id, 'Outage', CASE WHEN n = 3 THEN 'customer' ELSE 'provider' END, 'down', o.at, o.at,
  o.at + (10 + (v.id * 7 + n * 13) % 90) * interval '1 minute', o.at, '', o.at, 1
FROM contracts_service v, generate_series(0, 9) n,
  LATERAL (SELECT timestamptz '2026-04-01 06:00Z' + (n * 68 + v.id % 40) * interval '1 hour' AS at) o;
INSERT INTO uptime_outageservice (provider_id, outage_id, service_id)
SELECT provider_id, id, id / 10 FROM uptime_outage;
INSERT INTO uptime_window (id, provider_id, title, kind, starts_at, ends_at, planned_at, revision)
SELECT v.id * 2 + n, v.provider_id, 'Window', 'scheduled', w.at, w.at + interval '3 hours', w.at - interval '4 days', 1
FROM contracts_service v, generate_series(0, 1) n,
  LATERAL (SELECT timestamptz '2026-04-05 06:00Z' + (n * 14 + v.id % 3) * interval '1 day' AS at) w;
INSERT INTO uptime_windowservice (provider_id, window_id, service_id) SELECT provider_id, id, id / 2 FROM uptime_window;
INSERT INTO uptime_announcement (provider_id, window_id, starts_at, ends_at, announced_at, text)
SELECT provider_id, id, starts_at, ends_at, planned_at, '' FROM uptime_window;
INSERT INTO uptime_subscriptionperiod (provider_id, tenant_id, subscription_id, version_id, plan, kind, text, revision,
  starts_at, ends_at, fee_monthly, fee_annual, currency, figures, measurement, assessed, marked_at, closes_at,
  inputs_digest, policy_digest)
SELECT s.provider_id, s.tenant_id, s.id, p.id, 'saas', 'production', '2026-04', 1, '2026-04-01 04:00Z',
  '2026-05-01 04:00Z', 1200, 14400, 'USD', '{{}}', 0, 0, NULL, '2026-05-06 04:00Z', '', p.digest
FROM contracts_subscription s, contracts_policyversion p
"""
TABLES = (
    "contracts_subscription",
    "contracts_coverage",
    "contracts_service",
    "uptime_outage",
    "uptime_outageservice",
    "uptime_window",
    "uptime_windowservice",
    "uptime_announcement",
    "uptime_subscriptionperiod",
)
CLAIM = """
SELECT id, provider_id FROM uptime_subscriptionperiod WHERE marked_at IS NOT NULL ORDER BY marked_at, id LIMIT 500
FOR UPDATE SKIP LOCKED
"""
WRITE = """
UPDATE uptime_subscriptionperiod p SET percent = n.percent::numeric, met = n.met, figures = n.figures::jsonb,
  worked_out_at = now(), marked_at = NULL, look_at = now()
FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::text[]) n(id, percent, met, figures) WHERE p.id = n.id
"""


def found() -> None:
    """A provider with one customer and a policy."""
    with presenting(), connection.cursor() as cursor:
        cursor.execute("SELECT tenancy_create_provider('big', 'Big')")
        pk = cursor.fetchone()[0]
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with scope(STAFF, provider=pk):
        provider = Provider.objects.get(pk=pk)
        document = shipped_policy("spirion")
        publish_policy(document, provider=provider, policy="spirion", effective_from=since, actor="bench", at=since)
        add_tenant(provider, "Tenant", actor="bench")


def build(cursor: Any, count: int) -> None:
    """All rows in blocks, by a superuser past the triggers."""
    cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'")
    for statement in BUILD.format(count=count).split(";"):
        cursor.execute(statement)
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE {table}")
    cursor.execute("CHECKPOINT")  # what was built is on disk before anything is measured


def mark(cursor: Any, count: int) -> None:
    """Marks so many periods."""
    cursor.execute(
        "UPDATE uptime_subscriptionperiod SET marked_at = now(), look_at = NULL WHERE id IN "
        "(SELECT id FROM uptime_subscriptionperiod ORDER BY id LIMIT %s)",
        [count],
    )


@with_room
def work_off() -> None:
    """As the task does, until nothing is marked; prints in how many seconds, and the memory."""
    began = time.monotonic()
    while sweeping.sweep_marked(at=NOW):
        pass
    _memory(seconds=time.monotonic() - began)


@with_room
def assess() -> None:
    """The credits of what was worked out, until nothing is left."""
    while sweep_unassessed(at=NOW):
        pass
    _memory()


@with_room
def carry() -> None:
    """The peer: reads the same rows and writes the same columns, without calculating anything between."""
    facts._Loader._facts = _nothing  # type: ignore[method-assign,assignment]
    while True:
        with scope(PLATFORM), connection.cursor() as cursor:
            cursor.execute(CLAIM)
            claimed = cursor.fetchall()
            if not claimed:
                break
            take(STAFF, provider=claimed[0][1])
            rows = list(SubscriptionPeriod.objects.filter(pk__in=[row[0] for row in claimed]).order_by("pk"))
            facts.facts_of(rows)
            kept = [(row.pk, str(row.percent), row.met, json.dumps(row.figures)) for row in rows]
            cursor.execute(WRITE, [list(column) for column in zip(*kept, strict=True)])
    _memory()


def _nothing(*_: Any) -> None:
    """Of the rows that were read, nothing is made."""


def _memory(**more: float) -> None:
    """The most that this process held, printed with `more`; not `ru_maxrss`, which begins with what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"mib": int(peak) / 1024, **more}))


WORK: dict[str, Callable[..., None]] = {work.__name__: work for work in (found, work_off, assess, carry)}
