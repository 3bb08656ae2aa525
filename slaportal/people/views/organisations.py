"""The provider's settings, its customers, and the operators' page of the installation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import CsvFile, in_blocks
from slaportal.people.actions.organisations import add_tenant, change_provider, found_provider, rename_tenant
from slaportal.people.contrast import DARK, LIGHT, faintest, ratio_in_words, shades_of
from slaportal.people.forms import ColourForm, FoundingForm, LogoForm, ProviderForm, TenantForm
from slaportal.people.queries import tenants_for
from slaportal.people.views.people import STAFF, refuse_in
from slaportal.refusal import Refusal
from slaportal.tenancy.access import get_tenant_for, membership_of, needs, not_found, require_role
from slaportal.tenancy.models import Role, User
from slaportal.tenancy.queries import providers_for_operator


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The provider's name, and whether a second factor is required; its colour and logo stand below."""
    actor = membership_of(request)
    if request.method != "POST":
        return settings_page(request)
    form = ProviderForm(request.POST)
    if not form.is_valid():
        return settings_page(request, naming=form, status=422)
    change_provider(actor.provider, **form.cleaned_data, actor=actor)
    messages.success(request, _("Saved."))
    return redirect("provider")


def settings_page(
    request: HttpRequest,
    *,
    naming: BaseForm | None = None,
    colouring: BaseForm | None = None,
    picturing: BaseForm | None = None,
    nearest: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, also with a form of it that was refused; `nearest` is a colour to take instead."""
    provider = membership_of(request).provider
    initial = {"name": provider.name, "mfa_required": provider.mfa_required}
    words = {
        "naming": naming or ProviderForm(initial=initial),
        "colouring": colouring or ColourForm(initial={"colour": provider.colour}),
        "picturing": picturing or LogoForm(),
        "nearest": nearest,
        "samples": samples_of(provider.colour) if provider.colour else [],
    }
    return render(request, "people/provider.html", words, status=status)


def samples_of(colour: str) -> list[dict[str, str]]:
    """How links look in it on light and on dark pages, with the lowest ratio of each."""
    shades = shades_of(colour)
    looks = ((_("Light"), LIGHT, shades.link), (_("Dark"), DARK, shades.link_dark))
    return [
        {"name": name, "on": surfaces[1], "link": link, "ratio": ratio_in_words(faintest(link, surfaces))}
        for name, surfaces, link in looks
    ]


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
