"""What a session must be to get in: not too old, of two factors where the provider says so; and its reader's zone."""

import zoneinfo
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from slaportal.people.brand import PATHS as LOOKS
from slaportal.tenancy.middleware import OUTSIDE
from slaportal.tenancy.models import User

GetResponse = Callable[[HttpRequest], HttpResponseBase]
BEGAN, SEEN = "began_at", "seen_at"
NOTE_EVERY_S = 300


class SessionLifetimeMiddleware:
    """Ends a session after `SESSION_IDLE_SECONDS` without a request, and `SESSION_COOKIE_AGE` after its sign-in.

    The last request is noted once in five minutes, so that a page view is not a write.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Signs out whose time is over; the view then treats them as a stranger. Who signs in begins here too."""
        now = int(timezone.now().timestamp())
        if request.user.is_authenticated:
            began, seen = request.session.get(BEGAN, now), request.session.get(SEEN, now)
            if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, _("You were signed out because nothing happened for a while. Sign in again."))
            elif now - seen >= NOTE_EVERY_S:
                request.session[SEEN] = now
        response = self.get_response(request)
        if SESSION_KEY in request.session and BEGAN not in request.session:
            request.session[BEGAN] = request.session[SEEN] = now
        return response


class RequiredMfaMiddleware:
    """Where the provider requires a second factor, a member without one sees only the pages on which to set it up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leads to the page with the second factors."""
        member = getattr(request, "membership", None)
        needed = member is not None and member.provider.mfa_required and getattr(request, "api_token", None) is None
        if needed and not request.path.startswith((*OUTSIDE, *LOOKS)) and not is_mfa_enabled(request.user):
            assert member is not None
            if request.path.startswith("/api/"):  # a program follows no redirect: for it nobody is signed in
                setattr(request, "membership", None)  # noqa: B010 - not an attribute that HttpRequest knows
                return self.get_response(request)
            words = _("%(provider)s requires a second factor. Set one up, then go on.")
            messages.warning(request, words % {"provider": member.provider.name})
            return redirect("mfa_index")
        return self.get_response(request)


class ReaderMiddleware:
    """Times are shown in the reader's own zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The zone is that of the profile; UTC for a stranger and for a zone that is no more."""
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


def zone_of(user: object) -> zoneinfo.ZoneInfo:
    """The person's zone."""
    try:
        return zoneinfo.ZoneInfo(user.time_zone if isinstance(user, User) else "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
