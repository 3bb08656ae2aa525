"""Inviting, revoking, accepting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.outbox.actions import leave_mail
from slaportal.people.actions.members import enrol
from slaportal.people.models import Invitation
from slaportal.people.notices import invitation_notice
from slaportal.refusal import Refusal
from slaportal.tenancy.entrances import find_entrance, new_secret, open_entrance, shut_entrance
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES, Entrance, Membership, Provider, Role, Tenant, User
from slaportal.tenancy.queries import role_for
from slaportal.tenancy.scope import scope

GOOD_FOR = timedelta(days=7)


def invite(
    email: str, role: str, *, provider: Provider, tenant: Tenant | None, actor: Membership | str, at: datetime
) -> Invitation:
    """Invites an address as staff (no tenant) or into a tenant; an earlier open invitation of it stops working.

    `actor` is an administrator or a tenant's manager, or the name of an operator for a provider's first administrator.
    Refuses `role_does_not_fit`, `already_member`, `role_not_allowed`.
    """
    email = email.strip().lower()
    _refuse_unfit(role, tenant, actor)
    if Membership.objects.filter(provider=provider, tenant=tenant, email=email, removed_at=None).exists():
        raise Refusal(
            "already_member",
            _("%(email)s is a member already: change the role in the list of people.") % {"email": email},
            fields={"email": _("Is a member already.")},
        )
    for earlier in open_invitations(provider, tenant, at).filter(email=email):
        _revoke(earlier, at)
    invitation = Invitation.objects.create(
        provider=provider,
        tenant=tenant,
        email=email,
        role=role,
        invited_by=actor if isinstance(actor, Membership) else None,
        created_at=at,
        expires_at=at + GOOD_FOR,
    )
    _mail(invitation, provider, tenant, actor)
    record("member_invited", invitation, actor=actor, after={"email": email, "role": role})
    return invitation


def _refuse_unfit(role: str, tenant: Tenant | None, actor: Membership | str) -> None:
    if role not in (CUSTOMER_ROLES if tenant else STAFF_ROLES):
        raise Refusal("role_does_not_fit", _("This role is not one of theirs."), fields={"role": _("Choose another.")})
    if isinstance(actor, str):
        return
    as_admin = actor.role == Role.ADMIN
    as_manager = actor.role == Role.MANAGER and tenant is not None and actor.tenant_id == tenant.pk
    if not (as_admin or as_manager):
        raise Refusal("role_not_allowed", _("Only administrators and managers invite people."), status=403)


def _mail(invitation: Invitation, provider: Provider, tenant: Tenant | None, actor: Membership | str) -> None:
    secret = new_secret("slai_")
    open_entrance(
        Entrance.Kind.INVITATION,
        secret,
        provider=provider.pk,
        tenant=tenant.pk if tenant else None,
        target=invitation.pk,
    )
    link = settings.PUBLIC_URL + reverse("invitation", args=[secret])
    notice = invitation_notice(invitation, provider, tenant, by=str(actor), link=link)
    leave_mail(
        "invitation",
        invitation.email,
        notice.subject,
        notice.text,
        html=notice.html,
        key=f"invitation-{invitation.pk}",
        provider_id=provider.pk,
        tenant_id=tenant.pk if tenant else None,
    )


def open_invitations(provider: Provider, tenant: Tenant | None, at: datetime) -> QuerySet[Invitation]:
    """Those of staff, or of one tenant, that can still be accepted."""
    return Invitation.objects.filter(
        provider=provider, tenant=tenant, accepted_at=None, revoked_at=None, expires_at__gt=at
    )


def revoke_invitation(invitation: Invitation, *, actor: Membership, at: datetime) -> None:
    """Its link stops working. Refuses `invitation_closed` when it was accepted, revoked or has expired."""
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not locked.is_open(at):
        raise Refusal("invitation_closed", _("This invitation is not open any more."), status=409)
    _revoke(locked, at)
    record("invitation_revoked", locked, actor=actor, before={"email": locked.email, "role": locked.role})


def _revoke(invitation: Invitation, at: datetime) -> None:
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    shut_entrance(Entrance.Kind.INVITATION, invitation.pk)


@dataclass(frozen=True)
class Presented:
    """An open invitation that a link led to, with the names a stranger may see on it."""

    email: str
    role: str
    provider: str
    tenant: str
    expires_at: datetime


def read_invitation(secret: str, *, at: datetime) -> Presented:
    """What the link invites to. Outside any scope. Refuses `invitation_closed` for a wrong, used or old link alike."""
    entrance = find_entrance(Entrance.Kind.INVITATION, secret)
    if entrance is None:
        raise closed()
    with scope(role_for(entrance.tenant_id), provider=entrance.provider_id, tenant=entrance.tenant_id):
        invitation = Invitation.objects.select_related("provider", "tenant").get(pk=entrance.target_id)
    if not invitation.is_open(at):
        raise closed()
    tenant = invitation.tenant.name if invitation.tenant else ""
    return Presented(invitation.email, invitation.role, invitation.provider.name, tenant, invitation.expires_at)


def closed() -> Refusal:
    """One answer for every link that leads nowhere."""
    return Refusal(
        "invitation_closed",
        _("This invitation was used, withdrawn or has expired. Ask who invited you for a new one."),
        status=410,
    )


def accept_invitation(secret: str, *, user: User, at: datetime) -> Membership:
    """Makes the person a member. Outside any scope; one transaction.

    Refuses `invitation_closed`, and `invitation_of_another` when none of the person's verified addresses is it.
    """
    verified = {row.email.lower() for row in EmailAddress.objects.filter(user=user, verified=True)}
    entrance = find_entrance(Entrance.Kind.INVITATION, secret)
    if entrance is None:
        raise closed()
    with scope(role_for(entrance.tenant_id), provider=entrance.provider_id, tenant=entrance.tenant_id):
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=entrance.target_id)
        if not invitation.is_open(at):
            raise closed()
        if invitation.email.lower() not in verified:
            raise Refusal(
                "invitation_of_another",
                _("This invitation is for %(email)s. Sign in with that address to accept it.")
                % {"email": invitation.email},
                status=403,
            )
        return _become_member(invitation, user, at)


def _become_member(invitation: Invitation, user: User, at: datetime) -> Membership:
    member = enrol(
        user,
        invitation.role,
        provider=invitation.provider,
        tenant=invitation.tenant,
        email=invitation.email,
        at=at,
    )
    invitation.accepted_at, invitation.accepted_by = at, member
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    shut_entrance(Entrance.Kind.INVITATION, invitation.pk)
    record("invitation_accepted", invitation, actor=member, after={"email": member.email, "role": member.role})
    return member


def join_with_new_account(secret: str, *, name: str, password: str, at: datetime) -> User:
    """Makes the account of the invited address, verified since the link was mailed there, and the membership.

    One transaction. Refuses `account_exists` when the address has an account already: that person signs in first.
    """
    with transaction.atomic():
        presented = read_invitation(secret, at=at)
        if EmailAddress.objects.filter(email=presented.email).exists() or _has_account(presented.email):
            raise Refusal("account_exists", _("There is an account with this address: sign in to accept."), status=409)
        user = User.objects.create_user(presented.email, password, name=name.strip())
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        accept_invitation(secret, user=user, at=at)
    return user


def _has_account(email: str) -> bool:
    return User.objects.filter(email=email).exists()
