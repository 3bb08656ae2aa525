"""A list as CSV, sent while it is read: exact, in UTC, and without a cell that a spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it Excel reads the names in the wrong letters
BLOCK = 500
SECOND_US = 1_000_000

Cells = Sequence[Any]


class CsvFile(StreamingHttpResponse):
    """The rows under their heads, to be saved as `<name>-<at>.csv`.

    Rows are read while the file is sent, after the view is over: whoever opened the scope of the view opens it once
    more for them (`read_within`). Without it the database refuses every query.
    """

    def __init__(self, name: str, heads: Cells, rows: Iterable[Cells], *, at: datetime) -> None:
        self._parts = _written(heads, rows)
        super().__init__(self._parts, content_type="text/csv; charset=utf-8")
        self["Content-Disposition"] = f'attachment; filename="{file_name(name, at)}"'

    def read_within(self, opened: Callable[[], AbstractContextManager[None]]) -> None:
        """All reading happens inside `opened()`, which is left when the last row is sent or the reader goes away."""
        self.streaming_content = _held(opened, self._parts)


def file_name(name: str, at: datetime) -> str:
    """`outages-2026-11-24T1200Z.csv`: what it is, and when it was so."""
    return f"{name}-{at.astimezone(UTC):%Y-%m-%dT%H%MZ}.csv"


def in_blocks(
    found: QuerySet[Any], cells: Callable[[list[Any]], Iterable[Cells]], *, block: int = BLOCK
) -> Iterator[Cells]:
    """The rows of a list of any length: read along a cursor of the server, turned into cells block by block.

    So neither memory nor the number of queries for a block depends on how many there are.
    """
    rows = found.iterator(chunk_size=block)
    while held := list(islice(rows, block)):
        yield from cells(held)


def csv_text(heads: Cells, rows: Iterable[Cells]) -> str:
    """The same as one text."""
    return "".join(_written(heads, rows))


def _held(opened: Callable[[], AbstractContextManager[None]], parts: Iterator[Any]) -> Iterator[Any]:
    with opened():
        yield from parts


def _written(heads: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    """The text in parts of a block each; the heads go with the first."""
    start, rest = BYTE_ORDER_MARK + _lines([heads]), iter(rows)
    while block := list(islice(rest, BLOCK)):
        yield start + _lines(block)
        start = ""
    if start:
        yield start


def _lines(rows: Iterable[Cells]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: Any) -> str:
    """A cell as text: instants in UTC, lengths in seconds, numbers exact; TypeError for a float.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay what they are.
    """
    match cell:
        case None:
            return ""
        case bool():
            return _("yes") if cell else _("no")
        case int() | Decimal() | date() | timedelta():
            return _exact(cell)
        case float():
            raise TypeError("A float is not exact: write it as a Decimal.")
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _exact(cell: int | Decimal | date | timedelta) -> str:
    match cell:
        case datetime():
            return cell.astimezone(UTC).isoformat()
        case date():
            return cell.isoformat()
        case timedelta():
            return f"{seconds(cell // timedelta(microseconds=1)):f}"
    return f"{cell:f}" if isinstance(cell, Decimal) else f"{cell:d}"


def seconds(us: int | Fraction) -> Decimal:
    """Microseconds as seconds, without zeros at the end."""
    exact = Fraction(us)
    found = Decimal(exact.numerator) / (exact.denominator * SECOND_US)
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()
