"""Instants as the reader reads them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from slaportal.pages.times import at_reader, to_the_second

NOW = datetime(2026, 12, 2, 15, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 12, 2, 16, 5, tzinfo=UTC), "11:05 EST"),
        (datetime(2026, 12, 4, 21, 30, tzinfo=UTC), "Fri 4 Dec, 16:30 EST"),
        (datetime(2027, 1, 30, 5, 0, tzinfo=UTC), "Sat 30 Jan 2027, 00:00 EST"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Wed 1 Jul, 08:00 EDT"),
    ],
)
def test_today_this_year_another_year(instant: datetime, text: str) -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert at_reader(instant, NOW).text == text


def test_the_machine_gets_the_offset() -> None:
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert at_reader(NOW, NOW).iso == "2026-12-02T21:12:00+05:30"


def test_to_the_second() -> None:
    with timezone.override(ZoneInfo("Europe/Warsaw")):
        assert to_the_second(NOW).text == "Wed 2 Dec 2026, 16:42:00 CET"
