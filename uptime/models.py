"""What was delivered: outages, maintenance, unmonitored time, samples, restore points; the periods made of them."""

from datetime import UTC

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import PolicyVersion, Service, Subscription
from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall


class Impact(models.TextChoices):
    """How much of the service was gone."""

    DOWN = "down", _("Down")
    DEGRADED = "degraded", _("Degraded")


class Outage(models.Model):
    """That services were down or degraded. The provider's row: customers read the evidence of their months.

    `reported_start_at` is when it was reported to have begun, `true_start_at` when it turned out to have; `noticed_at`
    when the provider learnt of it. `starts_at`, which the figures use, is the true start where it is known. What was
    recorded by mistake is struck out (`void_at`), not deleted.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    cause = models.CharField(_("cause"), max_length=40, default="provider")
    impact = models.CharField(_("impact"), max_length=8, choices=Impact.choices, default=Impact.DOWN)
    reported_start_at = models.DateTimeField()
    true_start_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    void_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    token = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="outage_wall_key"),
            models.UniqueConstraint(fields=["provider", "token"], name="outage_once", condition=Q(token__isnull=False)),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="outage_ends_after_its_start"
            ),
            CompositeForeignKey(
                name="outage_recorded_by", columns=["provider_id", "recorded_by_id"], to="tenancy_membership"
            ),
            Wall(name="outage_wall", tenant_key="", staff=("SELECT", "INSERT", "UPDATE")),
        ]
        indexes = [models.Index(fields=["provider", "-starts_at"], name="outage_newest")]

    def __str__(self) -> str:
        return self.title


class OutageService(models.Model):
    """That an outage was one of this service."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    outage = models.ForeignKey(Outage, models.PROTECT, db_index=False, db_constraint=False, related_name="services")
    service = models.ForeignKey(Service, models.PROTECT, db_index=False, db_constraint=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outage", "service"], name="outage_service_once"),
            CompositeForeignKey(name="outage_service_outage", columns=["provider_id", "outage_id"], to="uptime_outage"),
            CompositeForeignKey(
                name="outage_service_service", columns=["provider_id", "service_id"], to="contracts_service"
            ),
            Wall(name="outage_service_wall", tenant_key=""),
        ]
        indexes = [models.Index(fields=["service", "outage"], name="outage_of_service")]

    def __str__(self) -> str:
        return f"{self.outage_id} of {self.service_id}"


class Window(models.Model):
    """A maintenance window of some services, of a kind that policies name. Cancelled ones stay."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    kind = models.SlugField(_("kind"), db_index=False, max_length=40, default="scheduled")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField(default=timezone.now)
    planned_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    token = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="window_wall_key"),
            models.UniqueConstraint(fields=["provider", "token"], name="window_once", condition=Q(token__isnull=False)),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_its_start"),
            CompositeForeignKey(
                name="window_planned_by", columns=["provider_id", "planned_by_id"], to="tenancy_membership"
            ),
            Wall(name="window_wall", tenant_key="", staff=("SELECT", "INSERT", "UPDATE")),
        ]
        indexes = [models.Index(fields=["provider", "-starts_at"], name="window_newest")]

    def __str__(self) -> str:
        return self.title


class WindowService(models.Model):
    """That a window is one of this service."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    window = models.ForeignKey(Window, models.PROTECT, db_index=False, db_constraint=False, related_name="services")
    service = models.ForeignKey(Service, models.PROTECT, db_index=False, db_constraint=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "service"], name="window_service_once"),
            CompositeForeignKey(name="window_service_window", columns=["provider_id", "window_id"], to="uptime_window"),
            CompositeForeignKey(
                name="window_service_service", columns=["provider_id", "service_id"], to="contracts_service"
            ),
            Wall(name="window_service_wall", tenant_key=""),
        ]
        indexes = [models.Index(fields=["service", "window"], name="window_of_service")]

    def __str__(self) -> str:
        return f"{self.window_id} of {self.service_id}"


class Announcement(models.Model):
    """That customers were told of a window as it stood then. Never changed: one that moved is announced anew."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    window = models.ForeignKey(
        Window, models.PROTECT, db_index=False, db_constraint=False, related_name="announcements"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    text = models.TextField(blank=True)

    # To how many people the act of announcing left a mail, and how many had one of this time: the record keeps them.
    mailed = 0
    knew = 0

    class Meta:
        constraints = [
            CompositeForeignKey(name="announcement_window", columns=["provider_id", "window_id"], to="uptime_window"),
            CompositeForeignKey(
                name="announcement_announced_by", columns=["provider_id", "announced_by_id"], to="tenancy_membership"
            ),
            Wall(name="announcement_wall", tenant_key="", staff=("SELECT", "INSERT")),
        ]
        indexes = [models.Index(fields=["window", "announced_at"], name="announcement_of_window")]

    def __str__(self) -> str:
        return f"{self.window_id} announced"


class WindowNotice(models.Model):
    """That a tenant was told of a window, and the window as it now stands: what its people may read of it.

    One for each window and tenant, written by what tells them: announcing, moving, cancelling. `services` are the names
    of those that the tenant is promised, `addresses` who was mailed. `told_at` is when they were last told; since then
    it was moved where `moved_at` is set.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="+")
    window = models.ForeignKey(Window, models.PROTECT, db_constraint=False, related_name="notices")
    title = models.CharField(max_length=200)
    kind = models.SlugField(max_length=40)
    services = ArrayField(models.CharField(max_length=120))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    told_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    addresses = ArrayField(models.EmailField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "tenant"], name="window_notice_once"),
            CompositeForeignKey(name="window_notice_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(name="window_notice_window", columns=["provider_id", "window_id"], to="uptime_window"),
            Wall(
                name="window_notice_wall",
                staff=(
                    "SELECT",
                    "INSERT",
                    "UPDATE (services, starts_at, ends_at, told_at, moved_at, cancelled_at, addresses)",
                ),
                customer=("SELECT",),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "ends_at"], name="window_notice_ahead")]

    def __str__(self) -> str:
        return f"{self.window_id} to {self.tenant_id}"


class Unmonitored(models.Model):
    """A stretch in which nobody measured a service; without an end it goes on."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="unmonitored_wall_key"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="unmonitored_ends_after_its_start"
            ),
            CompositeForeignKey(
                name="unmonitored_service", columns=["provider_id", "service_id"], to="contracts_service"
            ),
            Wall(name="unmonitored_wall", tenant_key="", staff=("SELECT", "INSERT", "UPDATE (ends_at, void_at)")),
        ]
        indexes = [models.Index(fields=["service", "starts_at"], name="unmonitored_of_service")]

    def __str__(self) -> str:
        return f"{self.service_id} unmonitored"


class SampleHour(models.Model):
    """The samples of one metric of a service in one hour (UTC) and region, exact: `values[i]` at `offsets[i]` (us).

    Rolled up by the hour; a sample for an instant that has one replaces it, so sending twice changes nothing.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    metric = models.SlugField(db_index=False, max_length=40)
    region = models.CharField(max_length=40, blank=True)
    hour_at = models.DateTimeField()
    offsets = ArrayField(models.BigIntegerField())
    values = ArrayField(models.DecimalField(max_digits=30, decimal_places=10))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "metric", "region", "hour_at"], name="sample_hour_once"),
            CompositeForeignKey(
                name="sample_hour_service", columns=["provider_id", "service_id"], to="contracts_service"
            ),
            Wall(name="sample_hour_wall", tenant_key="", staff=("SELECT", "INSERT", "UPDATE (offsets, values)")),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.hour_at}"


class RestorePoint(models.Model):
    """A state to which a service can be taken back, taken at an instant; from `gone_at` on it is no longer there.

    Reported by staff and programs. One that never was is struck out (`void_at`) and stays so, however often it is
    reported again. `revision` counts what was said of it since. Customers read those of the services that their
    subscriptions cover.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    taken_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    void_at = models.DateTimeField(null=True, blank=True)
    # Of the database: thousands are reported by one statement, which knows nothing of it.
    revision = models.PositiveIntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "taken_at"], name="restore_point_once"),
            models.CheckConstraint(
                condition=Q(gone_at=None) | Q(gone_at__gt=F("taken_at")), name="restore_point_gone_after_it_was_taken"
            ),
            CompositeForeignKey(
                name="restore_point_service", columns=["provider_id", "service_id"], to="contracts_service"
            ),
            Wall(
                name="restore_point_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (gone_at, void_at, revision)"),
                customer=("SELECT",),
                customer_rows="void_at IS NULL AND EXISTS "
                "(SELECT 1 FROM contracts_coverage c WHERE c.service_id = uptime_restorepoint.service_id)",
            ),
        ]
        indexes = [models.Index(fields=["provider", "-taken_at"], name="restore_point_newest")]

    def __str__(self) -> str:
        return f"{self.taken_at.astimezone(UTC):%-d %b %Y, %H:%M:%S} UTC"


class SubscriptionPeriod(models.Model):
    """A month (quarter, year) of a subscription, and its figures as they were at `worked_out_at`.

    `version`, `plan`, `kind`, `active_from` and `active_to` are pinned when it is opened. `figures` hold what semantics
    name (Availability of a subscription in a month), exact: fractions as text. `measurement` counts the changes of the
    figures, `assessed` is the last of them that the credits were worked out of. `look_at` is when something changes by
    itself. Once `closed_at` is set nothing of it changes, a trigger sees to it: a late fact makes the next `revision`.
    `evidence` is all that went in, `inputs_digest` its SHA-256.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, db_index=False, db_constraint=False, related_name="periods"
    )
    version = models.ForeignKey(PolicyVersion, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    plan = models.SlugField(db_index=False, max_length=40)
    kind = models.CharField(max_length=10)
    text = models.CharField(max_length=7)
    revision = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    active_from = models.DateTimeField(null=True)
    active_to = models.DateTimeField(null=True)
    fee_monthly = models.DecimalField(max_digits=14, decimal_places=4)
    fee_annual = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)
    percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    met = models.BooleanField(null=True)
    figures = models.JSONField(default=dict)
    measurement = models.PositiveIntegerField(default=0)
    assessed = models.PositiveIntegerField(default=0)
    worked_out_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    evidence = models.JSONField(null=True)
    inputs_digest = models.CharField(max_length=64, blank=True)
    policy_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "text", "revision"], name="period_once"),
            models.UniqueConstraint(fields=["provider", "tenant", "id"], name="period_tenant_key"),
            CompositeForeignKey(name="period_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="period_subscription", columns=["provider_id", "subscription_id"], to="contracts_subscription"
            ),
            CompositeForeignKey(
                name="period_subscription_of_tenant",
                columns=["tenant_id", "subscription_id"],
                to="contracts_subscription",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="period_version", columns=["provider_id", "version_id"], to="contracts_policyversion"
            ),
            Wall(
                name="period_wall",
                staff=("SELECT", "INSERT", "UPDATE", "DELETE"),
                customer=("SELECT",),
                marks=("marked_at", "look_at", "measurement", "assessed"),
            ),
        ]
        indexes = [
            models.Index(fields=["marked_at", "id"], name="period_marked", condition=Q(marked_at__isnull=False)),
            models.Index(fields=["look_at", "id"], name="period_look", condition=Q(look_at__isnull=False)),
            models.Index(fields=["id"], name="period_unassessed", condition=Q(assessed__lt=F("measurement"))),
        ]

    def __str__(self) -> str:
        return self.text
