"""The credits of a month as cards: amount, status, until when; what can be claimed now; the claims that were made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from contracts.sentences.said import note_of
from credits.covering import left_to_claim
from credits.models import Assessment, Claim
from credits.queries import COUNTING, OPEN
from credits.showing.instants import Until, until_of
from credits.showing.reckonings import Step, steps_of
from slaportal.intervals import Instant, instant_of, moment_of
from slaportal.pages.amounts import money
from slaportal.pages.times import Shown, at_reader
from tickets.words import CLOCKS_NAMED
from uptime.models import SubscriptionPeriod

CLAIMABLE, CLAIMED, PENDING, GRANTED = (
    Assessment.Status.CLAIMABLE,
    Assessment.Status.CLAIMED,
    Assessment.Status.PENDING,
    Assessment.Status.GRANTED,
)
# What a list says of a month with several credits: the one that asks most of the reader.
_FIRST = (CLAIMABLE, CLAIMED, PENDING, GRANTED, Assessment.Status.EXPIRED, Assessment.Status.INELIGIBLE)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the credits of a month stand, in a word for lists; `badge` is its colour.

    `rows` are the credits that it speaks of.
    """

    badge: str
    words: str
    amount: str
    until: Until | None
    claimable: bool
    rows: Sequence[Assessment]


@dataclass(frozen=True, slots=True)
class Card:
    """One credit rule: what it owes, how that came about, where it stands."""

    title: str
    amount: str
    badge: str
    status: str
    sentence: str
    until: Until | None
    steps: tuple[Step, ...]
    clause: str
    note: str


@dataclass(frozen=True, slots=True)
class ToClaim:
    """What can be claimed now.

    `ahead`: before the promise is missed; `further`: after that, for failures that no claim covers; `unknown`: for one
    that is not yet recorded.
    """

    amount: str
    until: Until | None
    ahead: bool
    unknown: bool
    further: bool


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim and what became of it."""

    pk: int
    at: Shown
    who: str
    state: str
    badge: str
    note: str
    reason: str
    decided: Shown | None
    amount: str
    open: bool


def credit_named(credit_for: str) -> str:
    """`Availability`, `Response`: what the credit is for."""
    named = {"availability": _("Availability"), "performance": _("Performance")}
    return named.get(credit_for) or str(CLOCKS_NAMED[credit_for])


def standing_of(assessments: Iterable[Assessment], zone: ZoneInfo, now: datetime) -> Standing | None:
    """The most pressing of the month's credits; None where nothing is owed."""
    rows = [row for row in assessments if row.status != Assessment.Status.NONE]
    if not rows:
        return None
    first = min(rows, key=lambda row: _FIRST.index(Assessment.Status(row.status)))
    same = [row for row in rows if row.status == first.status]
    told = {"amount": amounts_of(same)}
    ends = [row.claim_by for row in same if row.claim_by is not None]
    until = until_of(min(ends), zone, now) if ends and first.status == CLAIMABLE else None
    words = {
        CLAIMABLE: _("%(amount)s can be claimed"),
        CLAIMED: _("%(amount)s claimed"),
        PENDING: _("%(amount)s so far, without a claim"),
        GRANTED: _("%(amount)s granted"),
        Assessment.Status.EXPIRED: _("%(amount)s not claimed in time"),
        Assessment.Status.INELIGIBLE: _("Not eligible: account not current"),
    }[Assessment.Status(first.status)]
    claimable = first.status == CLAIMABLE
    return Standing(_badge(first.status), words % told, told["amount"], until, claimable, same)


def amounts_of(rows: Iterable[Assessment]) -> str:
    """The amounts together, by currency; words where the provider decides."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return " + ".join(money(amount, currency) for currency, amount in sums.items() if amount) or _(
        "An amount to decide"
    )


def _badge(status: str) -> str:
    return {GRANTED: "met", CLAIMABLE: "soon", Assessment.Status.EXPIRED: "missed"}.get(
        Assessment.Status(status), "plain"
    )


def cards_of(
    assessments: Sequence[Assessment], agreement: Agreement, now: datetime, *, running: bool = False
) -> list[Card]:
    """A card for each credit that is judged, in the policy's order; `running`: the month has not ended."""
    rules = agreement.terms.credits
    return [
        _card(row, rules[row.position], agreement.zone, now, running=running)
        for row in assessments
        if row.position < len(rules)
    ]


def _card(row: Assessment, rule: Credit, zone: ZoneInfo, now: datetime, *, running: bool) -> Card:
    until = None if row.claim_by is None else until_of(row.claim_by, zone, now)
    discretionary = rule.schedule.discretionary is True and not row.amount
    amount = _("To be decided") if discretionary and row.missed else money(row.amount, row.currency)
    status = Assessment.Status(row.status)
    return Card(
        title=credit_named(row.credit_for),
        amount=amount if row.missed or row.amount else "",
        badge=_badge(status),
        status=_("No credit") if status == Assessment.Status.NONE else str(status.label),
        sentence=_sentence(row, status, until, running=running),
        until=until if status == CLAIMABLE else None,
        steps=tuple(steps_of(row, rule)) if row.missed or row.amount else (),
        clause=rule.clause or "",
        note=note_of(rule),
    )


def _sentence(row: Assessment, status: Assessment.Status, until: Until | None, *, running: bool) -> str:
    """Where it stands and what comes next."""
    told = {"until": "" if until is None else until.text}
    if status == Assessment.Status.NONE:
        if row.missed:
            return _("The promise was missed, and nothing comes of it.")
        return _("The promise is kept so far.") if running else _("The promise was kept.")
    return {
        CLAIMABLE: _("It is yours if you claim it in time. We remind you 7, 3 and 1 days before the end."),
        CLAIMED: _("Claimed in time. It is checked after the month has closed."),
        PENDING: _("Comes by itself when the month ends; no claim is needed."),
        GRANTED: _("Granted."),
        Assessment.Status.EXPIRED: _("Lapsed: it could be claimed until %(until)s."),
        Assessment.Status.INELIGIBLE: _("The agreement asks for an account in good standing, and it was not."),
    }[status] % told


def counting(claims: Iterable[Claim]) -> list[Instant]:
    """When the claims were made that count."""
    return [instant_of(claim.at) for claim in claims if claim.state in COUNTING]


def to_claim(
    period: SubscriptionPeriod,
    agreement: Agreement,
    assessments: Sequence[Assessment],
    claims: Sequence[Claim],
    *,
    up_to_date: bool,
    now: datetime,
) -> ToClaim | None:
    """What a claim made now would be for, as `file_claim` judges it; None where it would be refused or for nothing."""
    left = left_to_claim(period, agreement, assessments, counting(claims), up_to_date=up_to_date, at=instant_of(now))
    if left is None:
        return None
    until = None if left.until is None else until_of(moment_of(left.until), agreement.zone, now)
    amount = amounts_of(left.owed) if any(row.amount for row in left.owed) else ""
    return ToClaim(amount, until, ahead=left.ahead, unknown=left.unknown, further=left.further)


def claim_rows(claims: Iterable[Claim], currency: str, now: datetime) -> list[ClaimRow]:
    """The claims of a month, the newest first."""
    return [
        _claim_row(claim, currency, now)
        for claim in sorted(claims, key=lambda claim: (claim.at, claim.pk), reverse=True)
    ]


def _claim_row(claim: Claim, currency: str, now: datetime) -> ClaimRow:
    badges: Mapping[str, str] = {Claim.State.APPROVED: "met", Claim.State.REJECTED: "missed"}
    return ClaimRow(
        pk=claim.pk,
        at=at_reader(claim.at, now),
        who=claim.maker_name,
        state=claim.get_state_display(),
        badge=badges.get(claim.state, "plain"),
        note=claim.note,
        reason=claim.reason,
        decided=None if claim.decided_at is None else at_reader(claim.decided_at, now),
        amount="" if claim.amount is None else money(claim.amount, currency),
        open=claim.state in OPEN,
    )
