"""Noting that the credits of periods were worked out; the credits call it."""

from collections.abc import Iterable

from django.db import connection

ASSESSED = """
UPDATE uptime_subscriptionperiod p SET assessed = n.measurement
FROM unnest(%s::bigint[], %s::bigint[]) n(id, measurement) WHERE p.id = n.id AND p.assessed < n.measurement
"""


def mark_assessed(period_ids_and_measurements: Iterable[tuple[int, int]]) -> None:
    """`(period, measurement)`: the credits were worked out of these figures. One that is behind changes nothing.

    In the staff's scope. A closed period takes it too: the trigger lets the mark through.
    """
    pairs = sorted(period_ids_and_measurements)
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(ASSESSED, [[pk for pk, _ in pairs], [measurement for _, measurement in pairs]])
