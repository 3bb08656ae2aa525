"""Jobs over the API, for staff: what runs, how far it is, and stopping it."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.api.shapes import Flag, Id, Instant, Listed, Ref, Shape, moment
from slaportal.jobs.access import get_job_for
from slaportal.jobs.actions import cancel_job
from slaportal.jobs.models import Job, State
from slaportal.jobs.queries import jobs_of
from slaportal.tenancy.models import STAFF_ROLES

AREA = "jobs"


class JobShape(Shape):
    """Long work: how far it has come (`done` of `total`, null: nobody knows), who started it (null: a worker)."""

    id = Id()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    done = Id(min_value=0)
    total = Id(min_value=0, allow_null=True)
    started_by = Ref(allow_null=True)
    created_at = Instant()
    started_at = Instant(allow_null=True)
    finished_at = Instant(allow_null=True)
    cancel_requested_at = Instant(allow_null=True)
    error = serializers.CharField()
    reference = serializers.CharField(help_text=_("What to tell us if you ask about the error."))


class JobQueryShape(Listed):
    """Which jobs, in which order."""

    state = serializers.ChoiceField(State.choices, required=False)
    mine = Flag(required=False, help_text=_("Those that the caller started, or all others."))
    ordering = serializers.ChoiceField(("-id", "id"), default="-id")


def job_said(job: Job) -> dict[str, Any]:
    """Who started it must have been read with it."""
    by = job.started_by
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "started_by": None if by is None else {"id": by.pk, "name": by.name},
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "cancel_requested_at": moment(job.cancel_requested_at),
        "error": job.error,
        "reference": job.reference,
    }


class Jobs(ApiView):
    """The provider's jobs."""

    area = AREA

    @operation("jobs", gives=JobShape, query=JobQueryShape, paged=True, roles=STAFF_ROLES)
    def get(self, call: Call) -> Page:
        """Jobs, the newest first."""
        actor, query = call.actor, call.query
        found = jobs_of(actor.provider_id, query.get("state", ""))
        if "mine" in query:
            found = found.filter(started_by=actor) if query["mine"] else found.exclude(started_by=actor)
        rows, further = rows_of(found, query, query["ordering"])
        return Page([job_said(row) for row in rows], further)


class OneJob(ApiView):
    """One job."""

    area = AREA

    @operation("job", gives=JobShape, roles=STAFF_ROLES)
    def get(self, call: Call, job: int) -> Answer:
        """How far a job has come."""
        return Answer(job_said(get_job_for(call.actor, job)))


class CancelJob(ApiView):
    """Cancelled jobs."""

    area = AREA

    @operation("job_cancel", gives=JobShape, roles=STAFF_ROLES, refuses="`job_finished`")
    def post(self, call: Call, job: int) -> Answer:
        """Cancels a job, after the chunk it is in; what is done stays done. For who started it and administrators."""
        cancel_job(get_job_for(call.actor, job), actor=call.actor)
        return Answer(job_said(get_job_for(call.actor, job)))


urlpatterns = [
    path("jobs/", Jobs.as_view(), name="api_jobs"),
    path("jobs/<int:job>/", OneJob.as_view(), name="api_job"),
    path("jobs/<int:job>/cancel/", CancelJob.as_view(), name="api_job_cancel"),
]
