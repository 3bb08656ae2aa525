"""What webhooks are told of credits and claims; all of it is the customer's to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from contracts.models import Subscription
from credits.figures import AssessedRow
from credits.judging import Judgement
from credits.loading import Stored
from credits.models import Assessment, Claim
from slaportal.intervals import moment_of
from slaportal.money import decimals
from slaportal.outbox.webhooks.announcing import Happening, announce
from uptime.announcing import month_of
from uptime.models import SubscriptionPeriod

CHANGED, CLAIMABLE = "credit.changed", "credit.claimable"
KIND_OF = {
    Claim.State.SUBMITTED: "claim.filed",
    Claim.State.UNDER_REVIEW: "claim.reviewed",
    Claim.State.APPROVED: "claim.approved",
    Claim.State.REJECTED: "claim.rejected",
    Claim.State.WITHDRAWN: "claim.withdrawn",
    Claim.State.SUPERSEDED: "claim.superseded",
}


def announce_credits(
    periods: Sequence[SubscriptionPeriod], judgements: Iterable[Judgement], stored: Stored, *, at: datetime
) -> None:
    """Credits that stand elsewhere than they did (`stored`), and, of months that are closed, come to another amount.

    While a month goes on its amounts change with every minute of an outage: only what becomes of them is told.
    """
    announce(periods[0].provider_id, _changed(periods, judgements, stored, at))


def announce_claim(claim: Claim, *, at: datetime, owed: Decimal | None = None, by: int | None = None) -> None:
    """Where the claim stands now; `owed` is what it brings, if known, `by` the claim that took its place."""
    announce(claim.provider_id, _claim(claim, at, owed, by))


def _changed(
    periods: Sequence[SubscriptionPeriod], judgements: Iterable[Judgement], stored: Stored, at: datetime
) -> Iterator[Happening]:
    wanted = {period.subscription_id for period in periods}
    subscriptions = Subscription.objects.select_related("tenant").in_bulk(wanted)
    by_id = {period.pk: period for period in periods}
    for judgement in judgements:
        period = by_id[judgement.period]
        was = stored.rows.get(period.pk, {})
        month = month_of(period, subscriptions[period.subscription_id])
        for row in judgement.rows:
            before = was.get(row.position)
            if not _differs(before, row, closed=period.closed_at is not None):
                continue
            data = {"credit": _credit(row, before), "month": month}
            yield _of(CHANGED, at, data, period)
            if row.status == Assessment.Status.CLAIMABLE and (before is None or before.status != row.status):
                yield _of(CLAIMABLE, at, data, period)


def _differs(before: AssessedRow | None, row: AssessedRow, *, closed: bool) -> bool:
    if before is None:
        return row.status != Assessment.Status.NONE
    return before.status != row.status or (closed and before.amount != row.amount)


def _credit(row: AssessedRow, before: AssessedRow | None) -> dict[str, Any]:
    return {
        "rule": row.position,
        "for": row.credit_for,
        "status": row.status,
        "before": before.status if before else None,
        "amount": _written(row.amount, row.currency),
        "currency": row.currency,
        "claim_by": None if row.claim_by is None else moment_of(row.claim_by),
    }


def _claim(claim: Claim, at: datetime, owed: Decimal | None, by: int | None) -> Iterator[Happening]:
    period = claim.period
    subscription = Subscription.objects.select_related("tenant").get(pk=period.subscription_id)
    told = {
        "id": claim.pk,
        "state": claim.state,
        "filed_at": claim.at,
        "by": claim.maker_name,
        "reason": claim.reason or None,
        "amount": _written(claim.amount if owed is None else owed, period.currency),
        "currency": period.currency,
        **({} if by is None else {"superseded_by": by}),
    }
    data = {"claim": told, "month": month_of(period, subscription)}
    yield _of(KIND_OF[Claim.State(claim.state)], at, data, period)


def _written(amount: Decimal | None, currency: str) -> Decimal | None:
    """With the decimals of its currency; the column has four."""
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-decimals(currency)))


def _of(kind: str, at: datetime, data: Mapping[str, Any], period: SubscriptionPeriod) -> Happening:
    path = reverse("month", args=[period.pk])
    return Happening(kind, at, data, path, tenant_id=period.tenant_id, to_tenant=True)
