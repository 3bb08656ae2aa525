"""What the workers do for tickets: announce what is due, work out what is marked, follow what was agreed anew."""

from celery import shared_task

from slaportal.tenancy.task import PortalTask
from tickets.retiming import sweep_changes
from tickets.sweeping import sweep, sweep_due, sweep_marked

SECONDS = 20


@shared_task(base=PortalTask, plane="itself")
def work() -> None:
    """As soon as an action has committed, and every two seconds for what became due or was left by a lost message.

    One task for all three: whichever worker is free does a batch of each in turn, so that no announcement and no reply
    stands in the queue behind a worker that is busy with a backlog.
    """
    sweep(sweep_due, sweep_marked, sweep_changes, seconds=SECONDS)
