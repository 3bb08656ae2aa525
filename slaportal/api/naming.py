"""What a body names by its id: it is there for the caller, or it is refused as unknown."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from slaportal.refusal import Refusal

M = TypeVar("M", bound=Model)


def named(rows: QuerySet[M], pk: int, field: str) -> M:
    """The row of that id; another's and a missing one are refused in the same words, as `<field>_unknown`."""
    found = rows.filter(pk=pk).first()
    if found is None:
        said = _("There is no such %(field)s here.") % {"field": field}
        raise Refusal(f"{field}_unknown", said, fields={field: said})
    return found
