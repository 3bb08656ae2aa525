"""Reading who somebody is, before any scope and inside one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from slaportal.tenancy.entrances import find_entrance
from slaportal.tenancy.models import ApiToken, Entrance, Membership, Provider, User
from slaportal.tenancy.scope import CUSTOMER, STAFF, presenting, scope

NOTED_EVERY = timedelta(minutes=1)


def memberships_of(user: User) -> list[Membership]:
    """The person's memberships with their provider and tenant, oldest first. Outside any scope."""
    with presenting(user=user.pk):
        found = Membership.objects.filter(user=user, removed_at=None).select_related("provider", "tenant")
        return list(found.order_by("id"))


def providers_for_operator(user: User) -> list[Provider]:
    """All providers of the installation, by name, for an operator; for anybody else those of the memberships."""
    with presenting(user=user.pk):
        return list(Provider.objects.order_by("name"))


def role_for(tenant_id: int | None) -> str:
    """The database role of a member: staff without a tenant, customer with one."""
    return CUSTOMER if tenant_id else STAFF


def _note_use(token: ApiToken, now: datetime) -> None:
    """To the minute, so that a thousand calls are not a thousand writes."""
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        token.last_used_at = now
        token.save(update_fields=["last_used_at"])


@dataclass(frozen=True)
class Caller:
    """Who a presented API token stands for."""

    user: User
    member: Membership
    token: ApiToken


def caller_of(secret: str, *, now: datetime) -> Caller | None:
    """The person behind an API token; None for one that is wrong, expired, revoked, or whose member was removed."""
    entrance = find_entrance(Entrance.Kind.TOKEN, secret)
    if entrance is None:
        return None
    with scope(role_for(entrance.tenant_id), provider=entrance.provider_id, tenant=entrance.tenant_id):
        found = ApiToken.objects.select_related("member__provider", "member__tenant").filter(
            pk=entrance.target_id, revoked_at=None, member__removed_at=None
        )
        token = found.first()
        if token is None or (token.expires_at is not None and token.expires_at <= now):
            return None
        _note_use(token, now)
    user = User.objects.filter(pk=token.member.user_id, is_active=True).first()
    return Caller(user, token.member, token) if user else None
