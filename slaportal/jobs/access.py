"""The door to one job, and who may stop it."""

from django.utils.translation import gettext as _

from slaportal.jobs.models import Job
from slaportal.jobs.queries import jobs_of
from slaportal.refusal import Refusal
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership, Role


def get_job_for(actor: Membership, pk: int) -> Job:
    """A job of the actor's provider, for its staff."""
    job = jobs_of(actor.provider_id).filter(pk=pk).first() if actor.is_staff else None
    if job is None:
        raise not_found(_("There is no such job here."))
    return job


def may_cancel(actor: Membership, job: Job) -> bool:
    """Who started it, and administrators."""
    return actor.role == Role.ADMIN or (job.started_by_id is not None and job.started_by_id == actor.pk)


def require_may_cancel(actor: Membership, job: Job) -> None:
    """Refuses with 403 whoever may not."""
    if not may_cancel(actor, job):
        said = _("Only who started a job and administrators may cancel it.")
        raise Refusal("role_not_allowed", said, status=403)
