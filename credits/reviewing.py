"""Claims as who decides on them sees them: lines of the list, and for one what speaks for and against it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from credits.covering import windows_of
from credits.figures import windows_in
from credits.models import Assessment, Claim
from credits.queries import OPEN, claimable_rules_of, newest_revision
from credits.showing.claims import amounts_of
from credits.showing.instants import Until, until_of
from slaportal.intervals import instant_of, moment_of
from slaportal.pages.amounts import money
from slaportal.pages.times import Shown, at_reader
from tickets.queries import agreements_of
from uptime.models import SubscriptionPeriod
from uptime.words import period_in_words

DECIDED = (Claim.State.APPROVED, Claim.State.REJECTED, Claim.State.WITHDRAWN, Claim.State.SUPERSEDED)
NOTHING = (Assessment.Status.NONE, Assessment.Status.EXPIRED)
_BADGES = {Claim.State.APPROVED: "met", Claim.State.REJECTED: "missed", Claim.State.UNDER_REVIEW: "running"}


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim in the list. `next` says what can be done now; `total` is None where staff decide the amount."""

    claim: Claim
    month: str
    at: Shown
    amount: str
    total: Decimal | None
    in_time: bool
    badge: str
    state: str
    next: str
    decided: Shown | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A failure of the month with its own claim window, and whether a claim covers it."""

    start: Shown
    end: Shown | None
    claim_by: Until | None
    covered: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What speaks for and against one claim.

    `hindrance` says why it cannot be approved now, "" where it can; `discretionary`: the amount is staff's to decide.
    `own` are the credits that a customer claims, `closes_at` when the last of their windows does.
    """

    own: tuple[Assessment, ...]
    in_time: bool
    closes_at: datetime | None
    claim_by: Until | None
    failures: tuple[FailureLine, ...]
    amount: str
    discretionary: bool
    needs_standing: bool
    hindrance: str


def listed_claims(provider_id: int, states: Iterable[str]) -> QuerySet[Claim]:
    """Claims in these states with all that a line shows, the newest first."""
    found = Claim.objects.filter(provider_id=provider_id, state__in=list(states)).defer("period__evidence")
    found = found.select_related("period", "period__subscription", "tenant", "decided_by")
    return found.order_by("-at", "-id")


def claim_lines(claims: Sequence[Claim], now: datetime) -> list[ClaimLine]:
    """The lines of a list; two queries for all, once the texts of the policies are known."""
    periods = [claim.period for claim in claims]
    agreements = agreements_of({(period.version_id, period.plan) for period in periods})
    rows: dict[int, list[Assessment]] = defaultdict(list)
    for row in Assessment.objects.filter(period__in={period.pk for period in periods}).order_by("position"):
        rows[row.period_id].append(row)
    return [
        _line(claim, rows[claim.period_id], agreements[claim.period.version_id, claim.period.plan], now)
        for claim in claims
    ]


def _line(claim: Claim, rows: Sequence[Assessment], agreement: Agreement, now: datetime) -> ClaimLine:
    rules = claimable_rules_of(claim.period, agreement)
    return ClaimLine(
        claim=claim,
        month=period_in_words(claim.period.text),
        at=at_reader(claim.at, now),
        amount=_amount(claim, rules, rows),
        total=_total(claim, rules, rows),
        in_time=_in_time(claim, agreement, rules, rows),
        badge=_BADGES.get(Claim.State(claim.state), "plain"),
        state=claim.get_state_display(),
        next=_next(claim, now),
        decided=at_reader(claim.decided_at, now) if claim.decided_at else None,
        decided_by=claim.decided_by.name if claim.decided_by else "",
    )


def case_of(claim: Claim, rows: Sequence[Assessment], agreement: Agreement, *, up_to_date: bool, now: datetime) -> Case:
    """Everything about one claim that is worked out; `rows` are the assessments of its period."""
    rules = claimable_rules_of(claim.period, agreement)
    own = [row for row in rows if row.position in rules]
    windows = windows_of(claim.period, agreement, rules, rows, up_to_date=up_to_date)
    known = windows_of(claim.period, agreement, rules, rows, up_to_date=True)
    ends = [window.claim_by for window in known if window.claim_by is not None]
    closes_at = moment_of(max(ends)) if ends else None
    return Case(
        own=tuple(own),
        closes_at=closes_at,
        in_time=any(window.takes(instant_of(claim.at)) for window in windows),
        claim_by=None if closes_at is None else until_of(closes_at, agreement.zone, now),
        failures=tuple(_failures(own, agreement, now)),
        amount=_amount(claim, rules, rows),
        discretionary=any(rules[row.position].schedule.discretionary and row.missed for row in own),
        needs_standing=any("current_account" in rule.requires for rule in rules.values()),
        hindrance=_hindrance(claim, own, up_to_date=up_to_date, now=now),
    )


def _in_time(claim: Claim, agreement: Agreement, rules: dict[int, Credit], rows: Sequence[Assessment]) -> bool:
    windows = windows_of(claim.period, agreement, rules, rows, up_to_date=True)
    return any(window.takes(instant_of(claim.at)) for window in windows)


def _failures(rows: Sequence[Assessment], agreement: Agreement, now: datetime) -> Iterable[FailureLine]:
    for row in rows:
        for window, known in zip(windows_in(row.figures), row.figures.get("windows", ()), strict=True):
            yield FailureLine(
                start=at_reader(moment_of(window.start), now),
                end=None if window.end is None else at_reader(moment_of(window.end), now),
                claim_by=None if window.claim_by is None else until_of(moment_of(window.claim_by), agreement.zone, now),
                covered=bool(known["covered"]),
            )


def _amount(claim: Claim, rules: dict[int, Credit], rows: Sequence[Assessment]) -> str:
    if claim.amount is not None:
        return money(claim.amount, claim.period.currency)
    owed = [row for row in rows if row.position in rules and row.status not in NOTHING]
    return amounts_of(owed) if owed else _("Nothing")


def _total(claim: Claim, rules: dict[int, Credit], rows: Sequence[Assessment]) -> Decimal | None:
    """The amount as a number, in the currency of the period."""
    if claim.amount is not None:
        return claim.amount
    owed = [row for row in rows if row.position in rules and row.status not in NOTHING]
    decided = [row.amount for row in owed if row.amount or not rules[row.position].schedule.discretionary]
    return sum(decided, Decimal(0)) if decided or not owed else None


def _next(claim: Claim, now: datetime) -> str:
    """What can be done now."""
    if claim.state not in OPEN:
        return ""
    period: SubscriptionPeriod = claim.period
    if period.closed_at is None:
        return _("Can be approved once the month is closed: %(at)s.") % {"at": at_reader(period.closes_at, now).text}
    return _("Can be decided.")


def _hindrance(claim: Claim, own: Sequence[Assessment], *, up_to_date: bool, now: datetime) -> str:
    """What `approve_claim` would refuse, said before somebody tries."""
    period = claim.period
    told = {"month": period_in_words(period.text), "at": at_reader(period.closes_at, now).text}
    if newest_revision(period).pk != period.pk:
        return _("%(month)s was corrected. The claim moves on to the correction by itself; decide on it there.") % told
    if period.closed_at is None and period.closes_at > now:
        return _("%(month)s closes at %(at)s. Until then its figures may change, so it cannot be approved yet.") % told
    if period.closed_at is None:
        return _("%(month)s is about to be closed: its figures are being worked out a last time.") % told
    if up_to_date and all(row.status in NOTHING for row in own):
        return _("It covers nothing that is owed. Reject it with the reason.")
    return ""
