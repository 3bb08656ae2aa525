"""A new version of a policy for tickets that are open: pinned in chunks, each ticket marked to be worked out in turn.

Only on request (`Change.retime`): otherwise a ticket keeps what was promised when it was opened.
"""

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from contracts.actions.changes import move_on, next_change, providers_with_changes
from contracts.models import Change, PolicyVersion, Reader
from contracts.policy.documents import Document, agreement_of
from contracts.queries import document_of, hold_versions
from contracts.restored import START
from slaportal.tenancy.scope import PLATFORM, STAFF, database_now, scope
from tickets.log import PORTAL
from tickets.models import Mark, Side
from tickets.timing import timing_of

READER, RETIME = "tickets", "retime-"
CHUNK = 2000
# Not what has been solved, nor what the version has no plan or severity for, nor what was late: that stays explained.
# Nor what has a later version already. The ids of the earlier ones stand in the statement itself: who waited for a
# ticket compares them with the version that it has by then.
_OPEN = """
SELECT t.id FROM tickets_ticket t JOIN contracts_subscription s ON s.id = t.subscription_id AND s.policy = %s
WHERE t.provider_id = %s AND t.solved_at IS NULL AND t.id > %s AND t.version_id = ANY(%s) AND t.plan = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM tickets_ticketevent e
    WHERE e.ticket_id = t.id AND e.severity <> '' AND e.severity <> ALL(%s))
  AND NOT EXISTS (SELECT 1 FROM tickets_breach b WHERE b.ticket_id = t.id)
ORDER BY t.id LIMIT %s
"""
_PIN = """
UPDATE tickets_ticket SET version_id = %s, revision = revision + 1, last_event_at = GREATEST(last_event_at, %s),
  mark = %s, marked_at = now()
WHERE id = ANY(%s)
"""
_LOG = """
INSERT INTO tickets_ticketevent (provider_id, tenant_id, ticket_id, ordinal, at, type, status, severity, resolution,
  public, text, reason, author_name, side, recorded_at)
SELECT provider_id, tenant_id, id, revision, last_event_at, 'retimed', '', '', '', true, '', %s, %s, %s, %s
FROM tickets_ticket WHERE id = ANY(%s)
"""


def sweep_changes(*, at: datetime | None = None, chunk: int = CHUNK) -> int:
    """Reads what changed in contracts, and pins a chunk of each version that waits for it; how many tickets.

    A transaction for each chunk. What a chunk leaves the next call takes up.
    """
    with scope(PLATFORM):
        changed = providers_with_changes(READER)
    for provider_id in changed:
        with scope(STAFF, provider=provider_id):
            _read_all(provider_id, at or database_now())
    with scope(PLATFORM):
        waiting = list(_unfinished().order_by("provider_id", "pk").values_list("provider_id", "name"))
    done = 0
    for provider_id, name in waiting:
        with scope(STAFF, provider=provider_id):
            done += _pin_chunk(name, provider_id, at or database_now(), chunk)
    return done


def _read_all(provider_id: int, at: datetime) -> None:
    """Each version that is to hold for open tickets gets a reader of its own: it may take effect much later."""
    while (found := next_change(READER, provider_id=provider_id)) is not None:
        reader, change = found
        if change.what == Change.What.POLICY and change.retime:
            Reader.objects.create(provider_id=provider_id, name=f"{RETIME}{change.pk}", change_id=change.pk)
        move_on(reader, change, cursor=None, at=at)


def _unfinished() -> QuerySet[Reader]:
    return Reader.objects.filter(name__startswith=RETIME, transaction=START)


def _pin_chunk(name: str, provider_id: int, at: datetime, chunk: int) -> int:
    """One chunk; how many tickets it was."""
    places = _unfinished().filter(provider_id=provider_id, name=name)
    reader = places.select_for_update(skip_locked=True, of=("self",)).first()
    if reader is None:
        return 0
    change = Change.objects.get(pk=reader.change_id)
    if change.since > at:
        return 0  # in force later: until then the open tickets keep what they have
    if not reader.cursor:
        hold_versions(provider_id, alone=True)  # who was opening a ticket as it took effect has committed it by then
    tickets = _pinned_anew(PolicyVersion.objects.get(pk=change.target_id), reader.cursor, at, chunk)
    finished = len(tickets) < chunk
    move_on(reader, change, cursor=None if finished else tickets[-1], done=len(tickets), at=at)
    return len(tickets)


def _pinned_anew(version: PolicyVersion, after: int, at: datetime, chunk: int) -> list[int]:
    """The open tickets under an earlier version whose plan and severities the new one has; the others keep theirs.

    So do those with a breach: it stays, and is explained by the version that was broken.
    """
    earlier = _versions(version.policy, version.provider_id, effective_from__lt=version.effective_from)
    with connection.cursor() as cursor:
        values = (version.policy, version.provider_id, after, earlier)
        cursor.execute(f"{_OPEN} FOR UPDATE OF t", [*values, *_known(document_of(version)), chunk])
        tickets = [row[0] for row in cursor.fetchall()]
        cursor.execute(_PIN, [version.pk, at, Mark.IN_TURN, tickets])
        cursor.execute(_LOG, [str(version), PORTAL, Side.PORTAL, at, tickets])
    return tickets


def tickets_to_retime(document: Document, *, policy: str, provider_id: int, most: int) -> list[int]:
    """The open tickets that a version with this text would time if it were to, the oldest first, `most` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [policy, provider_id, 0, _versions(policy, provider_id), *_known(document), most])
        return [row[0] for row in cursor.fetchall()]


def _versions(policy: str, provider_id: int, **which: datetime) -> list[int]:
    return list(
        PolicyVersion.objects.filter(provider_id=provider_id, policy=policy, **which).values_list("pk", flat=True)
    )


def _known(document: Document) -> tuple[list[str], list[str]]:
    """The plans of a document, and the severities that each of them has."""
    plans = list(document.plans)
    known = set.intersection(*({*timing_of(agreement_of(document, plan)).severities} for plan in plans))
    return plans, sorted(known)
