"""Whom claims are told to: the customer at each step, the leads when one was made or taken back."""

from collections.abc import Sequence
from decimal import Decimal

import structlog

from credits.models import Claim
from credits.notices import Notice, claim_notice, notice_for_leads
from credits.queries import managers_of
from slaportal.outbox.actions import leave_mail
from slaportal.outbox.models import Message
from slaportal.refusal import Refusal
from tickets.notices import leads_of
from uptime.models import SubscriptionPeriod

log = structlog.get_logger(__name__)


def leave(
    kind: str, address: str, notice: Notice, *, key: str, of: SubscriptionPeriod | Claim, to_staff: bool = False
) -> None:
    """Leaves a mail; an address that is none is passed by, for it must not keep the others waiting."""
    tenant_id = None if to_staff else of.tenant_id
    try:
        leave_mail(kind, address, notice.subject, notice.text, key=key, provider_id=of.provider_id, tenant_id=tenant_id)
    except Refusal as refused:
        log.warning("mail_not_left", kind=kind, key=key, code=refused.code)


def tell_customer(claim: Claim, *, owed: Decimal | None = None) -> None:
    """Where the claim stands now, to who made it and the customer's managers; `owed` is what it brings, if known.

    In the customer's scope or the staff's.
    """
    period = claim.period
    notice = claim_notice(claim, claim.state, subscription=period.subscription.name, month=period.text, owed=owed)
    people = {member.pk: member for member in managers_of([claim.tenant_id])}
    maker = claim.made_by
    if maker is not None and maker.tenant_id == claim.tenant_id and maker.removed_at is None:
        people[maker.pk] = maker
    for member in people.values():
        leave(f"claim_{claim.state}", member.email, notice, key=f"claim-{claim.pk}-{claim.state}-{member.pk}", of=claim)


def tell_leads(periods: Sequence[int], *, provider_id: int) -> None:
    """That claims of these periods wait or were withdrawn, once for each; in the scope of the provider's staff.

    A customer cannot read the staff's addresses, so the worker tells when it works out what the claim marked.
    """
    told = (Claim.State.SUBMITTED, Claim.State.WITHDRAWN)
    claims = list(
        Claim.objects.filter(period_id__in=periods, state__in=told).select_related("period__subscription", "tenant")
    )
    if not claims:
        return
    leads = leads_of(provider_id)
    letters = {f"claim-{claim.pk}-{claim.state}-lead-{lead.pk}": (claim, lead) for claim in claims for lead in leads}
    there = set(Message.objects.filter(provider_id=provider_id, key__in=letters).values_list("key", flat=True))
    for key, (claim, lead) in letters.items():
        if key in there:
            continue
        period = claim.period
        notice = notice_for_leads(
            claim, subscription=period.subscription.name, month=period.text, tenant=claim.tenant.name
        )
        leave(f"claim_{claim.state}_lead", lead.email, notice, key=key, of=claim, to_staff=True)
