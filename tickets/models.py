"""What was asked: tickets, their append-only event logs, and what is worked out of them: clocks, breaches, warnings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import PolicyVersion, Service, Subscription
from contracts.policy.document.values import CLOCKS
from slaportal.tenancy.models import Membership, Provider, Tenant
from slaportal.tenancy.wall import CompositeForeignKey, Wall
from tickets.history import EVENT_TYPES, RESOLUTIONS, STATUSES

# What stands in the log besides the events that the clocks are made of.
NOTED = ("assigned", "excused", "retimed", "escalated")


class Side(models.TextChoices):
    """Who said it."""

    STAFF = "staff", _("Support")
    CUSTOMER = "customer", _("Customer")
    PORTAL = "portal", _("Portal")


class Mark(models.IntegerChoices):
    """How soon a ticket is to be worked out: what somebody just did goes before what is done to many."""

    SOON = 0, _("soon")
    IN_TURN = 1, _("in turn")


class Standing(models.IntegerChoices):
    """Where an unsolved ticket stands in the queue, in this order."""

    DUE = 0, _("Due")
    BREACHED = 1, _("Breached")
    UNTIMED = 2, _("No deadline")
    PAUSED = 3, _("Paused")


class Counter(models.Model):
    """The last number that a provider has given to a ticket."""

    provider = models.OneToOneField(Provider, models.PROTECT, related_name="+")
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            Wall(
                name="ticket_counter_wall",
                tenant_key="",
                staff=("SELECT", "INSERT", "UPDATE (last_number)"),
                customer=("SELECT", "INSERT", "UPDATE (last_number)"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.last_number)


class Ticket(models.Model):
    """One request of a customer. What its log says stands here too, for lists: status, severity, assignee.

    `version` and `plan` are pinned when it is opened. `revision` counts the events of the log. `next_due_at` is the
    next deadline of a clock that runs; `act_at` the next instant at which something becomes true by itself: a warning,
    a breach, a solving after silence, a closing. The queue is in the order of `standing` and `standing_at` (due, late,
    opened or paused since then); `severity_rank` is 0 for the most severe. `mark` says that the log was added to since
    `worked_out_at`. Nothing may be recorded before `settled_at`: up to there breaches were announced.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    service = models.ForeignKey(
        Service, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    version = models.ForeignKey(PolicyVersion, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    plan = models.SlugField(db_index=False, max_length=40)
    number = models.PositiveBigIntegerField()
    subject = models.CharField(_("subject"), max_length=200)
    details = models.JSONField(default=dict)
    requester = models.ForeignKey(Membership, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    assignee = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    severity = models.CharField(_("severity"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=22, choices=[(s, s) for s in STATUSES], default="open")
    resolution = models.CharField(max_length=10, choices=[(r, r) for r in RESOLUTIONS], blank=True)
    opened_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=0)
    last_event_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    worked_out_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    act_at = models.DateTimeField(null=True, blank=True)
    standing = models.SmallIntegerField(choices=Standing.choices, default=Standing.UNTIMED)
    standing_at = models.DateTimeField(null=True, blank=True)
    severity_rank = models.SmallIntegerField(default=0)
    mark = models.SmallIntegerField(choices=Mark.choices, null=True, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="ticket_number"),
            models.UniqueConstraint(fields=["provider", "tenant", "id"], name="ticket_tenant_key"),
            CompositeForeignKey(name="ticket_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            CompositeForeignKey(
                name="ticket_subscription", columns=["provider_id", "subscription_id"], to="contracts_subscription"
            ),
            CompositeForeignKey(
                name="ticket_subscription_of_tenant",
                columns=["tenant_id", "subscription_id"],
                to="contracts_subscription",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(name="ticket_service", columns=["provider_id", "service_id"], to="contracts_service"),
            CompositeForeignKey(
                name="ticket_version", columns=["provider_id", "version_id"], to="contracts_policyversion"
            ),
            CompositeForeignKey(
                name="ticket_requester", columns=["provider_id", "requester_id"], to="tenancy_membership"
            ),
            CompositeForeignKey(
                name="ticket_requester_of_tenant",
                columns=["tenant_id", "requester_id"],
                to="tenancy_membership",
                to_columns=["tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="ticket_assignee", columns=["provider_id", "assignee_id"], to="tenancy_membership"
            ),
            Wall(
                name="ticket_wall",
                staff=("SELECT", "INSERT", "UPDATE"),
                customer=(
                    "SELECT",
                    "INSERT",
                    "UPDATE (severity, status, resolution, solved_at, closed_at, revision, last_event_at, mark, "
                    "marked_at)",
                ),
                marks=("mark", "marked_at", "act_at"),
            ),
        ]
        indexes = [
            models.Index(fields=["mark", "marked_at"], name="ticket_marked", condition=Q(mark__isnull=False)),
            models.Index(fields=["act_at"], name="ticket_act", condition=Q(act_at__isnull=False)),
            models.Index(
                fields=["provider", "standing", "standing_at", "id"], name="ticket_queue", condition=Q(solved_at=None)
            ),
            models.Index(
                fields=["provider", "severity_rank", "standing", "standing_at", "id"],
                name="ticket_queue_by_severity",
                condition=Q(solved_at=None),
            ),
            models.Index(fields=["tenant", "-id"], name="ticket_of_tenant"),
            models.Index(fields=["provider", "opened_at"], name="ticket_opened"),
            models.Index(fields=["provider", "last_event_at", "id"], name="ticket_updated"),
            models.Index(
                fields=["assignee", "standing", "standing_at", "id"],
                name="ticket_assigned",
                condition=Q(solved_at=None),
            ),
            models.Index(fields=["subscription", "id"], name="ticket_to_retime", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class TicketEvent(models.Model):
    """One thing that happened to a ticket, in the order of `ordinal`, with what was said. Never changed.

    `at` never decreases along the ordinals, so the order of arrival is the order of the clocks. What is not `public`
    is the desk's own: the customer's wall leaves it out. `token` is the form's or program's own mark of one submission.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, db_constraint=False, related_name="events")
    ordinal = models.PositiveIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=16, choices=[(t, t) for t in (*EVENT_TYPES, *NOTED)])
    status = models.CharField(max_length=22, blank=True)
    severity = models.CharField(max_length=40, blank=True)
    resolution = models.CharField(max_length=10, blank=True)
    public = models.BooleanField(default=True)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, db_constraint=False, related_name="+"
    )
    author_name = models.CharField(max_length=120)
    side = models.CharField(max_length=8, choices=Side.choices)
    token = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "ordinal"], name="ticket_event_ordinal"),
            models.UniqueConstraint(
                fields=["provider", "token"], name="ticket_event_once", condition=Q(token__isnull=False)
            ),
            CompositeForeignKey(
                name="ticket_event_ticket",
                columns=["provider_id", "tenant_id", "ticket_id"],
                to="tickets_ticket",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="ticket_event_author", columns=["provider_id", "author_id"], to="tenancy_membership"
            ),
            CompositeForeignKey(name="ticket_event_tenant", columns=["provider_id", "tenant_id"], to="tenancy_tenant"),
            Wall(
                name="ticket_event_wall",
                staff=("SELECT", "INSERT"),
                customer=("SELECT", "INSERT"),
                customer_rows="public",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.ordinal}"


class TicketClock(models.Model):
    """What one clock of a ticket says. Only what does not change by itself: a clock that runs has no `elapsed_us`.

    Microseconds of open time (of real time for business days). `cycle` counts the starts of a clock in cycles. From
    `soon_at` on, when three quarters of the time are used, a clock that has not stopped is due soon.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, db_constraint=False, related_name="clocks")
    clock = models.CharField(max_length=14, choices=[(c, c) for c in CLOCKS])
    severity = models.CharField(max_length=40)
    cycle = models.PositiveIntegerField()
    state = models.CharField(max_length=7)
    outcome = models.CharField(max_length=8)
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)
    aim_at = models.DateTimeField(null=True)
    since_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breaches = models.PositiveIntegerField(null=True)
    elapsed_us = models.BigIntegerField(null=True)
    remaining_us = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock"], name="ticket_clock_once"),
            CompositeForeignKey(
                name="ticket_clock_ticket",
                columns=["provider_id", "tenant_id", "ticket_id"],
                to="tickets_ticket",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(name="ticket_clock_wall", customer=("SELECT",)),
        ]

    def __str__(self) -> str:
        return f"{self.clock}: {self.state}, {self.outcome}"


class Breach(models.Model):
    """That a clock was late: one row for each breach, the `number`-th of its clock. Only the excuse is added later.

    `counted` is how much of it the credits know: 1 the breach, 2 its excuse as well (`actions.counted`).
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, db_constraint=False, related_name="breaches")
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    clock = models.CharField(max_length=14, choices=[(c, c) for c in CLOCKS])
    number = models.PositiveIntegerField()
    severity = models.CharField(max_length=40)
    breached_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    excused_at = models.DateTimeField(null=True, blank=True)
    excused_by = models.ForeignKey(
        Membership, models.PROTECT, db_index=False, null=True, blank=True, db_constraint=False, related_name="+"
    )
    cause = models.CharField(max_length=40, blank=True)
    excuse = models.CharField(max_length=500, blank=True)
    counted = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock", "number"], name="breach_once"),
            models.UniqueConstraint(fields=["provider", "id"], name="breach_wall_key"),
            CompositeForeignKey(
                name="breach_ticket",
                columns=["provider_id", "tenant_id", "ticket_id"],
                to="tickets_ticket",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            CompositeForeignKey(
                name="breach_subscription", columns=["provider_id", "subscription_id"], to="contracts_subscription"
            ),
            CompositeForeignKey(
                name="breach_excused_by", columns=["provider_id", "excused_by_id"], to="tenancy_membership"
            ),
            Wall(
                name="breach_wall",
                staff=("SELECT", "INSERT", "UPDATE (excused_at, excused_by_id, cause, excuse, counted)"),
                customer=("SELECT",),
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "breached_at"], name="breach_of_subscription"),
            models.Index(
                fields=["provider", "id"],
                name="breach_uncounted",
                condition=Q(counted=0) | Q(counted=1, excused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock} breached"


class ClockWarning(models.Model):
    """That the owner was told a clock had used up `percent` of its time; once for each start and severity of it."""

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, db_constraint=False, related_name="warnings")
    clock = models.CharField(max_length=14, choices=[(c, c) for c in CLOCKS])
    cycle = models.PositiveIntegerField()
    severity = models.CharField(max_length=40)
    percent = models.PositiveSmallIntegerField()
    reached_at = models.DateTimeField()
    announced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock", "cycle", "severity", "percent"], name="warning_once"),
            CompositeForeignKey(
                name="warning_ticket",
                columns=["provider_id", "tenant_id", "ticket_id"],
                to="tickets_ticket",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(name="warning_wall", staff=("SELECT", "INSERT")),
        ]

    def __str__(self) -> str:
        return f"{self.clock} at {self.percent} %"


class Escalation(models.Model):
    """That the agreement's escalation of a clock was acted on; once for each moment, start and severity of it.

    `moment` is written as in the policy (`75%`, `-30m`); `acts` are what the policy says to do. `told` are the names
    of who was mailed, as of then; of nobody where a later step that had come too was told instead.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, db_index=False, related_name="+")
    tenant = models.ForeignKey(Tenant, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, db_constraint=False, related_name="escalations")
    clock = models.CharField(max_length=14, choices=[(c, c) for c in CLOCKS])
    cycle = models.PositiveIntegerField()
    severity = models.CharField(max_length=40)
    moment = models.TextField()
    acts = ArrayField(models.CharField(max_length=20))
    reached_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    told = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock", "cycle", "severity", "moment"], name="escalation_once"),
            CompositeForeignKey(
                name="escalation_ticket",
                columns=["provider_id", "tenant_id", "ticket_id"],
                to="tickets_ticket",
                to_columns=["provider_id", "tenant_id", "id"],
            ),
            Wall(name="escalation_wall", staff=("SELECT", "INSERT", "UPDATE (told)")),
        ]

    def __str__(self) -> str:
        return f"{self.clock} at {self.moment}"
