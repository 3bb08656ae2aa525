"""What the workers do for the API: answers kept long enough, and buckets long full, are swept away once a day."""

from celery import shared_task
from django.utils import timezone

from slaportal.api.allowance import forget_allowances
from slaportal.api.repeating import forget_answers
from slaportal.tenancy.task import PortalTask


@shared_task(base=PortalTask, plane="itself")
def forget() -> None:
    """Both; what is kept for 30 days may be kept a day longer, never shorter."""
    now = timezone.now()
    forget_answers(at=now)
    forget_allowances(at=now)
