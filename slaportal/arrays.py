"""Arrays as one text: of a list every value costs the driver and the server a microsecond, of this next to nothing."""

from collections.abc import Iterable


def as_array(values: Iterable[int | bool | str | None]) -> str:
    """The values as PostgreSQL reads an array, `{1,2,NULL}`: for a parameter that the statement casts to one.

    Texts are numbers: they are written as they are.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
