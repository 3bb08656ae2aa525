"""What the workers do for tickets: work out what is marked, announce what is due, follow what was agreed anew."""

from celery import shared_task

from slaportal.tenancy.task import PortalTask
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep, sweep_due, sweep_marked

SECONDS = 20


@shared_task(base=PortalTask, plane="itself")
def work_out_marked() -> None:
    """Looked at as soon as an action has committed, and every few seconds for what a lost message left."""
    sweep(sweep_marked, seconds=SECONDS)


@shared_task(base=PortalTask, plane="itself")
def announce_due() -> None:
    """Every two seconds."""
    sweep(sweep_due, seconds=SECONDS)


@shared_task(base=PortalTask, plane="itself")
def read_changes() -> None:
    """Every few seconds: a new version that is to hold for open tickets marks them, in chunks."""
    sweep_changes(seconds=SECONDS)
