"""Sending what is due: claim a batch, send it over one connection, and say of each how it ended, at once.

A worker may die anywhere: what it had claimed is due again when its lease runs out. What it had sent and not yet
recorded is sent a second time, under the same Message-ID; that window is one mail, between the server's "250" and our
COMMIT.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import structlog
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from slaportal.outbox.insisting import surely
from slaportal.outbox.letters import REFUSED, letter_of, reason_of
from slaportal.outbox.models import UNFINISHED, Delivery, Message, State
from slaportal.tenancy.scope import PLATFORM, STAFF, scope

BATCH = 100
LEASE = timedelta(minutes=5)
# A batch sends for so long; the rest of the lease is for the mail that is on its way just then.
SENDS_FOR = 90
BACK_OFF = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
SENT = (
    "UPDATE %s SET state = 'sent', claim = NULL, last_error = '', sent_at = COALESCE(%%s, statement_timestamp()) "
    "WHERE id = %%s AND claim = %%s AND state = 'sending'"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """A batch that is this worker's until its lease ends: [(provider or None, ids)]."""

    model: type[Delivery]
    number: uuid.UUID
    batch: tuple[tuple[int | None, tuple[int, ...]], ...]

    def __len__(self) -> int:
        return sum(len(ids) for _provider, ids in self.batch)


@dataclass
class Sent:
    """How a batch ended, in numbers; `put_back` were not attempted."""

    claimed: int = 0
    sent: int = 0
    failed: int = 0
    put_back: int = 0


def _across(model: type[Delivery]) -> AbstractContextManager[Any]:
    """Where rows are claimed: the platform sees keys and marks of all providers; account mails have no wall."""
    return scope(PLATFORM) if model is Message else transaction.atomic()


def _within(provider: int | None) -> AbstractContextManager[Any]:
    """Where contents are read and results written: one provider's."""
    return transaction.atomic() if provider is None else scope(STAFF, provider=provider)


def claim_due(model: type[Delivery], *, at: datetime | None = None, most: int = BATCH) -> Claim:
    """Takes up to `most` due rows that nobody else is taking just now; counts the attempt; committed when it returns.

    `at` stands for the database's clock. A row whose lease ran out is due like one that waits.
    """
    moment: Any = at or Now()
    number = uuid.uuid4()
    owner = "provider_id" if model is Message else "pk"
    with _across(model):
        due = model._default_manager.filter(state__in=UNFINISHED, next_attempt_at__lte=moment)
        taken = list(
            due.order_by("next_attempt_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .values_list(owner, "pk")[:most]
        )
        model._default_manager.filter(pk__in=[pk for _owner, pk in taken]).update(
            state=State.SENDING,
            claim=number,
            claimed_at=moment,
            next_attempt_at=moment + LEASE,
            attempts=F("attempts") + 1,
        )
    if model is not Message:
        return Claim(model, number, ((None, tuple(pk for _owner, pk in taken)),) if taken else ())
    by_provider = groupby(sorted(taken), key=itemgetter(0))
    return Claim(model, number, tuple((owner, tuple(pk for _owner, pk in rows)) for owner, rows in by_provider))


def send_batch(model: type[Delivery], *, at: datetime | None = None, most: int = BATCH) -> Sent:
    """Claims and sends one batch."""
    claim = claim_due(model, at=at, most=most)
    outcome = Sent(claimed=len(claim))
    if not claim.batch:
        return outcome
    recording = Recording(claim, at, outcome)
    mail_server = get_connection()
    try:
        _send(claim, mail_server, recording)
    finally:
        _hang_up(mail_server)
    return outcome


def _send(claim: Claim, mail_server: BaseEmailBackend, recording: "Recording") -> None:
    """One after the other. A connection that breaks is opened once more; a second time the rest is backed off."""
    began, broken = time.monotonic(), 0
    error: Exception | None = None
    for provider, delivery in _contents(claim):
        if time.monotonic() - began > SENDS_FOR:
            recording.put_back(provider, delivery)
        elif broken > 1:
            assert error is not None
            recording.failed(provider, delivery, reason_of(error))
        elif delivery.attempts > len(BACK_OFF) + 1:
            recording.failed(provider, delivery, _("The worker stopped at each attempt."))
        else:
            try:
                mail_server.open()
            except Exception as failed:  # noqa: BLE001 - whatever keeps the connection from opening
                broken, error = 2, failed
                recording.failed(provider, delivery, reason_of(failed))
                continue
            try:
                mail_server.send_messages([letter_of(delivery, mail_server)])
            except REFUSED as refused:
                recording.failed(provider, delivery, reason_of(refused))
            except Exception as failed:  # noqa: BLE001 - one mail must not keep the others
                broken, error = broken + 1, failed
                _hang_up(mail_server)
                recording.failed(provider, delivery, reason_of(failed))
            else:
                recording.sent(provider, delivery)


def _contents(claim: Claim) -> Iterator[tuple[int | None, Delivery]]:
    """What was claimed, provider by provider, read within each; what lost its lease meanwhile is left out."""
    for provider, ids in claim.batch:
        with _within(provider):
            rows = list(claim.model._default_manager.filter(pk__in=ids, claim=claim.number, state=State.SENDING))
        yield from ((provider, row) for row in sorted(rows, key=lambda row: (row.next_attempt_at, row.pk)))


def _hang_up(mail_server: BaseEmailBackend) -> None:
    """Closes without caring how: what matters is recorded already."""
    try:
        mail_server.close()
    except Exception:  # noqa: BLE001 - a dead connection cannot be closed politely
        log.info("mail_server_hung_up")


class Recording:
    """Writes how each mail ended, each in its own transaction, and only while the claim still holds."""

    def __init__(self, claim: Claim, at: datetime | None, outcome: Sent) -> None:
        self.claim, self.at, self.outcome = claim, at, outcome
        self.moment: Any = at or Now()

    def sent(self, provider: int | None, delivery: Delivery) -> None:
        """The mail server has it."""
        self._write(provider, delivery, partial(self._mark_sent, delivery), State.SENT)
        self.outcome.sent += 1

    def failed(self, provider: int | None, delivery: Delivery, why: str) -> None:
        """Later again, or never more."""
        self.outcome.failed += 1
        last = delivery.attempts > len(BACK_OFF)
        log.warning("mail_failed", message=delivery.pk, attempt=delivery.attempts, given_up=last, reason=why)
        if last:
            self._update(provider, delivery, state=State.GIVEN_UP, last_error=why[:500])
        else:
            later = self.moment + BACK_OFF[delivery.attempts - 1]
            self._update(provider, delivery, state=State.WAITING, next_attempt_at=later, last_error=why[:500])

    def put_back(self, provider: int | None, delivery: Delivery) -> None:
        """Not attempted: due at once, for whoever comes next."""
        self.outcome.put_back += 1
        self._update(provider, delivery, state=State.WAITING, next_attempt_at=self.moment, attempts=F("attempts") - 1)

    def _mark_sent(self, delivery: Delivery) -> int:
        """By hand: it is what happens to almost every mail, and building the statement costs as much as running it."""
        with connection.cursor() as cursor:
            cursor.execute(
                SENT % connection.ops.quote_name(delivery._meta.db_table), [self.at, delivery.pk, self.claim.number]
            )
            return int(cursor.rowcount)

    def _update(self, provider: int | None, delivery: Delivery, **how: Any) -> None:
        held = self.claim.model._default_manager.filter(pk=delivery.pk, claim=self.claim.number, state=State.SENDING)
        self._write(provider, delivery, lambda: held.update(claim=None, **how), how["state"])

    def _write(self, provider: int | None, delivery: Delivery, update: Callable[[], int], state: str) -> None:
        def write() -> int:
            with _within(provider):
                return update()

        if not surely(write):
            log.warning("mail_claim_lost", message=delivery.pk, state=state)
