"""How large a request may be, what may not stand in its address, how often a program may call.

Long addresses and headers stop at gunicorn.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from slaportal.api.allowance import spend
from slaportal.site.errors import answer_error
from slaportal.site.logs import bind_actor
from slaportal.tenancy.models import Membership

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SizeMiddleware:
    """Refuses before a byte of the body is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """413 for a body that says it is too large, 411 for one that does not say: Django would take it as empty."""
        if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
            return answer_error(request, 411, "length_required", _("Say how long the body is: send Content-Length."))
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if not declared.isdecimal():
            return answer_error(request, 400)
        if int(declared) > settings.LARGEST_BODY:
            words = _("The request is larger than %(limit)s MB, which is the most the portal takes.")
            return answer_error(request, 413, message=words % {"limit": settings.LARGEST_BODY // 1024**2})
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return answer_error(request, 400)  # PostgreSQL has no text with it
        return self.get_response(request)


class RateMiddleware:
    """So many calls of the API a minute for each token; those of a session are counted by its member."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """429 beyond it; every answer says what is left. Before the scope, so that it counts whatever comes of it."""
        member: Membership | None = getattr(request, "membership", None)
        if member is None or not request.path.startswith("/api/"):
            return self.get_response(request)
        spent = spend(member, getattr(request, "api_token", None))
        if spent.refused:
            bind_actor(request)
            words = _("More than %(limit)s calls a minute. The next may come in %(again)s s.")
            response: HttpResponseBase = answer_error(
                request, 429, message=words % {"limit": spent.limit, "again": spent.again_in_s}
            )
        else:
            response = self.get_response(request)
        for name, value in spent.headers.items():
            response.headers[name] = value
        return response
