"""Money as pages write it: exact where it can be, cut off and never rounded up else."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from slaportal.money import decimals

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def money(amount: Decimal | Fraction, currency: str) -> str:
    """`$4,200.00`, `120.00 CHF`; what is finer than the smallest unit is cut off and marked by `…`."""
    places = decimals(currency)
    exact = Fraction(amount)
    scaled = abs(exact) * 10**places
    whole, part = divmod(scaled.numerator // scaled.denominator, 10**places)
    digits = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
    more = "…" if scaled.denominator != 1 else ""
    sign = "−" if exact < 0 else ""
    mark = _SIGNS.get(currency)
    return f"{sign}{mark}{digits}{more}" if mark else f"{sign}{digits}{more} {currency}".rstrip()


def plain(amount: Decimal, currency: str) -> Decimal:
    """The number of `money` for a file: with the places of the currency, and with more only where there are more."""
    unit = amount.quantize(Decimal(1).scaleb(-decimals(currency)))
    return unit if unit == amount else amount


def plainly(kept: str) -> str:
    """An amount as records keep it (`7500.0000 USD`) with the places of its currency: `7500.00 USD`."""
    amount, _blank, currency = kept.partition(" ")
    try:
        return f"{plain(Decimal(amount), currency):f} {currency}"
    except InvalidOperation:  # no amount, or one with more digits than can be counted with
        return kept
