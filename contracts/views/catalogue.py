"""The services that customers share, and the name of any service."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contracts.access import get_service_for
from contracts.actions.catalogue import add_service, rename_service
from contracts.forms import NameForm, ServiceForm
from contracts.models import Service
from contracts.views.lines import service_lines
from contracts.views.steps import attempt
from slaportal.pages.paging import page_of
from slaportal.tenancy.access import membership_of, needs, require_role
from slaportal.tenancy.models import STAFF_ROLES, Role


@needs(*STAFF_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def services(request: HttpRequest) -> HttpResponse:
    """The shared services with who covers them; administrators add one by POST."""
    actor, now = membership_of(request), timezone.now()
    form = ServiceForm(request.POST or None)
    status = 200
    if request.method == "POST":
        require_role(actor, Role.ADMIN)
        status = attempt(
            form, lambda: add_service(actor.provider, **form.cleaned_data, tenant=None, actor=actor, at=now)
        )
        if not status:
            said = _("%(name)s is a shared service. It counts for a customer once a subscription covers it.")
            messages.success(request, said % {"name": form.cleaned_data["name"]})
            return redirect("services")
    found = Service.objects.filter(provider_id=actor.provider_id, tenant=None).order_by("name", "pk")
    page = page_of(found.prefetch_related("coverages__subscription__tenant"), request)
    words = {
        "page": page,
        "lines": service_lines(page, with_tenant=True),
        "form": form,
        "may_change": actor.role == Role.ADMIN,
    }
    return render(request, "contracts/services.html", words, status=status)


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def service_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name of a service, shared or of one customer."""
    actor = membership_of(request)
    found = get_service_for(actor, pk)
    form = NameForm(request.POST or None, initial={"name": found.name})
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: rename_service(found, form.cleaned_data["name"], actor=actor))
        if not status:
            messages.success(request, _("Saved."))
            return redirect("services") if found.tenant_id is None else redirect("customer", pk=found.tenant_id)
    return render(request, "contracts/service.html", {"service": found, "form": form}, status=status)
