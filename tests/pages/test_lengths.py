"""Lengths of time in words: days only of real time, never of hours in which a desk is open."""

from datetime import timedelta

import pytest

from slaportal.pages.lengths import exact_length, length_in_words


@pytest.mark.parametrize(
    ("length", "real", "of_open_hours"),
    [
        (timedelta(seconds=59), "less than a minute", "less than a minute"),
        (timedelta(minutes=12), "12 min", "12 min"),
        (timedelta(hours=3, minutes=10), "3 h 10 min", "3 h 10 min"),
        (timedelta(hours=19, minutes=10), "19 h", "19 h 10 min"),
        (timedelta(hours=48), "2 d", "48 h"),
        (timedelta(hours=53, minutes=1), "2 d 5 h", "53 h 1 min"),
        (-timedelta(hours=48), "2 d", "48 h"),
        (timedelta(days=100), "100 d", "2400 h"),
    ],
)
def test_lengths(length: timedelta, real: str, of_open_hours: str) -> None:
    assert length_in_words(length) == real
    assert length_in_words(length, open_hours=True) == of_open_hours
    assert exact_length(length) == of_open_hours
