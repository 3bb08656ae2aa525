"""After a restore: another cluster counts its transactions from low numbers, so the old ones are moved below them all.

Otherwise new changes would sort before what the readers have read, and never be seen.
"""

from typing import Any

from django.db import connections

# Before every transaction, also those of a cluster that this database was restored from.
START = -(1 << 62)

MOVE = """
WITH highest AS (
  SELECT max(transaction) AS at FROM (
    SELECT transaction FROM contracts_change UNION ALL SELECT transaction FROM contracts_reader) known
), moved AS (
  UPDATE contracts_change SET transaction = transaction - highest.at - 1 FROM highest
  WHERE highest.at >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
)
UPDATE contracts_reader SET transaction = transaction - highest.at - 1 FROM highest
WHERE highest.at >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint AND transaction > %s
"""


def move_restored_changes(using: str, **_: Any) -> None:
    """After every migrate, as the owner; nothing to do in a cluster whose transactions these are."""
    if using == "owner":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regclass('contracts_reader')")
            if cursor.fetchone()[0] is not None:
                cursor.execute(MOVE, [START])
