"""What the workers do for sign-in: sessions that ended are swept away once a day."""

from celery import shared_task
from django.core.management import call_command

from slaportal.tenancy.task import PortalTask


@shared_task(base=PortalTask, plane="itself")
def clear_sessions() -> None:
    """Deletes what nobody can use any more; the identity plane needs no scope."""
    call_command("clearsessions")
