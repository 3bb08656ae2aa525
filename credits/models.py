"""What is owed: the assessment of each period by each credit rule, the customers' claims, and the reminders sent."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall
from uptime.models import SubscriptionPeriod


class AssessedPeriod(models.Model):
    """When the credits of a period were worked out last, and when they change by themselves (`look_at`).

    `marked_at`: a claim, a breach or the standing of the account came since.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    period = models.ForeignKey(
        SubscriptionPeriod, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    worked_out_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period"], name="assessed_period_once"),
            CompositeForeignKey(
                name="assessed_period_period",
                columns=["provider_id", "tenant_id", "period_id"],
                to="uptime_subscriptionperiod",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(
                name="assessed_period_wall",
                staff=("SELECT", "INSERT", "UPDATE"),
                customer=("SELECT", "INSERT", "UPDATE (marked_at)"),
                marks=("marked_at", "look_at", "period_id"),
            ),
        ]
        indexes = [
            models.Index(fields=["marked_at", "id"], name="assessed_marked", condition=Q(marked_at__isnull=False)),
            models.Index(fields=["look_at", "id"], name="assessed_look", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.period_id)


class Assessment(models.Model):
    """What the credit rule at `position` of the policy owes for a period, and where it stands (semantics, Credits).

    `measurement` is that of the period's figures it was worked out of; `figures` are the steps, exact, as text.
    """

    class Status(models.TextChoices):
        """The states of a credit."""

        NONE = "none", _("None")
        INELIGIBLE = "ineligible", _("Not eligible")
        PENDING = "pending", _("Pending")
        GRANTED = "granted", _("Granted")
        CLAIMABLE = "claimable", _("Can be claimed")
        CLAIMED = "claimed", _("Claimed")
        EXPIRED = "expired", _("Claim window closed")

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    period = models.ForeignKey(
        SubscriptionPeriod, models.PROTECT, db_index=False, db_constraint=False, related_name="assessments"
    )
    position = models.PositiveSmallIntegerField()
    credit_for = models.CharField(max_length=14)
    missed = models.BooleanField()
    status = models.CharField(max_length=10, choices=Status.choices)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3)
    claim_by = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    measurement = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "position"], name="assessment_once"),
            models.UniqueConstraint(fields=["provider", "tenant", "id"], name="assessment_tenant_key"),
            CompositeForeignKey(
                name="assessment_period",
                columns=["provider_id", "tenant_id", "period_id"],
                to="uptime_subscriptionperiod",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(name="assessment_wall", customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return f"{self.credit_for}: {self.status}"


class Claim(models.Model):
    """That a customer asked for the credits of a period, at `at`; and what became of it."""

    class State(models.TextChoices):
        """The way of a claim."""

        SUBMITTED = "submitted", _("Submitted")
        UNDER_REVIEW = "under_review", _("Under review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SUPERSEDED = "superseded", _("Superseded")

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="+")
    period = models.ForeignKey(SubscriptionPeriod, models.PROTECT, db_constraint=False, related_name="claims")
    at = models.DateTimeField()
    made_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, db_constraint=False, related_name="+"
    )
    maker_name = models.CharField(max_length=120)
    note = models.TextField(_("what happened"), blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "token"], name="claim_once", condition=Q(token__isnull=False)),
            models.UniqueConstraint(fields=["provider", "id"], name="claim_wall_key"),
            CompositeForeignKey(
                name="claim_period",
                columns=["provider_id", "tenant_id", "period_id"],
                to="uptime_subscriptionperiod",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            CompositeForeignKey(name="claim_made_by", columns=["provider_id", "made_by_id"], to="tenancy_membership"),
            CompositeForeignKey(
                name="claim_decided_by", columns=["provider_id", "decided_by_id"], to="tenancy_membership"
            ),
            Wall(
                name="claim_wall",
                staff=("SELECT", "INSERT", "UPDATE (state, reason, decided_at, decided_by_id, amount)"),
                customer=("SELECT", "INSERT", "UPDATE (state)"),
            ),
        ]

    def __str__(self) -> str:
        return f"Claim of {self.at:%Y-%m-%d}"


class Reminder(models.Model):
    """That a customer was told, `days` days before `closes_at`, that a claim window closes then."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, db_index=False, db_constraint=False, related_name="reminders"
    )
    days = models.PositiveSmallIntegerField()
    closes_at = models.DateTimeField()
    reminded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "closes_at", "days"], name="reminder_once"),
            CompositeForeignKey(
                name="reminder_assessment",
                columns=["provider_id", "tenant_id", "assessment_id"],
                to="credits_assessment",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(name="reminder_wall", staff=("SELECT", "INSERT"), customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return f"{self.days} days"
