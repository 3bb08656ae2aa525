"""Claims over the API: the list, one, taking it back, and deciding on it."""

from typing import Any

from django.db.models import QuerySet

from credits.access import get_claim_for
from credits.actions.claims import lock_claim, withdraw_claim
from credits.actions.decisions import approve_claim, reject_claim, review_claim
from credits.api.claim_shapes import (
    ApproveShape,
    ClaimDetailShape,
    ClaimQueryShape,
    ClaimShape,
    NoWordsShape,
    RejectShape,
)
from credits.api.months import AREA
from credits.api.owing import claim_said, claims_said
from credits.models import Claim
from credits.queries import OPEN
from credits.reviewing import listed_claims
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import CUSTOMER_ROLES, Membership, Role

LEADS = (Role.LEAD, Role.ADMIN)


class Claims(ApiView):
    """The claims that the caller may see."""

    area = AREA

    @operation("claims", gives=ClaimShape, query=ClaimQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """Claims, the newest first. A customer sees those of their own organisation."""
        found = _asked_for(listed_claims(call.actor.provider_id, Claim.State.values), call.actor, call.query)
        rows, further = rows_of(found, call.query, "-id")
        return Page(claims_said(rows, actor=call.actor, now=call.at), further)


def _asked_for(found: QuerySet[Claim], actor: Membership, query: Any) -> QuerySet[Claim]:
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    columns = {
        "subscription": "period__subscription_id",
        "tenant": "tenant_id",
        "month": "period__text",
        "state": "state",
    }
    found = found.filter(**{column: query[name] for name, column in columns.items() if name in query})
    if "open" not in query:
        return found
    return found.filter(state__in=OPEN) if query["open"] else found.exclude(state__in=OPEN)


def _claim(call: Call, pk: int) -> Claim:
    """The claim; where the call says which state it means, locked and compared with it."""
    found = get_claim_for(call.actor, pk)
    if "If-Match" in call.request.headers:
        call.match(lock_claim(found)[1].state)
    return found


def _now(call: Call, pk: int) -> Answer:
    found = get_claim_for(call.actor, pk)
    return Answer(claim_said(found, actor=call.actor, now=call.at), tag=found.state)


class OneClaim(ApiView):
    """One claim."""

    area = AREA

    @operation("claim", gives=ClaimDetailShape)
    def get(self, call: Call, pk: int) -> Answer:
        """A claim with what speaks for and against it."""
        return _now(call, pk)


class Withdraw(ApiView):
    """Taking back."""

    area = AREA

    @operation(
        "claim_withdraw",
        takes=NoWordsShape,
        gives=ClaimDetailShape,
        roles=CUSTOMER_ROLES,
        matches=True,
        examples={"By a customer": {}},
        refuses="`claim_decided`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Takes a claim back that is not decided yet; it can be made again while its time runs."""
        withdraw_claim(_claim(call, pk), actor=call.actor, at=call.at)
        return _now(call, pk)


class Review(ApiView):
    """Reviews."""

    area = AREA

    @operation(
        "claim_review",
        takes=NoWordsShape,
        gives=ClaimDetailShape,
        roles=LEADS,
        matches=True,
        examples={"Somebody looks at it": {}},
        refuses="`claim_not_submitted`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Takes a submitted claim under review; the customer is told so."""
        review_claim(_claim(call, pk), actor=call.actor, at=call.at)
        return _now(call, pk)


class Approve(ApiView):
    """Approvals."""

    area = AREA

    @operation(
        "claim_approve",
        takes=ApproveShape,
        gives=ClaimDetailShape,
        roles=LEADS,
        matches=True,
        refuses="`claim_decided`, `period_superseded`, `period_not_closed`, `nothing_owed`, `amount_needed`, "
        "`amount_not_wanted`, `invalid_amount`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Grants the credits that the claim covers, as the figures of the closed month say; the customer is told.

        An amount is sent where the policy leaves it to the provider, and only there.
        """
        found, body = _claim(call, pk), call.body
        approve_claim(found, amount=body.get("amount"), note=body.get("note", ""), actor=call.actor, at=call.at)
        return _now(call, pk)


class Reject(ApiView):
    """Rejections."""

    area = AREA

    @operation(
        "claim_reject",
        takes=RejectShape,
        gives=ClaimDetailShape,
        roles=LEADS,
        matches=True,
        examples={"Not down": {"reason": "The outage was on your own network."}},
        refuses="`claim_decided`, `reason_needed`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Turns a claim down; the customer reads why."""
        reject_claim(_claim(call, pk), reason=call.body["reason"], actor=call.actor, at=call.at)
        return _now(call, pk)
