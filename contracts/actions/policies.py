"""Publishing: a document becomes a version in force from an instant."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from contracts.announcing import announce_published
from contracts.models import Change, PolicyVersion
from contracts.policy.documents import Document, agreement_of
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
) -> PolicyVersion:
    """Publishes the text as the policy's next version; tickets and periods that begin later pin it.

    The first version may lie in the past, for what was agreed before the portal; a later one takes effect after the
    one before it and not before `at`. With `retime` open tickets are timed by it too, from then on. Its scenarios are
    not run here. Refuses `role_not_allowed`, `policy_unchanged`, `effective_too_early`.
    """
    refuse_unless_publisher(actor)
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
    Change.objects.create(
        provider=provider,
        what=Change.What.POLICY,
        target_id=version.pk,
        since=effective_from,
        retime=retime,
        created_at=at,
    )
    after = {"policy": policy, "number": version.number, "digest": version.digest, "effective_from": effective_from}
    told = after | ({"retime": True} if retime else {})
    record("policy_published", version, actor=actor, after=told, reason=note)
    announce_published(version, at=at)
    return version


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
