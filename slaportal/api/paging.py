"""Lists by cursor: each page begins behind the last row of the one before, whatever was added or changed meanwhile."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from slaportal.api.shapes import LARGEST
from slaportal.intervals import instant_of, moment_of
from slaportal.refusal import Refusal

M = TypeVar("M", bound=Model)
# Columns of which no two rows of one list have the same.
UNIQUE = ("id", "number", "ordinal")


@dataclass(frozen=True)
class Page:
    """Rows of a list, each as it goes out, and the cursor of what follows (None at the end)."""

    items: Sequence[Mapping[str, Any]]
    next: str | None


def rows_of(found: QuerySet[M], query: Mapping[str, Any], order: str) -> tuple[list[M], str | None]:
    """Up to `limit` rows in that order (a column that is never empty, `-` for the other way round, ties by id).

    Refuses `cursor_unknown` for a cursor of another list or order. The rows carry an id and the column.
    """
    column, back, limit = order.removeprefix("-"), order.startswith("-"), int(query["limit"])
    if query.get("cursor"):
        found = found.filter(_behind(query["cursor"], order))
    by = [column] if column in UNIQUE else [column, "id"]
    rows = list(found.order_by(*(f"-{name}" if back else name for name in by))[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(order, getattr(rows[limit - 1], column), rows[limit - 1].pk)


def cursor_of(order: str, *place: Any) -> str:
    """The place behind a row in that order, as text that nobody needs to understand."""
    plain = [instant_of(value) if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps([order, *plain]).encode()).decode().rstrip("=")


def place_of(cursor: str, order: str, count: int) -> list[int | str]:
    """What `cursor_of` was given. Refuses `cursor_unknown`."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    fits = isinstance(found, list) and len(found) == count + 1 and found[0] == order
    if not fits or not all(_possible(value) for value in found[1:]):
        said = _("This cursor belongs to no list in this order. Begin without one.")
        raise Refusal("cursor_unknown", said, fields={"cursor": said})
    return list(found[1:])


def _possible(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and value.isprintable()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _behind(cursor: str, order: str) -> Q:
    column, after = order.removeprefix("-"), "lt" if order.startswith("-") else "gt"
    value, pk = place_of(cursor, order, 2)
    if column in UNIQUE:
        return Q(**{f"{column}__{after}": value})
    at: Any = value
    if column.endswith("_at"):
        try:
            at = moment_of(int(value))
        except (OverflowError, ValueError):
            return Q(pk__in=[])
    # The first condition alone is what an index is read by.
    return Q(**{f"{column}__{after}e": at}) & (Q(**{f"{column}__{after}": at}) | Q(**{f"id__{after}": pk}))
