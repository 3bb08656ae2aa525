"""Long work as a row: how far it has come, who may work on it just now, who wants it stopped."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall

MARKS = ("state", "attempts", "due_at", "claim", "started_at")


class State(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (State.WAITING, State.RUNNING)


class Job(models.Model):
    """Work of one kind (`jobs.kinds`) for one provider, done in chunks.

    `done` of `total` (None: nobody knows) is what it has come to, `cursor` where the next chunk begins; both are
    written in the transaction of the chunk. `due_at` is when a worker may take it: while it runs, the end of the lease.
    `claim` says which worker has it. `attempts` counts how often it was taken since the last chunk that succeeded.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", db_index=False)
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    reference = models.CharField(max_length=32, blank=True)
    started_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(db_default=Now())
    claim = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            CompositeForeignKey(name="job_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="job_started_by", columns=["provider_id", "started_by_id"], to="tenancy_membership"
            ),
            Wall(
                name="job_wall",
                staff=(
                    "SELECT",
                    "INSERT",
                    "UPDATE (state, total, done, cursor, result, error, reference, started_at, finished_at, "
                    "cancel_requested_at, due_at, claim, attempts)",
                ),
                marks=MARKS,
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="job_due", condition=Q(state__in=UNFINISHED)),
            models.Index(fields=["provider", "-id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        """Whether no worker will touch it again."""
        return self.state not in UNFINISHED
