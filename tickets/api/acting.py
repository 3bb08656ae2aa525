"""What is done to a ticket over the API: each act one call of the pages' own action."""

from django.utils.translation import gettext as _

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import STAFF_ROLES, Membership, Role
from tickets.access import get_breach_for, get_ticket_for
from tickets.actions.conversation import ask_for_status, note, reply
from tickets.actions.ending import close, reopen, resolve
from tickets.actions.excusing import excuse
from tickets.actions.triage import assign, may_classify, set_severity, set_status
from tickets.api.reading import AREA, severity_preview_said
from tickets.api.saying import breach_said, event_said, ticket_said
from tickets.api.shapes import (
    ActedShape,
    AssignShape,
    BreachShape,
    ExcuseShape,
    NoteShape,
    NothingShape,
    ReplyShape,
    ResolveShape,
    SayingShape,
    SetSeverityShape,
    SeverityPreviewShape,
    StatusShape,
)
from tickets.models import Ticket, TicketEvent
from tickets.queries import agreement_of_ticket, staff_of


def _ticket(call: Call, number: int) -> Ticket:
    """The ticket; where the call says which revision it means, locked and compared with it."""
    found = get_ticket_for(call.actor, number)
    if "If-Match" in call.request.headers:
        locked = Ticket.objects.select_for_update(of=("self",)).only("revision").get(pk=found.pk)
        call.match(locked.revision)
    return found


def _acted(call: Call, event: TicketEvent, number: int) -> Answer:
    now = get_ticket_for(call.actor, number)
    told = {"event": event_said(event), "ticket": ticket_said(now, actor=call.actor, now=call.at)}
    return Answer(told, tag=now.revision)


class Reply(ApiView):
    """Replies."""

    area = AREA

    @operation(
        "ticket_reply",
        takes=ReplyShape,
        gives=ActedShape,
        status=201,
        matches=True,
        examples={"A reply": {"text": "We found the cause and are rolling back."}},
        refuses="`text_needed`, `reopen_window_over`, `ticket_closed`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Replies in public; support may set a status with it. A customer's reply to a solved ticket reopens it."""
        found, body = _ticket(call, number), call.body
        if "status" in body:
            require_role(call.actor, *STAFF_ROLES)
        return _acted(call, reply(found, body["text"], actor=call.actor, at=call.at, status=body.get("status")), number)


class Note(ApiView):
    """Notes."""

    area = AREA

    @operation(
        "ticket_note",
        takes=NoteShape,
        gives=ActedShape,
        roles=STAFF_ROLES,
        status=201,
        matches=True,
        examples={"A note": {"text": "The cache of eu-2 was full."}},
        refuses="`text_needed`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Notes something for the desk alone; it changes no clock and no status."""
        return _acted(call, note(_ticket(call, number), call.body["text"], actor=call.actor, at=call.at), number)


class Status(ApiView):
    """Statuses."""

    area = AREA

    @operation(
        "ticket_status",
        takes=StatusShape,
        gives=ActedShape,
        roles=STAFF_ROLES,
        status=201,
        matches=True,
        examples={"We need an answer": {"status": "waiting_on_third_party", "reason": "Asked the carrier."}},
        refuses="`status_unchanged`, `event_does_not_fit`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Sets another status; solving and closing are acts of their own."""
        found, body = _ticket(call, number), call.body
        event = set_status(found, body["status"], actor=call.actor, at=call.at, reason=body.get("reason", ""))
        return _acted(call, event, number)


class Severity(ApiView):
    """Severities."""

    area = AREA

    @operation("ticket_severity_preview", gives=SeverityPreviewShape)
    def get(self, call: Call, number: int) -> Answer:
        """Shows what each severity would do to every clock, before anything is saved."""
        found = get_ticket_for(call.actor, number)
        yours = may_classify(agreement_of_ticket(found), call.actor)
        return Answer(severity_preview_said(found, yours=yours, now=call.at), tag=found.revision)

    @operation(
        "ticket_severity",
        takes=SetSeverityShape,
        gives=ActedShape,
        status=201,
        matches=True,
        examples={"Less than it seemed": {"severity": "major", "reason": "Only one report is slow."}},
        refuses="`severity_not_yours`, `severity_unchanged`, `unknown_severity`, `reason_needed`, `ticket_closed`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Sets another severity; the policy says who may, and what becomes of the clocks."""
        found, body = _ticket(call, number), call.body
        event = set_severity(found, body["severity"], reason=body["reason"], actor=call.actor, at=call.at)
        return _acted(call, event, number)


class Assign(ApiView):
    """Owners."""

    area = AREA

    @operation(
        "ticket_assign",
        takes=AssignShape,
        gives=ActedShape,
        roles=STAFF_ROLES,
        status=201,
        matches=True,
        examples={"Nobody's any more": {"assignee": None}},
        refuses="`assignee_unknown`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Says whose it is from now on; null: nobody's."""
        found, wanted = _ticket(call, number), call.body["assignee"]
        event = assign(found, _owner(call.actor, wanted), actor=call.actor, at=call.at)
        return _acted(call, event, number)


def _owner(actor: Membership, pk: int | None) -> Membership | None:
    if pk is None:
        return None
    owner = staff_of(actor.provider_id).filter(pk=pk).first()
    if owner is None:
        said = _("A ticket is assigned to somebody of the desk.")
        raise Refusal("assignee_unknown", said, fields={"assignee": said})
    return owner


class Resolve(ApiView):
    """Solutions."""

    area = AREA

    @operation(
        "ticket_resolve",
        takes=ResolveShape,
        gives=ActedShape,
        roles=STAFF_ROLES,
        status=201,
        matches=True,
        examples={"Fixed": {"resolution": "fix", "text": "The new release is out."}},
        refuses="`event_does_not_fit` on a ticket that is solved",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Solves it; the customer is told how."""
        found, body = _ticket(call, number), call.body
        said = body.get("text", "")
        return _acted(call, resolve(found, body["resolution"], actor=call.actor, at=call.at, text=said), number)


class Reopen(ApiView):
    """Reopening."""

    area = AREA

    @operation(
        "ticket_reopen",
        takes=SayingShape,
        gives=ActedShape,
        status=201,
        matches=True,
        examples={"Not yet": {"text": "It is slow again."}},
        refuses="`event_does_not_fit` on a ticket that is not solved, `reopen_window_over`, `ticket_closed`",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Opens a solved ticket again; its resolution clock goes on where it stood."""
        said = call.body.get("text", "")
        return _acted(call, reopen(_ticket(call, number), actor=call.actor, at=call.at, text=said), number)


class Close(ApiView):
    """Closing."""

    area = AREA

    @operation(
        "ticket_close",
        takes=NothingShape,
        gives=ActedShape,
        status=201,
        matches=True,
        examples={"For good": {}},
        refuses="`event_does_not_fit` on a ticket that is not solved",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Closes a solved ticket for good."""
        return _acted(call, close(_ticket(call, number), actor=call.actor, at=call.at), number)


class Ask(ApiView):
    """Questions how it stands."""

    area = AREA

    @operation(
        "ticket_ask",
        takes=SayingShape,
        gives=ActedShape,
        status=201,
        matches=True,
        examples={"How does it stand?": {}},
        refuses="`event_does_not_fit` on a ticket that is solved",
    )
    def post(self, call: Call, number: int) -> Answer:
        """Asks how it stands; the clock for the answer runs where the policy has one."""
        said = call.body.get("text", "")
        return _acted(call, ask_for_status(_ticket(call, number), actor=call.actor, at=call.at, text=said), number)


class Excuse(ApiView):
    """Excuses."""

    area = AREA

    @operation(
        "breach_excuse",
        takes=ExcuseShape,
        gives=BreachShape,
        roles=(Role.LEAD, Role.ADMIN),
        status=200,
        refuses="`cause_not_excused`, `already_excused`, `reason_needed`",
    )
    def post(self, call: Call, breach: int) -> Answer:
        """Excuses a breach, for a cause that the policy names; it stays, marked."""
        found, body = get_breach_for(call.actor, breach), call.body
        excuse(found, cause=body["cause"], reason=body["reason"], actor=call.actor, at=call.at)
        return Answer(breach_said(get_breach_for(call.actor, breach)))
