"""What the credits of a period are at an instant, out of everything known of it: rows, reminders, the next look."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from contracts.policy.agreement import Agreement
from contracts.policy.durations import Duration
from contracts.policy.windows import before
from credits.assessment import Assessment, Fee, Miss, assess
from credits.claims import Claim, ClaimWindow, Standing, standing_of_failures
from credits.figures import AssessedRow, figures_of
from slaportal.intervals import Instant
from uptime.availability import MeasuredAvailability, NoAvailability
from uptime.performance import MeasuredMetric

APPROVED, GRANTED = "approved", "granted"
# So many days on the wall clock before a claim window closes the customer is reminded.
REMINDS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A claim that counts: submitted, under review or approved. `amount` is what staff decided, where they do."""

    pk: int
    at: Instant
    state: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that the credits of a period are made of; `stored` are the rows of the last time, by position.

    `breaches` counts the breaches of each clock in the period ("all") and those of them that are excused. `granted` are
    the positions of what was granted for the month so far, in this revision or one before it.
    """

    period: int
    measurement: int
    closed: bool
    agreement: Agreement
    availability: MeasuredAvailability | NoAvailability
    performance: Sequence[MeasuredMetric]
    fee: Fee
    misses: Sequence[Miss]
    breaches: Mapping[str, Mapping[str, int]]
    claims: Sequence[HeldClaim]
    account_current: bool
    stored: Mapping[int, AssessedRow]
    granted: Set[int]


@dataclass(frozen=True, slots=True)
class Closing:
    """A claim window that is open and closes at `closes_at`, with what the rule at `position` comes to so far.

    `covered`: other failures of the period are claimed already.
    """

    position: int
    closes_at: Instant
    row: AssessedRow
    covered: bool
    discretionary: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The rows of a period, the claim windows that are open, and when something becomes different by itself."""

    period: int
    rows: tuple[AssessedRow, ...]
    closings: tuple[Closing, ...]
    look: Instant | None


def judge(known: Known, now: Instant) -> Judgement:
    """The credits of a period at `now` (semantics, Credits), with what was decided on its claims."""
    # The web's clock may go ahead of the database's: what was claimed has happened.
    now = max([now, *(claim.at for claim in known.claims)])
    assessments = _assessed(known, known.claims, now)
    granted = _granted(known, now)
    rows: list[AssessedRow] = []
    closings: list[Closing] = []
    for assessment in assessments:
        windows = _windows(known, assessment, now)
        row = _settled(known, assessment, _row(known, assessment, windows))
        row = granted.pop(assessment.position, row)
        rows.append(row)
        closings += _closings(assessment, row, now)
    rows += granted.values()
    instants = chain(_turns(known, assessments), _reminders(closings, known))
    return Judgement(
        period=known.period,
        rows=tuple(sorted(rows, key=lambda row: row.position)),
        closings=tuple(closings),
        look=min((instant for instant in instants if instant > now), default=None),
    )


def due_reminder(closes_at: Instant, agreement: Agreement, now: Instant) -> int | None:
    """The nearest of the reminders that are due before an open window closes, in days; None while none is."""
    begins = reminders_of(closes_at, agreement.zone)
    return min((days for days, begin in zip(REMINDS, begins, strict=True) if begin <= now), default=None)


@lru_cache(maxsize=4096)
def reminders_of(closes_at: Instant, zone: ZoneInfo) -> tuple[Instant, ...]:
    """When the reminders of a window are due, in the order of `REMINDS`: most months of a policy close together."""
    return tuple(before(closes_at, Duration(f"{days}d", days=days), zone) for days in REMINDS)


def _assessed(known: Known, claims: Sequence[HeldClaim], now: Instant, **otherwise: Any) -> tuple[Assessment, ...]:
    return assess(
        known.agreement,
        known.availability,
        performance=known.performance,
        fee=known.fee,
        misses=known.misses,
        claims=[Claim(claim.at) for claim in claims],
        now=now,
        **{"account_current": known.account_current, **otherwise},
    )


def _settled(known: Known, assessment: Assessment, row: AssessedRow) -> AssessedRow:
    """What an account that falls behind changes no more: a credit that was granted, a claim window that is over."""
    if row.status != "ineligible":
        return row
    standing = assessment.standing
    if standing is None:
        return replace(row, status=GRANTED, reason="") if row.position in known.granted else row
    return (
        replace(row, status="expired", reason="", claim_by=standing.claim_by) if standing.status == "expired" else row
    )


def _granted(known: Known, now: Instant) -> dict[int, AssessedRow]:
    """The rows that approved claims grant, by position, worked out anew: what is known later may add to them.

    Nothing takes away of what was granted for the claims.
    """
    approved = sorted((claim for claim in known.claims if claim.state == APPROVED), key=lambda claim: claim.pk)
    if not approved or not known.closed:
        return {}
    ids = [claim.pk for claim in approved]
    kept = _kept(known)
    rows = dict(kept)
    for assessment in _assessed(known, approved, now, account_current=True):
        if not _owed(assessment):
            continue
        row = _row(known, assessment, _windows(known, assessment, now), approved=ids)
        before = kept.get(assessment.position)
        if before is None or _decided_by_staff(known, assessment.position) or row.amount >= before.amount:
            rows[assessment.position] = replace(row, status=GRANTED, claim_by=None)
    decided = sum((claim.amount for claim in approved if claim.amount is not None), Decimal(0))
    return rows | _shared(known, rows, kept, decided)


def _kept(known: Known) -> dict[int, AssessedRow]:
    """What was granted for claims the last time, by position: the amount of its own steps, breaches counted anew.

    The amount of the row itself says nothing: it may have been changed by hand.
    """
    kept = {}
    for position, row in known.stored.items():
        if row.status == GRANTED and row.figures.get("approved"):
            counts = known.breaches.get(row.credit_for)
            figures = {**row.figures, "breaches": dict(counts)} if counts else row.figures
            by_steps = not _decided_by_staff(known, position)
            amount = Decimal(figures["reckoning"]["amount"]) if by_steps else row.amount
            kept[position] = replace(row, amount=amount, figures=figures)
    return kept


def _shared(
    known: Known, rows: Mapping[int, AssessedRow], kept: Mapping[int, AssessedRow], decided: Decimal
) -> dict[int, AssessedRow]:
    """What staff decided is paid once: to the rule that has it already, else to the first one."""
    positions = [position for position in sorted(rows) if _decided_by_staff(known, position)]
    if not positions:
        return {}
    paid = next((position for position in positions if position in kept and kept[position].amount), positions[0])
    return {
        position: replace(rows[position], amount=decided if position == paid else Decimal(0)) for position in positions
    }


def _decided_by_staff(known: Known, position: int) -> bool:
    return known.agreement.terms.credits[position].schedule.discretionary is True


def _owed(assessment: Assessment) -> bool:
    """Whether claims made in time cover something that is worth something."""
    worth = assessment.amount.amount != 0 or (assessment.missed and assessment.rule.schedule.discretionary is True)
    return worth and assessment.standing is not None and bool(assessment.standing.in_time)


def _row(
    known: Known, assessment: Assessment, windows: Sequence[ClaimWindow], *, approved: Sequence[int] = ()
) -> AssessedRow:
    return AssessedRow(
        position=assessment.position,
        credit_for=assessment.rule.for_,
        missed=assessment.missed,
        status=assessment.status,
        amount=assessment.amount.amount,
        currency=assessment.amount.currency,
        claim_by=assessment.claim_by,
        reason=assessment.reason or "",
        measurement=known.measurement,
        figures=figures_of(
            assessment, windows, breaches=known.breaches.get(assessment.rule.for_, {}), approved=approved
        ),
    )


def _windows(known: Known, assessment: Assessment, now: Instant) -> Sequence[ClaimWindow]:
    """The windows of the failures, also where the promise is kept so far: a claim may be made before it is missed."""
    if assessment.standing is not None:
        return assessment.standing.windows
    terms, measured = assessment.rule.claim, known.availability
    if terms.by != "customer" or terms.from_ != "failure" or not isinstance(measured, MeasuredAvailability):
        return ()
    zone = known.agreement.zone
    return standing_of_failures(terms, (), counting=measured.counting, zone=zone, now=now).windows


def _closings(assessment: Assessment, row: AssessedRow, now: Instant) -> Iterator[Closing]:
    """The open windows of a missed promise that no claim covers, equal instants once."""
    standing = assessment.standing
    # Claimed failures that come to nothing leave others that may come to something.
    open_still = assessment.status in ("claimable", "claimed") or (standing is not None and bool(standing.in_time))
    if standing is None or not assessment.missed or not open_still or assessment.status == "ineligible":
        return
    ends = {end for end in _uncovered(standing) if end >= now}
    discretionary = assessment.rule.schedule.discretionary is True
    for end in sorted(ends):
        yield Closing(assessment.position, end, row, bool(standing.covered), discretionary)


def _uncovered(standing: Standing) -> Iterator[Instant]:
    if standing.windows:
        yield from (w.claim_by for w in standing.windows if w.claim_by is not None and not w.covered_by)
    elif not standing.in_time and standing.claim_by is not None:
        yield standing.claim_by


def _turns(known: Known, assessments: Sequence[Assessment]) -> Iterator[Instant]:
    """When a status turns by itself: at the period's end, and just after a window closes."""
    for assessment in assessments:
        if assessment.status == "pending":
            yield known.availability.period.end
        elif assessment.standing is not None and assessment.status in ("claimable", "claimed", "ineligible"):
            yield from (end + 1 for end in _uncovered(assessment.standing))


def _reminders(closings: Sequence[Closing], known: Known) -> Iterator[Instant]:
    for closing in closings:
        yield from reminders_of(closing.closes_at, known.agreement.zone)
