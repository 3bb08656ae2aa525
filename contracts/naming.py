"""What plans are called: by what holds and comes, and by the last version that had one that was dropped."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.models import PolicyVersion, Subscription
from contracts.queries import document_of


def plans_offered(versions: Iterable[PolicyVersion]) -> dict[str, str]:
    """The plans of these versions of one policy by key, each in the words of the first that has it."""
    plans: dict[str, str] = {}
    for version in versions:
        for key, terms in document_of(version).plans.items():
            plans.setdefault(key, terms.name)
    return plans


def plan_names(
    subscriptions: Iterable[Subscription], offered: Mapping[str, Sequence[PolicyVersion]]
) -> dict[str, dict[str, str]]:
    """By policy the names of its plans, those that the subscriptions' terms are on in any case.

    `with_their_parts` has fetched them, `offered` are the versions in force and to come; one query more where one of
    the plans is in none of these.
    """
    names = {policy: plans_offered(versions) for policy, versions in offered.items()}
    lacking = [one for one in subscriptions if any(_lacks(names, one.policy, term.plan) for term in one.terms.all())]
    if lacking:
        providers, policies = {one.provider_id for one in lacking}, {one.policy for one in lacking}
        of_policies = PolicyVersion.objects.filter(provider_id__in=providers, policy__in=policies)
        for version in of_policies.order_by("-effective_from"):
            # What is known is of a later version, so it stays.
            names[version.policy] = plans_offered([version]) | names.get(version.policy, {})
    return names


def _lacks(names: Mapping[str, Mapping[str, str]], policy: str, plan: str) -> bool:
    return plan not in names.get(policy, {})
