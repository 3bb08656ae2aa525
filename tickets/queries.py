"""Reading tickets: their logs as the calculation takes them, the agreements they are pinned to, their breaches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet

from contracts.models import PolicyVersion, Subscription
from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of, read_document
from slaportal.intervals import instant_of
from slaportal.tenancy.models import Membership
from tickets.history import EVENT_TYPES, Event
from tickets.models import Breach, Ticket, TicketClock, TicketEvent

_LOGS = """
SELECT ticket_id, at, type, status, severity, resolution FROM tickets_ticketevent
WHERE ticket_id = ANY(%s) AND type = ANY(%s) ORDER BY ticket_id, ordinal
"""


def logs_of(tickets: Sequence[int]) -> dict[int, list[Event]]:
    """The events of each ticket in order, as the calculation takes them: one query for all.

    In a customer's scope without the desk's own, which change nothing.
    """
    logs: dict[int, list[Event]] = {pk: [] for pk in tickets}
    with connection.cursor() as cursor:
        cursor.execute(_LOGS, [list(tickets), list(EVENT_TYPES)])
        for pk, at, kind, status, severity, resolution in cursor.fetchall():
            logs[pk].append(Event(instant_of(at), kind, status or None, severity or None, resolution or None))
    return logs


_SAID = ("opened", "agent_reply", "customer_reply", "status_request", "resolved", "reopened", "closed")


def opened_alike(
    author: Membership, subscription: Subscription, requester: Membership, said: tuple[str, str], *, since: datetime
) -> Ticket | None:
    """The ticket that they opened since then for the same person with this subject and text, None if none.

    Looked for among the twenty newest of the customer.
    """
    subject, text = said
    of_customer = Ticket.objects.filter(provider_id=author.provider_id, tenant_id=subscription.tenant_id)
    alike = [
        ticket.pk
        for ticket in of_customer.order_by("-id")[:20]
        if ticket.created_at >= since
        and (ticket.subscription_id, ticket.requester_id) == (subscription.pk, requester.pk)
        and ticket.subject == subject.strip()
    ]
    events = TicketEvent.objects.filter(ticket__in=alike, type="opened", author=author, text=text)
    event = events.select_related("ticket").order_by("-ticket_id").first() if alike else None
    return None if event is None else event.ticket


def said_before(author: Membership, ticket: Ticket, text: str, *, since: datetime) -> bool:
    """Whether the last that was said on this ticket, for both sides to read, were these words of theirs since then."""
    said = TicketEvent.objects.filter(ticket=ticket, type__in=_SAID)
    last = said.order_by("-ordinal").first()
    return last is not None and (last.author_id, last.text) == (author.pk, text) and last.recorded_at >= since


def agreements_of(pinned: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Agreement]:
    """The agreement of each (version, plan), of the first plan where none is named.

    The text of a version is read from the database once in a process.
    """
    wanted, database = set(pinned), str(connection.settings_dict["NAME"])
    known = {pk: _KEPT.get((database, pk)) for pk, _ in wanted}
    missing = [pk for pk, text in known.items() if text is None]
    for pk, text in PolicyVersion.objects.filter(pk__in=missing).values_list("pk", "text") if missing else ():
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        known[pk] = _KEPT[database, pk] = text
    return {(pk, plan): _agreement(known[pk] or "", plan) for pk, plan in wanted}


def agreement_of_ticket(ticket: Ticket) -> Agreement:
    """What was promised when the ticket was opened: its pinned version and plan."""
    pinned = (ticket.version_id, ticket.plan)
    return agreements_of([pinned])[pinned]


# Texts of published versions, which never change, by database and id.
_KEPT: dict[tuple[str, int], str] = {}
_MOST = 512


@lru_cache(maxsize=1024)
def _agreement(text: str, plan: str) -> Agreement:
    return agreement_of(read_document(text), plan or None)


def events_since(ticket: Ticket, revision: int) -> QuerySet[TicketEvent]:
    """What was added to the log after that revision, in order; for a customer, of what is public."""
    return TicketEvent.objects.filter(ticket=ticket, ordinal__gt=revision).order_by("ordinal")


def breaches_between(subscription: int, start: datetime, end: datetime) -> QuerySet[Breach]:
    """The breaches of a subscription's tickets in [start, end), the excused ones too."""
    return Breach.objects.filter(subscription_id=subscription, breached_at__gte=start, breached_at__lt=end).order_by(
        "breached_at", "id"
    )


def tickets_of(actor: Membership) -> QuerySet[Ticket]:
    """The tickets of a customer, or of all a provider's customers, the newest first."""
    found = Ticket.objects.filter(provider_id=actor.provider_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    return found.select_related("tenant").order_by("-id")


def clocks_of_tickets(tickets: Sequence[int]) -> dict[int, list[TicketClock]]:
    """The stored clocks that have not stopped, by ticket."""
    found: dict[int, list[TicketClock]] = {pk: [] for pk in tickets}
    for clock in TicketClock.objects.filter(ticket__in=list(tickets), stopped_at=None):
        found[clock.ticket_id].append(clock)
    return found


def staff_of(provider_id: int) -> QuerySet[Membership]:
    """The people of the desk, by name."""
    staff = Membership.objects.filter(provider_id=provider_id, tenant=None, removed_at=None)
    return staff.order_by("name", "pk")
