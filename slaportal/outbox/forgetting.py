"""What stood in mails that ended long ago is deleted: by the workers, once a day.

A provider's mail stays as a row, with its recipient, subject and state: its key keeps it from being left again. There
may be a secret in the words, and nobody reads them once they are sent.
"""

from datetime import datetime, timedelta

from slaportal.outbox.models import ENDED_MAIL, AccountMail, Message, State
from slaportal.tenancy.providers import in_every_provider

KEPT = timedelta(days=90)
CHUNK = 2000


def forget_words(*, at: datetime) -> int:
    """Empties the mails that were left more than 90 days before `at` and are sent or cancelled; how many.

    What was given up can be sent again, so it stays whole.
    """

    def some(provider_id: int) -> int:
        old = Message.objects.filter(ENDED_MAIL, provider_id=provider_id, created_at__lt=at - KEPT).order_by("pk")
        chosen = old.values("pk")[:CHUNK]
        return Message.objects.filter(pk__in=chosen).update(text="", html="")

    return in_every_provider(some, chunk=CHUNK)


def forget_account_mails(*, at: datetime) -> int:
    """Deletes the mails about accounts that ended, however, and were left more than 90 days before `at`; how many."""
    ended = (State.SENT, State.GIVEN_UP, State.CANCELLED)
    gone, _each = AccountMail.objects.filter(state__in=ended, created_at__lt=at - KEPT).delete()
    return gone
