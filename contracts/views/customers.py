"""A customer on one page: subscriptions, services, contacts, and what is added to them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.access import get_contact_for
from contracts.actions.catalogue import add_service
from contracts.actions.contacts import add_contact, change_contact, remove_contact
from contracts.forms import ContactForm, ServiceForm
from contracts.models import Contact, Service, Subscription
from contracts.queries import versions_to_offer, with_their_parts
from contracts.views.lines import contact_lines, service_lines, subscription_lines
from contracts.views.steps import attempt
from slaportal.pages.paging import page_of
from slaportal.tenancy.access import get_tenant_for, membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES, Role, Tenant


@needs(*STAFF_ROLES)
@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was agreed with one customer."""
    return customer_page(request, get_tenant_for(membership_of(request), pk))


def customer_page(
    request: HttpRequest,
    tenant: Tenant,
    *,
    adding_service: forms.BaseForm | None = None,
    adding_contact: forms.BaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, also with a form of it that was refused; as many queries for a thousand rows as for one."""
    actor, now = membership_of(request), timezone.now()
    found = Subscription.objects.filter(tenant=tenant, provider_id=actor.provider_id).order_by("name", "pk")
    page = page_of(with_their_parts(found), request)
    offered = versions_to_offer(actor.provider_id, now)
    services = Service.objects.filter(tenant=tenant).order_by("name", "pk")
    contacts = Contact.objects.filter(tenant=tenant).order_by("concern", "name", "pk")
    words = {
        "tenant": tenant,
        "page": page,
        "lines": subscription_lines(page, offered, now),
        "offered": bool(offered),
        "services": service_lines(services.prefetch_related("coverages__subscription__tenant"), with_tenant=False),
        "contacts": contact_lines(contacts),
        "adding_service": adding_service or ServiceForm(prefix="service"),
        "adding_contact": adding_contact or ContactForm(prefix="contact"),
        "may_change": actor.role == Role.ADMIN,
    }
    return render(request, "contracts/customer.html", words, status=status)


@act_of("customer", "pk")
@needs(Role.ADMIN)
@require_POST
def service_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A service of the customer's own."""
    actor, now = membership_of(request), timezone.now()
    tenant = get_tenant_for(actor, pk)
    form = ServiceForm(request.POST, prefix="service")
    status = attempt(form, lambda: add_service(actor.provider, **form.cleaned_data, tenant=tenant, actor=actor, at=now))
    if status:
        return customer_page(request, tenant, adding_service=form, status=status)
    said = _("%(name)s is a service of %(tenant)s. It counts once a subscription covers it.")
    messages.success(request, said % {"name": form.cleaned_data["name"], "tenant": tenant.name})
    return redirect("customer", pk=pk)


@act_of("customer", "pk")
@needs(Role.ADMIN)
@require_POST
def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else to tell."""
    actor = membership_of(request)
    tenant = get_tenant_for(actor, pk)
    form = ContactForm(request.POST, prefix="contact")
    status = attempt(form, lambda: add_contact(tenant, **form.cleaned_data, actor=actor))
    if status:
        return customer_page(request, tenant, adding_contact=form, status=status)
    messages.success(request, _("%(name)s is a contact now.") % {"name": form.cleaned_data["name"]})
    return redirect("customer", pk=pk)


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact: something of it is different."""
    actor = membership_of(request)
    found = get_contact_for(actor, pk)
    initial = {"concern": found.concern, "name": found.name, "email": found.email, "phone": found.phone}
    form = ContactForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: change_contact(found, **form.cleaned_data, actor=actor))
        if not status:
            messages.success(request, _("Saved."))
            return redirect("customer", pk=found.tenant_id)
    return render(request, "contracts/contact.html", {"contact": found, "form": form}, status=status)


@act_of("customer", pk=lambda actor, pk: get_contact_for(actor, pk).tenant_id)
@needs(Role.ADMIN)
@require_POST
def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody to tell any more."""
    actor = membership_of(request)
    found = get_contact_for(actor, pk)
    remove_contact(found, actor=actor)
    messages.success(request, _("%(name)s is no contact any more.") % {"name": found.name})
    return redirect("customer", pk=found.tenant_id)
