"""What is to be delivered: a row until it is sent, given up or cancelled, and what is known about each attempt."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.models import Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall

MARKS = ("state", "attempts", "next_attempt_at", "claim", "claimed_at")


class State(models.TextChoices):
    """How far a message has come."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given_up", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (State.WAITING, State.SENDING)


class Delivery(models.Model):
    """One mail. `key` makes it one however often it is left.

    `next_attempt_at` is when a worker may take it: while it waits, the time of the next attempt; while it is being
    sent, the end of the worker's lease. `claim` says whose attempt it is: only its holder may say how it ended.
    """

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject


class Message(Delivery):
    """A mail of a provider; customers may leave one, and read of it no more than that it is there."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", db_index=False)
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="message_once"),
            CompositeForeignKey(name="message_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="message_wall",
                staff=("SELECT", "INSERT", f"UPDATE ({', '.join((*MARKS, 'sent_at', 'last_error'))})"),
                customer=("INSERT", "SELECT (id, provider_id, key)"),
                marks=MARKS,
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="message_due", condition=Q(state__in=UNFINISHED)),
            models.Index(fields=["provider", "-id"], name="message_newest"),
            models.Index(fields=["provider", "id"], name="message_given_up", condition=Q(state=State.GIVEN_UP)),
        ]


class AccountMail(Delivery):
    """A mail of the identity plane, from signing in: it belongs to a person, to no provider (tenancy.planes)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="account_mail_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="account_mail_due", condition=Q(state__in=UNFINISHED)),
        ]
