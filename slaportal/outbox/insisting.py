"""Writing what nobody else knows: how something that left the house ended. Again, when the database is away."""

import time
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError, connection

# Seconds before a result is written again when the database went away: it is known to nobody else.
WRITES_AGAIN_AFTER = (1, 5, 20)

log = structlog.get_logger(__name__)


def surely(write: Callable[[], int]) -> int:
    """Again after a pause when the database is away, unless a transaction is open around it, which is lost anyway."""
    for pause in WRITES_AGAIN_AFTER:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            log.warning("result_not_written", again_after_seconds=pause)
            connection.close()
            time.sleep(pause)
    return write()
