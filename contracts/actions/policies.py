"""Publishing: a document becomes a version in force from an instant."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from contracts.announcing import announce_published
from contracts.models import Change, PolicyVersion, PublishedScenarios
from contracts.policy.documents import Document, agreement_of
from contracts.queries import hold_versions
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Provider, Role


def publish_policy(
    document: Document,
    *,
    provider: Provider,
    policy: str,
    effective_from: datetime,
    actor: Membership | str,
    at: datetime,
    note: str = "",
    retime: bool = False,
    scenarios: str = "",
    scenario_names: Sequence[str] = (),
) -> PolicyVersion:
    """Publishes the text as the policy's next version; tickets and periods that begin later pin it.

    The first version may lie in the past, for what was agreed before the portal; a later one takes effect after the
    one before it and not before `at`. With `retime` open tickets are timed by it too, from then on. Its scenarios are
    kept with it and not run here. Refuses `role_not_allowed`, `policy_unchanged`, `effective_too_early`.
    """
    refuse_unless_publisher(actor)
    hold_versions(provider.pk, alone=True)
    Provider.objects.select_for_update().get(pk=provider.pk)  # numbers are given one after the other
    versions = PolicyVersion.objects.filter(provider=provider, policy=policy)
    latest = versions.order_by("-number").first()
    if latest is not None:
        _refuse_second(latest, document, effective_from, at)
    agreement = agreement_of(document)
    version = PolicyVersion.objects.create(
        provider=provider,
        policy=policy,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=agreement.terms.title[:200],  # the whole of it is in the text
        text=document.text,
        digest=document.digest,
        effective_from=effective_from,
        published_at=at,
        published_by=actor if isinstance(actor, Membership) else None,
        publisher_name=str(actor),
        note=note,
    )
    kept = PublishedScenarios.objects.create(
        provider=provider,
        version=version,
        text=scenarios,
        digest=hashlib.sha256(scenarios.encode()).hexdigest() if scenarios else "",
        names=list(scenario_names),
    )
    _leave_traces(version, kept, actor, at, retime=retime)
    return version


def _leave_traces(
    version: PolicyVersion, kept: PublishedScenarios, actor: Membership | str, at: datetime, *, retime: bool
) -> None:
    """What the apps above work through, and what the audit says."""
    Change.objects.create(
        provider=version.provider,
        what=Change.What.POLICY,
        target_id=version.pk,
        since=version.effective_from,
        retime=retime,
        created_at=at,
    )
    after = {
        "policy": version.policy,
        "number": version.number,
        "digest": version.digest,
        "effective_from": version.effective_from,
        "scenarios": len(kept.names),
    }
    if kept.digest:
        after |= {"scenarios_digest": kept.digest}
    if retime:
        after |= {"retime": True}
    record("policy_published", version, actor=actor, after=after, reason=version.note)
    announce_published(version, at=at)


def refuse_unless_publisher(actor: Membership | str) -> None:
    """Refuses `role_not_allowed` to everybody but administrators and the portal's own commands."""
    if isinstance(actor, Membership) and actor.role != Role.ADMIN:
        raise Refusal("role_not_allowed", _("Only administrators publish policies."), status=403)


def _refuse_second(latest: PolicyVersion, document: Document, effective_from: datetime, at: datetime) -> None:
    if latest.digest == document.digest:
        raise Refusal(
            "policy_unchanged",
            _("Version %(number)s has this very text already.") % {"number": latest.number},
            status=409,
        )
    earliest = max(latest.effective_from, at)
    if effective_from < at or effective_from <= latest.effective_from:
        raise Refusal(
            "effective_too_early",
            _("A new version takes effect after %(earliest)s.") % {"earliest": earliest.isoformat(timespec="minutes")},
            fields={"effective_from": _("Choose a later instant.")},
        )
