"""How what goes in and out is declared: shapes whose unknown fields are refused by name, instants, durations, decimals.

What goes out is plain dicts: a shape only declares them. What comes in is read and judged by its shape.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from slaportal.intervals import instant_of, written

UNKNOWN = _("There is no such field.")
OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")
IN_ADDRESS = "in_address"
LARGEST = 2**63 - 1
_MILLION = 1_000_000


def moment(at: datetime | None) -> str | None:
    """An instant as it goes out: ISO 8601 in UTC, `2026-03-13T21:00:00Z`."""
    return None if at is None else written(instant_of(at))


def seconds(us: int) -> str:
    """Microseconds as it goes out: a decimal of seconds, exact, `9000` or `0.25`."""
    whole, part = divmod(abs(us), _MILLION)
    sign = "-" if us < 0 else ""
    return f"{sign}{whole}.{part:06d}".rstrip("0").rstrip(".") if part else f"{sign}{whole}"


class Shape(serializers.Serializer[Any]):
    """What a body, a query or an answer consists of. A field that it does not have is refused by name.

    In the schema it is called as its class is, without `Shape`: the name is unique in the whole portal.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        set_override(cls, "component_name", cls.__name__.removesuffix("Shape"))

    def to_internal_value(self, data: Any) -> Any:
        """As REST framework reads it, once every name is known."""
        if isinstance(data, Mapping):
            unknown = {str(name): [UNKNOWN] for name in data if name not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class Instant(serializers.DateTimeField):
    """An instant with its offset: what names none is refused, since nobody knows which zone was meant."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "offset": _("Write an instant with its offset from UTC, such as 2026-03-13T17:00:00-04:00.")
    }

    def to_internal_value(self, value: Any) -> datetime:
        """In UTC."""
        if not isinstance(value, str) or not OFFSET.fullmatch(value):
            self.fail("offset")
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("offset")


class Seconds(serializers.CharField):
    """A length of time that goes out: a decimal of seconds as text, exact to the microsecond."""


class Exact(serializers.DecimalField):
    """A decimal as text. A JSON number is refused: most programs send what is nearest to it."""

    default_error_messages: ClassVar[dict[str, Any]] = {"text": _('Send the decimal as text, such as "1200.00".')}

    def to_internal_value(self, data: Any) -> Decimal:
        """Exactly what was sent."""
        if not isinstance(data, str):
            self.fail("text")
        found: Decimal = super().to_internal_value(data)
        return found


class Id(serializers.IntegerField):
    """An id, a number or a count, as the database can hold it."""

    default_error_messages: ClassVar[dict[str, Any]] = {"whole": _("Send a whole number.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        """From JSON a whole number alone; from an address its digits."""
        if self.context.get(IN_ADDRESS):
            fits = isinstance(data, str) and re.fullmatch(r"[0-9]{1,19}", data) is not None
        else:
            fits = isinstance(data, int) and not isinstance(data, bool)
        if not fits:
            self.fail("whole")
        return int(data)


class Text(serializers.CharField):
    """Text; what is no text is refused, not made one."""

    default_error_messages: ClassVar[dict[str, Any]] = {"text": _("Send text.")}

    def to_internal_value(self, data: Any) -> str:
        """As it was sent, without spaces around it unless they are kept."""
        if not isinstance(data, str):
            self.fail("text")
        found: str = super().to_internal_value(data)
        return found


class Flag(serializers.BooleanField):
    """True or false, in an address `true` or `false`; nothing else means one of them."""

    default_error_messages: ClassVar[dict[str, Any]] = {"flag": _("Send true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        """Which it is."""
        known: dict[Any, bool] = {"true": True, "false": False} if self.context.get(IN_ADDRESS) else {}
        if isinstance(data, bool):
            return data
        if not isinstance(data, str) or data not in known:
            self.fail("flag")
        return known[data]


class Ref(Shape):
    """Something by its id, and its name for people."""

    id = Id()
    name = serializers.CharField()


class ErrorShape(Shape):
    """Every error: what to tell apart (`code`), to read (`message`), the fields it is about, what to tell us."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    reference = serializers.CharField()


class Listed(Shape):
    """What every list takes: how many at once, and where to go on."""

    limit = Id(max_value=100, default=50, help_text=_("How many at most."))
    cursor = Text(required=False, max_length=500, help_text=_("What `next` of the answer before said."))


def page_shape(of: type[Shape]) -> type[Shape]:
    """The shape of a list's answer: `items`, and `next`, the cursor of what follows (null at the end)."""
    name = of.__name__.removesuffix("Shape")
    return type(
        f"{name}PageShape",
        (Shape,),
        {
            "__doc__": f"A page of a list, and the cursor of what follows. Each item: {of.__doc__}",
            "items": of(many=True),
            "next": serializers.CharField(allow_null=True),
        },
    )
