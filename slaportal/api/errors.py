"""Whatever goes wrong in a call becomes a refusal, and so takes the one shape that all errors have."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions

from slaportal.refusal import Refusal


def refuse(error: Exception, context: Mapping[str, Any]) -> None:
    """REST framework's exception handler: raises what RefusalMiddleware answers; returns for what is ours to mend."""
    if isinstance(error, Refusal):
        return
    found = _refusal_of(error, context)
    if found is not None:
        raise found from error


def _refusal_of(error: Exception, context: Mapping[str, Any]) -> Refusal | None:
    found: Refusal | None = None
    if isinstance(error, Http404):
        found = Refusal("not_found", _("There is nothing here."), status=404)
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        found = Refusal("not_allowed", _("You may not do this."), status=403)
    elif isinstance(error, exceptions.ValidationError):
        found = invalid(error.detail)
    elif isinstance(error, exceptions.MethodNotAllowed):
        said = _("This address does not take %(method)s.") % {"method": context["request"].method}
        allow = ", ".join(context["view"].allowed_methods)
        found = Refusal("method_not_allowed", said, status=405, headers={"Allow": allow})
    elif isinstance(error, exceptions.UnsupportedMediaType):
        said = _("Send JSON, with Content-Type: application/json.")
        found = Refusal("media_type_not_supported", said, status=415)
    elif isinstance(error, exceptions.APIException):
        found = Refusal(str(error.default_code), str(error.detail), status=error.status_code)
    return found


def invalid(detail: Any) -> Refusal:
    """What does not fit, each field by its dotted path. Status 400, code `invalid`."""
    fields = dict(_flat(detail, ""))
    general = fields.pop("", "")
    named = "; ".join(f"{field}: {said}" for field, said in list(fields.items())[:5])
    return Refusal("invalid", general or _("This does not fit: %(what)s") % {"what": named}, fields=fields)


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from _flat(inner, own)
    elif isinstance(detail, list | tuple) and any(isinstance(inner, Mapping) for inner in detail):
        for place, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{place}" if path else str(place))
    elif isinstance(detail, list | tuple):
        yield path, " ".join(str(said) for said in detail)
    else:
        yield path, str(detail)
