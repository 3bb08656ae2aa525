"""The first page of everybody: what is here for this member."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from slaportal.people.queries import open_invitations_for, people_for, tenants_for
from slaportal.tenancy.models import Membership, Role

SHOWN = 8


@login_required
@require_http_methods(["GET", "HEAD"])
def home(request: HttpRequest) -> HttpResponse:
    """Staff see their customers, a tenant's people their colleagues; who is a member nowhere is told what to do."""
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        if getattr(request.user, "is_operator", False):
            return redirect("installation")
        return render(request, "site/home_nowhere.html")
    now = timezone.now()
    may_invite = member.role in (Role.ADMIN, Role.MANAGER)
    words = {
        "actor": member,
        "may_invite": may_invite,
        "people_count": people_for(member).count(),
        "invitations_count": open_invitations_for(member, now).count() if may_invite else 0,
    }
    if member.is_staff:
        return render(request, "site/home_staff.html", {**words, "tenants": tenants_for(member)[:SHOWN]})
    return render(request, "site/home_customer.html", {**words, "colleagues": people_for(member)[:SHOWN]})
