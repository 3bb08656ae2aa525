"""One operation of the API: who may call it, what it takes and gives, declared once for the call and the schema."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.views import APIView

from slaportal.api.caller import SAFE, Allowed, Resolved
from slaportal.api.errors import invalid
from slaportal.api.paging import Page
from slaportal.api.repeating import HEADER, Given, Sender, fingerprint_of, key_of, once
from slaportal.api.shapes import IN_ADDRESS, ErrorShape, Shape, moment, page_shape
from slaportal.api.wire import ExactParser, JsonAlone
from slaportal.refusal import Refusal
from slaportal.tenancy.models import ApiToken, Membership

JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """One call: who (`actor`), when (`at`), with what query and body, each judged by its shape."""

    request: HttpRequest
    actor: Membership
    at: datetime
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def token(self) -> ApiToken | None:
        """The token that calls; None for a session."""
        found: ApiToken | None = getattr(self.request, "api_token", None)
        return found

    def match(self, tag: str | int) -> None:
        """Refuses `changed_meanwhile` (412) where If-Match names another version than `tag`. With the row locked."""
        wanted = self.request.headers.get("If-Match")
        if wanted is None or wanted.strip() == "*":
            return
        if f'"{tag}"' not in [one.strip() for one in wanted.split(",")]:
            said = _("This changed since you read it. Read it again, then send what still holds.")
            raise Refusal("changed_meanwhile", said, status=412)


@dataclass(frozen=True)
class Answer:
    """What a call comes to. `tag` becomes the ETag, `location` the address of what was made; `secrets` names fields
    that are shown this once and not kept for a call sent again."""

    data: Any
    status: int = 200
    tag: str | int | None = None
    location: str = ""
    secrets: tuple[str, ...] = ()


Method = Callable[..., Answer | Page]


class ApiView(APIView):
    """An address of the API. `area` is what a token's scopes call it; its methods are operations.

    Signing in, the walls and the rate come before it, in the middleware; errors are answered behind it.
    """

    area: str = ""
    authentication_classes = (Resolved,)
    permission_classes = (Allowed,)
    parser_classes = (ExactParser,)
    content_negotiation_class = JsonAlone
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Not exempt from CSRF, as REST framework would have it: the middleware judges sessions, and lets tokens by."""
        view = super().as_view(**initkwargs)
        view.csrf_exempt = False
        return view

    @classmethod
    def methods(cls) -> list[str]:
        """Those that it has, HEAD aside."""
        return [name.upper() for name in cls.http_method_names if name != "head" and hasattr(cls, name)]


def operation(
    name: str,
    *,
    gives: type[Shape] | None = None,
    takes: type[Shape] | None = None,
    query: type[Shape] | None = None,
    roles: Iterable[str] = (),
    status: int = 200,
    paged: bool = False,
    many: bool = False,
    matches: bool = False,
    reads: bool = False,
    examples: Mapping[str, Any] | None = None,
    refuses: str = "",
) -> Callable[[Method], Callable[..., HttpResponse]]:
    """Makes a method of an ApiView, `(self, call, **address)`, an operation of that name.

    `gives` is the shape of its answer (of each item if `paged` or `many`), `takes` of its body, `query` of its query;
    `roles` who may (none: everybody). `matches` says that it heeds If-Match, `reads` that it changes nothing, though it
    is a POST for the sake of its body: a token that may only read may call it, and there is no answer to keep.
    `examples` are bodies that work, `refuses` says when it does not. The docstring's first line is its summary.
    """
    answer: Any = page_shape(gives) if paged and gives else gives(many=True) if many and gives else gives

    def declare(method: Method) -> Callable[..., HttpResponse]:
        @wraps(method)
        def called(view: ApiView, request: Request, **address: Any) -> HttpResponse:
            inner = request._request
            unsafe = inner.method not in SAFE
            call = _call_with_body(request, query, takes) if unsafe else _call(inner, query)
            key = key_of(inner) if unsafe and not reads else None

            def act() -> tuple[Given, Given]:
                return _given(method(view, call, **address), status)

            if key is None:
                return _response(act()[0])
            sender = Sender(call.actor, call.token)
            return _response(once(sender, key, fingerprint_of(inner), act, at=call.at))

        called.roles, called.operation, called.reads = tuple(roles), name, reads  # type: ignore[attr-defined]
        told = _Declared(answer, takes, query, status, matches, reads, examples, refuses)
        made: Callable[..., HttpResponse] = _declared(called, name, method, told)
        return made

    return declare


@dataclass(frozen=True)
class _Declared:
    gives: Any
    takes: type[Shape] | None
    query: type[Shape] | None
    status: int
    matches: bool
    reads: bool
    examples: Mapping[str, Any] | None
    refuses: str


def _declared(called: Any, name: str, method: Method, told: _Declared) -> Any:
    """The same, for the schema."""
    summary, _blank, text = (method.__doc__ or "").strip().partition("\n\n")
    parameters: list[Any] = [told.query] if told.query else []
    if method.__name__.upper() not in SAFE and not told.reads:
        parameters.append(OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description=_KEY))
    if told.matches:
        parameters.append(OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description=_MATCH))
    description = " ".join(text.split())
    if told.reads:
        description = f"{description}\n\n{_READS}".strip()
    if told.refuses:
        description = f"{description}\n\nRefuses {told.refuses}.".strip()
    declared: Any = extend_schema(
        operation_id=name,
        summary=" ".join(summary.split()).rstrip("."),
        description=description or " ",
        parameters=parameters,
        request=told.takes,
        responses={told.status: told.gives, "4XX": ErrorShape},
        examples=[
            OpenApiExample(title, value=value, summary=title, request_only=True)
            for title, value in (told.examples or {}).items()
        ],
    )
    return declared(called)


_KEY = "Sent again with the same key, the call acts once and is answered alike, for 30 days; a UUID is best."
_READS = "Changes nothing: a token that may only read may call it."
_MATCH = "The ETag of what was read: the call is refused with 412 if it has changed since."


def _call(request: HttpRequest, query: type[Shape] | None, takes: type[Shape] | None = None, body: Any = None) -> Call:
    member: Membership = request.membership  # type: ignore[attr-defined]
    said = _judged(query or Shape, _asked(request), in_address=True)
    return Call(request, member, timezone.now(), said, _judged(takes, body, in_address=False) if takes else {})


def _call_with_body(request: Request, query: type[Shape] | None, takes: type[Shape] | None) -> Call:
    """The body is read by Django, which knows how large it may be, and parsed by REST framework."""
    inner = request._request
    if inner.content_type not in (JSON, "") and (inner.META.get("CONTENT_LENGTH") or "0") != "0":
        raise UnsupportedMediaType(inner.content_type or "")
    sent = request.data if inner.body else {}
    return _call(inner, query, takes or Shape, sent)


def _asked(request: HttpRequest) -> dict[str, str]:
    """The query. Refuses a name that stands there twice: nobody could know which was meant."""
    twice = [name for name, values in request.GET.lists() if len(values) > 1]
    if twice:
        raise invalid({name: _("This stands in the address more than once.") for name in twice})
    return {name: values[0] for name, values in request.GET.lists()}


def _judged(shape: type[Shape], data: Any, *, in_address: bool) -> Mapping[str, Any]:
    found = shape(data=data, context={IN_ADDRESS: in_address})
    found.is_valid(raise_exception=True)
    said: Mapping[str, Any] = found.validated_data
    return said


def _given(answer: Answer | Page, status: int) -> tuple[Given, Given]:
    """As it is given, and as it is kept."""
    if isinstance(answer, Page):
        answer = Answer({"items": answer.items, "next": answer.next})
    if answer.status == 200:
        answer = replace(answer, status=status)
    headers = {}
    if answer.tag is not None:
        headers["ETag"] = f'"{answer.tag}"'
    if answer.location:
        headers["Location"] = answer.location
    given = Given(answer.status, "" if answer.status == 204 else _text(answer.data), headers)
    if not answer.secrets:
        return given, given
    hidden = {name: None if name in answer.secrets else value for name, value in answer.data.items()}
    return given, replace(given, body=_text(hidden))


def _text(data: Any) -> str:
    return json.dumps(data, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value) or ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON of its own: say which.")


def _response(given: Given) -> HttpResponse:
    response = HttpResponse(given.body, status=given.status, content_type=JSON, headers=dict(given.headers))
    if given.status == 204:
        del response.headers["Content-Type"]
    return response
