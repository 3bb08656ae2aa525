"""What the workers do every few seconds: work on what is due. The rows are the truth, the timetable only looks."""

from celery import shared_task

from slaportal.jobs.working import work
from slaportal.tenancy.task import PortalTask

SECONDS = 45


@shared_task(base=PortalTask, plane="itself")
def work_due() -> None:
    """For at most so long, so that a worker that is asked to stop can; the next run goes on where this one left."""
    work(seconds=SECONDS)
