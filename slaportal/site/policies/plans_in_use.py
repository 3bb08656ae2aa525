"""The plans that subscriptions are on and that a text does not have: what was sold goes on, and is named beforehand."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Q

from contracts.models import PolicyVersion, Subscription, Term
from contracts.policy.documents import Document
from contracts.queries import last_with_plan

SHOWN = 10


@dataclass(frozen=True, slots=True)
class PlanInUse:
    """A plan as the version `number` calls it, the last that has it, by which it goes on for `many` subscriptions.

    `first` are some of these, with their tenants.
    """

    name: str
    number: int
    many: int
    first: tuple[Subscription, ...]

    @property
    def more(self) -> int:
        """How many are not in `first`."""
        return self.many - len(self.first)


def dropped_in_use(document: Document, *, policy: str, provider_id: int, now: datetime) -> list[PlanInUse]:
    """Each plan of a term that runs or is to come, of which the text says nothing; two queries where there are any."""
    not_over = Q(ends_at=None) | Q(ends_at__gt=now)
    terms = Term.objects.filter(not_over, provider_id=provider_id, subscription__policy=policy)
    terms = terms.exclude(plan__in=document.plans).select_related("subscription__tenant")
    found = list(terms.order_by("plan", "subscription__tenant__name", "subscription__name", "subscription_id"))
    if not found:
        return []
    versions = list(PolicyVersion.objects.filter(provider_id=provider_id, policy=policy).order_by("-effective_from"))
    in_use = []
    for plan, of_plan in groupby(found, key=lambda term: term.plan):
        on_it = list(dict.fromkeys(term.subscription for term in of_plan))
        version, agreement = last_with_plan(versions, plan)
        in_use.append(PlanInUse(agreement.plan_name, version.number, len(on_it), tuple(on_it[:SHOWN])))
    return in_use
