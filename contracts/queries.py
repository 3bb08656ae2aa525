"""What was promised at an instant: the version in force, the term that ran, both agreed; what may be covered."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Coverage, PolicyVersion, Service, Subscription, Term
from contracts.policy.agreement import Agreement
from contracts.policy.documents import Document, agreement_of, read_document
from slaportal.refusal import Refusal

_VERSIONS = 7526472  # the kind of lock, among the database's


def hold_versions(provider_id: int, *, alone: bool = False) -> None:
    """Until this transaction ends nobody publishes for the provider: what is pinned after this is in force still.

    `alone` is for publishing, and for going through what is pinned: both wait for those who pin just now, and whoever
    pins then waits for them.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:  # no row: customers, who pin too, may lock none that publishing writes
        cursor.execute(f"SELECT {lock}(%s, %s)", [_VERSIONS, provider_id % (1 << 31)])


def version_in_force(provider_id: int, policy: str, at: datetime) -> PolicyVersion:
    """The version that was in force at `at`. Refuses `no_policy` before the first one."""
    versions = PolicyVersion.objects.filter(provider_id=provider_id, policy=policy, effective_from__lte=at)
    version = versions.order_by("-effective_from").first()
    if version is None:
        raise Refusal("no_policy", _("No version of %(policy)s is in force then.") % {"policy": policy}, status=409)
    return version


def versions_to_offer(provider_id: int, at: datetime) -> dict[str, list[PolicyVersion]]:
    """By policy the version in force at `at` and those that come later, the earliest first: two queries for all."""
    versions = PolicyVersion.objects.filter(provider_id=provider_id)
    in_force = versions.filter(effective_from__lte=at).order_by("policy", "-effective_from").distinct("policy")
    coming = versions.filter(effective_from__gt=at).order_by("policy", "effective_from")
    offered: dict[str, list[PolicyVersion]] = {}
    for version in (*in_force, *coming):
        offered.setdefault(version.policy, []).append(version)
    return dict(sorted(offered.items()))


def document_of(version: PolicyVersion) -> Document:
    """The text, read; kept by its digest from one call to the next."""
    return read_document(version.text)


def last_with_plan(versions: Iterable[PolicyVersion], plan: str) -> tuple[PolicyVersion, Agreement]:
    """Of versions, the latest first, the first that has the plan: where a later one dropped it, what was sold is kept.

    Refuses `unknown_plan` where none has it.
    """
    for version in versions:
        document = document_of(version)
        if plan in document.plans:
            return version, agreement_of(document, plan)
    raise Refusal("unknown_plan", _("No version of the policy has the plan %(plan)s.") % {"plan": plan}, status=404)


def agreed_at(subscription: Subscription, plan: str, at: datetime) -> tuple[PolicyVersion, Agreement]:
    """The last version in force at `at` that has the plan, and what it says; refuses `no_policy`, `unknown_plan`."""
    version = version_in_force(subscription.provider_id, subscription.policy, at)
    before = PolicyVersion.objects.filter(
        provider_id=subscription.provider_id, policy=subscription.policy, effective_from__lt=version.effective_from
    )
    return last_with_plan(chain([version], before.order_by("-effective_from")), plan)  # earlier texts only if needed


def term_at(subscription: Subscription, at: datetime) -> Term | None:
    """The term that ran at `at`."""
    terms = Term.objects.filter(subscription=subscription, starts_at__lte=at).order_by("-starts_at")
    term = terms.first()
    return term if term is not None and (term.ends_at is None or at < term.ends_at) else None


def scenario_names_of(version: PolicyVersion) -> list[str]:
    """The names of the scenarios that it was published by; of a version from before they were kept none are known."""
    kept = getattr(version, "scenarios", None)
    return [] if kept is None else list(kept.names)


def agreement_at(subscription: Subscription, at: datetime) -> Agreement | None:
    """What was promised to the subscription at `at`; None while no term ran."""
    term = term_at(subscription, at)
    if term is None:
        return None
    return agreed_at(subscription, term.plan, at)[1]


def with_their_parts(subscriptions: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Subscriptions with terms and coverages: two queries more, whatever their number."""
    return subscriptions.prefetch_related(
        Prefetch("terms", Term.objects.order_by("starts_at")),
        Prefetch("coverages", Coverage.objects.select_related("service").order_by("service__name", "pk")),
    )


def services_for(subscription: Subscription) -> QuerySet[Service]:
    """What the subscription may cover: the customer's own services and the shared ones."""
    mine = Q(tenant=subscription.tenant_id) | Q(tenant=None)
    return Service.objects.filter(mine, provider_id=subscription.provider_id)
