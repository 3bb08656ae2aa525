"""A new ticket, by a customer or by the desk for one."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contracts.models import Coverage, Subscription
from contracts.queries import agreement_at
from slaportal.pages.times import AGAIN, to_the_second
from slaportal.refusal import Refusal
from slaportal.tenancy.access import get_tenant_for, membership_of, needs
from slaportal.tenancy.models import Membership, Tenant
from tickets.actions.opening import open_ticket
from tickets.forms import Choices, OpenForm, Pairs
from tickets.models import Ticket
from tickets.promising import Promised, promised_at
from tickets.queries import agreement_of_ticket, opened_alike
from tickets.views.ticket import EVERYBODY


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_new(request: HttpRequest) -> HttpResponse:
    """Asks what happened, shows what each severity means and promises; staff first choose the customer."""
    actor = membership_of(request)
    tenant = _tenant(request, actor)
    if tenant is None:
        tenants = Tenant.objects.filter(provider_id=actor.provider_id).order_by("name")
        return render(request, "tickets/new_for.html", {"tenants": tenants})
    now = timezone.now()
    subscriptions = Subscription.objects.filter(tenant=tenant, provider_id=actor.provider_id).order_by("name")
    active = [one for one in subscriptions if agreement_at(one, now) is not None]
    promised = [promise for one in active for promise in promised_at(one, now)]
    form = _form(request, actor, tenant, subscriptions.filter(pk__in=[one.pk for one in active]), promised)
    if request.method == "POST" and form.is_valid():
        there = _opened_before(form.cleaned_data, actor, now)
        if there is not None:
            said = _("Ticket #%(number)s was opened in the same words just before. Here it is.")
            messages.info(request, said % {"number": there.number})
            return redirect("ticket", number=there.number)
        try:
            made = _open(form.cleaned_data, actor)
        except Refusal as refusal:
            field = next((name for name in refusal.fields if name in form.fields), None)
            form.add_error(field, refusal.message)
        else:
            _tell(request, made, actor)
            return redirect("ticket", number=made.number)
    context = {"form": form, "tenant": tenant, "promised": promised, "customer": not actor.is_staff, "active": active}
    return render(request, "tickets/new.html", context, status=422 if form.errors else 200)


def _tenant(request: HttpRequest, actor: Membership) -> Tenant | None:
    """The customer's own, or the one that staff chose."""
    if actor.tenant_id is not None:
        return actor.tenant
    chosen = request.GET.get("for", "")
    return get_tenant_for(actor, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None


def _form(
    request: HttpRequest, actor: Membership, tenant: Tenant, subscriptions: Any, promised: list[Promised]
) -> OpenForm:
    people = Membership.objects.filter(tenant=tenant, removed_at=None).order_by("name") if actor.is_staff else None
    covering = Prefetch("coverages", Coverage.objects.select_related("service").order_by("service__name", "service"))
    covered = {
        one: [(str(coverage.service_id), coverage.service.name) for coverage in one.coverages.all()]
        for one in subscriptions.prefetch_related(covering)
    }
    severities: dict[Subscription, Pairs] = {}
    for promise in promised:
        severities.setdefault(promise.subscription, []).append((promise.severity.key, promise.severity.name))
    choices = Choices(subscriptions, covered, severities, people)
    data = request.POST if request.method == "POST" else None
    return OpenForm(data, choices=choices, initial={"token": uuid.uuid4()})


def _opened_before(said: dict[str, Any], actor: Membership, now: datetime) -> Ticket | None:
    """What Back and the button once more would open twice: the page is then a new one, with a token of its own."""
    requester = said.get("requester") or actor
    return opened_alike(actor, said["subscription"], requester, (said["subject"], said["text"]), since=now - AGAIN)


def _open(said: dict[str, Any], actor: Membership) -> Ticket:
    opened_at: datetime | None = said.get("opened_at")
    return open_ticket(
        said["subscription"],
        said["subject"],
        said["text"],
        requester=said.get("requester") or actor,
        actor=actor,
        at=timezone.now(),
        opened_at=opened_at,
        severity=said["severity"] or None,
        service=said["service"],
        token=said["token"],
    )


def _tell(request: HttpRequest, made: Ticket, actor: Membership) -> None:
    """The promise, at once, in words and time."""
    agreement = agreement_of_ticket(made)
    promises = promised_at(made.subscription, made.opened_at, severity=made.severity, agreement=agreement)
    due = promises[0].answer_by if promises else None
    if due is None:
        messages.success(request, _("Ticket #%(number)s is open.") % {"number": made.number})
        return
    said = _("Ticket #%(number)s is open. We answer by %(due)s.") if not actor.is_staff else _(
        "Ticket #%(number)s is open. The answer is due by %(due)s."
    )  # fmt: skip
    messages.success(request, said % {"number": made.number, "due": to_the_second(due).text})
