"""One ticket: its conversation, its clocks with their reasons, and the forms of what can be done."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contracts.models import PolicyVersion
from contracts.policy.agreement import Agreement
from slaportal.intervals import instant_of
from slaportal.pages.times import at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Membership, Role
from tickets.access import get_ticket_for
from tickets.actions.triage import may_classify
from tickets.forms import (
    AssignForm,
    CustomerReplyForm,
    ExcuseForm,
    NoteForm,
    Pairs,
    ReplyForm,
    ResolveForm,
    SeverityForm,
    StatusForm,
)
from tickets.models import Breach, Ticket, TicketEvent
from tickets.previewing import severities_previewed
from tickets.queries import agreement_of_ticket, logs_of, staff_of
from tickets.telling import clocks_told, entries_of, escalations_told
from tickets.words import CLOCKS_NAMED, STATUSES_IN_WORDS, STATUSES_TO_CUSTOMER, severity_in_words

EVERYBODY = (*STAFF_ROLES, *CUSTOMER_ROLES)


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD"])
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """The whole of it on one page."""
    actor = membership_of(request)
    return ticket_page(request, get_ticket_for(actor, number), actor)


@needs(*EVERYBODY)
@require_http_methods(["GET", "HEAD"])
def ticket_severity(request: HttpRequest, number: int) -> HttpResponse:
    """Another severity: the policy's definitions, and every deadline before and after, before anything is saved."""
    actor = membership_of(request)
    return severity_page(request, get_ticket_for(actor, number), actor)


def severity_page(
    request: HttpRequest, found: Ticket, actor: Membership, form: Form | None = None, *, status: int = 200
) -> HttpResponse:
    """The form with what each choice would come to; with what was wrong, where something was."""
    now, agreement = timezone.now(), agreement_of_ticket(found)
    form = form or SeverityForm(agreement=agreement, initial=submission(found))
    context = {
        "ticket": found,
        "form": form,
        "may_classify": may_classify(agreement, actor),
        "choices": severities_previewed(found, agreement, now=now),
        "severity": severity_in_words(agreement, found.severity),
        "rule": agreement.terms.support.reclassify,
    }
    return render(request, "tickets/severity.html", context, status=status)


def ticket_page(
    request: HttpRequest, found: Ticket, actor: Membership, faulty: Form | None = None, *, status: int = 200
) -> HttpResponse:
    """The page, with the one form that was sent and is not right, its input kept."""
    now, customer = timezone.now(), not actor.is_staff
    agreement = agreement_of_ticket(found)
    events = list(TicketEvent.objects.filter(ticket=found).order_by("ordinal"))
    statuses = STATUSES_TO_CUSTOMER if customer else STATUSES_IN_WORDS
    log = logs_of([found.pk])[found.pk]
    at = max(instant_of(now), log[-1].at)
    breaches, shown = _breaches(found, excusable(agreement, actor), faulty, now), _forms(found, actor, faulty)
    context = {
        "ticket": found,
        "customer": customer,
        "entries": entries_of(events, agreement, now=now, customer=customer),
        "clocks": clocks_told(agreement, log, now=now, at=at, customer=customer),
        "severity": severity_in_words(agreement, found.severity),
        "wished": severity_in_words(agreement, str(found.details.get("severity_wished", ""))),
        "status": statuses[found.status],
        "opened": at_reader(found.opened_at, now),
        "version": PolicyVersion.objects.only("number", "title", "effective_from").get(pk=found.version_id),
        "plan": agreement.plan_name,
        "breaches": breaches,
        "excused": {breach["clock"] for breach in breaches} - {b["clock"] for b in breaches if not b["excused"]},
        "escalations": [] if customer else escalations_told(found, agreement, now=now),
        "refused": _refused(faulty, [*shown.values(), *(breach["form"] for breach in breaches)]),
        "may_classify": may_classify(agreement, actor),
        "now": at_reader(now, now),
        "asking": submission(found),
        **shown,
    }
    return render(request, "tickets/ticket.html", context, status=status)


def submission(found: Ticket) -> dict[str, Any]:
    """What every form carries: the revision that is seen on this page, and a mark of its own."""
    return {"seen": found.revision, "token": uuid.uuid4()}


def _forms(found: Ticket, actor: Membership, faulty: Form | None) -> dict[str, Form]:
    """Those that the ticket takes as it stands; the faulty one in its place, where it has one."""
    carried = submission(found)
    forms: dict[str, Form] = {}
    if found.status == "closed":
        return forms
    if actor.is_staff:
        forms = {
            "reply_form": ReplyForm(initial=carried, standing=found.status),
            "note_form": NoteForm(initial=submission(found), auto_id="note_%s"),
        }
        if found.solved_at is None:
            forms |= {
                "status_form": StatusForm(initial={**submission(found), "status": found.status}, auto_id="status_%s"),
                "assign_form": AssignForm(
                    initial={**submission(found), "assignee": found.assignee_id},
                    staff=staff_of(actor.provider_id),
                    auto_id="assign_%s",
                ),
                "resolve_form": ResolveForm(initial=submission(found), auto_id="resolve_%s"),
            }
    else:
        forms = {"reply_form": CustomerReplyForm(initial=carried)}
    for name, form in forms.items():
        if faulty is not None and isinstance(faulty, type(form)):
            forms[name] = faulty
    return forms


def _refused(faulty: Form | None, shown: Sequence[object]) -> dict[str, object] | None:
    """What stood against a form that the page has no place for any more, and what was written in it."""
    if faulty is None or any(form is faulty for form in shown):
        return None
    written = [str(faulty.data.get(name, "")).strip() for name in ("text", "reason") if name in faulty.fields]
    said = [error for errors in faulty.errors.values() for error in errors]
    return {"said": said, "text": next(filter(None, written), "")}


def excusable(agreement: Agreement, actor: Membership) -> Pairs:
    """The causes for which this reader may excuse a breach, in words; none for others than leads and administrators."""
    if actor.role not in (Role.LEAD, Role.ADMIN):
        return []
    return [(cause, _cause(cause)) for cause in agreement.terms.support.excused]


def excuse_form(breach: Breach, causes: Pairs, data: Mapping[str, Any] | None = None) -> ExcuseForm:
    """The form of this breach: a page may have several."""
    return ExcuseForm(data, causes=causes, auto_id=f"breach_{breach.pk}_%s")


def _cause(cause: str) -> str:
    return cause.replace("_", " ")


def _breaches(found: Ticket, causes: Pairs, faulty: Form | None, now: datetime) -> list[dict[str, Any]]:
    told = []
    for breach in Breach.objects.filter(ticket=found).order_by("breached_at", "pk"):
        form = excuse_form(breach, causes) if causes and breach.excused_at is None else None
        if form is not None and faulty is not None and faulty.auto_id == form.auto_id:
            assert isinstance(faulty, ExcuseForm)
            form = faulty
        told.append(
            {
                "pk": breach.pk,
                "clock": str(CLOCKS_NAMED[breach.clock]),
                "at": at_reader(breach.breached_at, now),
                "excused": breach.excused_at is not None,
                "cause": _cause(breach.cause),
                "excuse": breach.excuse,
                "form": form,
            }
        )
    return told
