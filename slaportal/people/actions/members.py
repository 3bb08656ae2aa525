"""Roles changed, members removed, names and addresses kept up to date."""

from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.people.actions.tokens import revoke_tokens_of
from slaportal.refusal import Refusal
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Membership, Provider, Role, Tenant, User
from slaportal.tenancy.queries import memberships_of, role_for
from slaportal.tenancy.scope import scope


def enrol(user: User, role: str, *, provider: Provider, tenant: Tenant | None, email: str, at: datetime) -> Membership:
    """Makes the person a member; who is one already stays what they are. Called where an invitation was accepted."""
    member, _made = Membership.objects.get_or_create(
        provider=provider,
        tenant=tenant,
        user_id=user.pk,
        removed_at=None,
        defaults={"role": role, "name": user.name, "email": email, "created_at": at},
    )
    return member


def change_role(member: Membership, role: str, *, actor: Membership) -> None:
    """Refuses `role_does_not_fit`, `role_not_allowed`, and `last_admin` for a provider's only administrator."""
    _refuse_unless_over(actor, member)
    if role not in (CUSTOMER_ROLES if member.tenant_id else STAFF_ROLES):
        raise Refusal("role_does_not_fit", _("This role is not one of theirs."), fields={"role": _("Choose another.")})
    locked = _locked(member)
    if locked.role == role:
        return
    if locked.role == Role.ADMIN:
        _keep_an_admin(locked)
    before = locked.role
    locked.role = role
    locked.save(update_fields=["role"])
    record("member_role_changed", locked, actor=actor, before={"role": before}, after={"role": role})


def remove_member(member: Membership, *, actor: Membership, at: datetime) -> None:
    """Takes the person's rights at the next request, and all tokens. Members may leave by themselves.

    Refuses `last_admin`, `already_removed`, `role_not_allowed`.
    """
    if actor.pk != member.pk:
        _refuse_unless_over(actor, member)
    locked = _locked(member)
    if locked.role == Role.ADMIN:
        _keep_an_admin(locked)
    locked.removed_at = at
    locked.save(update_fields=["removed_at"])
    revoke_tokens_of(locked, at=at)
    record("member_removed", locked, actor=actor, before={"role": locked.role, "email": locked.email})


def _refuse_unless_over(actor: Membership, member: Membership) -> None:
    as_admin = actor.role == Role.ADMIN and actor.provider_id == member.provider_id
    as_manager = actor.role == Role.MANAGER and actor.tenant_id == member.tenant_id
    if not (as_admin or as_manager):
        raise Refusal("role_not_allowed", _("Only administrators and managers change who is here."), status=403)


def _locked(member: Membership) -> Membership:
    """The row as it is now; of two who change it at once, the second waits and sees what the first did."""
    found = Membership.objects.select_for_update(of=("self",)).filter(pk=member.pk, removed_at=None).first()
    if found is None:
        raise Refusal("already_removed", _("This person was removed already."), status=409)
    return found


def _keep_an_admin(member: Membership) -> None:
    """Locks all administrators in one order, so that two who remove each other cannot both succeed."""
    admins = Membership.objects.select_for_update(of=("self",)).filter(
        provider_id=member.provider_id, role=Role.ADMIN, removed_at=None
    )
    if not [admin for admin in admins.order_by("id") if admin.pk != member.pk]:
        raise Refusal(
            "last_admin",
            _("%(name)s is the only administrator: make somebody else one first.") % {"name": member.name},
            fields={"role": _("The only administrator.")},
            status=409,
        )


def change_profile(user: User, *, name: str, time_zone: str) -> None:
    """The person's own name and time zone; the name is carried into every membership. Outside any scope."""
    user.name, user.time_zone = name.strip(), time_zone
    user.save(update_fields=["name", "time_zone"])
    for member in memberships_of(user):
        with scope(role_for(member.tenant_id), provider=member.provider_id, tenant=member.tenant_id):
            Membership.objects.filter(pk=member.pk).update(name=user.name)


def change_address(user: User) -> None:
    """Carries the person's new address, which was confirmed, into every membership, with an event in each audit.

    Outside any scope.
    """
    for member in memberships_of(user):
        with scope(role_for(member.tenant_id), provider=member.provider_id, tenant=member.tenant_id):
            before = member.email
            Membership.objects.filter(pk=member.pk).update(email=user.email)
            record(
                "member_address_changed", member, actor=member, before={"email": before}, after={"email": user.email}
            )
