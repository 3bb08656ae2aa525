"""Events become entries of a chain: numbered and sealed in the background, so that nobody waits for anybody's lock.

Runs as `portal_jobs`: the head is locked and the seals are written as the platform, which may touch nothing else; the
contents are read as staff of the one provider.
"""

from django.db import connection

from slaportal.audit.chain import digest_of
from slaportal.audit.models import Event, Head
from slaportal.audit.queries import contents, unsealed
from slaportal.tenancy.scope import PLATFORM, STAFF, scope, take

BATCH = 1000

WRITE = """
    UPDATE audit_event AS event SET number = seal.number, digest = seal.digest
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS seal (id, number, digest)
    WHERE event.id = seal.id AND event.number IS NULL"""


def providers_to_seal() -> list[int]:
    """Those with events that are not in their chain yet."""
    with scope(PLATFORM):
        waiting = Event.objects.filter(number=None).order_by("provider_id")
        return list(waiting.values_list("provider_id", flat=True).distinct())


def seal_provider(provider_id: int) -> int:
    """All that waits, a transaction for each batch; how many were sealed. Nothing when another is at it already."""
    sealed = batch = seal_batch(provider_id)
    while batch == BATCH:
        batch = seal_batch(provider_id)
        sealed += batch
    return sealed


def seal_batch(provider_id: int) -> int:
    """The oldest that wait. An event that is committed late, below those of a batch before, gets a later number."""
    with scope(PLATFORM):
        head = _locked_head(provider_id)
        if head is None:
            return 0
        number, digest = head
        take(STAFF, provider=provider_id)
        ids, numbers, digests = [], [], []
        for event in contents(unsealed(provider_id)[:BATCH]):
            number += 1
            digest = digest_of(digest, number, event.content)
            ids.append(event.content["id"])
            numbers.append(number)
            digests.append(digest)
        if ids:
            take(PLATFORM)
            _write(ids, numbers, digests)
            Head.objects.filter(provider_id=provider_id).update(number=number, digest=digest)
        return len(ids)


def _locked_head(provider_id: int) -> tuple[int, str] | None:
    """The head, ours until the transaction ends; made first if there is none. None while another sealer has it."""
    heads = Head.objects.filter(provider_id=provider_id)
    if not heads.values_list("id").exists():
        take(STAFF, provider=provider_id)
        Head.objects.bulk_create([Head(provider_id=provider_id)], ignore_conflicts=True)
        take(PLATFORM)
    return heads.select_for_update(skip_locked=True).values_list("number", "digest").first()


def _write(ids: list[int], numbers: list[int], digests: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [ids, numbers, digests])
        written = cursor.rowcount
    if written != len(ids):
        raise RuntimeError(f"{len(ids)} events were to be sealed and {written} were: somebody writes past the head.")
