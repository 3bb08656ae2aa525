"""Reading the jobs of one provider, inside its staff's scope."""

from django.db.models import QuerySet

from slaportal.jobs.models import Job


def jobs_of(provider_id: int, state: str = "") -> QuerySet[Job]:
    """Newest first, with who started them; of one state if it is named."""
    found = Job.objects.filter(provider_id=provider_id).select_related("started_by")
    if state:
        found = found.filter(state=state)
    return found.order_by("-id")
