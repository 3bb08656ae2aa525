"""Money is rounded half up, away from zero, to the smallest unit of its currency."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slaportal.money import Money, decimals, rounded


@pytest.mark.parametrize(
    ("currency", "places"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("UYW", 4), ("", 2)]
)
def test_a_currency_has_its_decimals(currency: str, places: int) -> None:
    assert decimals(currency) == places


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("0.005", "EUR", "0.01 EUR"),
        ("0.0049999", "EUR", "0.00 EUR"),
        ("-0.005", "EUR", "-0.01 EUR"),
        ("-0.0049999", "EUR", "0.00 EUR"),
        ("-12.3456", "USD", "-12.35 USD"),
        ("10", "USD", "10.00 USD"),
        ("1000.5", "JPY", "1001 JPY"),
        ("-1000.5", "JPY", "-1001 JPY"),
        ("1.0005", "KWD", "1.001 KWD"),
        ("1.00005", "CLF", "1.0001 CLF"),
        ("2.5", "", "2.50"),
    ],
)
def test_an_amount_is_rounded_once_and_written_in_whole_units(amount: str, currency: str, written: str) -> None:
    assert str(rounded(Fraction(amount), currency)) == written


amounts = st.fractions(min_value=-(10**15), max_value=10**15, max_denominator=10**6)


@given(amounts, st.sampled_from(["EUR", "JPY", "BHD"]))
def test_rounding_moves_by_half_a_unit_at_most_and_is_odd(amount: Fraction, currency: str) -> None:
    money = rounded(amount, currency)
    unit = Fraction(1, 10 ** decimals(currency))
    assert abs(Fraction(money.amount) - amount) <= Fraction(unit, 2)
    assert money.amount.as_tuple().exponent == -decimals(currency)
    assert rounded(-amount, currency) == Money(Decimal(0) - money.amount, currency)
    assert rounded(Fraction(money.amount), currency) == money
