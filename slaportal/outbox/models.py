"""What is to be delivered: a row until it is sent, given up or cancelled, and what is known about each attempt."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from slaportal.tenancy.models import Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall

MARKS = ("state", "attempts", "next_attempt_at", "claim", "claimed_at")
ENDED = ("last_status", "last_error", "ended_at")
# What people change of an endpoint, and with it what is known of its health.
ENDPOINT_WRITTEN = (
    "url",
    "description",
    "kinds",
    "secret",
    "former_secret",
    "former_until",
    "disabled_at",
    "disabled_why",
    "failing_since",
    "deleted_at",
)


class State(models.TextChoices):
    """How far a message has come."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given_up", _("Given up")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (State.WAITING, State.SENDING)
# A mail that nobody sends any more, and that still has its words (`forgetting`).
ENDED_MAIL = Q(state__in=(State.SENT, State.CANCELLED)) & ~Q(text="")


class Delivery(models.Model):
    """One mail. `key` makes it one however often it is left. Its words are kept for 90 days (`forgetting`).

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
                staff=(
                    "SELECT",
                    "INSERT",
                    f"UPDATE ({', '.join((*MARKS, 'sent_at', 'last_error', 'text', 'html'))})",
                ),
                customer=("INSERT", "SELECT (id, provider_id, key)"),
                marks=MARKS,
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="message_due", condition=Q(state__in=UNFINISHED)),
            models.Index(fields=["provider", "-id"], name="message_newest"),
            models.Index(fields=["provider", "id"], name="message_given_up", condition=Q(state=State.GIVEN_UP)),
            models.Index(fields=["provider", "id"], name="message_to_forget", condition=ENDED_MAIL),
        ]


class AccountMail(Delivery):
    """A mail of the identity plane, from signing in: it belongs to a person, to no provider (tenancy.planes)."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="account_mail_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="account_mail_due", condition=Q(state__in=UNFINISHED)),
        ]


class Interest(models.Model):
    """The kinds of events that any endpoint of a provider, its own or a customer's, may want: at least those.

    Who announces an event looks here, whoever they are; where nobody wants it nothing is written.
    """

    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+")
    kinds = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            Wall(
                name="interest_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (kinds)"),
                customer=("SELECT", "INSERT", "UPDATE (kinds)"),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.kinds)


class Occurrence(models.Model):
    """An event on its way to the endpoints that want it: left in the transaction of what happened, gone once spread.

    `body` is what is posted, to the byte. `to_provider` and `to_tenant` say whose endpoints get it. A customer leaves
    those of their own acts and reads none.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    event = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    to_provider = models.BooleanField()
    to_tenant = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            CompositeForeignKey(name="occurrence_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="occurrence_wall",
                staff=("SELECT", "INSERT", "DELETE"),
                customer=("INSERT", "SELECT (id)"),
                marks=("created_at",),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Endpoint(models.Model):
    """An address that wants to be told of events: the provider's own, or a customer's, who is told of what is theirs.

    `secret` and `former_secret` are signing secrets, encrypted; both sign until `former_until`. `failing_since` is the
    first failure after the last success, `slow` says that the last success took long. `served_at` is when it was last
    attended to: whose turn it is.
    """

    class Why(models.TextChoices):
        """Why nothing is posted there any more."""

        BY_HAND = "by_hand", _("Switched off by hand")
        GONE = "gone", _("It answered 410 Gone")
        FAILING = "failing", _("It failed for too long")

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=120, blank=True)
    kinds = ArrayField(models.CharField(max_length=40))
    secret = models.TextField()
    former_secret = models.TextField(blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=8, choices=Why.choices, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    slow = models.BooleanField(default=False)
    served_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "id"], name="endpoint_wall_key"),
            models.UniqueConstraint(fields=["tenant", "id"], name="endpoint_tenant_key"),
            CompositeForeignKey(name="endpoint_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="endpoint_wall",
                staff=(
                    "SELECT",
                    "INSERT",
                    f"UPDATE ({', '.join((*ENDPOINT_WRITTEN, 'last_success_at', 'slow'))})",
                ),
                customer=("SELECT", "INSERT", f"UPDATE ({', '.join(ENDPOINT_WRITTEN)})"),
                marks=("disabled_at", "deleted_at", "failing_since", "last_success_at", "slow", "served_at"),
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url


class EventDelivery(models.Model):
    """One event for one endpoint, claimed as a `Delivery` is. `event` is the same at each attempt, and `body` too.

    `attempts` are those of this round: who sends it again begins a new one. Kept for 90 days after it `ended_at`.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, db_constraint=False, db_index=False, related_name="deliveries"
    )
    event = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="event_delivery_once"),
            models.UniqueConstraint(fields=["provider", "id"], name="event_delivery_wall_key"),
            models.UniqueConstraint(fields=["tenant", "id"], name="event_delivery_tenant_key"),
            CompositeForeignKey(
                name="event_delivery_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"
            ),
            CompositeForeignKey(
                name="event_delivery_endpoint", columns=["provider_id", "endpoint_id"], to="outbox_endpoint"
            ),
            CompositeForeignKey(
                name="event_delivery_endpoint_of_tenant",
                columns=["tenant_id", "endpoint_id"],
                to="outbox_endpoint",
                to_columns=["tenant_id", "id"],
            ),
            Wall(
                name="event_delivery_wall",
                staff=("SELECT", "INSERT", f"UPDATE ({', '.join((*MARKS, *ENDED))})", "DELETE"),
                customer=("SELECT", "INSERT", f"UPDATE ({', '.join((*MARKS, *ENDED))})"),
                marks=("endpoint_id", *MARKS),
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at", "id"],
                name="event_delivery_due",
                condition=Q(state__in=UNFINISHED),
            ),
            models.Index(fields=["provider", "tenant", "-id"], name="event_delivery_newest"),
            models.Index(fields=["endpoint", "-id"], name="event_delivery_of_endpoint"),
            models.Index(
                fields=["endpoint"],
                name="event_delivery_lost",
                condition=Q(state__in=(State.GIVEN_UP, State.CANCELLED)),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Attempt(models.Model):
    """One posting, as it was: what was sent to which address, what was answered. Never changed; goes with its delivery.

    `error` is empty where the endpoint took it, else a code of `webhooks.words`. `answer` is the beginning of the body.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+"
    )
    delivery = models.ForeignKey(
        EventDelivery, models.PROTECT, db_constraint=False, db_index=False, related_name="tries"
    )
    began_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    request = models.TextField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    head = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            CompositeForeignKey(name="attempt_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="attempt_delivery", columns=["provider_id", "delivery_id"], to="outbox_eventdelivery"
            ),
            CompositeForeignKey(
                name="attempt_delivery_of_tenant",
                columns=["tenant_id", "delivery_id"],
                to="outbox_eventdelivery",
                to_columns=["tenant_id", "id"],
            ),
            Wall(name="attempt_wall", staff=("SELECT", "INSERT", "DELETE"), customer=("SELECT",)),
        ]
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_of_delivery")]

    def __str__(self) -> str:
        return f"{self.status or self.error}"
