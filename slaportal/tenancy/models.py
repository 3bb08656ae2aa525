"""Who there is: people (identity plane); providers, tenants, memberships, tokens and entrances behind their walls."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.wall import PERSON, PRESENTED, CompositeForeignKey, Wall


class UserManager(BaseUserManager["User"]):
    """Makes people; addresses are kept in lower case, so that one person has one."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may sign in with this address; without a password, only after setting one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """By address, however it is spelled."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person of the installation. Contents never point here but at a Membership: nobody can list the people."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Provider(models.Model):
    """A company that makes promises. Made by the function `tenancy_create_provider` alone."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    mfa_required = models.BooleanField(_("two-factor sign-in required"), default=False)
    # How its pages look: #rrggbb, and the SHA-256 of its logo; "" for none. Here, for every page needs them.
    colour = models.CharField(_("colour"), max_length=7, blank=True, default="", db_default="")
    logo_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            Wall(
                name="provider_wall",
                key="id",
                staff=("SELECT", "UPDATE (name, mfa_required, colour, logo_digest)"),
                customer=("SELECT",),
                tenant_key="",
                login=("SELECT",),
                login_rows=f"id IN (SELECT provider_id FROM tenancy_membership WHERE user_id = {PERSON}) OR "
                f"EXISTS (SELECT 1 FROM tenancy_user u WHERE u.id = {PERSON} AND u.is_operator AND u.is_active)",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tenant(models.Model):
    """A customer organisation of one provider."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="tenants")
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "name"],
                name="tenant_name",
                violation_error_message=_("There is a customer of this name already."),
            ),
            models.UniqueConstraint(fields=["provider", "id"], name="tenant_wall_key"),
            Wall(
                name="tenant_wall",
                tenant_key="id",
                staff=("SELECT", "INSERT", "UPDATE (name)"),
                customer=("SELECT",),
                login=("SELECT",),
                login_rows=f"id IN (SELECT tenant_id FROM tenancy_membership WHERE user_id = {PERSON})",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do: the first three for a provider's staff, the last two for a tenant's people."""

    AGENT = "agent", _("Agent")
    LEAD = "lead", _("Lead")
    ADMIN = "admin", _("Administrator")
    MEMBER = "member", _("Member")
    MANAGER = "manager", _("Manager")


STAFF_ROLES = (Role.AGENT, Role.LEAD, Role.ADMIN)
CUSTOMER_ROLES = (Role.MEMBER, Role.MANAGER)


def role_fits_side() -> Q:
    """Staff roles without a tenant, customer roles with one."""
    return Q(tenant__isnull=True, role__in=STAFF_ROLES) | Q(tenant__isnull=False, role__in=CUSTOMER_ROLES)


class Membership(models.Model):
    """A person in a provider (staff) or in one of its tenants; contents point here, so name and address stand here too.

    Removed members stay, for what they did; `removed_at` takes their rights at the next request.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="memberships")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="members"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "tenant", "user"],
                condition=Q(removed_at=None),
                nulls_distinct=False,
                name="membership_once",
            ),
            models.UniqueConstraint(fields=["provider", "id"], name="membership_wall_key"),
            models.UniqueConstraint(fields=["tenant", "id"], name="membership_tenant_key"),
            models.CheckConstraint(condition=role_fits_side(), name="membership_role_fits_side"),
            CompositeForeignKey(name="membership_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="membership_wall",
                staff=("SELECT", "INSERT", "UPDATE (role, removed_at, name, email)"),
                customer=("SELECT", "INSERT", "UPDATE (role, removed_at, name, email)"),
                login=("SELECT",),
                login_rows=f"user_id = {PERSON} AND removed_at IS NULL",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="membership_user", condition=Q(removed_at=None))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether this is one of the provider's own people; otherwise one of a tenant's."""
        return self.tenant_id is None


class ApiToken(models.Model):
    """A key for a program, acting as the member who made it; only a digest of the secret and its first letters stay."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+")
    member = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=13)
    read_only = models.BooleanField(_("read only"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="api_token_wall_key"),
            CompositeForeignKey(name="api_token_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(name="api_token_member", columns=["provider_id", "member_id"], to="tenancy_membership"),
            CompositeForeignKey(
                name="api_token_member_of_tenant",
                columns=["tenant_id", "member_id"],
                to="tenancy_membership",
                to_columns=["tenant_id", "id"],
            ),
            Wall(
                name="api_token_wall",
                staff=("SELECT", "INSERT", "UPDATE (revoked_at, last_used_at)"),
                customer=("SELECT", "INSERT", "UPDATE (revoked_at, last_used_at)"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Entrance(models.Model):
    """What opens a scope besides a sign-in: an API token or an invitation, found by the digest of the secret presented.

    The logins see the row whose digest they present, and no other.
    """

    class Kind(models.TextChoices):
        """What the secret is."""

        TOKEN = "token", _("API token")
        INVITATION = "invitation", _("invitation")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+")
    target_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "target_id"], name="entrance_target"),
            CompositeForeignKey(name="entrance_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="entrance_wall",
                staff=("SELECT", "INSERT", "DELETE"),
                customer=("SELECT", "INSERT", "DELETE"),
                login=("SELECT",),
                login_rows=f"digest = {PRESENTED}",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
