"""What the workers do: send what is due, mails and events, every few seconds; forget what is old. Rows are true."""

import time

from celery import shared_task
from django.utils import timezone

from slaportal.outbox.forgetting import forget_account_mails, forget_words
from slaportal.outbox.models import AccountMail, Delivery, Message
from slaportal.outbox.sending import BATCH, send_batch
from slaportal.outbox.webhooks.delivering import deliver
from slaportal.outbox.webhooks.forgetting import forget_deliveries
from slaportal.tenancy.task import PortalTask

SECONDS = 45
BOTH: tuple[type[Delivery], ...] = (AccountMail, Message)  # who waits to sign in goes first


@shared_task(base=PortalTask, plane="itself")
def send_due() -> None:
    """Batch after batch until less than a whole one is due or the time is up; the next run goes on."""
    began = time.monotonic()
    for model in BOTH:
        while send_batch(model).claimed == BATCH and time.monotonic() - began < SECONDS:
            pass


@shared_task(base=PortalTask, plane="itself")
def deliver_events() -> None:
    """As soon as something happened that an endpoint wants, and every two seconds; by workers of their own."""
    deliver()


@shared_task(base=PortalTask, plane="itself")
def forget() -> None:
    """Once a day: what was sent, delivered or cancelled three months ago."""
    now = timezone.now()
    forget_deliveries(at=now)
    forget_words(at=now)
    forget_account_mails(at=now)
