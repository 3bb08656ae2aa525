"""JSON as it comes in: no number becomes a float, no name stands twice, nothing is negotiated."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class ExactParser(JSONParser):
    """Numbers with a point become decimals."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value, or ParseError with what is wrong and where."""
        try:
            return json.loads(
                stream.read().decode(), parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once_each
            )
        except json.JSONDecodeError as error:
            said = _("This is not JSON: %(what)s in line %(line)s, column %(column)s.")
            raise ParseError(
                said % {"what": error.msg, "line": error.lineno, "column": error.colno}, code="json_invalid"
            ) from None
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON that can be read: %(what)s") % {"what": str(error)[:200]}) from None


def _no_number(name: str) -> Any:
    raise ValueError(_("%(name)s is no number.") % {"name": name})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = sorted({name for name, _value in pairs if [n for n, _v in pairs].count(name) > 1})
        raise ValueError(_("A field stands twice: %(names)s.") % {"names": ", ".join(twice)[:100]})
    return found


class JsonAlone(BaseContentNegotiation):
    """Every answer is JSON, whatever a program says it likes best."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The one there is."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """The one there is."""
        return renderers[0], JSONRenderer.media_type
