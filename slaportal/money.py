"""Money: exact decimals and fractions with a currency, rounded once, half up, to the currency's smallest unit."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# ISO 4217: the currencies whose smallest unit is not a hundredth.
_WITHOUT_UNITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    **dict.fromkeys(_WITHOUT_UNITS.split(), 0),
    **dict.fromkeys(_WITH_THOUSANDTHS.split(), 3),
    "CLF": 4,
    "UYW": 4,
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole smallest units of its currency (`10.00 USD`, `10 JPY`)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}".rstrip()


def decimals(currency: str) -> int:
    """How many decimals the currency is written with: 2 but for the exceptions of ISO 4217."""
    return _DECIMALS.get(currency, 2)


def rounded(amount: Fraction, currency: str) -> Money:
    """The exact amount rounded half up (away from zero for a negative one) to the smallest unit."""
    places = decimals(currency)
    scaled = abs(amount) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = tuple(map(int, str(units)))  # put together by digits, for arithmetic would round to the context's 28
    return Money(Decimal((int(amount < 0 and units > 0), digits, -places)), currency)
