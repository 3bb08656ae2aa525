"""The door: which view a role may enter, and one thing for one person. A stranger gets 404, too small a role 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Role, Tenant

View = Callable[..., HttpResponseBase]


def not_found(what: str) -> Refusal:
    """For what is not there and for what is another's alike, in the same words."""
    return Refusal("not_found", what, status=404)


def membership_of(request: HttpRequest) -> Membership:
    """The membership under which this request acts; only in views behind `needs`."""
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        raise not_found(_("There is nothing here."))
    return member


def needs(*roles: str) -> Callable[[View], View]:
    """Opens a view to members of these roles; the scope of their provider or tenant is open in it."""

    def door(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member: Membership | None = getattr(request, "membership", None)
            if member is None:
                return redirect("home")
            require_role(member, *roles)
            refuse_reader(request)
            return view(request, *args, **kwargs)

        entered.needs = roles  # type: ignore[attr-defined]
        return entered

    return door


def require_role(member: Membership, *roles: str) -> None:
    """Refuses with 403 in the words of the roles that may."""
    if member.role not in roles:
        names = ", ".join(str(Role(role).label) for role in roles)
        raise Refusal(
            "role_not_allowed",
            _("Your role may not do this; it takes one of: %(roles)s.") % {"roles": names},
            status=403,
        )


def refuse_reader(request: HttpRequest, *, reads: bool = False) -> None:
    """A token that may only read is refused for all but GET, HEAD, OPTIONS, and what is declared to read (`reads`)."""
    token = getattr(request, "api_token", None)
    if token is not None and token.read_only and not reads and request.method not in ("GET", "HEAD", "OPTIONS"):
        raise Refusal("token_read_only", _("This token may only read; use one that may write."), status=403)


def get_member_for(actor: Membership, pk: int) -> Membership:
    """A current member of the actor's provider (for staff) or tenant (for its people)."""
    found = Membership.objects.filter(pk=pk, provider_id=actor.provider_id, removed_at=None)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    member = found.select_related("tenant").first()
    if member is None:
        raise not_found(_("There is no such person here."))
    return member


def get_tenant_for(actor: Membership, pk: int) -> Tenant:
    """A tenant of the actor's provider (for staff), or the actor's own."""
    found = Tenant.objects.filter(pk=pk, provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(pk=actor.tenant_id)
    tenant = found.first()
    if tenant is None:
        raise not_found(_("There is no such customer here."))
    return tenant
