"""The base class of every Celery task: it says in which plane it runs, and the scope is open when its body begins."""

from functools import partial
from typing import Any, Literal

import structlog
from celery import Task, current_app
from django.db import transaction
from django.db.utils import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerAway

from slaportal.frames import with_room
from slaportal.tenancy.scope import PLATFORM, STAFF, scope

log = structlog.get_logger(__name__)

Plane = Literal["provider", "platform", "itself"]


class PortalTask(Task[Any, Any]):
    """`plane="provider"`: called with `provider_id=`, runs as staff of that provider, in one transaction.

    `plane="platform"`: sees ids, wall keys and marks of everybody, to claim. `plane="itself"`: opens its scopes itself,
    one a batch; until then the login sees nothing. All are idempotent: they may run twice, or again after a kill.
    """

    plane: Plane = "provider"
    autoretry_for = (OperationalError, InterfaceError)
    retry_backoff = True
    retry_backoff_max = 60
    max_retries = 8
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True

    @with_room
    def __call__(self, *args: Any, provider_id: int | None = None, **kwargs: Any) -> Any:
        """Runs the body in its plane; a provider's task without `provider_id` raises TypeError and does nothing."""
        if self.plane == "itself":
            return self.run(*args, **kwargs)
        if self.plane == "platform":
            with scope(PLATFORM):
                return self.run(*args, **kwargs)
        if provider_id is None:
            raise TypeError(f"{self.name} works for one provider: call it with provider_id=.")
        with scope(STAFF, provider=provider_id):
            return self.run(*args, **kwargs)


def hint(task: str) -> None:
    """Once this transaction is committed, a worker looks at once instead of at its next round. May be lost."""
    transaction.on_commit(partial(_send, task))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except (BrokerAway, OSError):  # the broker is away: the row is there, and the timetable's sweep finds it
        log.warning("hint_lost", task=task)
