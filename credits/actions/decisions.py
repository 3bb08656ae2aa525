"""What the provider does about a claim: reviewing, approving, rejecting it."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from credits.access import require_may_decide
from credits.actions.claims import decided_already, lock_claim, mark
from credits.announcing import announce_claim
from credits.assessing import assess_periods
from credits.informing import tell_customer
from credits.models import Assessment, Claim
from credits.queries import OPEN, assessments_of, claimable_rules, is_up_to_date, newest_revision
from slaportal.audit.record import record
from slaportal.money import decimals
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from uptime.models import SubscriptionPeriod

LONGEST_REASON = 500
_DECISION = {"state", "reason", "decided_at", "decided_by", "amount"}
_NOTHING = (Assessment.Status.NONE, Assessment.Status.EXPIRED)


def review_claim(claim: Claim, *, actor: Membership, at: datetime) -> Claim:
    """Somebody looks at a submitted claim, and the customer is told so. Refuses `claim_not_submitted`."""
    require_may_decide(actor)
    assessed, locked = lock_claim(claim)
    if locked.state != Claim.State.SUBMITTED:
        raise Refusal("claim_not_submitted", _("Only a claim that was just submitted goes to review."), status=409)
    moved = _moved(locked, Claim.State.UNDER_REVIEW, action="claim_reviewed", actor=actor, at=at, fields={"state"})
    mark(assessed, at)
    return moved


def approve_claim(
    claim: Claim, *, amount: Decimal | None = None, note: str = "", actor: Membership, at: datetime
) -> Claim:
    """The credits that the claim covers are granted, as the figures of the closed period say.

    Where the policy leaves the amount to the provider (`discretionary`) it is needed, and refused elsewhere. Refuses
    `claim_decided`, `period_superseded`, `period_not_closed`, `nothing_owed`, `amount_needed`, `amount_not_wanted`,
    `invalid_amount`, `reason_too_long`.
    """
    require_may_decide(actor)
    note = _short(note)
    assessed, locked = lock_claim(claim)
    if locked.state not in OPEN:
        raise decided_already(locked)
    period = locked.period
    if newest_revision(period).pk != period.pk:
        said = _("%(month)s was corrected; decide on the claim once it has moved on to the correction.")
        raise Refusal("period_superseded", said % {"month": period.text}, status=409)
    if period.closed_at is None:
        said = _("%(month)s is not closed yet: its figures may still change.") % {"month": period.text}
        raise Refusal("period_not_closed", said, status=409)
    owed = _owed(period, amount, at)
    locked.amount = amount
    decided = _decided(
        locked, Claim.State.APPROVED, reason=note, action="claim_approved", actor=actor, at=at, owed=owed
    )
    mark(assessed, at)
    return decided


def reject_claim(claim: Claim, *, reason: str, actor: Membership, at: datetime) -> Claim:
    """The claim is turned down, with a reason that the customer reads. Refuses `claim_decided`, `reason_needed`."""
    require_may_decide(actor)
    reason = _short(reason)
    if not reason:
        raise Refusal("reason_needed", _("Say why."), fields={"reason": _("Say why: the customer reads it.")})
    assessed, locked = lock_claim(claim)
    if locked.state not in OPEN:
        raise decided_already(locked)
    decided = _decided(locked, Claim.State.REJECTED, reason=reason, action="claim_rejected", actor=actor, at=at)
    mark(assessed, at)
    return decided


def _owed(period: SubscriptionPeriod, amount: Decimal | None, at: datetime) -> Decimal:
    """What the claim brings, in the period's currency. What is decided rests on assessments that know everything."""
    assess_periods([period.pk], now=at)
    period.refresh_from_db(fields=["assessed"])
    rules = claimable_rules(period)
    rows = [row for row in assessments_of(period) if row.position in rules]
    if all(row.status in _NOTHING for row in rows) and is_up_to_date(period):
        said = _("This claim covers nothing that is owed: reject it with the reason.")
        raise Refusal("nothing_owed", said, status=409)
    discretionary = any(rules[row.position].schedule.discretionary and row.missed for row in rows)
    if discretionary and amount is None:
        said = _("The policy leaves the amount to you: say how much is granted.")
        raise Refusal("amount_needed", said, fields={"amount": said})
    if not discretionary and amount is not None:
        said = _("The policy says how much this credit is; leave the amount out.")
        raise Refusal("amount_not_wanted", said, fields={"amount": said})
    if amount is not None:
        _refuse_odd_amount(amount, period.currency)
    worth = sum((row.amount for row in rows if row.status not in _NOTHING), Decimal(0))
    return worth + (amount or Decimal(0))


def _refuse_odd_amount(amount: Decimal, currency: str) -> None:
    exponent = amount.normalize().as_tuple().exponent if amount.is_finite() else None
    if amount.is_finite() and amount > 0 and isinstance(exponent, int) and -exponent <= decimals(currency):
        return
    said = _("An amount is more than zero, with at most %(places)s decimals.") % {"places": decimals(currency)}
    raise Refusal("invalid_amount", said, fields={"amount": said})


def _decided(
    claim: Claim,
    state: str,
    *,
    reason: str,
    action: str,
    actor: Membership,
    at: datetime,
    owed: Decimal | None = None,
) -> Claim:
    claim.reason, claim.decided_at, claim.decided_by = reason, at, actor
    return _moved(claim, state, action=action, actor=actor, at=at, fields=_DECISION, owed=owed)


def _moved(
    claim: Claim,
    state: str,
    *,
    action: str,
    actor: Membership,
    at: datetime,
    fields: set[str],
    owed: Decimal | None = None,
) -> Claim:
    before = claim.state
    claim.state = state
    claim.save(update_fields=sorted(fields))
    tell_customer(claim, owed=owed)
    announce_claim(claim, at=at, owed=owed)
    after = {"state": state, **({"amount": claim.amount} if claim.amount is not None else {})}
    record(action, claim, actor=actor, before={"state": before}, after=after, reason=claim.reason)
    return claim


def _short(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_REASON:
        said = _("Say it in at most %(most)s letters.") % {"most": LONGEST_REASON}
        raise Refusal("reason_too_long", said, fields={"reason": said})
    return text
