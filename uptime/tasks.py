"""What the workers do every few seconds. The rows are the truth, the timetable only looks."""

from celery import shared_task

from slaportal.tenancy.task import PortalTask
from uptime.sweeping import sweep_changes, sweep_look, sweep_marked


@shared_task(base=PortalTask, plane="itself")
def work_out_marked() -> None:
    """Periods whose facts changed."""
    sweep_marked()


@shared_task(base=PortalTask, plane="itself")
def look() -> None:
    """Periods that change by themselves by now: what goes on, what ends, what is to be closed."""
    sweep_look()


@shared_task(base=PortalTask, plane="itself")
def read_changes() -> None:
    """What changed in the contracts."""
    sweep_changes()
