"""Lengths and percentages as pages write them: exact where they can be, cut off and never rounded up else."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

MINUTE_US = 60_000_000
SECOND_US = 1_000_000
# Minutes are shown with at most two decimals.
_FINE_US = MINUTE_US // 100
_PLACES = 6


def fraction_of(value: int | str | None) -> Fraction:
    """A stored figure, `5` or `a/b`; none is zero."""
    return Fraction(0) if value is None else Fraction(value)


def cut(value: Fraction | int, places: int = _PLACES) -> str:
    """A decimal with thousands grouped, cut off after so many places, without zeros at its end."""
    scaled = abs(value) * 10**places
    whole, part = divmod(scaled.numerator // scaled.denominator, 10**places)
    tail = f"{part:0{places}d}".rstrip("0") if places else ""
    sign = "−" if value < 0 and (whole or part) else ""
    return f"{sign}{whole:,}.{tail}" if tail else f"{sign}{whole:,}"


def percent_cut(percent: Decimal | str, places: int = 2) -> str:
    """`98.90` of `98.908922`: cut off, so that 99.8999 is never shown as 99.90; a whole hundred without decimals."""
    whole, _dot, part = str(percent).partition(".")
    return whole if not part.strip("0") and whole in ("0", "100") else f"{whole}.{part[:places].ljust(places, '0')}"


def length_of(us: Fraction | int) -> str:
    """`7 h 12 min 36 s`, `0 min`; every unit that is there, a fraction of a second as a decimal of it."""
    sign, us = ("−", -us) if us < 0 else ("", us)
    whole = us // MINUTE_US
    rest = Fraction(us - whole * MINUTE_US)
    hours, minutes = divmod(whole, 60)
    parts = [_("%(n)s h") % {"n": f"{hours:,}"}] if hours else []
    parts += [_("%(n)s min") % {"n": minutes}] if minutes else []
    if rest:
        places = 3 if rest >= Fraction(SECOND_US, 1000) else _PLACES
        parts.append(_("%(n)s s") % {"n": cut(Fraction(rest, SECOND_US), places)})
    return sign + (" ".join(parts) or _("0 min"))


def short_length(us: Fraction | int) -> str:
    """The same to the second, for places where digits would only stand in the way."""
    exact = Fraction(us)
    return length_of(exact // SECOND_US * SECOND_US if abs(exact) >= SECOND_US else exact)


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit in which every figure of a sum is exact: minutes with two decimals at most, or seconds."""

    name: str
    us: int

    def __call__(self, us: Fraction | int) -> str:
        """The length in this unit."""
        return cut(Fraction(us, self.us), 2 if self.us == MINUTE_US else _PLACES)


def unit_of(lengths: Iterable[Fraction | int]) -> Unit:
    """Minutes if all of these lengths are exact in them, else seconds."""
    if all(Fraction(us, _FINE_US).denominator == 1 for us in lengths):
        return Unit(_("minutes"), MINUTE_US)
    return Unit(_("seconds"), SECOND_US)
