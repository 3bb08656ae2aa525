"""Credits to read, and the claim window of a month: what a claim made now would be for, and making it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from credits.access import get_claim_for
from credits.actions.claims import file_claim
from credits.api.claim_shapes import (
    ClaimDetailShape,
    ClaimWindowShape,
    CreditDetailShape,
    CreditQueryShape,
    CreditShape,
    FileShape,
)
from credits.api.months import AREA
from credits.api.owing import claim_said, credit_said, credits_said, window_said
from credits.models import Assessment
from credits.queries import current_assessments, newest_revision
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import CUSTOMER_ROLES, Membership, Role
from uptime.access import get_period_for

MAY_CLAIM = (Role.LEAD, Role.ADMIN, *CUSTOMER_ROLES)


class Credits(ApiView):
    """The credits that the caller may see."""

    area = AREA

    @operation("credits", gives=CreditShape, query=CreditQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """What the credit rules of the policies owe for each month, the newest first.

        A customer sees what is owed to their own organisation.
        """
        rows, further = rows_of(_asked_for(_visible(call.actor).defer("figures"), call.query), call.query, "-id")
        return Page(credits_said(rows), further)


def _visible(actor: Membership) -> QuerySet[Assessment]:
    found = current_assessments().filter(provider_id=actor.provider_id)
    found = found.select_related("period").defer("period__evidence", "period__figures")
    return found if actor.tenant_id is None else found.filter(tenant_id=actor.tenant_id)


def _asked_for(found: QuerySet[Assessment], query: Any) -> QuerySet[Assessment]:
    columns = {
        "subscription": "period__subscription_id",
        "tenant": "tenant_id",
        "month": "period__text",
        "status": "status",
        "credit_for": "credit_for",
        "missed": "missed",
        "claim_by_before": "claim_by__lt",
    }
    return found.filter(**{column: query[name] for name, column in columns.items() if name in query})


class OneCredit(ApiView):
    """One credit."""

    area = AREA

    @operation("credit", gives=CreditDetailShape)
    def get(self, call: Call, pk: int) -> Answer:
        """A credit with its explanation: every step from the quantity to the amount, and the words it rests on."""
        found = Assessment.objects.filter(pk=pk, provider_id=call.actor.provider_id)
        if call.actor.tenant_id is not None:
            found = found.filter(tenant_id=call.actor.tenant_id)
        row = found.select_related("period").defer("period__evidence", "period__figures").first()
        if row is None:
            raise not_found(_("There is no such credit here."))
        return Answer(credit_said(row, call.at))


class MonthClaim(ApiView):
    """Claiming the credits of a month."""

    area = AREA

    @operation("month_claim_window", gives=ClaimWindowShape)
    def get(self, call: Call, pk: int) -> Answer:
        """What a claim made now would be for, and until when it can be made."""
        period = get_period_for(call.actor, pk)
        current = newest_revision(period).pk == period.pk
        yours = call.actor.role in MAY_CLAIM
        return Answer(window_said(period, current=current, yours=yours, now=call.at))

    @operation(
        "month_claim",
        takes=FileShape,
        gives=ClaimDetailShape,
        roles=MAY_CLAIM,
        status=201,
        refuses="`nothing_to_claim`, `claim_window_closed`, `already_claimed`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Claims the credits of a month, of its newest revision; it may come before the promise is missed."""
        period = get_period_for(call.actor, pk)
        made = file_claim(period, note=call.body.get("note", ""), actor=call.actor, at=call.at)
        found = get_claim_for(call.actor, made.pk)
        told = claim_said(found, actor=call.actor, now=call.at)
        return Answer(told, tag=found.state, location=f"/api/v1/claims/{found.pk}/")
