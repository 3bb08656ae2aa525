"""What every change to a contract must satisfy: who may, at what price, and that nobody wrote the same just now."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from re import compile as pattern

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts.models import Kind, Term
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import Membership, Role

CURRENCY = pattern(r"[A-Z]{3}")
_FEE = Term._meta.get_field("fee_annual")
PLACES, WHOLE_DIGITS = _FEE.decimal_places, _FEE.max_digits - _FEE.decimal_places


def require_admin(actor: Membership | str) -> None:
    """Administrators agree on contracts, or a program under its name. Refuses `role_not_allowed`."""
    if isinstance(actor, Membership):
        require_role(actor, Role.ADMIN)


@contextmanager
def refused_as(refusal: Refusal, *, constraint: str) -> Iterator[None]:
    """What is written inside is refused so where the constraint holds it off; that holds for two at once too."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) != constraint:
            raise
        raise refusal from error


def kind_of_term(kind: str) -> str:
    """One of the kinds. Refuses `unknown_kind`."""
    if kind not in Kind.values:
        said = _("There is no such kind; there are: %(kinds)s.")
        raise _unfit("unknown_kind", said % {"kinds": ", ".join(Kind.values)}, "kind")
    return kind


def currency_of(currency: str) -> str:
    """A currency's three letters. Refuses `not_a_currency`."""
    if not CURRENCY.fullmatch(currency):
        raise _unfit("not_a_currency", _("Write three capital letters, for example USD."), "currency")
    return currency


def amount_of(amount: Decimal, field: str) -> Decimal:
    """A fee that can be kept as it is. Refuses `fee_too_large`, `not_exact`, `negative_fee` at the field."""
    if amount.is_finite() and abs(amount) >= 10**WHOLE_DIGITS:
        said = _("A fee, also that of a year, has at most %(digits)d digits before the point.")
        raise _unfit("fee_too_large", said % {"digits": WHOLE_DIGITS}, field)
    if not amount.is_finite() or Fraction(amount) * 10**PLACES % 1:
        said = _("A fee is a number with at most %(places)d decimal places.")
        raise _unfit("not_exact", said % {"places": PLACES}, field)
    if amount < 0:
        raise _unfit("negative_fee", _("A fee is not less than nothing."), field)
    return amount


def _unfit(code: str, said: str, field: str) -> Refusal:
    return Refusal(code, said, fields={field: said})
