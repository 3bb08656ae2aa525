"""`manage.py renew_second_factors`: before an old SECRET_KEY goes, what it keeps is encrypted with the new one."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from slaportal.people.adapter import MfaAdapter

SECRETS = {"secret", "seed"}


class Command(BaseCommand):
    """All or nothing, as often as one likes; passkeys hold no secret of ours."""

    help = "Encrypts the secrets of second factors and recovery codes with the newest SECRET_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many; stops at the first that no key opens, with nothing changed."""
        adapter, renewed = MfaAdapter(), 0
        with transaction.atomic():
            for row in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
                for name in SECRETS & set(row.data):
                    try:
                        row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
                    except InvalidToken:
                        raise CommandError(
                            f"The second factor {row.pk} opens with none of SECRET_KEY and SECRET_KEY_FALLBACKS. Put "
                            "the key it was made with into SECRET_KEY_FALLBACKS. Nothing was changed."
                        ) from None
                row.save(update_fields=["data"])
                renewed += 1
        self.stdout.write(f"{renewed} second factors are kept under the newest key now.")
