"""What the workers do every few seconds: work out the credits that are behind. The rows are the truth."""

from celery import shared_task

from credits.sweeping import sweep_breaches, sweep_changes, sweep_look, sweep_marked, sweep_unassessed
from slaportal.tenancy.task import PortalTask


@shared_task(base=PortalTask, plane="itself")
def assess_due() -> None:
    """What somebody waits for goes first: claims, then instants that have come, then figures that changed."""
    sweep_marked()
    sweep_look()
    sweep_unassessed()


@shared_task(base=PortalTask, plane="itself")
def read_changes() -> None:
    """What changed below: the account's standing, terms, breaches and their excuses."""
    sweep_changes()
    sweep_breaches()


@shared_task(base=PortalTask, plane="itself")
def find_all_breaches() -> None:
    """Once a day: breaches of periods that ended long ago too."""
    sweep_breaches(everything=True)
