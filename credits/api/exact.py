"""Figures as they go out: decimals as text where one is exact, a fraction (`1/12`) where none is."""

from decimal import Decimal
from fractions import Fraction

from slaportal.pages.amounts import plain

_MILLION = 1_000_000


def number_said(value: Fraction | int) -> str:
    """`0.1`, `-42`, `1/12`: never rounded."""
    exact = Fraction(value)
    places, rest = 0, exact.denominator
    for prime in (2, 5):
        times = 0
        while rest % prime == 0:
            rest, times = rest // prime, times + 1
        places = max(places, times)
    if rest != 1:
        return f"{exact.numerator}/{exact.denominator}"
    digits = abs(exact.numerator) * 10**places // exact.denominator
    whole, part = divmod(digits, 10**places)
    sign = "-" if exact < 0 else ""
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def seconds_said(us: Fraction | int) -> str:
    """Microseconds, also parts of them, as a decimal of seconds."""
    return number_said(Fraction(us, _MILLION))


def amount_said(amount: Decimal, currency: str) -> str:
    """Money with the places of its currency, with more only where there are more."""
    return f"{plain(amount, currency):f}"
