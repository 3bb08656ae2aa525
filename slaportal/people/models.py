"""Invitations: how a person becomes a member; and the logo that members see."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.models import Membership, Provider, Role, Tenant, role_fits_side
from slaportal.tenancy.wall import CompositeForeignKey, Wall


class Invitation(models.Model):
    """Bound to an address, good until `expires_at`, once, unless revoked; the secret of its link is an Entrance."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    invited_by = models.ForeignKey(Membership, models.PROTECT, null=True, db_constraint=False, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Membership, models.PROTECT, null=True, db_constraint=False, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="invitation_wall_key"),
            models.CheckConstraint(condition=role_fits_side(), name="invitation_role_fits_side"),
            CompositeForeignKey(name="invitation_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="invitation_invited_by", columns=["provider_id", "invited_by_id"], to="tenancy_membership"
            ),
            CompositeForeignKey(
                name="invitation_accepted_by", columns=["provider_id", "accepted_by_id"], to="tenancy_membership"
            ),
            Wall(
                name="invitation_wall",
                staff=("SELECT", "INSERT", "UPDATE (accepted_at, accepted_by_id, revoked_at)"),
                customer=("SELECT", "INSERT", "UPDATE (accepted_at, accepted_by_id, revoked_at)"),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class Logo(models.Model):
    """A provider's logo: a PNG that the portal drew itself, for there is no place for files that all processes share.

    Its digest stands with the provider, whom every page reads anyway.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider"], name="logo_once"),
            Wall(
                name="logo_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (png, width, height, changed_at)", "DELETE"),
                customer=("SELECT",),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"
