"""What the workers would have done meanwhile, for the demo's provider alone.

The sweeps themselves look across all providers, so at an instant long past they would work on real ones as of then. The
same functions that they call are called here, at the instants at which something becomes true by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from credits.assessing import assess_periods
from tickets.working_out import work_out as work_out_tickets
from uptime.changes import work_through_changes
from uptime.closing import close_periods
from uptime.models import SubscriptionPeriod
from uptime.opening import open_for
from uptime.working_out import work_out as work_out_periods

# Of how many rounds at one instant a sound run never has need.
ROUNDS = 20
_NEXT = """
SELECT least((SELECT min(act_at) FROM tickets_ticket), (SELECT min(look_at) FROM uptime_subscriptionperiod),
  (SELECT min(look_at) FROM credits_assessedperiod))
"""
_WAITING = """
SELECT 0 AS what, id FROM tickets_ticket WHERE mark IS NOT NULL OR act_at <= %s
UNION ALL SELECT 1, id FROM uptime_subscriptionperiod WHERE marked_at IS NOT NULL OR look_at <= %s ORDER BY what, id
"""
_CREDITS = """
SELECT p.id FROM uptime_subscriptionperiod p LEFT JOIN credits_assessedperiod a ON a.period_id = p.id
WHERE p.assessed < p.measurement OR a.marked_at IS NOT NULL OR a.look_at <= %s ORDER BY p.id
"""
_ENDED = """
SELECT DISTINCT p.subscription_id FROM uptime_subscriptionperiod p WHERE p.ends_at <= %s AND NOT EXISTS
  (SELECT 1 FROM uptime_subscriptionperiod q WHERE q.subscription_id = p.subscription_id AND q.ends_at > %s)
"""


class Workers:
    """In the scope of the provider's staff."""

    def __init__(self, provider_id: int) -> None:
        self.provider_id = provider_id

    def read_contracts(self, subscriptions: Sequence[int], at: datetime) -> None:
        """Opens the periods of what was just agreed. What an older transaction keeps from being read is read later."""
        while work_through_changes(self.provider_id, at=at):
            pass
        open_for(subscriptions, until=at, at=at)
        self.look(at)

    def catch_up(self, until: datetime) -> None:
        """Everything that becomes true by itself up to `until`, each at its own instant."""
        while True:
            due = _rows(_NEXT)[0][0]
            if due is None or due > until:
                return
            self.look(due)

    def look(self, at: datetime) -> None:
        """What is marked or due is worked out as of `at`, until nothing is left of it."""
        for _round in range(ROUNDS):
            waiting = _rows(_WAITING, at, at)
            tickets, periods = ([pk for what, pk in waiting if what == which] for which in (0, 1))
            if tickets:
                work_out_tickets(tickets, provider_id=self.provider_id, now=at)
            if periods:
                _work_out(periods, at)
            unassessed = [row[0] for row in _rows(_CREDITS, at)]
            if unassessed:
                assess_periods(unassessed, now=at)
            if not (periods or unassessed):
                return
        raise RuntimeError(f"At {at.isoformat()} something was worked out again and again.")


def _work_out(periods: Sequence[int], now: datetime) -> None:
    """As uptime's sweep does it: closed where it is time, worked out otherwise, and the next one opened."""
    due = SubscriptionPeriod.objects.filter(pk__in=periods, closed_at=None, closes_at__lte=now)
    closing = set(due.values_list("pk", flat=True))
    close_periods(closing, now=now)
    work_out_periods([pk for pk in periods if pk not in closing], now=now)
    ended = [row[0] for row in _rows(_ENDED, now, now)]
    if ended:
        open_for(ended, until=now, at=now)


def _rows(sql: str, *arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        found: list[Any] = cursor.fetchall()
    return found
