"""What the workers do for the installation: give a sign of life."""

from celery import shared_task
from django.db.models.functions import Now

from slaportal.site.models import Heartbeat
from slaportal.tenancy.task import PortalTask


@shared_task(base=PortalTask, plane="itself")
def beat_heart() -> None:
    """Comes through only when beat, Redis, a worker and the database all work; /readyz looks how long ago that was."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": Now()})
