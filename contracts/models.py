"""What was promised to whom: policy versions, subscriptions and their terms, services, contacts, and what changed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.overlaps import NoOverlap
from contracts.restored import START
from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import TENANT, CompositeForeignKey, Wall


class CurrentTransaction(models.Func):
    """The id of the transaction that writes."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class PolicyVersion(models.Model):
    """A published policy document: its text as it was, in force from `effective_from` until the next one's.

    Never changed and never deleted: a trigger sees to it. `policy` tells several policies of a provider apart.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    policy = models.SlugField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Membership, models.PROTECT, null=True, db_constraint=False, related_name="+")
    publisher_name = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="policy_version_wall_key"),
            models.UniqueConstraint(fields=["provider", "policy", "number"], name="policy_version_number"),
            models.UniqueConstraint(fields=["provider", "policy", "effective_from"], name="policy_version_start"),
            CompositeForeignKey(
                name="policy_version_published_by", columns=["provider_id", "published_by_id"], to="tenancy_membership"
            ),
            Wall(
                name="policy_version_wall",
                tenant_key="",
                staff=("SELECT", "INSERT"),
                customer=("SELECT",),
                customer_rows="EXISTS (SELECT 1 FROM contracts_subscription s "
                "WHERE s.policy = contracts_policyversion.policy)",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class PublishedScenarios(models.Model):
    """The scenarios that a version was published by: their text as it was run, and the name of each; all of them held.

    Every version has its row, an empty one where it was published without scenarios; those from before this was kept
    have none. The provider's own: customers do not read it. Never changed and never deleted: a trigger sees to it.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    version = models.OneToOneField(PolicyVersion, models.PROTECT, db_constraint=False, related_name="scenarios")
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    names = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            CompositeForeignKey(
                name="published_scenarios_version",
                columns=["provider_id", "version_id"],
                to="contracts_policyversion",
            ),
            Wall(name="published_scenarios_wall", tenant_key="", staff=("SELECT", "INSERT")),
        ]

    def __str__(self) -> str:
        return f"{len(self.names)} scenarios"


class Subscription(models.Model):
    """A tenant's subscription to one policy; plan, kind and fee stand in its terms, one after the other."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="subscriptions")
    name = models.CharField(_("name"), max_length=120)
    policy = models.SlugField(max_length=40)
    account_current = models.BooleanField(_("account in good standing"), default=True)
    account_reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="subscription_wall_key"),
            models.UniqueConstraint(fields=["tenant", "id"], name="subscription_tenant_key"),
            models.UniqueConstraint(fields=["tenant", "name"], name="subscription_name"),
            CompositeForeignKey(name="subscription_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="subscription_wall",
                staff=("SELECT", "INSERT", "UPDATE (name, account_current, account_reason)"),
                customer=("SELECT",),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """What a subscription is for; a policy may owe nothing for some of these."""

    PRODUCTION = "production", _("Production")
    BETA = "beta", _("Beta")
    TRIAL = "trial", _("Trial")
    PILOT = "pilot", _("Pilot")


class Term(models.Model):
    """What a subscription is on from `starts_at` until `ends_at` (null: until further notice): plan, kind, fee.

    Terms of one subscription never overlap: the database refuses it. Fees are Decimal, in `currency`.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, db_constraint=False, related_name="terms")
    plan = models.SlugField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PRODUCTION)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    fee_monthly = models.DecimalField(max_digits=14, decimal_places=4)
    fee_annual = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="term_wall_key"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")), name="term_ends_after_its_start"
            ),
            models.CheckConstraint(condition=Q(fee_monthly__gte=0, fee_annual__gte=0), name="term_fee_not_negative"),
            CompositeForeignKey(
                name="term_subscription",
                columns=["tenant_id", "subscription_id"],
                to="contracts_subscription",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="term_subscription_of_provider",
                columns=["provider_id", "subscription_id"],
                to="contracts_subscription",
            ),
            CompositeForeignKey(name="term_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            NoOverlap(name="term_no_overlap", of="subscription_id"),
            Wall(name="term_wall", staff=("SELECT", "INSERT", "UPDATE (ends_at)"), customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return f"{self.plan} from {self.starts_at:%Y-%m-%d}"


class Service(models.Model):
    """Something that is up or down: of one tenant, or shared by several (no tenant)."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+")
    key = models.SlugField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="service_wall_key"),
            models.UniqueConstraint(fields=["provider", "key"], name="service_key"),
            CompositeForeignKey(name="service_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="service_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (name)"),
                customer=("SELECT",),
                customer_rows=f"tenant_id = {TENANT} OR (tenant_id IS NULL AND EXISTS "
                "(SELECT 1 FROM contracts_coverage c WHERE c.service_id = contracts_service.id))",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Coverage(models.Model):
    """That a subscription promises something about a service."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, db_constraint=False, related_name="coverages")
    service = models.ForeignKey(Service, models.PROTECT, db_constraint=False, related_name="coverages")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "service"], name="coverage_once"),
            CompositeForeignKey(
                name="coverage_subscription",
                columns=["tenant_id", "subscription_id"],
                to="contracts_subscription",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="coverage_subscription_of_provider",
                columns=["provider_id", "subscription_id"],
                to="contracts_subscription",
            ),
            CompositeForeignKey(name="coverage_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(name="coverage_service", columns=["provider_id", "service_id"], to="contracts_service"),
            Wall(name="coverage_wall", staff=("SELECT", "INSERT", "DELETE"), customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} covers {self.service_id}"


class Contact(models.Model):
    """Whom to tell at a tenant, whether or not they sign in."""

    class Concern(models.TextChoices):
        """What about."""

        TECHNICAL = "technical", _("Technical")
        BILLING = "billing", _("Billing")
        SECURITY = "security", _("Security")

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_constraint=False, related_name="contacts")
    concern = models.CharField(_("concern"), max_length=10, choices=Concern.choices)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "concern", "email"], name="contact_once"),
            CompositeForeignKey(name="contact_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(name="contact_wall", customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """That something agreed is different since an instant; tickets, uptime and credits work through these in order.

    The order is that of `transaction` and id: who reads only what lies before every transaction that is still open
    misses none that is committed late. `retime`: open tickets are to be timed by the new version too.
    """

    class What(models.TextChoices):
        """Which part of the contract."""

        POLICY = "policy", _("Policy")
        TERM = "term", _("Term")
        ACCOUNT = "account", _("Account")
        COVERAGE = "coverage", _("Coverage")
        UNCOVERED = "uncovered", _("No longer covered")  # the coverage is gone: its target is the subscription

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, db_constraint=False, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    target_id = models.BigIntegerField()
    since = models.DateTimeField()
    retime = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    transaction = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        constraints = [
            CompositeForeignKey(name="change_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(name="change_wall", staff=("SELECT", "INSERT"), marks=("created_at", "transaction")),
        ]
        indexes = [models.Index(fields=["provider", "transaction", "id"], name="change_in_order")]

    def __str__(self) -> str:
        return f"{self.what} {self.target_id} since {self.since}"


class Reader(models.Model):
    """How far an app above has worked through its provider's changes: all up to (`transaction`, `change_id`).

    In the change that follows it has come to `cursor`, with `done` things done.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    transaction = models.BigIntegerField(default=START)
    change_id = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="reader_once"),
            Wall(
                name="reader_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (transaction, change_id, cursor, done, moved_at)"),
                marks=("name", "transaction", "change_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} has read up to {self.change_id}"
