"""A call that is sent again with its Idempotency-Key acts once: the second gets the answer of the first.

The answer is written in the transaction of the effect. An answer of 400 and above commits nothing, so nothing is kept
either and the call may simply be sent again. A twin in flight is known by a lock of the transaction, which is gone with
it, however it ends. Kept 30 days (`forget_answers`).
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _

from slaportal.api.models import KeptAnswer
from slaportal.refusal import Refusal
from slaportal.tenancy.models import ApiToken, Membership
from slaportal.tenancy.providers import in_every_provider

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEPT = timedelta(days=30)
KEY = re.compile(r"[\x20-\x7e]{1,255}")
CHUNK = 5000


@dataclass(frozen=True)
class Given:
    """An answer as it is given: its status, its own headers, its body as text."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """Whose keys these are: a member's own calls, and each token's, know nothing of each other's."""

    member: Membership
    token: ApiToken | None

    @property
    def owners(self) -> dict[str, Any]:
        """The columns that a key belongs to."""
        return {"provider_id": self.member.provider_id, "member": self.member, "token": self.token}


def key_of(request: HttpRequest) -> str | None:
    """The key that the call carries. Refuses `key_unfit`."""
    key = request.headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        said = _("An Idempotency-Key has 1 to 255 letters of ASCII; a UUID is best.")
        raise Refusal("key_unfit", said, fields={HEADER: said})
    return key


def fingerprint_of(request: HttpRequest) -> str:
    """What two calls with one key must have in common: method, address and body."""
    head = f"{request.method} {request.get_full_path()}\n".encode(errors="surrogatepass")
    return hashlib.sha256(head + request.body).hexdigest()


def once(sender: Sender, key: str, fingerprint: str, act: Callable[[], tuple[Given, Given]], *, at: datetime) -> Given:
    """What `act` answers, or answered when it was sent first. Inside the scope and the transaction of the call.

    `act` gives the answer and what of it is kept: a secret that is shown once is not. Refuses `in_flight` (409) while
    a twin is being worked on, `key_reused` (422) for another call with the same key.
    """
    if not _locked(f"{sender.member.provider_id}/{sender.member.pk}/{sender.token and sender.token.pk}/{key}"):
        said = _("A call with this Idempotency-Key is being worked on. Send it again in a moment.")
        raise Refusal("in_flight", said, status=409, headers={"Retry-After": "1"})
    kept = KeptAnswer.objects.filter(**sender.owners, key=key).first()
    if kept is not None:
        if kept.fingerprint != fingerprint:
            said = _("This Idempotency-Key was sent with another call before. Use a new one.")
            raise Refusal("key_reused", said, status=422, fields={HEADER: said})
        return Given(kept.status, kept.body, {**kept.headers, REPLAYED: "true"})
    answer, keep = act()
    KeptAnswer.objects.create(
        **sender.owners,
        tenant_id=sender.member.tenant_id,
        key=key,
        fingerprint=fingerprint,
        status=keep.status,
        headers=dict(keep.headers),
        body=keep.body,
        kept_at=at,
    )
    return answer


def _locked(name: str) -> bool:
    """Whether the lock of that name is ours until the transaction ends; never waits."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def forget_answers(*, at: datetime) -> int:
    """Deletes what was kept for 30 days; how many. As the workers' login."""

    def some(provider_id: int) -> int:
        old = KeptAnswer.objects.filter(provider_id=provider_id, kept_at__lt=at - KEPT)
        gone, _each = KeptAnswer.objects.filter(pk__in=old.values("pk")[:CHUNK]).delete()
        return gone

    return in_every_provider(some, chunk=CHUNK)
