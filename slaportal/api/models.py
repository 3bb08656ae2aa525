"""What the API keeps: answers for calls that are sent again, and how much each caller may still call."""

from django.db import models
from django.utils import timezone

from slaportal.tenancy.models import ApiToken, Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall


class KeptAnswer(models.Model):
    """The answer to a call with an Idempotency-Key, written in the transaction of its effect: both are or neither is.

    `fingerprint` is a digest of method, address and body. Kept 30 days.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False, related_name="+"
    )
    member = models.ForeignKey(Membership, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    token = models.ForeignKey(
        ApiToken, models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "member", "token", "key"], nulls_distinct=False, name="kept_answer_once"
            ),
            CompositeForeignKey(name="kept_answer_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="kept_answer_member", columns=["provider_id", "member_id"], to="tenancy_membership"
            ),
            CompositeForeignKey(
                name="kept_answer_member_of_tenant",
                columns=["tenant_id", "member_id"],
                to="tenancy_membership",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(name="kept_answer_token", columns=["provider_id", "token_id"], to="tenancy_apitoken"),
            Wall(
                name="kept_answer_wall",
                staff=("SELECT", "INSERT", "DELETE"),
                customer=("SELECT", "INSERT"),
                marks=("kept_at",),
            ),
        ]
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_kept")]

    def __str__(self) -> str:
        return self.key


class Allowance(models.Model):
    """How much a caller may still call: a bucket that is full again at `full_at`; a caller without a row has it full.

    In the identity plane, since it is written before any scope and whatever the call comes to; not logged, so that
    counting never waits for the disk. After a crash of the server all buckets are full.
    """

    caller = models.CharField(max_length=24, primary_key=True)
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.caller
