"""What a session must be before it gets in: not too old, and of two factors where the provider says so."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SessionLifetimeMiddleware:
    """Being written."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)


class RequiredMfaMiddleware:
    """Being written."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)


class ReaderMiddleware:
    """Being written."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)
