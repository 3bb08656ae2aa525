"""Errors in one shape: code, message, fields, and a reference that stands in the log.

A person gets a page, htmx a line for the page that it changes, a program JSON. What failed inside is never told.
"""

import logging
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_structlog import signals
from psycopg2.errors import DeadlockDetected

from slaportal.refusal import Refusal
from slaportal.site.logs import bind_actor, client_ip
from slaportal.tenancy.scope import current_scope

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = structlog.get_logger(__name__)

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # 32, without I, L, O and U
AWAY = (OperationalError, InterfaceError)
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# Signing in, rights and guessing: whoever watches the log looks for these.
WATCHED = (401, 403, 429)
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
RETRY_SOON_S, RETRY_LATER_S = 5, 60


@dataclass(frozen=True)
class Words:
    """What a status says when nobody said it better."""

    code: str
    title: Promise
    message: Promise
    what_now: Promise | str = ""


WORDS = {
    400: Words(
        "bad_request",
        gettext_lazy("This did not work"),
        gettext_lazy("Something in this request is missing or wrong."),
        gettext_lazy("Go back, check what you entered, and send it again."),
    ),
    401: Words(
        "not_signed_in",
        gettext_lazy("You are not signed in"),
        gettext_lazy("This needs a session or an API token that is valid."),
        gettext_lazy("Sign in, then try again."),
    ),
    403: Words(
        "not_allowed",
        gettext_lazy("This is not allowed"),
        gettext_lazy("You may not do this."),
        gettext_lazy("Ask an administrator of your organisation if you need it."),
    ),
    404: Words(
        "not_found",
        gettext_lazy("There is nothing here"),
        gettext_lazy("This page does not exist, or it is not yours to see."),
        gettext_lazy("Check the address, or begin at the start page."),
    ),
    405: Words(
        "method_not_allowed",
        gettext_lazy("This cannot be done here"),
        gettext_lazy("This address does not take this kind of request."),
        gettext_lazy("Begin at the start page."),
    ),
    409: Words(
        "conflict",
        gettext_lazy("This is not possible just now"),
        gettext_lazy("Somebody else changed this while you were working on it."),
        gettext_lazy("Load the page again and look at what is new."),
    ),
    413: Words(
        "too_large",
        gettext_lazy("This is too large"),
        gettext_lazy("The request is larger than the portal takes."),
        gettext_lazy("Send less at once."),
    ),
    429: Words(
        "too_many_requests",
        gettext_lazy("Too many attempts"),
        gettext_lazy("There were too many attempts in a short time."),
        gettext_lazy("Wait a few minutes, then try again."),
    ),
    500: Words(
        "server_error",
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy("It was written down, together with the reference."),
        gettext_lazy("Try again. If it happens again, tell us the reference."),
    ),
    503: Words(
        "away",
        gettext_lazy("The portal is away for a moment"),
        gettext_lazy("The portal cannot reach its data just now. What you sent may not have been saved."),
        gettext_lazy("Try again in a few seconds, and check whether it was saved."),
    ),
}
# Two transactions waited for each other, and the database gave up this one. A scope is one transaction: in it that
# nothing was saved is certain, unlike where the database is away.
CROSSED = gettext_lazy("Another change came in between just now. Nothing of yours was saved.")
SEND_AGAIN = gettext_lazy("Go back and send it again.")
PLAIN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{message}</p><p>{what_now}</p><p>Reference: {reference}</p></body></html>
"""


def reference_of(request: HttpRequest) -> str:
    """The request's reference, such as 7F3K-9QWD: 40 random bits, made at the first call."""
    found: str | None = getattr(request, "reference", None)
    if found is None:
        letters = "".join(secrets.choice(LETTERS) for _letter in range(8))
        found = f"{letters[:4]}-{letters[4:]}"
        request.reference = found  # type: ignore[attr-defined]
    return found


@receiver(signals.bind_extra_request_metadata)
def bind_reference(request: HttpRequest, **_: Any) -> None:
    """Our reference is the request's id in every line of the log, whatever X-Request-ID says."""
    request.began_ns = time.monotonic_ns()  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(request_id=reference_of(request), ip=client_ip(request))


@receiver(signals.bind_extra_request_finished_metadata)
def tell_the_duration(request: HttpRequest, log_kwargs: dict[str, Any], **_: Any) -> None:
    """How long the answer took, without what streams later."""
    log_kwargs["ms"] = (time.monotonic_ns() - request.began_ns) // 1_000_000  # type: ignore[attr-defined]


@receiver(signals.bind_extra_request_failed_metadata)
def tell_the_status(exception: Exception, log_kwargs: dict[str, Any], **_: Any) -> None:
    """The log tells an absent database from a mistake of ours."""
    log_kwargs["code"] = 503 if isinstance(exception, AWAY) else 500


class ReferenceMiddleware:
    """Every answer carries the reference in X-Reference, so that it can be found in the log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Adds the header."""
        response = self.get_response(request)
        response.headers["X-Reference"] = reference_of(request)
        return response


class RefusalMiddleware:
    """The innermost: a view's refusal becomes an answer, and a bare status gets its words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Replaces what has a status of 400 and above but no content, such as Django's 405."""
        bind_actor(request)
        response = self.get_response(request)
        if response.status_code < 400 or response.streaming or not getattr(response, "is_rendered", True):
            return response
        if not isinstance(response, HttpResponse) or response.content:
            return response
        worded = answer_error(request, response.status_code)
        for name in KEPT:
            if name in response.headers:
                worded.headers[name] = response.headers[name]
        return worded

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What is nobody's mistake of ours; everything else goes on to `server_error`."""
        if isinstance(exception, Refusal):
            refused = answer_error(
                request, exception.status, exception.code, exception.message, fields=exception.fields, what_now=""
            )
            for name, value in exception.headers.items():
                refused.headers[name] = value
            return refused
        # Without a scope it is ours: a query that forgot it compares "" with a number, and is refused as such.
        if isinstance(exception, DataError) and current_scope() is not None:
            logger.warning("value_refused_by_database", exc_info=exception)
            return answer_error(
                request, 400, "value_not_possible", _("A value in this request is larger than any can be.")
            )
        if isinstance(exception.__cause__, DeadlockDetected) and current_scope() is not None:
            logger.warning("deadlock", exc_info=exception)
            return answer_error(request, 503, "crossed", str(CROSSED), what_now=str(SEND_AGAIN))
        if isinstance(exception, UnreadablePostError):
            return answer_error(request, 400, "broken_off", _("The request ended before all of it was here."))
        return None


def answer_error(
    request: HttpRequest,
    status: int,
    code: str = "",
    message: str = "",
    *,
    fields: Mapping[str, str] | None = None,
    what_now: str | None = None,
) -> HttpResponse:
    """The one shape of an error, as JSON, as a line for htmx or as a page; and a line in the log."""
    words = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    shape: dict[str, Any] = {
        "code": code or words.code,
        "message": message or str(words.message),
        "fields": dict(fields or {}),
        "reference": reference_of(request),
    }
    level = logging.WARNING if status in WATCHED else logging.INFO
    logger.log(level, "refused" if status < 500 else "failed", status=status, why=shape["code"])
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse(shape, status=status)
    elif request.headers.get("HX-Request") == "true":
        response = HttpResponse(_line(shape), status=status)
    else:
        now = str(words.what_now) if what_now is None else what_now
        response = HttpResponse(
            _page({**shape, "status": status, "title": words.title, "what_now": now}), status=status
        )
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_LATER_S if status == 429 else RETRY_SOON_S)
    return response


def _wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _line(shape: Mapping[str, Any]) -> str:
    return format_html(
        '<div class="notice bad" role="alert"><p>{}</p><p class="ref">{} <span class="mono">{}</span></p></div>',
        shape["message"],
        _("Reference, if you ask about it:"),
        shape["reference"],
    )


def _page(context: dict[str, Any]) -> str:
    """Drawn without the request: whoever is signed in and whatever is broken, it is the same page."""
    try:
        return render_to_string("site/error.html", context)
    except Exception:  # the page of errors must not be one
        logger.exception("error_page_failed")
        return format_html(PLAIN, **context)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: suspicious, malformed or too large."""
    if isinstance(exception, TOO_LARGE):
        return answer_error(request, 413)
    if isinstance(exception, DisallowedHost):
        return answer_error(request, 400, "wrong_host", _("The portal does not answer under this name."))
    return answer_error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - its words may tell too much
    """Django's handler403."""
    return answer_error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - it names models and routes
    """Django's handler404."""
    return answer_error(request, 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth's handler429."""
    return answer_error(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is being handled: 503 when it was the database that is away."""
    return answer_error(request, 503 if isinstance(sys.exc_info()[1], AWAY) else 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came from elsewhere, or from before signing in again."""
    logger.warning("csrf_failed", reason=reason)
    return answer_error(
        request,
        403,
        "form_expired",
        _("This form is too old or was sent from another site. Nothing was changed."),
        what_now=_("Go back, load the page again, and send the form once more."),
    )
