"""Signing secrets of endpoints, kept encrypted, and the headers of Standard Webhooks 1.0.0 that they make."""

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook

from slaportal.tenancy.safe import safe_of

PURPOSE = b"slaportal.webhooks"
PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64, as the libraries of Standard Webhooks take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sealed(secret: str) -> str:
    """For the database."""
    return safe_of(PURPOSE).encrypt(secret.encode()).decode()


def opened(stored: str) -> str:
    """Back from the database; InvalidToken where no known SECRET_KEY opens it."""
    return safe_of(PURPOSE).decrypt(stored.encode()).decode()


def renewed(stored: str) -> str:
    """The same secret under the newest SECRET_KEY; InvalidToken as `opened`."""
    return safe_of(PURPOSE).rotate(stored.encode()).decode()


def headers_of(event: str, body: str, secrets_: list[str], *, at: datetime) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` (of this attempt) and one signature for each secret, the newest first."""
    utc = at.astimezone(UTC)  # the library takes the digits for UTC, whatever the zone
    signed = [Webhook(secret).sign(event, utc, body) for secret in secrets_]
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
