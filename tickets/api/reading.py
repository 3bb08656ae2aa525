"""Tickets to read: the list, one, its log, its clocks, the views of the queue."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import STAFF_ROLES, Membership
from tickets.access import get_ticket_for
from tickets.api.opening import opened
from tickets.api.saying import clock_said, clocks_said, event_said, severity_said, ticket_said, tickets_said
from tickets.api.shapes import (
    EventQueryShape,
    EventShape,
    ExplainedClockShape,
    OpenShape,
    TicketDetailShape,
    TicketQueryShape,
    TicketShape,
    ViewShape,
)
from tickets.models import Ticket, TicketEvent
from tickets.previewing import clocks_by_severity
from tickets.queries import agreement_of_ticket
from tickets.queue import (
    COUNTED,
    VIEWS,
    Filters,
    agreements_in_force,
    behind,
    cursor_behind,
    in_view,
    is_cursor,
    order_of_work,
    severity_first,
    view_numbers,
)

AREA = "tickets"
COLUMNS = {"number": "number", "opened_at": "opened_at", "updated_at": "last_event_at"}


class Tickets(ApiView):
    """The tickets that the caller may see."""

    area = AREA

    @operation("tickets", gives=TicketShape, query=TicketQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """Tickets, the newest first, or a view of the desk's queue.

        A customer sees those of their own organisation. With `updated_since` and `ordering=updated_at` a program
        follows what happens.
        """
        actor, query = call.actor, call.query
        if "view" in query:
            return _in_order_of_work(call)
        found, order = _filtered(Ticket.objects.filter(provider_id=actor.provider_id), actor, query)
        rows, further = rows_of(found, query, order)
        return Page(tickets_said(rows, actor=actor), further)

    @operation(
        "ticket_open",
        takes=OpenShape,
        gives=TicketDetailShape,
        status=201,
        examples={
            "By a customer": {"subscription": 1, "subject": "Nothing loads", "text": "Since nine nothing loads."},
            "By support, after a call": {
                "subscription": 1,
                "requester": 1,
                "subject": "Reports are slow",
                "text": "They called about slow reports.",
                "severity": "major",
            },
        },
        refuses="`subscription_unknown`, `not_subscribed`, `service_unknown`, `unknown_severity`, `requester_needed`, "
        "`requester_unknown`, `opened_later`",
    )
    def post(self, call: Call) -> Answer:
        """Opens a ticket; the answer has its deadlines.

        The policy version in force is pinned, and its clocks run from the opening.
        """
        return opened(call)


def _filtered(found: QuerySet[Ticket], actor: Membership, query: Any) -> tuple[QuerySet[Ticket], str]:
    """What the query names, and the column in whose order: along the index of one tenant, or of the provider."""
    tenant = query.get("tenant") if actor.is_staff else actor.tenant_id
    if actor.tenant_id is not None and query.get("tenant", actor.tenant_id) != actor.tenant_id:
        found = found.none()
    if "requester" in query:
        found = found.filter(requester_id=query["requester"])
        people = Membership.objects.filter(pk=query["requester"]).values_list("tenant_id", flat=True)
        tenant = tenant or people.first()
    if tenant is not None:
        found = found.filter(tenant_id=tenant)
    for name in ("status", "severity"):
        if name in query:
            found = found.filter(**{name: query[name]})
    if "solved" in query:
        found = found.filter(solved_at__isnull=not query["solved"])
    if "updated_since" in query:
        found = found.filter(last_event_at__gte=query["updated_since"])
    found = _of_assignee(found, actor, query)
    ordering = query.get("ordering", "-number")
    column = COLUMNS[ordering.removeprefix("-")]
    if column == "number" and tenant is not None:
        column = "id"  # numbers and ids are given in one order, and this is what a tenant's index has
    return found, f"-{column}" if ordering.startswith("-") else column


def _of_assignee(found: QuerySet[Ticket], actor: Membership, query: Any) -> QuerySet[Ticket]:
    wanted = query.get("assignee")
    if wanted is None:
        return found
    require_role(actor, *STAFF_ROLES)
    if wanted == "none":
        return found.filter(assignee=None)
    return found.filter(assignee_id=actor.pk if wanted == "me" else int(wanted))


def _in_order_of_work(call: Call) -> Page:
    actor, query, now = call.actor, call.query, call.at
    require_role(actor, *STAFF_ROLES)
    cursor = query.get("cursor", "")
    if cursor and not is_cursor(cursor):
        said = _("This cursor belongs to no view. Begin without one.")
        raise Refusal("cursor_unknown", said, fields={"cursor": said})
    if "ordering" in query:
        said = _("A view has the order of work; leave the ordering out.")
        raise Refusal("ordering_of_view", said, fields={"ordering": said})
    by_severity = severity_first(agreements_in_force(actor.provider_id, now=now))
    found = in_view(actor, Filters(query["view"]), now=now)
    found, _order = _filtered(found, actor, {name: value for name, value in query.items() if name != "ordering"})
    limit = int(query["limit"])
    ordered = behind(found, cursor, by_severity=by_severity).order_by(*order_of_work(by_severity=by_severity))
    rows = list(ordered[: limit + 1])
    further = cursor_behind(_place(rows[limit - 1])) if len(rows) > limit else None
    return Page(tickets_said(rows[:limit], actor=actor), further)


def _place(ticket: Ticket) -> dict[str, Any]:
    names = ("severity_rank", "standing", "standing_at", "opened_at", "id")
    return {name: getattr(ticket, name) for name in names}


class OneTicket(ApiView):
    """One ticket."""

    area = AREA

    @operation("ticket", gives=TicketDetailShape)
    def get(self, call: Call, number: int) -> Answer:
        """A ticket, its clocks worked out as of now and explained."""
        found = get_ticket_for(call.actor, number)
        return Answer(ticket_said(found, actor=call.actor, now=call.at), tag=found.revision)


class TicketEvents(ApiView):
    """The log of a ticket."""

    area = AREA

    @operation("ticket_events", gives=EventShape, query=EventQueryShape, paged=True)
    def get(self, call: Call, number: int) -> Page:
        """What happened to a ticket, in order; to a customer what is public."""
        found = get_ticket_for(call.actor, number)
        rows, further = rows_of(TicketEvent.objects.filter(ticket=found), call.query, "ordinal")
        return Page([event_said(event) for event in rows], further)


class TicketClocks(ApiView):
    """The clocks of a ticket."""

    area = AREA

    @operation("ticket_clocks", gives=ExplainedClockShape, many=True)
    def get(self, call: Call, number: int) -> Answer:
        """Every clock as of now: what ran, what paused it, what was closed, and the clause that it rests on."""
        found = get_ticket_for(call.actor, number)
        return Answer(clocks_said(found, agreement_of_ticket(found), now=call.at))


def severity_preview_said(found: Ticket, *, yours: bool, now: datetime) -> dict[str, Any]:
    """What each severity of the ticket's policy would do to every clock."""
    agreement: Agreement = agreement_of_ticket(found)
    choices = [
        {
            "severity": severity_said(agreement, choice.key),
            "definition": choice.definition,
            "current": choice.current,
            "changes": [
                {"clock": name, "before": clock_said(was), "after": clock_said(then), "breaches": late}
                for name, was, then, late in choice.changes
            ],
        }
        for choice in clocks_by_severity(found, agreement, now=now)
    ]
    return {"rule": agreement.terms.support.reclassify, "yours": yours, "choices": choices}


class QueueViews(ApiView):
    """The views of the desk's queue."""

    area = AREA

    @operation("queue_views", gives=ViewShape, many=True, roles=STAFF_ROLES)
    def get(self, call: Call) -> Answer:
        """How many tickets each view holds; `tickets?view=...` lists them."""
        counted = view_numbers(call.actor, now=call.at)
        return Answer(
            [{"view": view, "count": min(counted[view], COUNTED), "exact": counted[view] <= COUNTED} for view in VIEWS]
        )
