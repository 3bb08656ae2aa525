"""How exact figures of a month are written: cut off, as seconds, as money."""

from fractions import Fraction

NO_CENTS = {"CLP", "ISK", "JPY", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
THOUSANDTHS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def cut_off(value: Fraction) -> str:
    """A figure with six decimals, the rest cut off (towards zero)."""
    millionths = abs(value) * 10**6 // 1
    sign = "-" if value < 0 and millionths else ""
    return f"{sign}{millionths // 10**6}.{millionths % 10**6:06}"


def cut_off_short(value: Fraction) -> str:
    """As `cut_off`, without the zeros at the end."""
    return cut_off(value).rstrip("0").rstrip(".")


def seconds(microseconds: Fraction) -> int | float:
    """A length in seconds: whole numbers whole, others as the nearest float, made only here."""
    value = microseconds / 10**6
    return int(value) if value.denominator == 1 else float(value)


def decimals_of(currency: str) -> int:
    """How many decimals the smallest unit of a currency has."""
    return 0 if currency in NO_CENTS else 3 if currency in THOUSANDTHS else 2


def money(amount: Fraction, currency: str) -> str:
    """An amount (not negative) rounded half up to the smallest unit of its currency."""
    places = decimals_of(currency)
    units = (amount * 10**places + Fraction(1, 2)) // 1
    if not places:
        return f"{units}"
    return f"{units // 10**places}.{units % 10**places:0{places}}"
