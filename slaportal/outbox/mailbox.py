"""Mail without a mail server, for the demo: each one a file in `settings.MAILBOX`, and a line in the log."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)


class MailboxBackend(BaseEmailBackend):
    """`20261124-120000-3f2a….eml`, whole or not there at all, readable by the portal's account alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Writes them; the log says in which file and about what, never more: there may be a secret in it."""
        for message in email_messages:
            path = _write(message)
            log.info("mail/%s to %s: %s", path.name, ", ".join(message.recipients()), message.subject)
        return len(email_messages)


def _write(message: EmailMessage) -> Path:
    """Under its Message-ID, so that the same mail sent twice in a second is one file."""
    mime = message.message()
    raw = mime.as_bytes()
    sent_at = parsedate_to_datetime(str(mime["Date"])).astimezone(UTC)
    name = f"{sent_at:%Y%m%d-%H%M%S}-{hashlib.sha256(str(mime['Message-ID']).encode()).hexdigest()[:12]}.eml"
    box = Path(settings.MAILBOX)
    box.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=box, prefix=".", suffix=".part", delete=False) as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, box / name)
    return box / name
