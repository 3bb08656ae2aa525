"""A worker's round: spread what happened, claim what is due, post it from threads, write how it ended.

The threads know nothing of the database: no transaction is open while the other side takes its time. A worker may die
anywhere: what it had claimed is due again when its lease runs out, and is posted once more under the same id.

Endpoints that are not known to be quick have half of the threads. When the round's time is up while some of them have
not answered, it goes on with the others, so that nobody waits for who hangs.
"""

import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from cryptography.fernet import InvalidToken

from slaportal.outbox.models import EventDelivery
from slaportal.outbox.webhooks.claiming import Claimed, claim_due
from slaportal.outbox.webhooks.posting import LONGEST_S, Answer, post
from slaportal.outbox.webhooks.recording import BACK_OFF, Tried, write
from slaportal.outbox.webhooks.signing import headers_of, opened
from slaportal.outbox.webhooks.spreading import BATCH as SPREAD_AT_ONCE
from slaportal.outbox.webhooks.spreading import spread

THREADS = 64
SECONDS = 20
# While some are under way the round looks so often for what is new.
LOOKS_EVERY_S = 0.2
AGENT = "SLA-Portal-Webhooks/1"

log = structlog.get_logger(__name__)


@dataclass
class Delivered:
    """How a round ended, in numbers."""

    spread: int = 0
    tried: int = 0
    taken: int = 0


@dataclass
class _Round:
    at: datetime | None
    threads: int
    patience_s: float
    under_way: dict["Future[Tried]", uuid.UUID] = field(default_factory=dict)
    unproven: set["Future[Tried]"] = field(default_factory=set)
    done: Delivered = field(default_factory=Delivered)

    def begin(self, pool: ThreadPoolExecutor, *, unproven: int) -> None:
        """As much as there are free threads for, and of endpoints not known as quick as many as have `unproven`."""
        self.done.spread += _spread_all(self.at)
        free = self.threads - len(self.under_way)
        if free > 0:
            claimed = claim_due(free, unproven=max(0, unproven - len(self.unproven)), at=self.at)
            for delivery in claimed.deliveries:
                future = pool.submit(_try, delivery, claimed, self.patience_s)
                self.under_way[future] = claimed.number
                if delivery.endpoint_id in claimed.unproven:
                    self.unproven.add(future)

    def collect(self, *, seconds: float | None) -> None:
        """Writes what ended meanwhile, after waiting for one of them."""
        ended, _others = wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        by_claim: dict[uuid.UUID, list[Tried]] = {}
        self.unproven -= ended
        for future in ended:
            by_claim.setdefault(self.under_way.pop(future), []).append(future.result())
        for claim, tried in by_claim.items():
            write(tried, claim, at=self.at)
            self.done.tried += len(tried)
            self.done.taken += sum(not one.answer.error for one in tried)


def deliver(
    *, seconds: float = SECONDS, threads: int = THREADS, patience_s: float = LONGEST_S, at: datetime | None = None
) -> Delivered:
    """Until nothing is due, or the time is up and what was begun has ended; `at` stands for the database's clock."""
    began, current = time.monotonic(), _Round(at, threads, patience_s)
    with ThreadPoolExecutor(threads, thread_name_prefix="webhooks") as pool:
        while True:
            took = time.monotonic() - began
            goes_on = took < seconds or (bool(current.unproven) and took < seconds + patience_s)
            if goes_on:
                current.begin(pool, unproven=threads // 2 if took < seconds else 0)
            if not current.under_way:
                return current.done
            current.collect(seconds=LOOKS_EVERY_S if goes_on else None)


def _spread_all(at: datetime | None) -> int:
    done = 0
    while batch := spread(at=at):
        done += batch
        if batch < SPREAD_AT_ONCE:
            break
    return done


def _try(delivery: EventDelivery, claimed: Claimed, patience_s: float) -> Tried:
    """One attempt, in a thread of its own."""
    if delivery.attempts > len(BACK_OFF) + 1:
        return Tried(delivery, claimed.at, Answer(error="worker_stopped"))
    try:
        headers = _headers(delivery, claimed.at)
        answer = post(delivery.endpoint.url, headers, delivery.body.encode(), seconds=patience_s)
    except InvalidToken:
        answer = Answer(error="no_secret")
    except Exception:  # one that nobody thought of must not keep the others
        log.exception("event_not_posted", delivery=delivery.pk)
        answer = Answer(error="broken")
    return Tried(delivery, claimed.at, answer)


def _headers(delivery: EventDelivery, at: datetime) -> dict[str, str]:
    endpoint = delivery.endpoint
    stored = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until is not None and at < endpoint.former_until:
        stored.append(endpoint.former_secret)
    signed = headers_of(delivery.event, delivery.body, [opened(secret) for secret in stored], at=at)
    return {"user-agent": AGENT, "content-type": "application/json; charset=utf-8", **signed}
