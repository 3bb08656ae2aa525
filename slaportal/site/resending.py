"""All given-up messages of a provider sent again: a job in chunks, started from the page of messages."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from slaportal.jobs.actions import start_job
from slaportal.jobs.kinds import Chunk, job_kind
from slaportal.jobs.models import Job
from slaportal.outbox.actions import retry_given_up
from slaportal.outbox.queries import given_up_count, last_given_up
from slaportal.refusal import Refusal
from slaportal.tenancy.access import membership_of, needs
from slaportal.tenancy.acts import act_of
from slaportal.tenancy.models import Membership, Role

CHUNK = 100


@job_kind("resend_given_up", title=gettext_lazy("Send all given-up messages again"))
def resend_given_up(job: Job, cursor: dict[str, Any]) -> Chunk:
    """The next hundred of those that were given up when the job was started; what fails again is not its business."""
    until = int(job.arguments["until"])
    ids = retry_given_up(job.provider_id, after=int(cursor.get("after", 0)), until=until, most=CHUNK, at=timezone.now())
    return Chunk(
        cursor={"after": ids[-1] if ids else until},
        done=len(ids),
        last=len(ids) < CHUNK,
        result={"sent_again": job.done + len(ids)},
    )


def resend_all(actor: Membership) -> Job:
    """Starts the job; refuses `nothing_given_up`."""
    until = last_given_up(actor.provider_id)
    if not until:
        raise Refusal("nothing_given_up", _("No message was given up: there is nothing to send again."), status=409)
    total = given_up_count(actor.provider_id)
    return start_job("resend_given_up", actor=actor, arguments={"until": until}, total=total)


@act_of("messages")
@needs(Role.ADMIN)
@require_POST
def messages_resend_all(request: HttpRequest) -> HttpResponse:
    """The button on the page of messages; leads to the job it started."""
    job = resend_all(membership_of(request))
    messages.success(request, _("The messages are being sent again."))
    return redirect("job", pk=job.pk)
