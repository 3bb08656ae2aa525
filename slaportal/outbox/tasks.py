"""What the workers do every few seconds: send what is due. The rows are the truth, the timetable only looks."""

from celery import shared_task

from slaportal.outbox.models import AccountMail, Delivery, Message
from slaportal.outbox.sending import BATCH, send_batch
from slaportal.tenancy.task import PortalTask

BATCHES = 20
BOTH: tuple[type[Delivery], ...] = (AccountMail, Message)  # who waits to sign in goes first


@shared_task(base=PortalTask, plane="itself")
def send_due() -> None:
    """Batch after batch until less than a whole one is due, at most so many; the next run goes on."""
    for model in BOTH:
        for _batch in range(BATCHES):
            if send_batch(model).claimed < BATCH:
                break
