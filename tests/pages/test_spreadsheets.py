"""Files of lists: cells that are exact and harmless, blocks, and names that say what and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slaportal.pages.spreadsheets import CsvFile, file_name, harmless, in_blocks, seconds
from slaportal.tenancy.models import Tenant
from tests.files import lines_of
from tests.world import World

AT = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
NEW_YORK = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-5, "-5"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("1E+2"), "100"),
        (Decimal("0E-8"), "0.00000000"),
        (datetime(2026, 11, 24, 7, 0, 0, 1, tzinfo=NEW_YORK), "2026-11-24T12:00:00.000001+00:00"),
        (date(2026, 11, 24), "2026-11-24"),
        (timedelta(hours=1), "3600"),
        (timedelta(microseconds=-1_500_000), "-1.5"),
        (timedelta(microseconds=1), "0.000001"),
        ("-5", "'-5"),
        ("=1+1", "'=1+1"),
        ("\r=1", "'\r=1"),
        ("a=1", "a=1"),
    ],
)
def test_cells(cell: Any, text: str) -> None:
    assert harmless(cell) == text


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="not exact"):
        harmless(0.1)


def test_lengths_are_exact_seconds() -> None:
    assert str(seconds(3_600_000_000)) == "3600"
    assert seconds(Fraction(1, 2)) == Decimal("0.0000005")
    assert seconds(0) == 0


def test_the_name_says_what_and_when() -> None:
    assert file_name("outages", AT.astimezone(NEW_YORK)) == "outages-2026-11-24T1205Z.csv"
    assert CsvFile("x", ["a"], [], at=AT)["Content-Disposition"] == 'attachment; filename="x-2026-11-24T1205Z.csv"'


def test_it_reads_inside_what_is_opened_for_it_and_leaves_it_at_the_end() -> None:
    told: list[str] = []

    @contextmanager
    def opened() -> Iterator[None]:
        told.append("opened")
        try:
            yield
        finally:
            told.append("left")

    def rows() -> Iterator[list[str]]:
        told.append("read")
        yield ["1"]

    for gone in (False, True):
        told.clear()
        file = CsvFile("x", ["a"], rows(), at=AT)
        file.read_within(opened)
        assert not told
        if gone:  # the reader goes away in the middle
            next(iter(file))
            file.close()
        else:
            assert lines_of(file) == [["a"], ["1"]]
        assert told == ["opened", "read", "left"]


def test_without_rows_there_are_the_heads() -> None:
    assert lines_of(CsvFile("x", ["a", "=b"], [], at=AT)) == [["a", "'=b"]]


def test_blocks_of_a_list_of_any_length(world: World) -> None:
    provider = world.providers["p1"]
    with world.inside("admin"):
        for number in range(10):
            Tenant.objects.create(provider=provider, name=f"No {number:02}")
        found = Tenant.objects.filter(name__startswith="No").order_by("name")
        held: list[int] = []

        def cells(block: list[Tenant]) -> Iterator[list[str]]:
            held.append(len(block))
            yield from ([tenant.name] for tenant in block)

        with CaptureQueriesContext(connection) as caught:
            names = [row[0] for row in in_blocks(found, cells, block=4)]
    assert names == [f"No {number:02}" for number in range(10)]
    assert held == [4, 4, 2]
    assert len(caught) <= 1  # what is fetched along the cursor is no new query
