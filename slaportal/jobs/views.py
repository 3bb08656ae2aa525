"""The pages of jobs for a provider's staff: what runs, how far it is, and stopping it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from slaportal.jobs.access import get_job_for, may_cancel
from slaportal.jobs.actions import cancel_job
from slaportal.jobs.models import Job, State
from slaportal.jobs.progress import Progress, progress_of
from slaportal.jobs.queries import jobs_of
from slaportal.pages.paging import page_of
from slaportal.pages.spreadsheets import Cells, CsvFile, in_blocks
from slaportal.pages.times import Shown, at_reader
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import STAFF_ROLES, Membership


@dataclass(frozen=True)
class Line:
    """One job as the pages show it."""

    job: Job
    progress: Progress
    by: str
    left_at: Shown
    started_at: Shown | None
    finished_at: Shown | None
    may_cancel: bool


def _line(job: Job, now: datetime, actor: Membership) -> Line:
    return Line(
        job,
        progress_of(job, now),
        job.started_by.name if job.started_by else _("Worker"),
        at_reader(job.created_at, now),
        at_reader(job.started_at, now) if job.started_at else None,
        at_reader(job.finished_at, now) if job.finished_at else None,
        may_cancel(actor, job) and not job.is_finished and job.cancel_requested_at is None,
    )


@needs(*STAFF_ROLES)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Newest first, of the state in the address."""
    member, state = membership_of(request), _state(request)
    page = page_of(jobs_of(member.provider_id, state), request)
    now = timezone.now()
    lines = [_line(job, now, member) for job in page]
    return render(request, "jobs/jobs.html", {"page": page, "lines": lines, "states": State.choices, "state": state})


@needs(*STAFF_ROLES)
@require_safe
def jobs_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file."""
    member, state, now = membership_of(request), _state(request), timezone.now()
    heads = [
        _("Job"),
        _("State"),
        _("Done"),
        _("Of"),
        _("Percent"),
        _("Started by"),
        _("Queued"),
        _("Started"),
        _("Finished"),
    ]
    rows = in_blocks(
        jobs_of(member.provider_id, state), lambda block: (_cells(_line(job, now, member)) for job in block)
    )
    return CsvFile("-".join(filter(None, ("jobs", state))), heads, rows, at=now)


def _cells(line: Line) -> Cells:
    job = line.job
    return [
        job.title,
        line.progress.state,
        job.done,
        job.total,
        line.progress.percent,
        line.by,
        job.created_at,
        job.started_at,
        job.finished_at,
    ]


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in State.values else ""


@needs(*STAFF_ROLES)
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job, which keeps itself up to date while it is not finished."""
    return render(request, "jobs/job.html", _shown(request, pk))


@needs(*STAFF_ROLES)
@require_safe
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of it that changes."""
    return render(request, "jobs/job_progress.html", {**_shown(request, pk), "fragment": True})


def _shown(request: HttpRequest, pk: int) -> dict[str, object]:
    member = membership_of(request)
    return {"line": _line(get_job_for(member, pk), timezone.now(), member)}


@act_of("job", "pk")
@needs(*STAFF_ROLES)
@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops it after the chunk it is in; for who started it and for administrators."""
    member = membership_of(request)
    this = get_job_for(member, pk)
    cancel_job(this, actor=member)
    messages.success(request, _("“%(job)s” is being cancelled. What is done stays done.") % {"job": this.title})
    return redirect("job", pk=pk)
