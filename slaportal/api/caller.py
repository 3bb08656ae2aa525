"""Who calls: what the middleware resolved already (token or session), and whether role and token suffice."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from slaportal.api.areas import refuse_out_of_scope
from slaportal.refusal import Refusal
from slaportal.tenancy.access import refuse_reader, require_role
from slaportal.tenancy.models import ApiToken, Membership

SAFE = ("GET", "HEAD", "OPTIONS")


class Resolved(BaseAuthentication):
    """The person and the token that MembershipMiddleware found; a session's calls are judged by CsrfViewMiddleware."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken | None] | None:
        """Nobody without a membership: a person who belongs nowhere has no provider to ask about."""
        inner: Any = request._request
        if getattr(inner, "membership", None) is None:
            return None
        return inner.user, getattr(inner, "api_token", None)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says to send."""
        return "Bearer"


class Allowed(BasePermission):
    """Signed in; the token's scope and kind, and the member's role, suffice for what is called."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or a refusal that says what would suffice: `not_signed_in`, `token_scope_missing`, ..."""
        inner: Any = request._request
        member: Membership | None = getattr(inner, "membership", None)
        if member is None:
            said = _("Send an API token: Authorization: Bearer slap_...")
            if request.headers.get("Authorization", "").startswith("Bearer sla"):
                said = _("This API token is unknown, expired or revoked, or its owner has to set up a second factor.")
            raise Refusal("not_signed_in", said, status=401)
        handler = getattr(view, (request.method or "").lower(), None)
        reads = request.method in SAFE or getattr(handler, "reads", False)
        refuse_reader(inner, reads=reads)
        refuse_out_of_scope(inner.api_token, getattr(view, "area", ""), writing=not reads)
        roles = getattr(handler, "roles", ())
        if roles:
            require_role(member, *roles)
        return True
