"""Credits and claims as they go out: what is owed and how that came about, what was asked for and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from credits.api.exact import amount_said, number_said, seconds_said
from credits.api.saying import Names, Said, owed_said, stated_said
from credits.covering import left_to_claim
from credits.figures import windows_in
from credits.models import Assessment, Claim
from credits.queries import COUNTING, agreement_of_period, assessments_of, claims_of, is_up_to_date
from credits.reviewing import case_of, claim_lines
from credits.showing.claims import cards_of
from credits.showing.reckonings import Step
from slaportal.api.shapes import moment
from slaportal.intervals import instant_of, moment_of, written
from slaportal.tenancy.models import Membership
from tickets.queries import agreements_of
from uptime.models import SubscriptionPeriod


def credits_said(rows: Sequence[Assessment]) -> list[Said]:
    """Each as lists have it, with the period read with it. Two queries, once the texts of the policies are known."""
    agreements = agreements_of({(row.period.version_id, row.period.plan) for row in rows})
    names = Names(row.period for row in rows)
    return [_credit(row, agreements[row.period.version_id, row.period.plan], names) for row in rows]


def _credit(row: Assessment, agreement: Agreement, names: Names) -> Said:
    return {
        **owed_said(row, agreement),
        "month": {"id": row.period_id, "month": row.period.text},
        **names.of(row.period),
        "position": row.position,
        "missed": row.missed,
    }


def credit_said(row: Assessment, now: datetime) -> Said:
    """One with its explanation, step by step."""
    period = row.period
    agreement = agreement_of_period(period)
    cards = cards_of([row], agreement, now, running=period.ends_at > now)
    rule = agreement.terms.credits[row.position] if cards else None
    return {
        **_credit(row, agreement, Names([period])),
        "said": cards[0].sentence if cards else "",
        "reason": row.reason or None,
        "steps": [_step(step) for card in cards for step in card.steps],
        "terms": None if rule is None else _terms(rule),
        "failures": failures_said([row]),
        "breaches": row.figures.get("breaches"),
        **stated_said(rule),
        "up_to_date": is_up_to_date(period),
    }


def _step(step: Step) -> Said:
    in_time = step.unit == "microseconds"
    value = None if step.value is None else seconds_said(step.value) if in_time else number_said(step.value)
    return {
        "step": step.key,
        "label": step.label,
        "note": step.note,
        "figure": step.figure,
        "value": value,
        "unit": "seconds" if in_time else step.unit,
    }


def _terms(rule: Credit) -> Said:
    return {
        "by": rule.claim.by,
        "within": None if rule.claim.within is None else rule.claim.within.text,
        "counted_from": rule.claim.from_,
        "requires": list(rule.requires),
        "settle": rule.settle,
    }


def failures_said(rows: Iterable[Assessment]) -> list[Said]:
    """The failures with claim windows of their own that these credits' figures name."""
    return [
        {
            "start_at": written(window.start),
            "end_at": None if window.end is None else written(window.end),
            "claim_by": None if window.claim_by is None else written(window.claim_by),
            "covered": bool(known["covered"]),
        }
        for row in rows
        for window, known in zip(windows_in(row.figures), row.figures.get("windows", ()), strict=True)
    ]


def window_said(period: SubscriptionPeriod, *, current: bool, yours: bool, now: datetime) -> Said:
    """What a claim for the period would be for; `current`: it is the newest revision, for which alone one is made."""
    agreement, rows = agreement_of_period(period), list(assessments_of(period))
    claimed = [instant_of(at) for at in claims_of(period).filter(state__in=COUNTING).values_list("at", flat=True)]
    up_to_date = is_up_to_date(period)
    left = None
    if current:
        left = left_to_claim(period, agreement, rows, claimed, up_to_date=up_to_date, at=instant_of(now))
    owed = [] if left is None else [owed_said(row, agreement) for row in left.owed]
    worth = None if left is None or not left.owed else sum(row.amount for row in left.owed)
    return {
        "open": left is not None,
        "yours": yours,
        "until": None if left is None or left.until is None else moment(moment_of(left.until)),
        "amount": amount_said(worth, period.currency) if worth else None,
        "currency": period.currency,
        "ahead": left is not None and left.ahead,
        "unknown": left is not None and left.unknown,
        "credits": owed,
    }


def claims_said(claims: Sequence[Claim], *, actor: Membership, now: datetime) -> list[Said]:
    """Each as lists have it, read with period, subscription, tenant and who decided."""
    return [
        {
            "id": line.claim.pk,
            "month": {"id": line.claim.period_id, "month": line.claim.period.text},
            "tenant": {"id": line.claim.tenant_id, "name": line.claim.tenant.name},
            "subscription": {
                "id": line.claim.period.subscription_id,
                "name": line.claim.period.subscription.name,
            },
            "at": moment(line.claim.at),
            "made_by": line.claim.maker_name,
            "note": line.claim.note,
            "state": line.claim.state,
            "in_time": line.in_time,
            "amount": None if line.total is None else amount_said(line.total, line.claim.period.currency),
            "currency": line.claim.period.currency,
            "decided_at": moment(line.claim.decided_at),
            "decided_by": _decider(line.claim, actor),
            "reason": line.claim.reason,
        }
        for line in claim_lines(claims, now)
    ]


def _decider(claim: Claim, actor: Membership) -> Said | None:
    if not actor.is_staff or claim.decided_by is None:
        return None
    return {"id": claim.decided_by.pk, "name": claim.decided_by.name}


def claim_said(claim: Claim, *, actor: Membership, now: datetime) -> Said:
    """One with what speaks for and against it."""
    period = claim.period
    agreement, rows = agreement_of_period(period), list(assessments_of(period))
    case = case_of(claim, rows, agreement, up_to_date=is_up_to_date(period), now=now)
    (said,) = claims_said([claim], actor=actor, now=now)
    more: dict[str, Any] = {
        "claim_by": moment(case.closes_at),
        "discretionary": case.discretionary,
        "needs_standing": case.needs_standing,
        "failures": failures_said(case.own),
        "credits": [owed_said(row, agreement) for row in case.own],
        "hindrance": (case.hindrance or None) if actor.is_staff else None,
    }
    return {**said, **more}
