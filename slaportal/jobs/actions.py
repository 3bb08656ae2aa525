"""Starting and cancelling a job, in the scope of the provider's staff; both stand in the audit."""

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from slaportal.audit.record import record
from slaportal.jobs.access import require_may_cancel
from slaportal.jobs.kinds import kind_of
from slaportal.jobs.models import Job, State
from slaportal.refusal import Refusal
from slaportal.tenancy.models import Membership


def start_job(
    kind: str,
    *,
    actor: Membership | str,
    arguments: Mapping[str, Any] | None = None,
    total: int | None = None,
    provider_id: int | None = None,
) -> Job:
    """Leaves the work for the next worker that looks.

    `actor` is a name, and `provider_id` given, where no member acts. KeyError for a kind that nobody registered.
    """
    member = None if isinstance(actor, str) else actor
    owner = member.provider_id if member else provider_id
    if owner is None:
        raise TypeError("A job that no member starts needs provider_id=.")
    job = Job.objects.create(
        provider_id=owner,
        kind=kind,
        title=str(kind_of(kind).title),
        arguments=dict(arguments or {}),
        total=total,
        started_by=member,
    )
    record("job_started", job, actor=actor, after={"kind": kind, "arguments": arguments or {}})
    return job


def cancel_job(job: Job, *, actor: Membership) -> None:
    """One that waits is cancelled at once, one that runs after the chunk it is in; what is done stays done.

    For the member who started it and for administrators. Refuses `job_finished`, also when it finished just now.
    """
    require_may_cancel(actor, job)
    this = Job.objects.filter(pk=job.pk, provider_id=actor.provider_id)
    waiting = this.filter(state=State.WAITING)
    if not waiting.update(state=State.CANCELLED, finished_at=Now(), cancel_requested_at=Now(), claim=None):
        running = this.filter(state=State.RUNNING)
        if running.filter(cancel_requested_at__isnull=False).exists():
            return
        if not running.update(cancel_requested_at=Now()):
            raise Refusal("job_finished", _("This job is finished: there is nothing to cancel."), status=409)
    record("job_cancelled", job, actor=actor, after={"done": job.done, "total": job.total})
