"""Subscriptions, their terms, the standing of the account, and what they cover."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from contracts.actions.checks import amount_of, currency_of, kind_of_term, refused_as, require_admin
from contracts.models import Change, Coverage, Kind, Service, Subscription, Term
from contracts.queries import document_of, version_in_force
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership, Tenant

MONTHS = 12
UNIQUE_NAME = "subscription_name"


@dataclass(frozen=True)
class Fee:
    """What a term costs: exact decimals of one currency; a year defaults to twelve months."""

    monthly: Decimal
    currency: str
    annual: Decimal | None = None

    @property
    def yearly(self) -> Decimal:
        """The fee of a year."""
        return self.monthly * MONTHS if self.annual is None else self.annual


def subscribe(
    tenant: Tenant,
    name: str,
    *,
    policy: str,
    plan: str,
    kind: str = Kind.PRODUCTION,
    fee: Fee,
    starts_at: datetime,
    actor: Membership | str,
    at: datetime,
) -> Subscription:
    """A subscription with its first term.

    Refuses `role_not_allowed`, `subscription_name_taken`, `no_policy`, `unknown_plan`, and what is no kind or no fee.
    """
    require_admin(actor)
    name = name.strip()
    with refused_as(_taken(tenant, name), constraint=UNIQUE_NAME):
        made = Subscription.objects.create(
            provider_id=tenant.provider_id, tenant=tenant, name=name, policy=policy, created_at=at
        )
    term = _add_term(made, plan=plan, kind=kind, fee=fee, starts_at=starts_at, at=at)
    record("subscription_made", made, actor=actor, after={"policy": policy, **_told(term)})
    return made


def rename_subscription(subscription: Subscription, name: str, *, actor: Membership | str) -> None:
    """Another name to be shown. Refuses `role_not_allowed`, `subscription_name_taken`, `name_needed`."""
    require_admin(actor)
    name = name.strip()
    if not name:
        raise Refusal("name_needed", _("A subscription needs a name."), fields={"name": _("Needed.")})
    locked = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    if locked.name == name:
        return
    before = locked.name
    locked.name = name
    with refused_as(_taken(locked.tenant, name), constraint=UNIQUE_NAME):
        locked.save(update_fields=["name"])
    record("subscription_renamed", locked, actor=actor, before={"name": before}, after={"name": name})


def change_term(
    subscription: Subscription,
    *,
    plan: str,
    kind: str = Kind.PRODUCTION,
    fee: Fee,
    starts_at: datetime,
    actor: Membership | str,
    at: datetime,
) -> Term:
    """Another plan, kind or fee from `starts_at` on; the term that runs then ends there.

    Refuses `role_not_allowed`, `terms_overlap`, `no_policy`, `unknown_plan`, and what is no kind or no fee.
    """
    require_admin(actor)
    running = _running(subscription, starts_at)
    before = _told(running) if running else None
    if running is not None:
        running.ends_at = starts_at
        running.save(update_fields=["ends_at"])
    term = _add_term(subscription, plan=plan, kind=kind, fee=fee, starts_at=starts_at, at=at)
    record("term_changed", subscription, actor=actor, before=before, after=_told(term))
    return term


def end_subscription(
    subscription: Subscription, *, ends_at: datetime, actor: Membership | str, at: datetime, reason: str
) -> None:
    """Nothing is promised from `ends_at` on. An end that was set before may be moved to an earlier instant.

    Refuses `role_not_allowed`, `not_running`, `terms_after` (another begins later).
    """
    require_admin(actor)
    running = _running(subscription, ends_at)
    if running is None:
        said = _("No term of this subscription runs then.")
        raise Refusal("not_running", said, fields={"ends_at": said}, status=409)
    if Term.objects.filter(subscription=subscription, starts_at__gt=ends_at).exists():
        said = _("Another term begins after that: what was agreed from then on would go on.")
        raise Refusal("terms_after", said, fields={"ends_at": said}, status=409)
    running.ends_at = ends_at
    running.save(update_fields=["ends_at"])
    _changed(subscription, Change.What.TERM, running.pk, ends_at, at)
    record("subscription_ended", subscription, actor=actor, after={"ends_at": ends_at}, reason=reason)


def set_account_standing(
    subscription: Subscription, *, current: bool, reason: str, actor: Membership | str, at: datetime
) -> None:
    """Whether the account is in good standing, on which policies may make credits depend.

    Refuses `role_not_allowed` and `reason_needed`.
    """
    require_admin(actor)
    if not current and not reason.strip():
        raise Refusal("reason_needed", _("Say why."), fields={"reason": _("Say why.")})
    locked = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    before = {"account_current": locked.account_current, "reason": locked.account_reason}
    if (locked.account_current, locked.account_reason) == (current, reason.strip()):
        return
    locked.account_current, locked.account_reason = current, reason.strip()
    locked.save(update_fields=["account_current", "account_reason"])
    _changed(locked, Change.What.ACCOUNT, locked.pk, at, at)
    after = {"account_current": current, "reason": locked.account_reason}
    record("account_standing_changed", locked, actor=actor, before=before, after=after, reason=reason)


def cover_service(subscription: Subscription, service: Service, *, actor: Membership | str, at: datetime) -> None:
    """From now on outages of the service count for the subscription.

    Refuses `role_not_allowed`, and another tenant's service as unknown.
    """
    require_admin(actor)
    if service.provider_id != subscription.provider_id or service.tenant_id not in (None, subscription.tenant_id):
        raise Refusal("not_found", _("There is no such service for this customer."), status=404)
    coverage, made = Coverage.objects.get_or_create(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        service=service,
    )
    if made:
        _changed(subscription, Change.What.COVERAGE, coverage.pk, at, at)
        record("service_covered", subscription, actor=actor, after={"service": service.key})


def uncover_service(subscription: Subscription, service: Service, *, actor: Membership | str, at: datetime) -> None:
    """Outages of the service count no more, in no period that is open. Refuses `role_not_allowed`, `not_covered`."""
    require_admin(actor)
    gone, _each = Coverage.objects.filter(subscription=subscription, service=service).delete()
    if not gone:
        raise Refusal("not_covered", _("The subscription does not cover this service any more."), status=409)
    _changed(subscription, Change.What.UNCOVERED, subscription.pk, at, at)
    record("service_uncovered", subscription, actor=actor, before={"service": service.key})


def _taken(tenant: Tenant, name: str) -> Refusal:
    return Refusal(
        "subscription_name_taken",
        _("%(tenant)s has a subscription called %(name)s already.") % {"tenant": tenant.name, "name": name},
        fields={"name": _("Taken.")},
    )


def _running(subscription: Subscription, instant: datetime) -> Term | None:
    """The term that began before `instant` and has not ended then."""
    started = Term.objects.select_for_update(of=("self",)).filter(subscription=subscription, starts_at__lt=instant)
    running = [term for term in started if term.ends_at is None or term.ends_at > instant]
    return running[0] if running else None


def _add_term(subscription: Subscription, *, plan: str, kind: str, fee: Fee, starts_at: datetime, at: datetime) -> Term:
    _refuse_unknown(subscription, plan, starts_at)
    overlap = Refusal(
        "terms_overlap",
        _("There is a term of this subscription after that already."),
        fields={"starts_at": _("Choose another day.")},
        status=409,
    )
    term = Term(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        plan=plan,
        kind=kind_of_term(kind),
        starts_at=starts_at,
        fee_monthly=amount_of(fee.monthly, "fee_monthly"),
        fee_annual=amount_of(fee.yearly, "fee_monthly" if fee.annual is None else "fee_annual"),
        currency=currency_of(fee.currency),
    )
    with refused_as(overlap, constraint="term_no_overlap"):
        term.save(force_insert=True)
    _changed(subscription, Change.What.TERM, term.pk, starts_at, at)
    return term


def _refuse_unknown(subscription: Subscription, plan: str, starts_at: datetime) -> None:
    """A policy that is not in force then, or that does not have the plan then."""
    try:
        version = version_in_force(subscription.provider_id, subscription.policy, starts_at)
    except Refusal as refusal:
        fields = {"starts_at": refusal.message}
        raise Refusal(refusal.code, refusal.message, fields=fields, status=refusal.status) from refusal
    plans = document_of(version).plans
    if plan not in plans:
        names = ", ".join(terms.name for terms in plans.values())
        said = _("Version %(number)s of the policy, which is in force then, has no such plan; it has: %(plans)s.")
        told = said % {"number": version.number, "plans": names}
        raise Refusal("unknown_plan", told, fields={"plan": told})


def _changed(subscription: Subscription, what: str, target: int, since: datetime, at: datetime) -> None:
    Change.objects.create(
        provider_id=subscription.provider_id,
        tenant_id=subscription.tenant_id,
        what=what,
        target_id=target,
        since=since,
        created_at=at,
    )


def _told(term: Term) -> dict[str, object]:
    return {
        "plan": term.plan,
        "kind": term.kind,
        "fee": f"{term.fee_monthly} {term.currency}",
        "starts_at": term.starts_at,
    }
