"""What is written once and stays: the events, and for each provider the head of the chain they are sealed into."""

from django.db import models
from django.db.models import F, Func, Q

from slaportal.audit.chain import GENESIS
from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall

DATABASE_CLOCK = Func(function="clock_timestamp", output_field=models.DateTimeField())


class Event(models.Model):
    """Who did what, when, to what, and why; written by `record` in the transaction of the act itself.

    Triggers (migration 0002) refuse DELETE, TRUNCATE and every UPDATE but the one that seals: number and digest, once.
    They also set `at` by the database's clock. Names stand here as they were.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField(db_default=DATABASE_CLOCK)
    actor = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    actor_name = models.CharField(max_length=320)
    actor_role = models.CharField(max_length=8, blank=True)
    action = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    target_name = models.CharField(max_length=320)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    reference = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="event_number"),
            models.CheckConstraint(
                condition=Q(number=None, digest=None) | Q(number__gt=0, digest__isnull=False),
                name="event_sealed_or_not",
            ),
            CompositeForeignKey(name="event_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(name="event_actor", columns=["provider_id", "actor_id"], to="tenancy_membership"),
            Wall(
                name="event_wall",
                staff=("SELECT", "INSERT"),
                # Customers leave events and read none; INSERT ... RETURNING gives back these two columns.
                customer=("INSERT", "SELECT (id, at)"),
                marks=("number", "digest"),
            ),
        ]
        indexes = [
            models.Index(F("provider"), F("id").desc(), name="event_newest"),
            models.Index(F("provider"), F("target_kind"), F("target_id"), F("id").desc(), name="event_of_target"),
            models.Index(fields=["provider", "id"], name="event_unsealed", condition=Q(number=None)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_kind} {self.target_id}"


class Head(models.Model):
    """The last entry of a provider's chain. It starts at nothing (a trigger sees to that) and only moves on."""

    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+")
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=GENESIS)
    at = models.DateTimeField(db_default=DATABASE_CLOCK)

    class Meta:
        constraints = [
            Wall(name="head_wall", tenant_key="", staff=("SELECT", "INSERT"), marks=("number", "digest", "at")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"
