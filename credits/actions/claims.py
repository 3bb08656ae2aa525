"""What a customer does about a claim: making and withdrawing it."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from credits.access import require_may_claim, require_may_withdraw
from credits.announcing import announce_claim
from credits.covering import uncovered, windows_of
from credits.informing import tell_customer
from credits.models import AssessedPeriod, Claim
from credits.queries import (
    COUNTING,
    OPEN,
    agreement_of_period,
    assessments_of,
    claimable_rules,
    is_up_to_date,
    newest_revision,
)
from slaportal.audit.record import record
from slaportal.intervals import instant_of
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership
from slaportal.tenancy.task import hint
from uptime.models import SubscriptionPeriod

LONGEST_NOTE = 10_000
WORK = "credits.tasks.assess_due"


def file_claim(
    period: SubscriptionPeriod, *, note: str, actor: Membership, at: datetime, token: uuid.UUID | None = None
) -> Claim:
    """A claim for the credits of a period, of its newest revision; it counts from `at` (semantics, Credits).

    By anybody of the customer, or by a lead or administrator on the customer's behalf. It may come before the promise
    is missed. A second submission with the same `token` gives the first one's claim. Refuses `note_too_long`,
    `nothing_to_claim`, `claim_window_closed`, `already_claimed`.
    """
    require_may_claim(actor, period.tenant_id)
    if len(note) > LONGEST_NOTE:
        said = _("Say it in at most %(most)s letters.") % {"most": LONGEST_NOTE}
        raise Refusal("note_too_long", said, fields={"note": said})
    there = _submitted(actor.provider_id, token)
    if there is not None:
        return there
    period = newest_revision(period)
    assessed = lock_assessed(period)
    there = _submitted(actor.provider_id, token)  # whoever waited for the lock looks again
    if there is not None:
        return there
    _refuse_unclaimable(period, at)
    claim = _made(period, note, actor, at, token)
    mark(assessed, at)
    return claim


def withdraw_claim(claim: Claim, *, actor: Membership, at: datetime) -> Claim:
    """The customer takes a claim back that is not decided yet. Refuses `claim_decided`."""
    require_may_withdraw(actor, claim.tenant_id)
    assessed, locked = lock_claim(claim)
    if locked.state not in OPEN:
        raise decided_already(locked)
    before = locked.state
    locked.state = Claim.State.WITHDRAWN
    locked.save(update_fields=["state"])
    mark(assessed, at)
    tell_customer(locked)
    announce_claim(locked, at=at)
    record("claim_withdrawn", locked, actor=actor, before={"state": before}, after={"state": locked.state})
    return locked


def lock_assessed(period: SubscriptionPeriod) -> AssessedPeriod:
    """The row at which everybody waits who changes the claims of a period, made if it is not there."""
    AssessedPeriod.objects.bulk_create(
        [AssessedPeriod(provider_id=period.provider_id, tenant_id=period.tenant_id, period_id=period.pk)],
        ignore_conflicts=True,
    )
    return AssessedPeriod.objects.select_for_update(of=("self",)).get(period_id=period.pk)


def lock_claim(claim: Claim) -> tuple[AssessedPeriod, Claim]:
    """The claim as it is now and what is to be marked of its period, both ours until the transaction ends."""
    assessed = lock_assessed(claim.period)
    locked = Claim.objects.select_for_update(of=("self",)).select_related("period__subscription", "made_by")
    return assessed, locked.get(pk=claim.pk)


def mark(assessed: AssessedPeriod, at: datetime) -> None:
    """The credits of the period are to be worked out anew; a worker looks at once if the hint arrives."""
    assessed.marked_at = at
    assessed.save(update_fields=["marked_at"])
    hint(WORK)


def decided_already(claim: Claim) -> Refusal:
    """For what can be done only while a claim is open."""
    said = _("This claim is not open any more: %(state)s.") % {"state": claim.get_state_display().lower()}
    return Refusal("claim_decided", said, status=409)


def _submitted(provider_id: int, token: uuid.UUID | None) -> Claim | None:
    return None if token is None else Claim.objects.filter(provider_id=provider_id, token=token).first()


def _refuse_unclaimable(period: SubscriptionPeriod, at: datetime) -> None:
    rules = claimable_rules(period)
    if period.starts_at > at:
        said = _("%(month)s has not begun: there is nothing to claim yet.") % {"month": period.text}
        raise Refusal("nothing_to_claim", said, status=409)
    if not rules:
        said = _("The policy has no credit for %(month)s that is claimed.") % {"month": period.text}
        raise Refusal("nothing_to_claim", said, status=409)
    windows = windows_of(
        period,
        agreement_of_period(period),
        rules,
        list(assessments_of(period)),
        up_to_date=is_up_to_date(period),
    )
    instant = instant_of(at)
    if not any(window.open_at(instant) for window in windows):
        said = _("The time to claim credits for %(month)s is over.") % {"month": period.text}
        raise Refusal("claim_window_closed", said, status=409)
    made = Claim.objects.filter(period=period, state__in=COUNTING).values_list("at", flat=True)
    claimed = [instant_of(moment) for moment in made]
    if claimed and not uncovered(windows, claimed, instant):
        said = _("The credits of %(month)s are claimed already.") % {"month": period.text}
        raise Refusal("already_claimed", said, status=409)


def _made(period: SubscriptionPeriod, note: str, actor: Membership, at: datetime, token: uuid.UUID | None) -> Claim:
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                provider_id=period.provider_id,
                tenant_id=period.tenant_id,
                period=period,
                at=at,
                made_by=actor,
                maker_name=actor.name,
                note=note.strip(),
                token=token,
                recorded_at=at,
            )
    except IntegrityError as error:  # the same token at once for another month, or by another customer
        there = _submitted(actor.provider_id, token)
        if there is None:
            raise Refusal("token_taken", _("Load the page again, and send it once more."), status=409) from error
        return there
    tell_customer(claim)
    announce_claim(claim, at=at)
    record("claim_made", claim, actor=actor, after={"month": period.text, "at": at}, reason=note.strip())
    return claim
