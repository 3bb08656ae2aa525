"""Money is rounded half up, once, to the smallest unit of its currency; refusals carry what an interface shows."""

from decimal import Decimal
from fractions import Fraction

import pytest

from slaportal.money import rounded
from slaportal.refusal import Refusal


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Fraction(49999, 1000), "USD", "50.00 USD"),
        (Fraction(5, 1000), "USD", "0.01 USD"),
        (Fraction(4999, 1000000), "USD", "0.00 USD"),
        (Fraction(1, 2), "JPY", "1 JPY"),
        (Fraction(1, 3), "KWD", "0.333 KWD"),
        (Fraction(-5, 1000), "EUR", "-0.01 EUR"),
    ],
)
def test_amount_is_rounded_half_up_to_the_smallest_unit(amount: Fraction, currency: str, shown: str) -> None:
    assert str(rounded(amount, currency)) == shown


def test_amount_is_exact_however_large() -> None:
    assert rounded(Fraction(10**30) + Fraction(1, 8), "USD").amount == Decimal("1000000000000000000000000000000.13")


def test_refusal_says_what_where_and_how() -> None:
    refusal = Refusal("no_such_plan", "There is no plan x.", fields={"plan": "unknown"}, status=404)
    assert (str(refusal), refusal.code, refusal.fields, refusal.status) == (
        "There is no plan x.",
        "no_such_plan",
        {"plan": "unknown"},
        404,
    )
    assert repr(refusal) == "Refusal('no_such_plan', 'There is no plan x.')"
