"""`manage.py renew_webhook_secrets`: before an old SECRET_KEY goes, what it keeps is encrypted with the new one."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from slaportal.outbox.models import Endpoint
from slaportal.outbox.webhooks.signing import renewed
from slaportal.tenancy.scope import PLATFORM, STAFF, scope, take

SECRETS = ("secret", "former_secret")


class Command(BaseCommand):
    """All or nothing, as often as one likes; of a deleted webhook there is no secret any more."""

    help = "Encrypts the signing secrets of webhooks with the newest SECRET_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many; stops at the first that no key opens, with nothing changed."""
        done = 0
        with scope(PLATFORM):
            with connection.cursor() as cursor:
                cursor.execute("SELECT DISTINCT provider_id FROM outbox_endpoint ORDER BY provider_id")
                providers = [row[0] for row in cursor.fetchall()]
            for provider in providers:
                take(STAFF, provider=provider)
                for endpoint in Endpoint.objects.select_for_update(of=("self",)).filter(deleted_at=None).order_by("pk"):
                    _renew(endpoint)
                    done += 1
        self.stdout.write(f"The secrets of {done} webhooks are kept under the newest key now.")


def _renew(endpoint: Endpoint) -> None:
    try:
        for name in SECRETS:
            if stored := getattr(endpoint, name):
                setattr(endpoint, name, renewed(stored))
    except InvalidToken:
        raise CommandError(
            f"The secret of webhook {endpoint.pk} opens with none of SECRET_KEY and SECRET_KEY_FALLBACKS. Put the key "
            "it was made with into SECRET_KEY_FALLBACKS, or give the webhook a new secret. Nothing was changed."
        ) from None
    endpoint.save(update_fields=SECRETS)
