"""Writing assessments: one statement for many rows, and only for those that are different from what is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from django.db import connection

from credits.figures import AssessedRow
from credits.judging import Judgement
from credits.loading import Stored
from slaportal.intervals import Instant, moment_of

NOT_JUDGED = "not_judged"

_WRITE = """
INSERT INTO credits_assessment (provider_id, tenant_id, period_id, position, credit_for, missed, status, amount,
  currency, claim_by, reason, measurement, figures)
SELECT %s, n.tenant, n.period, n.position, n.credit_for, n.missed, n.status, n.amount, n.currency, n.claim_by,
  n.reason, n.measurement, n.figures::jsonb
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::boolean[], %s::text[], %s::numeric[], %s::text[],
  %s::timestamptz[], %s::text[], %s::int[], %s::text[])
  AS n (tenant, period, position, credit_for, missed, status, amount, currency, claim_by, reason, measurement, figures)
ON CONFLICT (period_id, position) DO UPDATE SET credit_for = EXCLUDED.credit_for, missed = EXCLUDED.missed,
  status = EXCLUDED.status, amount = EXCLUDED.amount, currency = EXCLUDED.currency, claim_by = EXCLUDED.claim_by,
  reason = EXCLUDED.reason, measurement = EXCLUDED.measurement, figures = EXCLUDED.figures
RETURNING period_id, position, id
"""
_DROP = """
DELETE FROM credits_assessment a WHERE a.id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM credits_reminder r WHERE r.assessment_id = a.id) RETURNING a.id
"""
_EMPTY = """
UPDATE credits_assessment SET missed = false, status = 'none', amount = 0, claim_by = NULL, reason = %s,
  measurement = %s, figures = '{}' WHERE id = %s
"""
_WORKED_OUT = """
UPDATE credits_assessedperiod AS a SET worked_out_at = n.worked_out_at, look_at = n.look_at, marked_at = NULL
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS n (period, worked_out_at, look_at)
WHERE a.period_id = n.period
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose period it is, and the measurement of its figures."""

    tenant: int
    measurement: int


def write_rows(
    judgements: Sequence[Judgement], stored: Stored, owners: dict[int, Owner], *, provider_id: int
) -> dict[tuple[int, int], int]:
    """Makes the stored rows what was judged; the ids of all rows by period and position."""
    ids = dict(stored.ids)
    changed = [
        (judgement.period, row)
        for judgement in judgements
        for row in judgement.rows
        if stored.rows.get(judgement.period, {}).get(row.position) != row
    ]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [provider_id, *_columns(changed, owners)])
            ids.update(((period, position), pk) for period, position, pk in cursor.fetchall())
    _drop(judgements, stored, owners)
    return ids


def write_worked_out(looks: Sequence[tuple[int, Instant | None]], *, now: datetime) -> None:
    """That these periods were worked out at `now`, and when each is to be looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WORKED_OUT, [[period for period, _ in looks], [now] * len(looks), [_moment(look) for _, look in looks]]
        )


def not_judged(row: AssessedRow) -> bool:
    """Whether a row is one of a rule that is not judged any more, kept for the reminders that were sent."""
    return row.reason == NOT_JUDGED


def _columns(rows: Sequence[tuple[int, AssessedRow]], owners: dict[int, Owner]) -> list[list[object]]:
    return [
        [owners[period].tenant for period, _ in rows],
        [period for period, _ in rows],
        [row.position for _, row in rows],
        [row.credit_for for _, row in rows],
        [row.missed for _, row in rows],
        [row.status for _, row in rows],
        [row.amount for _, row in rows],
        [row.currency for _, row in rows],
        [_moment(row.claim_by) for _, row in rows],
        [row.reason for _, row in rows],
        [row.measurement for _, row in rows],
        [dumps(row.figures) for _, row in rows],
    ]


def _drop(judgements: Sequence[Judgement], stored: Stored, owners: dict[int, Owner]) -> None:
    """What is no longer judged loses its row; of one whose customer was reminded an empty one stays."""
    gone = {}
    for judgement in judgements:
        judged = {row.position for row in judgement.rows}
        for position, row in stored.rows.get(judgement.period, {}).items():
            if position not in judged and not not_judged(row):
                gone[stored.ids[judgement.period, position]] = judgement.period
    if not gone:
        return
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [list(gone)])
        for (pk,) in cursor.fetchall():
            del gone[pk]
        for pk, period in gone.items():
            cursor.execute(_EMPTY, [NOT_JUDGED, owners[period].measurement, pk])


def _moment(instant: Instant | None) -> datetime | None:
    return None if instant is None else moment_of(instant)
