"""A provider's colour and logo: served to its staff and its customers' people alone, changed by administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from slaportal.pages.refusals import tell_in
from slaportal.people.actions.brand import ColourFaint, remove_logo, set_colour, set_logo
from slaportal.people.brand import DIGITS, stylesheet_of
from slaportal.people.forms import ColourForm, LogoForm
from slaportal.people.models import Logo
from slaportal.people.views.organisations import settings_page
from slaportal.people.views.people import EVERYBODY
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs, not_found
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Role

A_YEAR_S = 365 * 24 * 3600


@needs(*EVERYBODY)
@require_safe
def brand_css(request: HttpRequest) -> HttpResponseBase:
    """The colour as a stylesheet: the CSP lets nothing inline set it."""
    sheet = stylesheet_of(membership_of(request).provider.colour)
    return _kept(request, HttpResponse(sheet.text, content_type="text/css; charset=utf-8"), sheet.digest)


@needs(*EVERYBODY)
@require_safe
def brand_logo(request: HttpRequest) -> HttpResponseBase:
    """The logo, a PNG that the portal drew itself."""
    provider = membership_of(request).provider
    logo = Logo.objects.filter(provider=provider).first()
    if logo is None:
        raise not_found(_("There is no logo here."))
    return _kept(request, HttpResponse(bytes(logo.png), content_type="image/png"), provider.logo_digest[:DIGITS])


def _kept(request: HttpRequest, response: HttpResponse, digest: str) -> HttpResponseBase:
    """For good by this person's browser where the address names what it got; else it asks again each time."""
    for_good = request.GET.get("v") == digest
    response["ETag"] = f'"{digest}"'
    response["Cache-Control"] = f"private, max-age={A_YEAR_S}, immutable" if for_good else "private, no-cache"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@act_of("provider")
@needs(Role.ADMIN)
@require_POST
def provider_colour(request: HttpRequest) -> HttpResponse:
    """Another colour; one that cannot be read comes back with the nearest that can."""
    actor = membership_of(request)
    form = ColourForm(request.POST)
    status, nearest = 422, ""
    if form.is_valid():
        try:
            set_colour(actor.provider, form.cleaned_data["colour"], actor=actor)
        except Refusal as refusal:
            status = tell_in(form, refusal)
            nearest = refusal.nearest if isinstance(refusal, ColourFaint) else ""
        else:
            messages.success(request, _("Saved."))
            return redirect("provider")
    return settings_page(request, colouring=form, nearest=nearest, status=status)


@act_of("provider")
@needs(Role.ADMIN)
@require_POST
def provider_logo(request: HttpRequest) -> HttpResponse:
    """Another logo."""
    actor = membership_of(request)
    form = LogoForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            set_logo(actor.provider, form.cleaned_data["logo"].read(), actor=actor, at=timezone.now())
        except Refusal as refusal:
            status = tell_in(form, refusal)
        else:
            messages.success(request, _("The logo stands in the bar now, for your staff and your customers."))
            return redirect("provider")
    return settings_page(request, picturing=form, status=status)


@act_of("provider")
@needs(Role.ADMIN)
@require_POST
def provider_logo_remove(request: HttpRequest) -> HttpResponse:
    """No logo any more."""
    actor = membership_of(request)
    remove_logo(actor.provider, actor=actor)
    messages.success(request, _("The logo is removed."))
    return redirect("provider")
