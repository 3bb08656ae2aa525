"""The provider's settings, its customers, and the operators' page of the installation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import CsvFile, in_blocks
from slaportal.people.actions.organisations import add_tenant, change_provider, found_provider, rename_tenant
from slaportal.people.forms import FoundingForm, ProviderForm, TenantForm
from slaportal.people.queries import tenants_for
from slaportal.people.views.people import STAFF, refuse_in
from slaportal.refusal import Refusal
from slaportal.tenancy.access import get_tenant_for, membership_of, needs, not_found, require_role
from slaportal.tenancy.models import Role, User
from slaportal.tenancy.queries import providers_for_operator


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The provider's name, and whether a second factor is required."""
    actor = membership_of(request)
    provider = actor.provider
    form = ProviderForm(request.POST or None, initial={"name": provider.name, "mfa_required": provider.mfa_required})
    if request.method == "POST" and form.is_valid():
        change_provider(provider, **form.cleaned_data, actor=actor)
        messages.success(request, _("Saved."))
        return redirect("provider")
    return render(request, "people/provider.html", {"form": form}, status=422 if form.errors else 200)


@needs(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def tenants(request: HttpRequest) -> HttpResponse:
    """The customers; administrators add one by POST."""
    actor = membership_of(request)
    form = TenantForm(request.POST or None)
    if request.method == "POST":
        require_role(actor, Role.ADMIN)
        if form.is_valid():
            try:
                tenant = add_tenant(actor.provider, form.cleaned_data["name"], actor=actor)
            except Refusal as refusal:
                refuse_in(form, refusal)
            else:
                messages.success(request, _("%(name)s is a customer now.") % {"name": tenant.name})
                return redirect("tenants")
    words = {"page": page_of(tenants_for(actor), request), "form": form, "may_change": actor.role == Role.ADMIN}
    return render(request, "people/tenants.html", words, status=422 if form.errors else 200)


@needs(*STAFF)
@require_safe
def tenants_csv(request: HttpRequest) -> HttpResponseBase:
    """The customers as a file."""
    listed = tenants_for(membership_of(request))
    rows = in_blocks(listed, lambda block: ([tenant.name, tenant.people] for tenant in block))
    return CsvFile("customers", [_("Name"), _("People")], rows, at=timezone.now())


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def tenant(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer's name."""
    actor = membership_of(request)
    found = get_tenant_for(actor, pk)
    form = TenantForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_tenant(found, form.cleaned_data["name"], actor=actor)
        except Refusal as refusal:
            refuse_in(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("tenants")
    return render(request, "people/tenant.html", {"form": form, "tenant": found}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: HttpRequest) -> HttpResponse:
    """Operators: the providers by name, and a new one. They see no contents, and others do not see this page."""
    user = request.user
    if not (isinstance(user, User) and user.is_operator):
        raise not_found(_("There is nothing here."))
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = found_provider(**form.cleaned_data, operator=user, at=timezone.now())
        except Refusal as refusal:
            refuse_in(form, refusal)
        else:
            messages.success(request, _("%(name)s is founded; its administrator is invited.") % {"name": made.name})
            return redirect("installation")
    words = {"form": form, "providers": providers_for_operator(user)}
    return render(request, "people/installation.html", words, status=422 if form.errors else 200)
