"""How far a job has come, in words and per cent, and how long it will take if it goes on like this."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slaportal.jobs.models import Job, State

BADGES = {
    State.WAITING: "paused",
    State.RUNNING: "running",
    State.DONE: "met",
    State.FAILED: "breached",
    State.CANCELLED: "none",
}


@dataclass(frozen=True)
class Progress:
    """`percent` is None while nobody knows how much there is; `remaining` is "" where nothing can be said."""

    state: str
    badge: str
    percent: int | None
    counted: str
    remaining: str


def progress_of(job: Job, now: datetime) -> Progress:
    """Of this job, as it is seen at `now`."""
    state = State(job.state)
    stopping = state == State.RUNNING and job.cancel_requested_at is not None
    return Progress(
        _("Being cancelled") if stopping else str(state.label),
        BADGES[state],
        _percent(job),
        _counted(job),
        "" if job.is_finished or stopping else _remaining(job, now),
    )


def _percent(job: Job) -> int | None:
    """Whole per cent, rounded down: 100 is only said of what is done."""
    if job.state == State.DONE:
        return 100
    if job.total is None:
        return None
    return min(99, job.done * 100 // job.total) if job.total else 0


def _counted(job: Job) -> str:
    if job.total is None:
        return _("%(done)s done") % {"done": job.done}
    return _("%(done)s of %(total)s") % {"done": job.done, "total": job.total}


def _remaining(job: Job, now: datetime) -> str:
    """From the time that the chunks took until now."""
    if job.total is None or job.started_at is None or not job.done or job.done >= job.total:
        return ""
    took = max(now - job.started_at, timedelta())
    seconds = took * (job.total - job.done) // job.done // timedelta(seconds=1)
    if seconds < 60:
        return _("less than a minute left")
    minutes = -(-seconds // 60)
    if minutes < 120:
        said = ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes)
        return said % {"count": minutes}
    return _("about %(count)s hours left") % {"count": -(-minutes // 60)}
