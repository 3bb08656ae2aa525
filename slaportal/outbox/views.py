"""The page of messages for a provider's administrators: what was sent, what waits, what was given up."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from slaportal.outbox.access import get_message_for
from slaportal.outbox.actions import retry_message
from slaportal.outbox.models import Message, State
from slaportal.outbox.queries import given_up_count, messages_of
from slaportal.outbox.words import kind_in_words
from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import Shown, at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Role

BADGES = {
    State.WAITING: "paused",
    State.SENDING: "running",
    State.SENT: "met",
    State.GIVEN_UP: "breached",
    State.CANCELLED: "none",
}


@dataclass(frozen=True)
class Line:
    """One message as the page shows it; its contents are not shown to anybody."""

    message: Message
    kind: str
    badge: str
    left_at: Shown
    next_at: Shown | None
    may_retry: bool


def _line(message: Message, now: datetime) -> Line:
    waits = message.state == State.WAITING
    return Line(
        message,
        kind_in_words(message.kind),
        BADGES[State(message.state)],
        at_reader(message.created_at, now),
        at_reader(message.next_attempt_at, now) if waits else None,
        message.state == State.GIVEN_UP,
    )


@needs(Role.ADMIN)
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Newest first, of the state in the address."""
    member, state = membership_of(request), _state(request)
    page = page_of(messages_of(member.provider_id, state), request)
    now = timezone.now()
    shown = {
        "page": page,
        "lines": [_line(message, now) for message in page],
        "states": State.choices,
        "state": state,
        "given_up": given_up_count(member.provider_id),
    }
    return render(request, "outbox/messages.html", shown)


@needs(Role.ADMIN)
@require_safe
def messages_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file; what stands in the mails is not in it."""
    member, state, now = membership_of(request), _state(request), timezone.now()
    heads = [
        _("Recipient"),
        _("Subject"),
        _("Kind"),
        _("State"),
        _("Attempts"),
        _("Queued"),
        _("Next attempt"),
        _("Last error"),
    ]
    rows = in_blocks(messages_of(member.provider_id, state), lambda block: map(_cells, block))
    return CsvFile("-".join(filter(None, ("mail", state))), heads, rows, at=now)


def _cells(message: Message) -> Cells:
    return [
        message.recipient,
        message.subject,
        kind_in_words(message.kind),
        message.get_state_display(),
        message.attempts,
        message.created_at,
        message.next_attempt_at if message.state == State.WAITING else None,
        message.last_error,
    ]


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in State.values else ""


@act_of("messages")
@needs(Role.ADMIN)
@require_POST
def message_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends one again that was given up."""
    member = membership_of(request)
    message = get_message_for(member, pk)
    retry_message(message, actor=member, at=timezone.now())
    notes.success(request, _("The message to %(recipient)s is sent again.") % {"recipient": message.recipient})
    return redirect("messages")
