"""Single values: what each text means."""

from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.policy.document.values import (
    read_condition,
    read_exact,
    read_flag,
    read_lead,
    read_measure,
    read_moment,
    read_pay,
    read_whole,
    shown,
)
from contracts.policy.durations import DAY, HOUR, MINUTE, Duration, read_duration


@pytest.mark.parametrize(
    ("text", "days", "us"),
    [
        ("90s", 0, 90_000_000),
        ("15m", 0, 15 * MINUTE),
        ("1h30m", 0, HOUR + 30 * MINUTE),
        ("2w", 14, 0),
        ("1w2d3h4m5s", 9, 3 * HOUR + 4 * MINUTE + 5_000_000),
        ("0m", 0, 0),
    ],
)
def test_duration(text: str, days: int, us: int) -> None:
    duration = read_duration(text)
    assert duration == Duration(text, days=days, us=us)
    assert (duration.length, str(duration)) == (days * DAY + us, text)


def test_business_days_stand_alone_and_only_where_a_clock_counts() -> None:
    assert read_duration("2bd", business_days=True) == Duration("2bd", business_days=2)
    with pytest.raises(
        ValueError, match=r'^"2bd" counts business days, which only a clock can; write days such as 2d$'
    ):
        read_duration("2bd")
    with pytest.raises(ValueError, match=r'^"2bd4h" is not a duration, business days stand alone: write 2bd$'):
        read_duration("2bd4h", business_days=True)
    with pytest.raises(ValueError, match="longer than a hundred years"):
        read_duration("10000bd", business_days=True)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("6 hours", "write 6h"),
        ("2 business days", "write 2bd"),
        ("15 Min", "write 15m"),
        ("4H", "write 4h"),
        ("1h 30m", "write 1h30m"),
        ("24", "its unit is missing: write 24h or 24m"),
        ("30m1h", "write it as 90s, 15m, 4h, 1d, 2w or joined as 1h30m, the larger unit first"),
        ("", "write it as 90s, 15m, 4h, 1d, 2w or joined as 1h30m, the larger unit first"),
        ("-1h", "write it as 90s, 15m, 4h, 1d, 2w or joined as 1h30m, the larger unit first"),
    ],
)
def test_what_is_no_duration_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as refused:
        read_duration(text)
    assert str(refused.value) == f'"{text}" is not a duration, {hint}'


def test_decimals_payments_measures_and_conditions() -> None:
    assert read_exact("99.95") == Decimal("99.95")
    assert read_exact(99) == Decimal(99)
    assert read_pay("12.5%").share == Fraction(1, 8)
    assert read_pay("10 %").share == Fraction(1, 10)
    assert read_pay("1/12").share == Fraction(1, 12)
    assert read_pay("1d").time_us == DAY
    assert read_measure("0.5").size == Fraction(1, 2)
    assert read_measure("30m").size == 30 * MINUTE
    condition = read_condition("<=99.9")
    assert (condition.operator, condition.measure.number) == ("<=", Fraction(999, 10))


def test_moments_leads_and_plain_values() -> None:
    assert read_moment("75%").share == Fraction(3, 4)
    assert read_moment("-30m").offset_us == -30 * MINUTE
    assert read_moment("+1h").offset_us == HOUR
    assert read_lead("before") == "before"
    assert read_lead("1d") == Duration("1d", days=1)
    assert (read_whole(3), read_whole("3"), read_flag(value=True)) == (3, 3, True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "true"),
        (5, "5"),
        ("x", '"x"'),
        ({}, "a mapping"),
        ([1], "a list"),
        ("y" * 90, f'"{"y" * 77}..."'),
    ],
)
def test_value_as_a_sentence_names_it(value: object, expected: str) -> None:
    assert shown(value) == expected
