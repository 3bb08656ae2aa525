"""Reading credits: the newest revision of a period, what is owed for it, its claims, and whom to tell about them."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from contracts.models import Contact
from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from credits.models import AssessedPeriod, Assessment, Claim
from slaportal.tenancy.models import Membership, Role
from tickets.queries import agreements_of
from uptime.models import SubscriptionPeriod

OPEN = (Claim.State.SUBMITTED, Claim.State.UNDER_REVIEW)
COUNTING = (*OPEN, Claim.State.APPROVED)


def newest_revision(period: SubscriptionPeriod) -> SubscriptionPeriod:
    """The period in its newest correction; one that is not closed yet is none, for it may still go away."""
    of = SubscriptionPeriod.objects.filter(subscription_id=period.subscription_id, text=period.text)
    told = of.filter(Q(revision=1) | Q(closed_at__isnull=False)).defer("evidence", "figures")
    return told.order_by("-revision").first() or period


def agreement_of_period(period: SubscriptionPeriod) -> Agreement:
    """What was promised in the period: its pinned version and plan."""
    pinned = (period.version_id, period.plan)
    return agreements_of([pinned])[pinned]


def claimable_rules(period: SubscriptionPeriod) -> dict[int, Credit]:
    """The credit rules of the period that a customer claims, by position; one that was not judged is left out."""
    return claimable_rules_of(period, agreement_of_period(period))


def claimable_rules_of(period: SubscriptionPeriod, agreement: Agreement) -> dict[int, Credit]:
    """The same, where the agreement of the period is known already."""
    rules = enumerate(agreement.terms.credits)
    judged = period.percent is not None or period.worked_out_at is None
    return {
        position: rule
        for position, rule in rules
        if rule.claim.by == "customer" and (judged or rule.for_ != "availability")
    }


def assessments_of(period: SubscriptionPeriod) -> QuerySet[Assessment]:
    """What each credit rule owes for the period, in the policy's order."""
    return Assessment.objects.filter(period=period).order_by("position")


def claims_of(period: SubscriptionPeriod) -> QuerySet[Claim]:
    """The claims of the period, the first one first."""
    return Claim.objects.filter(period=period).order_by("at", "id")


def claims_to_decide(provider_id: int) -> QuerySet[Claim]:
    """What waits for a decision of staff, the oldest first, with period and subscription."""
    waiting = Claim.objects.filter(provider_id=provider_id, state__in=OPEN)
    return waiting.select_related("period", "period__subscription").order_by("at", "id")


def current_assessments() -> QuerySet[Assessment]:
    """All that the scope shows; of a corrected month the newest revision alone."""
    newer = SubscriptionPeriod.objects.filter(
        subscription=OuterRef("period__subscription"),
        text=OuterRef("period__text"),
        revision__gt=OuterRef("period__revision"),
        closed_at__isnull=False,
    )
    return Assessment.objects.exclude(Exists(newer))


def assessments_of_tenant(tenant_id: int) -> QuerySet[Assessment]:
    """What a customer's months owe, the newest month first; of a corrected month the newest revision alone."""
    rows = current_assessments().filter(tenant_id=tenant_id)
    return rows.select_related("period").order_by("-period__starts_at", "period_id", "position")


def is_up_to_date(period: SubscriptionPeriod) -> bool:
    """Whether the stored assessments know all that is known of the period."""
    worked = AssessedPeriod.objects.filter(period=period, marked_at=None, worked_out_at__isnull=False).exists()
    return worked and period.assessed >= period.measurement


def managers_of(tenants: Iterable[int]) -> QuerySet[Membership]:
    """The managers of these customers."""
    return Membership.objects.filter(tenant_id__in=set(tenants), role=Role.MANAGER, removed_at=None).order_by("id")


def addresses_for_money(tenants: Iterable[int]) -> dict[int, list[str]]:
    """The addresses of each customer's managers and billing contacts, each once."""
    wanted = set(tenants)
    contacts = Contact.objects.filter(tenant_id__in=wanted, concern=Contact.Concern.BILLING).order_by("id")
    pairs: Sequence[tuple[int | None, str]] = [
        *managers_of(wanted).values_list("tenant_id", "email"),
        *contacts.values_list("tenant_id", "email"),
    ]
    addresses: dict[int, dict[str, None]] = {tenant: {} for tenant in wanted}
    for tenant, email in pairs:
        if tenant is not None:
            addresses[tenant][email.lower()] = None
    return {tenant: list(of) for tenant, of in addresses.items()}
