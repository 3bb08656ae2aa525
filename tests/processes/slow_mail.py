"""A mail backend that writes one file for each time a mail is sent, so that two sendings are two files."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from tests.processes.holding import stop_here


class SlowMail(BaseEmailBackend):
    """The mail is delivered first, then the test may hold or kill: the worst moment for sending nothing twice."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Delivers, and stops at the address that the test chose."""
        for message in email_messages:
            part = Path(os.environ["TEST_LETTERS"], f"{uuid.uuid4()}.part")
            part.write_bytes(message.message().as_bytes())
            os.replace(part, part.with_suffix(".eml"))
            stop_here(message.to[0])
        return len(email_messages)
