"""How much a caller may call: a bucket in the database that fills steadily, so that one cannot crowd out the others.

Counted outside the call's own transaction, whatever it comes to. It holds while Redis is away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from slaportal.api.models import Allowance
from slaportal.tenancy.models import ApiToken, Membership

WINDOW = timedelta(minutes=1)
FORGOTTEN = timedelta(days=1)
_US = timedelta(microseconds=1)
# A call moves the instant at which the bucket is full by a step; one that would move it beyond the window is too many.
_SPEND = """
INSERT INTO api_allowance AS a (caller, full_at) VALUES (%(caller)s, clock_timestamp() + %(step)s)
ON CONFLICT (caller) DO UPDATE SET full_at = GREATEST(a.full_at, clock_timestamp()) + %(step)s
WHERE GREATEST(a.full_at, clock_timestamp()) + %(step)s <= clock_timestamp() + %(window)s
RETURNING a.full_at - clock_timestamp()
"""
_FULL_IN = "SELECT full_at - clock_timestamp() FROM api_allowance WHERE caller = %s"


@dataclass(frozen=True)
class Spent:
    """What is left after a call: `limit` a minute, `left` just now, full again in `full_in_s`, whether it was one too
    many, and in how many seconds the next may come."""

    limit: int
    left: int
    full_in_s: int
    refused: bool
    again_in_s: int

    @property
    def headers(self) -> dict[str, str]:
        """As every answer to a caller says it."""
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.full_in_s),
            "RateLimit-Policy": f"{self.limit};w={WINDOW // timedelta(seconds=1)}",
        }
        return {**said, "Retry-After": str(self.again_in_s)} if self.refused else said


def spend(member: Membership, token: ApiToken | None) -> Spent:
    """Counts one call of the token, or of the member's session. One statement, outside any scope."""
    caller = f"token {token.pk}" if token else f"member {member.pk}"
    limit = settings.API_CALLS_A_MINUTE
    step = WINDOW // limit
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"caller": caller, "step": step, "window": WINDOW}
        cursor.execute(_SPEND, given)
        row = cursor.fetchone()
        if row is not None:
            return _spent(limit, step, row[0], refused=False)
        cursor.execute(_FULL_IN, [caller])
        row = cursor.fetchone()
    return _spent(limit, step, row[0] if row else WINDOW, refused=True)


def _spent(limit: int, step: timedelta, full_in: timedelta, *, refused: bool) -> Spent:
    full_in = max(full_in, timedelta())
    left = 0 if refused else max(0, (WINDOW - full_in) // step)
    return Spent(limit, left, _up(full_in), refused, _up(max(full_in + step - WINDOW, _US)))


def _up(length: timedelta) -> int:
    return -(-length // timedelta(seconds=1))


def forget_allowances(*, at: datetime) -> int:
    """Deletes the buckets that have been full for a day; how many. As the workers' login."""
    gone, _each = Allowance.objects.filter(full_at__lt=at - FORGOTTEN).delete()
    return gone
