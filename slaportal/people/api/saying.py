"""Customers, people and invitations as they go out."""

from typing import Any

from slaportal.api.shapes import moment
from slaportal.people.models import Invitation
from slaportal.tenancy.models import Membership, Tenant

Said = dict[str, Any]


def tenant_said(tenant: Tenant) -> Said:
    """One of `tenants_for`, which counts its people."""
    people: int = tenant.people  # type: ignore[attr-defined]
    return {"id": tenant.pk, "name": tenant.name, "people": people, "created_at": moment(tenant.created_at)}


def member_said(member: Membership) -> Said:
    """Its tenant must have been read with it."""
    return {
        "id": member.pk,
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "tenant": _ref(member.tenant),
        "created_at": moment(member.created_at),
        "removed_at": moment(member.removed_at),
    }


def invitation_said(invitation: Invitation) -> Said:
    """Its tenant and who invited must have been read with it."""
    return {
        "id": invitation.pk,
        "email": invitation.email,
        "role": invitation.role,
        "tenant": _ref(invitation.tenant),
        "invited_by": _ref(invitation.invited_by),
        "created_at": moment(invitation.created_at),
        "expires_at": moment(invitation.expires_at),
        "revoked_at": moment(invitation.revoked_at),
    }


def _ref(row: Tenant | Membership | None) -> Said | None:
    return None if row is None else {"id": row.pk, "name": row.name}
