"""What is done to a ticket: each act one form; a refusal comes back on the page with what was typed."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from slaportal.pages.times import AGAIN
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES, Membership, Role
from tickets.access import get_breach_for, get_ticket_for
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.actions.triage import assign, set_severity, set_status
from tickets.forms import (
    Acting,
    AssignForm,
    CustomerReplyForm,
    NoteForm,
    ReplyForm,
    ResolveForm,
    SeverityForm,
    StatusForm,
)
from tickets.models import Ticket
from tickets.queries import agreement_of_ticket, said_before, staff_of
from tickets.views.ticket import EVERYBODY, excusable, excuse_form, severity_page, ticket_page

Page = Callable[..., HttpResponse]


def _done(
    request: HttpRequest, ticket: Ticket, form: Form, do: Callable[[dict[str, Any], Membership, datetime], object],
    *, page: Page = ticket_page,
) -> HttpResponse:  # fmt: skip
    """Does it and shows the ticket; or shows what stands against it, with the input, on the page as it is now."""
    actor = membership_of(request)
    if form.is_valid():
        try:
            do(form.cleaned_data, actor, timezone.now())
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            field = next((name for name in refusal.fields if name in form.fields), None)
            form.add_error(field, refusal.message)
        else:
            return redirect("ticket", number=ticket.number)
    now = get_ticket_for(actor, ticket.number)
    data = request.POST.copy()
    data["seen"] = str(now.revision)  # what is sent again has seen what the page shows now
    data["token"] = str(uuid.uuid4())  # and is another submission: the refused one had no effect
    form.data = data
    return page(request, now, actor, form, status=422)


@act_of("ticket", "number")
@needs(*EVERYBODY)
@require_POST
def ticket_reply(request: HttpRequest, number: int) -> HttpResponse:
    """A public reply, support's with a status, if one is chosen."""
    actor = membership_of(request)
    ticket = get_ticket_for(actor, number)
    standing = ticket.status
    form = ReplyForm(request.POST, standing=standing) if actor.is_staff else CustomerReplyForm(request.POST)

    def do(said: dict[str, Any], who: Membership, at: datetime) -> None:
        status = said.get("status") or None
        if status in (None, standing) and said_before(who, ticket, said["text"], since=at - AGAIN):
            messages.info(request, _("This was sent in the same words just before. It stands above."))
        else:
            reply(ticket, said["text"], actor=who, at=at, status=status, **_carried(said))

    return _done(request, ticket, form, do)


@act_of("ticket", "number")
@needs(*STAFF_ROLES)
@require_POST
def ticket_note(request: HttpRequest, number: int) -> HttpResponse:
    """An internal note."""
    ticket = get_ticket_for(membership_of(request), number)
    form = NoteForm(request.POST, auto_id="note_%s")
    return _done(
        request,
        ticket,
        form,
        lambda said, who, at: note(ticket, said["text"], actor=who, at=at, token=said["token"]),
    )


@act_of("ticket", "number")
@needs(*STAFF_ROLES)
@require_POST
def ticket_status(request: HttpRequest, number: int) -> HttpResponse:
    """Another status."""
    ticket = get_ticket_for(membership_of(request), number)
    form = StatusForm(request.POST, auto_id="status_%s")
    return _done(
        request,
        ticket,
        form,
        lambda said, who, at: set_status(ticket, said["status"], actor=who, at=at, **_carried(said)),
    )


@act_of("ticket_severity", "number")
@needs(*EVERYBODY)
@require_POST
def ticket_severity_set(request: HttpRequest, number: int) -> HttpResponse:
    """Another severity, after its preview was seen."""
    ticket = get_ticket_for(membership_of(request), number)
    form = SeverityForm(request.POST, agreement=agreement_of_ticket(ticket))
    return _done(
        request,
        ticket,
        form,
        lambda said, who, at: set_severity(
            ticket, said["severity"], reason=said["reason"], actor=who, at=at, **_carried(said)
        ),
        page=severity_page,
    )


@act_of("ticket", "number")
@needs(*STAFF_ROLES)
@require_POST
def ticket_assign(request: HttpRequest, number: int) -> HttpResponse:
    """Whose it is."""
    actor = membership_of(request)
    ticket = get_ticket_for(actor, number)
    form = AssignForm(request.POST, staff=staff_of(actor.provider_id), auto_id="assign_%s")
    return _done(
        request,
        ticket,
        form,
        lambda said, who, at: assign(ticket, said["assignee"], actor=who, at=at, **_carried(said)),
    )


@act_of("ticket", "number")
@needs(*STAFF_ROLES)
@require_POST
def ticket_resolve(request: HttpRequest, number: int) -> HttpResponse:
    """Solved, and how."""
    ticket = get_ticket_for(membership_of(request), number)
    form = ResolveForm(request.POST, auto_id="resolve_%s")
    return _done(
        request,
        ticket,
        form,
        lambda said, who, at: resolve(
            ticket, said["resolution"], text=said["text"], actor=who, at=at, **_carried(said)
        ),
    )


@act_of("ticket", "number")
@needs(*EVERYBODY)
@require_POST
def ticket_reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open again."""
    ticket = get_ticket_for(membership_of(request), number)
    return _done(
        request, ticket, Acting(request.POST), lambda said, who, at: reopen(ticket, actor=who, at=at, **_carried(said))
    )


@act_of("ticket", "number")
@needs(*EVERYBODY)
@require_POST
def ticket_close(request: HttpRequest, number: int) -> HttpResponse:
    """Closed for good."""
    ticket = get_ticket_for(membership_of(request), number)
    return _done(
        request, ticket, Acting(request.POST), lambda said, who, at: close(ticket, actor=who, at=at, **_carried(said))
    )


@act_of("ticket", "number")
@needs(*EVERYBODY)
@require_POST
def ticket_ask(request: HttpRequest, number: int) -> HttpResponse:
    """How does it stand?"""
    ticket = get_ticket_for(membership_of(request), number)
    return _done(
        request,
        ticket,
        Acting(request.POST),
        lambda said, who, at: ask_for_status(ticket, actor=who, at=at, token=said["token"]),
    )


@act_of("ticket", number=lambda actor, pk: get_breach_for(actor, pk).ticket.number)
@needs(Role.LEAD, Role.ADMIN)
@require_POST
def breach_excuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A breach is excused, for a cause that the policy names."""
    actor = membership_of(request)
    breach = get_breach_for(actor, pk)
    form = excuse_form(breach, excusable(agreement_of_ticket(breach.ticket), actor), request.POST)
    return _done(
        request,
        breach.ticket,
        form,
        lambda said, who, at: excuse(breach, cause=said["cause"], reason=said["reason"], actor=who, at=at),
    )


def _carried(said: dict[str, Any]) -> dict[str, Any]:
    return {"seen": said["seen"], "token": said["token"]}
