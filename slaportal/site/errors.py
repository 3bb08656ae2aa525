"""Errors in one shape: code, message, fields, and a reference that stands in the log."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ReferenceMiddleware:
    """Being written."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)


class RefusalMiddleware:
    """Being written."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form that came from elsewhere, or too late."""
    return HttpResponse(status=403)
