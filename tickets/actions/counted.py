"""Which breaches and excuses the credits do not know yet, and noting that they do; the credits call it.

Rows and not times: what is committed late, or out of order, is found like everything else.
"""

from collections.abc import Iterable

from django.db import connection

UNCOUNTED = """
SELECT id FROM tickets_breach
WHERE provider_id = %s AND id > %s AND (counted = 0 OR counted = 1 AND excused_at IS NOT NULL)
ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
COUNTED = """
UPDATE tickets_breach SET counted = CASE WHEN excused_at IS NULL THEN 1 ELSE 2 END WHERE id = ANY(%s)
"""


def take_uncounted(provider_id: int, *, after: int, most: int) -> list[int]:
    """The next breaches, by id, that are new to the credits or were excused since; ours until the transaction ends.

    What somebody else has locked just now is left for the next time. In the staff's scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNTED, [provider_id, after, most])
        return [pk for (pk,) in cursor.fetchall()]


def mark_counted(breaches: Iterable[int]) -> None:
    """The credits know these, and their excuses as far as there are any. They are those of `take_uncounted`."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [list(breaches)])
