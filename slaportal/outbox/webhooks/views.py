"""The pages of webhooks: for administrators the provider's own, for a customer's managers theirs."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from slaportal.outbox.models import Endpoint
from slaportal.outbox.webhooks import actions
from slaportal.outbox.webhooks.access import get_delivery_for, get_endpoint_for
from slaportal.outbox.webhooks.forms import EndpointForm
from slaportal.outbox.webhooks.lines import (
    attempt_lines,
    delivery_cells,
    delivery_heads,
    delivery_line,
    endpoint_line,
    indented,
)
from slaportal.outbox.webhooks.queries import FAILED, TAKEN, WAITS, attempts_of, deliveries_of, endpoints_of, lost_by
from slaportal.pages.paging import page_of
from slaportal.pages.refusals import tell_in
from slaportal.pages.spreadsheets import CsvFile, in_blocks
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Membership, Role

OWNERS = (Role.ADMIN, Role.MANAGER)
STATES = (
    ("", gettext_lazy("All")),
    (FAILED, gettext_lazy("Failed")),
    (WAITS, gettext_lazy("Waiting")),
    (TAKEN, gettext_lazy("Delivered")),
)
NEWEST = 10
DIGITS = re.compile(r"[0-9]{1,18}")


@needs(*OWNERS)
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """The endpoints, each with how it is doing."""
    now = timezone.now()
    lines = [endpoint_line(endpoint, now) for endpoint in endpoints_of(membership_of(request))]
    return render(request, "webhooks/webhooks.html", {"lines": lines})


@needs(*OWNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """A new one; its secret is shown by the answer, this once."""
    actor, status = membership_of(request), 200
    form = EndpointForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made, secret = actions.add_endpoint(**form.cleaned_data, actor=actor, at=timezone.now())
            except Refusal as refusal:
                status = tell_in(form, refusal)
            else:
                return _page(request, actor, made, secret=secret)
    return render(request, "webhooks/new.html", {"form": form}, status=status)


@needs(*OWNERS)
@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint: what it wants, how it is doing, what was sent there last."""
    actor = membership_of(request)
    return _page(request, actor, get_endpoint_for(actor, pk))


def _page(request: HttpRequest, actor: Membership, endpoint: Endpoint, *, secret: str = "") -> HttpResponse:
    now = timezone.now()
    newest = deliveries_of(actor, endpoint=endpoint.pk)[:NEWEST]
    shown = {
        "line": endpoint_line(endpoint, now),
        "endpoint": endpoint,
        "secret": secret,
        "lines": [delivery_line(delivery, now) for delivery in newest],
        "lost": lost_by(endpoint),
    }
    return render(request, "webhooks/webhook.html", shown)


@needs(*OWNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another address, other events."""
    actor = membership_of(request)
    endpoint = get_endpoint_for(actor, pk)
    before = {"url": endpoint.url, "kinds": endpoint.kinds, "description": endpoint.description}
    form, status = EndpointForm(request.POST if request.method == "POST" else None, initial=before, actor=actor), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.change_endpoint(endpoint, **form.cleaned_data, actor=actor)
            except Refusal as refusal:
                status = tell_in(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("webhook", pk)
    return render(request, "webhooks/change.html", {"form": form, "endpoint": endpoint}, status=status)


@act_of("webhook", "pk")
@needs(*OWNERS)
@require_POST
def webhook_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown by the answer, this once."""
    actor = membership_of(request)
    endpoint = get_endpoint_for(actor, pk)
    secret = actions.rotate_secret(endpoint, actor=actor, at=timezone.now())
    return _page(request, actor, endpoint, secret=secret)


def _acting(
    act: Callable[[Endpoint, Membership], object], said: "str | Promise", to: str = "webhook"
) -> Callable[..., HttpResponseBase]:
    """A view that does one thing with one endpoint and leads back."""

    @act_of("webhook", "pk")
    @needs(*OWNERS)
    @require_POST
    def acted(request: HttpRequest, pk: int) -> HttpResponse:
        actor = membership_of(request)
        act(get_endpoint_for(actor, pk), actor)
        messages.success(request, str(said))
        return redirect(to, pk) if to == "webhook" else redirect(to)

    return acted


webhook_enable = _acting(
    lambda endpoint, actor: actions.enable_endpoint(endpoint, actor=actor),
    gettext_lazy("The webhook is on: what happens from now on is sent there."),
)
webhook_disable = _acting(
    lambda endpoint, actor: actions.disable_endpoint(endpoint, actor=actor, at=timezone.now()),
    gettext_lazy("The webhook is off."),
)
webhook_ping = _acting(
    lambda endpoint, actor: actions.ping_endpoint(endpoint, actor=actor, at=timezone.now()),
    gettext_lazy("A test event is on its way: load this page again to see what came of it."),
)
webhook_delete = _acting(
    lambda endpoint, actor: actions.delete_endpoint(endpoint, actor=actor, at=timezone.now()),
    gettext_lazy("The webhook is deleted; what was sent there can still be read."),
    to="webhooks",
)


def _asked(request: HttpRequest, actor: Membership) -> tuple[str, Endpoint | None]:
    """The state and the endpoint in the address."""
    state, chosen = request.GET.get("state", ""), request.GET.get("endpoint", "")
    endpoint = get_endpoint_for(actor, int(chosen)) if DIGITS.fullmatch(chosen) else None
    return state if state in dict(STATES) else "", endpoint


@needs(*OWNERS)
@require_safe
def webhook_deliveries(request: HttpRequest) -> HttpResponse:
    """What was sent and what is to be, newest first, of the state and the endpoint in the address."""
    actor = membership_of(request)
    state, endpoint = _asked(request, actor)
    page = page_of(deliveries_of(actor, state=state, endpoint=endpoint.pk if endpoint else None), request)
    now = timezone.now()
    shown = {
        "page": page,
        "lines": [delivery_line(delivery, now) for delivery in page],
        "states": STATES,
        "state": state,
        "endpoint": endpoint,
    }
    return render(request, "webhooks/deliveries.html", shown)


@needs(*OWNERS)
@require_safe
def webhook_deliveries_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file; what was sent and answered is not in it."""
    actor, now = membership_of(request), timezone.now()
    state, endpoint = _asked(request, actor)
    found = deliveries_of(actor, state=state, endpoint=endpoint.pk if endpoint else None)
    rows = in_blocks(found, lambda block: map(delivery_cells, block))
    return CsvFile("-".join(filter(None, ("deliveries", state))), delivery_heads(), rows, at=now)


@needs(*OWNERS)
@require_safe
def webhook_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One event for one endpoint: what was sent, and what came back at each attempt."""
    delivery = get_delivery_for(membership_of(request), pk)
    shown = {
        "line": delivery_line(delivery, timezone.now()),
        "delivery": delivery,
        "body": indented(delivery.body),
        "attempts": attempt_lines(list(attempts_of(delivery))),
    }
    return render(request, "webhooks/delivery.html", shown)


@act_of("webhook", "pk")
@needs(*OWNERS)
@require_POST
def webhook_resend_lost(request: HttpRequest, pk: int) -> HttpResponse:
    """All that did not arrive at one endpoint, once more."""
    actor = membership_of(request)
    count = actions.resend_lost(get_endpoint_for(actor, pk), actor=actor, at=timezone.now())
    said = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", count)
    messages.success(request, said % {"count": count})
    return redirect("webhook", pk)


@act_of("webhook_delivery", "pk")
@needs(*OWNERS)
@require_POST
def webhook_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """The same event once more."""
    actor = membership_of(request)
    actions.resend_delivery(get_delivery_for(actor, pk), actor=actor, at=timezone.now())
    messages.success(request, _("The event is sent again: load this page again to see what came of it."))
    return redirect("webhook_delivery", pk)
