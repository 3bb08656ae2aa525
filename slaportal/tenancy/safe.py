"""What the database keeps encrypted: under keys derived from the installation's own, one for each purpose."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def safe_of(purpose: bytes) -> MultiFernet:
    """Encrypts under the newest SECRET_KEY, and opens what was encrypted under an earlier one that is still known."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [hashlib.sha256(purpose + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
