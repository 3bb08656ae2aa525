"""API tokens: made, shown once, revoked."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from slaportal.api.areas import known_scopes
from slaportal.audit.record import record
from slaportal.refusal import Refusal
from slaportal.tenancy.entrances import LETTERS_TO_KNOW_IT_BY, new_secret, open_entrance, shut_entrance
from slaportal.tenancy.models import ApiToken, Entrance, Membership

FULL, READER = "slap_", "slar_"


def make_token(
    name: str,
    *,
    read_only: bool,
    expires_at: datetime | None,
    actor: Membership,
    at: datetime,
    scopes: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """A token that acts as `actor`, and its secret, which is told this once.

    `scopes` (slaportal.api.areas) narrow it; none: all that `actor` may. Refuses `expiry_passed`, `scope_unknown`.
    """
    kept = known_scopes(scopes)
    if expires_at is not None and expires_at <= at:
        raise Refusal(
            "expiry_passed", _("This would have expired already."), fields={"expires_on": _("Choose a later day.")}
        )
    secret = new_secret(READER if read_only else FULL)
    token = ApiToken.objects.create(
        provider_id=actor.provider_id,
        tenant_id=actor.tenant_id,
        member=actor,
        name=name.strip(),
        prefix=secret[:LETTERS_TO_KNOW_IT_BY],
        read_only=read_only,
        scopes=kept,
        expires_at=expires_at,
        created_at=at,
    )
    open_entrance(Entrance.Kind.TOKEN, secret, provider=actor.provider_id, tenant=actor.tenant_id, target=token.pk)
    after = {"name": token.name, "prefix": token.prefix, "read_only": read_only, "scopes": kept}
    record("token_made", token, actor=actor, after=after)
    return token, secret


def revoke_token(token: ApiToken, *, actor: Membership, at: datetime) -> None:
    """From the next call on it opens nothing. Refuses `token_revoked` for one that was revoked before."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise Refusal("token_revoked", _("This token was revoked already."), status=409)
    shut_entrance(Entrance.Kind.TOKEN, token.pk)
    record("token_revoked", token, actor=actor, before={"name": token.name, "prefix": token.prefix})


def revoke_tokens_of(member: Membership, *, at: datetime) -> None:
    """All tokens of somebody who goes."""
    for token in ApiToken.objects.filter(member=member, revoked_at=None):
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=at)
        shut_entrance(Entrance.Kind.TOKEN, token.pk)
