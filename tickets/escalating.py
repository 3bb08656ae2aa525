"""Acting on escalations whose moment has come: an entry in the ticket's log, and the mails to whom the policy names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from slaportal.tenancy.models import Membership
from tickets.log import PORTAL, Said, open_log
from tickets.models import Escalation, TicketClock
from tickets.notices import escalated_to, escalation_in_words, leads_of, tell_of_escalation


def escalate(provider_id: int, escalations: Sequence[int], now: datetime) -> None:
    """Notes and tells of these new escalations, each once; the tickets are locked by whoever claimed them.

    Of several moments of one clock that have come at once, everybody is mailed the last that names them.
    """
    found = Escalation.objects.filter(pk__in=escalations).select_related("ticket__assignee", "ticket__requester")
    rows = list(found.order_by("ticket_id", "reached_at", "pk"))
    dues = _dues(row.ticket_id for row in rows)
    leads = leads_of(provider_id)
    for _ticket, group in groupby(rows, key=lambda row: row.ticket_id):
        held = list(group)
        log = open_log(held[0].ticket, at=now)
        for row in held:
            said = escalation_in_words(row, dues[row.ticket_id, row.clock])
            log.add("escalated", Said(PORTAL, reason=said), row.reached_at)
        log.save()
        _mail(held, dues, leads)


def _mail(rows: Sequence[Escalation], dues: dict[tuple[int, str], datetime | None], leads: list[Membership]) -> None:
    """Of one ticket; who was mailed is kept with each."""
    told: set[tuple[str, int]] = set()
    for row in reversed(rows):
        members = [one for one in escalated_to(row.ticket, row, leads) if (row.clock, one.pk) not in told]
        for member in members:
            told.add((row.clock, member.pk))
            tell_of_escalation(row.ticket, row, dues[row.ticket_id, row.clock], member)
        if members:
            Escalation.objects.filter(pk=row.pk).update(told=[str(member)[:120] for member in members])


def _dues(tickets: Iterable[int]) -> dict[tuple[int, str], datetime | None]:
    clocks = TicketClock.objects.filter(ticket__in=set(tickets))
    return {(ticket, clock): due_at for ticket, clock, due_at in clocks.values_list("ticket_id", "clock", "due_at")}
