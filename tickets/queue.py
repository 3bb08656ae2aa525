"""The queue of the desk: unsolved tickets in the order of work, in groups, fifty at a time; the counts of its views.

The next future deadline goes first, then what is late and has none ahead, then what is not timed, then what is paused.
Where a policy of the provider says `dispatch: priority`, severity goes first everywhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from contracts.models import PolicyVersion
from contracts.policy.agreement import Agreement
from slaportal.intervals import instant_of, moment_of
from slaportal.pages.lengths import length_in_words
from slaportal.pages.times import Shown, at_reader
from slaportal.tenancy.models import Membership, Tenant
from tickets.models import Escalation, Standing, Ticket, TicketClock
from tickets.queries import agreements_of
from tickets.timing import runs_in_open_hours
from tickets.words import (
    CLOCKS_NAMED,
    STATUSES_IN_WORDS,
    Badge,
    SeverityShown,
    badge_of,
    escalated_element,
    severity_in_words,
)

ROWS = 50
# A count is exact up to here; beyond it is "1,000+", for nobody reads the digits and everybody waits for them.
COUNTED = 1000
_URL = "/tickets/%s/"  # reverse() for fifty rows is what a list page would wait for; a test compares them
_CURSOR = re.compile(r"(\d{1,4})\.(\d)\.(\d{1,17})\.(\d{1,18})")
VIEWS = ("all", "mine", "unassigned", "soon", "breached", "waiting")
SOON = timedelta(hours=1)
# Which clock leads where two are due at the same instant.
_ORDER = ("response", "next_reply", "status_request", "update", "resolution")


@dataclass(frozen=True)
class Row:
    """One ticket as the queue shows it; everything is formatted already. `opened` where no clock says when."""

    number: int
    url: str
    subject: str
    tenant: str
    severity: SeverityShown
    status: str
    standing: Standing
    clock: str
    badge: Badge | None
    paused_left: str
    opened: Shown | None
    owner: str
    due_at: datetime | None
    left: timedelta | None
    opened_at: datetime
    escalated: str
    escalated_at: datetime | None


@dataclass(frozen=True)
class Filters:
    """What the URL says: a view, a severity; the list begins behind `after` (a cursor)."""

    view: str = "all"
    severity: str = ""
    after: str = ""


def queue_rows(actor: Membership, filters: Filters, *, now: datetime, by_severity: bool) -> tuple[list[Row], str]:
    """Up to fifty rows in the order of work, and the cursor of what follows ("" at the end). Five queries."""
    whole = queued(actor, filters, now=now, by_severity=by_severity)
    found = list(behind(whole, filters.after, by_severity=by_severity)[: ROWS + 1])
    return rows_of(found[:ROWS], now), cursor_behind(found[ROWS - 1]) if len(found) > ROWS else ""


def queued(actor: Membership, filters: Filters, *, now: datetime, by_severity: bool) -> QuerySet[Any]:
    """All tickets of a view in the order of work, from its beginning, with what `rows_of` asks for."""
    return (
        in_view(actor, filters, now=now)
        .order_by(*order_of_work(by_severity=by_severity))
        .values(
            "id", "number", "subject", "status", "severity", "severity_rank", "standing", "standing_at", "version_id",
            "plan", "opened_at", "tenant_id", "assignee_id",
        )
    )  # fmt: skip


def rows_of(shown: list[Any], now: datetime) -> list[Row]:
    """These tickets as the queue shows them. Four queries at most, however many."""
    _name(shown)
    going = list(TicketClock.objects.filter(ticket__in=[row["id"] for row in shown], stopped_at=None))
    agreements = agreements_of((row["version_id"], row["plan"]) for row in shown)
    escalating = any(agreement.terms.support.escalate for agreement in agreements.values())
    clocks, escalations = _leading_clocks(going, now), _last_escalations(going) if escalating else {}
    return [
        _row(row, agreements[row["version_id"], row["plan"]], clocks.get(row["id"]), escalations.get(row["id"]), now)
        for row in shown
    ]


def order_of_work(*, by_severity: bool) -> tuple[str, ...]:
    """The columns in whose order the desk works."""
    order = ("standing", "standing_at", "id")
    return ("severity_rank", *order) if by_severity else order


def _name(shown: list[Any]) -> None:
    """Customer and owner of each row; not by joins, which keep the planner from walking along the queue's index."""
    tenants = Tenant.objects.filter(pk__in={row["tenant_id"] for row in shown})
    owners = Membership.objects.filter(pk__in={row["assignee_id"] for row in shown if row["assignee_id"]})
    of_both = tenants.values_list(Value(0), "pk", "name").union(owners.values_list(Value(1), "pk", "name"))
    names = {(kind, pk): name for kind, pk, name in of_both}
    for row in shown:
        row["customer"], row["owner"] = names[0, row["tenant_id"]], names.get((1, row["assignee_id"]))


def agreements_in_force(provider_id: int, *, now: datetime) -> list[Agreement]:
    """What the provider's policies promise just now, one for each. One query, of ids alone."""
    versions = PolicyVersion.objects.filter(provider_id=provider_id, effective_from__lte=now)
    latest = versions.order_by("policy", "-effective_from").distinct("policy").values_list("pk", flat=True)
    return list(agreements_of((pk, "") for pk in latest).values())


def severity_first(agreements: Iterable[Agreement]) -> bool:
    """Whether one of them says `dispatch: priority`."""
    return any(agreement.terms.support.dispatch == "priority" for agreement in agreements)


def severities_to_choose(agreements: Iterable[Agreement]) -> list[tuple[str, str]]:
    """Their severities, by key, in the policies' words."""
    named: dict[str, str] = {}
    for agreement in agreements:
        for key in agreement.terms.support.severities.entries:
            named.setdefault(key, severity_in_words(agreement, key).name)
    return list(named.items())


def view_counts(actor: Membership, *, now: datetime) -> dict[str, str]:
    """How many tickets each view holds, exact up to a thousand."""
    counted = view_numbers(actor, now=now)
    return {view: f"{COUNTED:,}+" if most > COUNTED else f"{most:,}" for view, most in counted.items()}


def view_numbers(actor: Membership, *, now: datetime) -> dict[str, int]:
    """The same as numbers; one more than a thousand stands for all beyond."""
    views = {view: in_view(actor, Filters(view), now=now) for view in VIEWS}
    return {view: held.values("id").order_by()[: COUNTED + 1].count() for view, held in views.items()}


def newest_ticket(actor: Membership) -> int:
    """The id of the ticket that was opened last."""
    ticket = Ticket.objects.filter(provider_id=actor.provider_id).order_by("-id").values_list("id", flat=True).first()
    return ticket or 0


def opened_since(actor: Membership, last: int) -> int:
    """How many tickets were opened after that one, by id."""
    return Ticket.objects.filter(provider_id=actor.provider_id, id__gt=last).count()


def in_view(actor: Membership, filters: Filters, *, now: datetime) -> QuerySet[Ticket]:
    """The unsolved tickets of a view."""
    open_ = Ticket.objects.filter(provider_id=actor.provider_id, solved_at=None)
    narrowed: Mapping[str, Q] = {
        "all": Q(),
        "mine": Q(assignee=actor),
        "unassigned": Q(assignee=None),
        "soon": Q(standing=Standing.DUE, standing_at__lte=now + SOON),
        "breached": Q(standing=Standing.BREACHED),
        "waiting": Q(status__in=("waiting_on_customer", "waiting_on_third_party")),
    }
    open_ = open_.filter(narrowed[filters.view])
    if filters.severity:
        open_ = open_.filter(severity=filters.severity)
    return open_


def is_cursor(text: str) -> bool:
    """Whether that names a place in the queue."""
    return _CURSOR.fullmatch(text) is not None


def behind(open_: QuerySet[Any], cursor: str, *, by_severity: bool) -> QuerySet[Any]:
    """What comes behind the row that the cursor names; an unknown cursor is the beginning."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        return open_
    rank, standing, us, pk = (int(part) for part in found.groups())
    place = [standing, moment_of(us), pk]
    columns = "tickets_ticket.standing, tickets_ticket.standing_at, tickets_ticket.id"
    if by_severity:
        columns, place = f"tickets_ticket.severity_rank, {columns}", [rank, *place]
    marks = ", ".join(["%s"] * len(place))
    return open_.filter(RawSQL(f"({columns}) > ({marks})", place, output_field=BooleanField()))  # noqa: S611 - ours


def cursor_behind(row: Mapping[str, Any]) -> str:
    """The place behind a row, as the address carries it."""
    at = instant_of(row["standing_at"] or row["opened_at"])
    return f"{row['severity_rank']}.{row['standing']}.{at}.{row['id']}"


def _row(
    row: Mapping[str, Any],
    agreement: Agreement,
    clock: TicketClock | None,
    escalation: Escalation | None,
    now: datetime,
) -> Row:
    open_hours = clock is not None and runs_in_open_hours(agreement, clock.clock, clock.severity)
    badge = None if clock is None else badge_of(clock, row["status"], now, open_hours=open_hours)
    left = None
    if clock is not None and clock.due_at is None:
        left = timedelta(microseconds=clock.remaining_us or 0)
    return Row(
        number=row["number"],
        url=_URL % row["number"],
        subject=row["subject"],
        tenant=row["customer"],
        severity=severity_in_words(agreement, row["severity"]),
        status=str(STATUSES_IN_WORDS[row["status"]]),
        standing=Standing(row["standing"]),
        clock="" if clock is None else str(CLOCKS_NAMED[clock.clock]),
        badge=badge,
        paused_left="" if left is None else length_in_words(left, open_hours=open_hours),
        opened=at_reader(row["opened_at"], now) if clock is None else None,
        owner=row["owner"] or "",
        due_at=None if clock is None else clock.due_at,
        left=left,
        opened_at=row["opened_at"],
        escalated="" if escalation is None else escalated_element(escalation, agreement, now),
        escalated_at=None if escalation is None else escalation.reached_at,
    )


def _last_escalations(going: Sequence[TicketClock]) -> dict[int, Escalation]:
    """Of each ticket the last escalation of a clock that goes on, of its present cycle and severity."""
    standing = {(clock.ticket_id, clock.clock, clock.cycle, clock.severity) for clock in going}
    found = Escalation.objects.filter(ticket__in={clock.ticket_id for clock in going}).order_by("reached_at", "pk")
    return {one.ticket_id: one for one in found if (one.ticket_id, one.clock, one.cycle, one.severity) in standing}


def _leading_clocks(going: Iterable[TicketClock], now: datetime) -> dict[int, TicketClock]:
    """Of each ticket the clock that its place in the queue comes from."""
    leading: dict[int, TicketClock] = {}
    for clock in going:
        there = leading.get(clock.ticket_id)
        if there is None or _weight(clock, now) < _weight(there, now):
            leading[clock.ticket_id] = clock
    return leading


def _weight(clock: TicketClock, now: datetime) -> tuple[Any, ...]:
    """Ahead before late before paused; of those ahead and of those late the earliest."""
    if clock.due_at is None:
        return (2, clock.remaining_us or 0, _ORDER.index(clock.clock))
    return (0 if clock.due_at >= now else 1, clock.due_at, _ORDER.index(clock.clock))
