"""Mail backends and rows for the tests of the outbox: what breaks, hangs or refuses, as mail servers do."""

import smtplib
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Locmem
from django.db import OperationalError, connection

from slaportal.outbox.actions import leave_mail
from slaportal.outbox.mailbox import MailboxBackend
from slaportal.outbox.models import Message
from slaportal.tenancy.scope import STAFF, scope
from tests.world import World


def leave(world: World, slug: str, *keys: str, recipient: str = "{key}@example.test") -> list[int]:
    """A message of that provider for each key; their ids."""
    provider = world.providers[slug].pk
    with scope(STAFF, provider=provider):
        return [
            leave_mail(
                "invitation", recipient.format(key=key), f"About {key}", "SECRET-LINK", key=key, provider_id=provider
            ).pk
            for key in keys
        ]


def message(world: World, slug: str, pk: int) -> Message:
    """As it stands now."""
    with scope(STAFF, provider=world.providers[slug].pk):
        return Message.objects.get(pk=pk)


class Refusing(Locmem):
    """Knows nobody whose address begins with "bad"."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Refuses one recipient, the connection stays good."""
        for mail in messages:
            if mail.to[0].startswith("bad"):
                raise smtplib.SMTPRecipientsRefused({mail.to[0]: (550, b"5.1.1 no such user")})
        return super().send_messages(messages)


class Unreachable(BaseEmailBackend):
    """Nobody answers."""

    def open(self) -> bool | None:
        """As when the port is shut."""
        raise ConnectionRefusedError("connection refused")


class Breaking(Locmem):
    """Breaks off once, at the second mail of the first connection."""

    opened = 0

    def open(self) -> bool | None:
        """Counts; a real one does nothing while it is open."""
        return True

    def close(self) -> None:
        """Hangs up."""
        type(self).opened += 1

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """The second mail of the first connection finds it closed."""
        if messages[0].to[0].startswith("second") and not type(self).opened:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)


class Cutting(MailboxBackend):
    """Delivers, and the database's connection is gone when it comes back."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """As when the database is started anew just then."""
        taken = super().send_messages(messages)
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return taken


class Hanging(MailboxBackend):
    """Delivers two into the mailbox, then hangs for ever; `hanging` in the mailbox says that it does."""

    taken = 0

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """The third mail never ends."""
        if type(self).taken == 2:
            Path(settings.MAILBOX, "hanging").touch()
            time.sleep(600)
        type(self).taken += 1
        return super().send_messages(messages)
