"""Marks: which periods a fact touches. A closed one is not touched: a late fact makes its next revision."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from contracts.models import PolicyVersion
from contracts.policy.documents import agreement_of
from contracts.queries import document_of
from slaportal.tenancy.task import hint

Span = tuple[datetime, datetime | None]

LATEST = (
    "NOT EXISTS (SELECT 1 FROM uptime_subscriptionperiod q WHERE q.subscription_id = p.subscription_id "
    "AND q.text = p.text AND q.revision > p.revision)"
)
_IN_TIME = (
    "EXISTS (SELECT 1 FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) s(a, b) "
    "WHERE p.starts_at < COALESCE(s.b, 'infinity') AND p.ends_at > s.a)"
)
# A window that ran into this period began in the same period (a year at the most) as what may use up its quota.
_RUNS_INTO = (
    "(%(windows)s AND EXISTS (SELECT 1 FROM uptime_window w JOIN uptime_windowservice ws ON ws.window_id = w.id "
    "JOIN contracts_coverage wc ON wc.service_id = ws.service_id AND wc.subscription_id = p.subscription_id, "
    "unnest(%(starts)s::timestamptz[]) s(a) WHERE w.starts_at < p.starts_at AND w.ends_at > p.starts_at "
    "AND w.starts_at - s.a BETWEEN interval '-367 days' AND interval '367 days'))"
)
_OF_SERVICES = (
    "p.subscription_id IN (SELECT c.subscription_id FROM contracts_coverage c WHERE c.service_id = ANY(%(services)s))"
)
# What ended before the first span is left aside at once: it is most of what there is.
_BY_SERVICE = (
    f"p.provider_id = %(provider)s AND {_OF_SERVICES} AND p.ends_at > %(first)s AND ({_IN_TIME} OR {_RUNS_INTO})"
)
_PROMISED = "(p.version_id, p.plan) IN (SELECT * FROM unnest(%(versions)s::bigint[], %(plans)s::text[]))"
_AGREED = f"SELECT DISTINCT p.version_id, p.plan FROM uptime_subscriptionperiod p WHERE {_BY_SERVICE}"  # noqa: S608
_BY_ID = "p.id = ANY(%(ids)s)"

MARK = """
WITH touched AS (SELECT p.id FROM uptime_subscriptionperiod p WHERE {which} AND p.closed_at IS NULL AND {latest}
  ORDER BY p.id FOR UPDATE)
UPDATE uptime_subscriptionperiod p SET marked_at = COALESCE(p.marked_at, %(at)s) FROM touched WHERE p.id = touched.id
"""
KEPT = (
    "provider_id, tenant_id, subscription_id, version_id, plan, kind, text, starts_at, ends_at, active_from, active_to,"
    " fee_monthly, fee_annual, currency, closes_at, policy_digest"
)
REVISE = f"""
INSERT INTO uptime_subscriptionperiod AS there ({KEPT}, revision, figures, measurement, assessed, marked_at,
  inputs_digest)
SELECT {KEPT}, p.revision + 1, '{{{{}}}}', 0, 0, %(at)s, '' FROM uptime_subscriptionperiod p
WHERE {{which}} AND p.closed_at IS NOT NULL AND {{latest}} ORDER BY p.id
ON CONFLICT (subscription_id, text, revision) DO UPDATE SET marked_at = EXCLUDED.marked_at
  WHERE there.closed_at IS NULL
"""  # noqa: S608 - only names of columns are put in
TRIES = 10


def mark_touched(
    provider_id: int, services: Iterable[int], spans: Sequence[Span], *, at: datetime, windows: bool = False
) -> None:
    """Marks the latest revision of every period of a subscription that covers a service and meets one of the spans.

    `windows`: also those into which a window runs whose quota the spans may use up. In the staff's scope.
    """
    _mark(_BY_SERVICE, _touching(provider_id, services, spans, windows=windows), at)


def mark_sampled(provider_id: int, service: int, metrics: Collection[str], span: Span, *, at: datetime) -> None:
    """Marks, of the periods that cover the service and meet the span, those that promise one of the metrics.

    In the staff's scope.
    """
    values = _touching(provider_id, [service], [span], windows=False)
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, values)
        agreed = cursor.fetchall()
    versions = PolicyVersion.objects.in_bulk({version for version, _plan in agreed})
    concerned = [
        (version, plan)
        for version, plan in agreed
        if not agreement_of(document_of(versions[version]), plan).terms.performance.entries.keys().isdisjoint(metrics)
    ]
    if concerned:
        pairs = {"versions": [version for version, _plan in concerned], "plans": [plan for _version, plan in concerned]}
        _mark(f"{_BY_SERVICE} AND {_PROMISED}", {**values, **pairs}, at)


def _touching(provider_id: int, services: Iterable[int], spans: Sequence[Span], *, windows: bool) -> dict[str, Any]:
    """What the statements by service are given."""
    return {
        "provider": provider_id,
        "services": sorted(set(services)),
        "first": min(start for start, _end in spans),
        "starts": [start for start, _end in spans],
        "ends": [end for _start, end in spans],
        "windows": windows,
    }


def mark_periods(ids: Sequence[int], *, at: datetime) -> None:
    """Marks these periods; of a closed one that is the latest revision the next one is made. In the staff's scope."""
    if ids:
        _mark(_BY_ID, {"ids": list(ids)}, at)


def _mark(which: str, values: dict[str, Any], at: datetime) -> None:
    """First what is open, then the next revision of what is closed: until nothing was closed in between.

    A worker that holds a row just now is waited for; what it closed meanwhile is seen by the statement that follows.
    """
    values = {**values, "at": at}
    with connection.cursor() as cursor:
        for _try in range(TRIES):
            cursor.execute(MARK.format(which=which, latest=LATEST), values)
            cursor.execute(REVISE.format(which=which, latest=LATEST), values)
            if cursor.rowcount == 0 and not _closed_left(which, values):
                break
    hint("uptime.tasks.work_out_marked")


def _closed_left(which: str, values: dict[str, Any]) -> bool:
    sql = f"SELECT 1 FROM uptime_subscriptionperiod p WHERE {which} AND p.closed_at IS NOT NULL AND {LATEST} LIMIT 1"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() is not None
