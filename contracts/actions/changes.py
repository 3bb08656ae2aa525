"""Working through what changed: each app above reads its provider's changes in order, one by one, in chunks.

The order is that of the writing transaction, and nothing is read that was written while an older transaction is still
open: so none that is committed late is passed by, although ids and commits come in different orders.
"""

from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from contracts.models import Change, Reader
from contracts.restored import START

OWN = "pg_current_xact_id_if_assigned()"
# Of the own transaction too, where tests and the demo write and read in one: as long as no older one of this database
# is open, as it first looked (the server's others cannot write here; nobody signed in for a vacuum).
SETTLED = f"""(c.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  OR c.transaction = {OWN}::text::bigint AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
      AND age(a.backend_xid) > age({OWN}::xid)))"""  # noqa: S608 - no value is put in
WITH_CHANGES = f"""
SELECT p.id FROM tenancy_provider p LEFT JOIN contracts_reader r ON r.provider_id = p.id AND r.name = %s
WHERE EXISTS (SELECT 1 FROM contracts_change c WHERE c.provider_id = p.id AND {SETTLED}
  AND (c.transaction, c.id) > (COALESCE(r.transaction, {START}), COALESCE(r.change_id, 0)))
ORDER BY p.id
"""  # noqa: S608
NEXT = f"""
SELECT c.* FROM contracts_change c WHERE c.provider_id = %s AND {SETTLED} AND (c.transaction, c.id) > (%s, %s)
ORDER BY c.transaction, c.id LIMIT 1
"""  # noqa: S608


def providers_with_changes(name: str) -> list[int]:
    """The providers whose changes that reader has not worked through, for a worker in the platform's scope."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_CHANGES, [name])
        return [row[0] for row in cursor.fetchall()]


def next_change(name: str, *, provider_id: int) -> tuple[Reader, Change] | None:
    """The change that the reader is at, its place locked until the end of the transaction.

    None where there is none, or where another worker is at it. In the scope of the provider's staff.
    """
    reader = _locked(name, provider_id)
    if reader is None:
        return None
    change = next(iter(Change.objects.raw(NEXT, [provider_id, reader.transaction, reader.change_id])), None)
    return None if change is None else (reader, change)


def unread_changes(name: str, *, provider_id: int) -> QuerySet[Change]:
    """The provider's changes that the reader has not worked through. In the scope of the provider's staff."""
    reader = Reader.objects.filter(provider_id=provider_id, name=name).first() or Reader()
    later = Q(transaction__gt=reader.transaction) | Q(transaction=reader.transaction, pk__gt=reader.change_id)
    return Change.objects.filter(later, provider_id=provider_id)


def _locked(name: str, provider_id: int) -> Reader | None:
    """The reader's place, made when it is first asked for; None where another worker is at it."""
    places = Reader.objects.filter(provider_id=provider_id, name=name)
    free = places.select_for_update(skip_locked=True, of=("self",))
    reader = free.first()
    # Not made on trust: that would wait for a worker that has moved it and not committed yet.
    if reader is None and not places.exists():
        Reader.objects.bulk_create([Reader(provider_id=provider_id, name=name)], ignore_conflicts=True)
        reader = free.first()
    return reader


def move_on(reader: Reader, change: Change, *, cursor: int | None, done: int = 0, at: datetime) -> None:
    """Notes that the reader did so much more of the change and came to `cursor`, or (None) to its end."""
    reader.moved_at = at
    reader.done += done
    reader.cursor = cursor or 0
    if cursor is None:
        reader.transaction, reader.change_id, reader.done = change.transaction, change.pk, 0
    reader.save(update_fields=["transaction", "change_id", "cursor", "done", "moved_at"])
