"""What a text would do to the tickets that are open, if they were timed by it too: the calculation of the workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.policy.document.values import CLOCKS
from contracts.policy.documents import Document, agreement_of
from slaportal.intervals import instant_of
from tickets.clocks import Clock, clocks_of
from tickets.models import Ticket
from tickets.previewing import ClockChange, clock_change
from tickets.queries import agreements_of, logs_of
from tickets.retiming import tickets_to_retime

MOST, SHOWN = 500, 10


@dataclass(frozen=True, slots=True)
class Retimed:
    """A ticket with each of its clocks that would say something else."""

    ticket: Ticket
    changes: tuple[ClockChange, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How many tickets of the policy are open, how many of these were looked at, and how many would change.

    `more`: there are further ones that were not looked at. `first` are the first that would change; `late` counts those
    with a clock that would be late at once.
    """

    open: int
    looked_at: int
    more: bool
    changed: int
    late: int
    first: tuple[Retimed, ...]

    @property
    def kept(self) -> int:
        """How many keep what they have: no plan or severity for them in the text, or something was late before."""
        return 0 if self.more else max(self.open - self.looked_at, 0)


def what_if(document: Document, *, policy: str, provider_id: int, now: datetime) -> WhatIf:
    """As if the text were in force at `now`; looks at the oldest 500 open tickets and writes nothing.

    Refuses what a calendar of the text refuses.
    """
    still_open = Ticket.objects.filter(provider_id=provider_id, subscription__policy=policy, solved_at=None)
    found = tickets_to_retime(document, policy=policy, provider_id=provider_id, most=MOST + 1)
    tickets = list(Ticket.objects.filter(pk__in=found[:MOST]).select_related("tenant").order_by("pk"))
    changed = [one for one in _retimed(tickets, document, now) if one.changes]
    return WhatIf(
        open=still_open.count(),
        looked_at=len(tickets),
        more=len(found) > MOST,
        changed=len(changed),
        late=sum(1 for one in changed if any(change.breaches for change in one.changes)),
        first=tuple(changed[:SHOWN]),
    )


def _retimed(tickets: Sequence[Ticket], document: Document, now: datetime) -> list[Retimed]:
    logs = logs_of([ticket.pk for ticket in tickets])
    pinned = agreements_of((ticket.version_id, ticket.plan) for ticket in tickets)
    retimed = []
    for ticket in tickets:
        events = logs[ticket.pk]
        at = max(instant_of(now), instant_of(ticket.last_event_at))  # what is in the log has happened
        before = clocks_of(pinned[ticket.version_id, ticket.plan], events, at)
        after = clocks_of(agreement_of(document, ticket.plan), events, at)
        changes = tuple(
            clock_change(name, before.get(name), after.get(name), now)
            for name in CLOCKS
            if _told(before.get(name)) != _told(after.get(name))
        )
        retimed.append(Retimed(ticket, changes))
    return retimed


def _told(clock: Clock | None) -> tuple[object, ...]:
    """What people hear of a clock: whether it was late, and until it has stopped when it is due or what is left."""
    if clock is None:
        return ()
    late = clock.outcome == "breached"
    return (late,) if clock.stopped_at is not None else (late, clock.due, None if clock.due else clock.remaining)
