"""Lists that are kept whole with a month's figures, by cursor like all others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from slaportal.api.paging import cursor_of, place_of
from slaportal.intervals import Instant
from slaportal.refusal import Refusal

T = TypeVar("T")


def part_of(
    rows: Sequence[T], query: Mapping[str, Any], name: str, start: Callable[[T], Instant]
) -> tuple[list[T], str | None]:
    """Up to `limit` of these rows, which stand in the order of `start`; of those of one instant, each has its turn.

    Refuses `cursor_unknown` for a cursor of another list.
    """
    placed: list[tuple[tuple[Instant, int], T]] = []
    for row in rows:
        at = start(row)
        turn = placed[-1][0][1] + 1 if placed and placed[-1][0][0] == at else 0
        placed.append(((at, turn), row))
    if query.get("cursor"):
        behind = _place(query["cursor"], name)
        placed = [(place, row) for place, row in placed if place > behind]
    limit = int(query["limit"])
    found = [row for _at, row in placed[:limit]]
    further = cursor_of(name, *placed[limit - 1][0]) if len(placed) > limit else None
    return found, further


def _place(cursor: str, name: str) -> tuple[Instant, int]:
    at, turn = place_of(cursor, name, 2)
    if not isinstance(at, int) or not isinstance(turn, int):
        said = _("This cursor belongs to no list in this order. Begin without one.")
        raise Refusal("cursor_unknown", said, fields={"cursor": said})
    return at, turn
