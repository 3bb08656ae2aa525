"""Files of lists as the tests read them: the lines of a CSV, and how many queries it took."""

import csv
import io
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def lines_of(answer: Any) -> list[list[str]]:
    """The heads and the rows; read to the end, as a browser does."""
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    raw: bytes = answer.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    """The rows by their heads."""
    heads, *rows = lines_of(client.get(path))
    return [dict(zip(heads, row, strict=True)) for row in rows]


def queries_of(client: Client, path: str) -> int:
    """How many queries the file takes, all of it."""
    with CaptureQueriesContext(connection) as caught:
        lines_of(client.get(path))
    return len(caught)
