"""Secrets that open a scope: made once, shown once, kept as a keyed digest, found by presenting them."""

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

from slaportal.tenancy.models import Entrance
from slaportal.tenancy.scope import presenting

LETTERS_TO_KNOW_IT_BY = 13


def new_secret(prefix: str) -> str:
    """`prefix` and 43 random letters: 256 bits, which nobody guesses."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def digest_of(secret: str, key: str | None = None) -> str:
    """HMAC-SHA256 under the installation's key, or an earlier one, in hex: useless to whoever reads the database."""
    return salted_hmac("slaportal.entrance", secret, secret=key, algorithm="sha256").hexdigest()


def find_entrance(kind: str, secret: str) -> Entrance | None:
    """The entrance that this secret opens; None for a wrong, revoked or used one. Outside any scope.

    What was made under an earlier key opens as long as that key is one of SECRET_KEY_FALLBACKS.
    """
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digest = digest_of(secret, key)
        with presenting(entrance=digest):
            found = Entrance.objects.filter(kind=kind, digest=digest).first()
        if found is not None:
            return found
    return None


def open_entrance(kind: str, secret: str, *, provider: int, tenant: int | None, target: int) -> None:
    """Leaves the row by which `secret` will be found; inside the scope of the provider or the tenant."""
    Entrance.objects.create(
        kind=kind, digest=digest_of(secret), provider_id=provider, tenant_id=tenant, target_id=target
    )


def shut_entrance(kind: str, target: int) -> None:
    """From now on the secret finds nothing."""
    Entrance.objects.filter(kind=kind, target_id=target).delete()
