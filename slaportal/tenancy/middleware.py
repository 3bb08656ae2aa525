"""From a session or a token to a membership, and from there to the scope in which the view runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from slaportal.pages.spreadsheets import CsvFile
from slaportal.tenancy.models import Membership, User
from slaportal.tenancy.queries import caller_of, memberships_of, role_for
from slaportal.tenancy.scope import scope

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# These run in the identity plane, as the login: signing in and what belongs to the person, not to a provider.
OUTSIDE = ("/account/", "/invitation/", "/installation/", "/switch/", "/healthz", "/readyz", "/static/")
CHOSEN = "membership"


class MembershipMiddleware:
    """Finds who acts: `request.membership` (None for a stranger) and how many memberships the person has.

    A session's membership is read anew at each request, so a removal takes effect at the next one. Under /api/ an API
    token in the Authorization header goes before the session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sets `membership`, `memberships_count` and `api_token` on the request."""
        who: Any = request
        who.membership, who.memberships_count, who.api_token = None, 0, None
        header = request.headers.get("Authorization", "")
        if header and request.path.startswith("/api/"):
            self._by_token(who, header)
        elif isinstance(request.user, User):
            self._by_session(who, request.user)
        return self.get_response(request)

    @staticmethod
    def _by_session(request: Any, user: User) -> None:
        memberships = memberships_of(user)
        chosen = request.session.get(CHOSEN)
        request.memberships_count = len(memberships)
        if memberships:
            request.membership = next((m for m in memberships if m.pk == chosen), memberships[0])

    @staticmethod
    def _by_token(request: Any, header: str) -> None:
        kind, _, secret = header.partition(" ")
        caller = caller_of(secret.strip(), now=timezone.now()) if kind.lower() == "bearer" else None
        request.user = caller.user if caller else AnonymousUser()
        if caller:
            request.membership, request.memberships_count, request.api_token = caller.member, 1, caller.token
            request._dont_enforce_csrf_checks = True


class ScopeMiddleware:
    """The last of all: the view, and only the view, runs as the membership's role, in one transaction.

    An answer of 400 and above leaves nothing behind. What streams after the view has lost its scope and fails; a list
    that is sent as a file has the same scope opened for it again.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Opens the scope, unless the path lies in the identity plane or nobody is signed in."""
        member: Membership | None = getattr(request, "membership", None)
        if member is None or request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with _scope_of(member):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            render = getattr(response, "render", None)
            if callable(render) and not getattr(response, "is_rendered", True):
                response = render()
        if isinstance(response, CsvFile):
            if request.method == "HEAD":
                response.streaming_content = ()
            else:
                response.read_within(lambda: _scope_of(member))
        return response


def _scope_of(member: Membership) -> AbstractContextManager[None]:
    return scope(role_for(member.tenant_id), provider=member.provider_id, tenant=member.tenant_id)
