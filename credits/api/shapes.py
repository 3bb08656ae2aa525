"""What calls about months give (docs/api.md)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.policy.document.values import CLOCKS
from credits.models import Assessment
from slaportal.api.shapes import Exact, Flag, Id, Instant, Listed, Ref, Seconds, Shape, Text
from uptime.models import Impact

PERIODS = ("month", "quarter", "year")
STRENGTHS = ("guarantee", "target", "best_effort")
WHY_NONE = ("no_promise", "not_for", "not_active", "part_period", "nothing_open")
LINES = (
    *("length", "inactive", "closed", "maintenance", "unmonitored", "service_time"),
    *("reported", "not_counted", "counted", "availability", "allowed", "left", "over"),
)
PIECES = ("counted", "cause", "window", "unmonitored", "too_short", "not_whole")
REST = ("overlap", "weightless", "closed", "outside")
VERDICTS = ("excluded", "unknown_kind", "never_announced", "announced_late", "quota_used")
STATISTICS = ("mean", "median", "p95", "p99", "min", "max")
CREDITS_FOR = ("availability", "performance", *CLOCKS)


class Number(serializers.CharField):
    """A figure that goes out: a decimal as text, exact; a fraction such as `1/12` where no decimal is."""


class MonthRefShape(Shape):
    """A month by its id, and as it is written: `2026-10`, `2026-Q4`, `2026`."""

    id = Id()
    month = serializers.CharField()


class OwedShape(Shape):
    """A credit of a month in short."""

    id = Id()
    credit_for = serializers.ChoiceField(CREDITS_FOR)
    status = serializers.ChoiceField(Assessment.Status.values)
    amount = Exact(
        max_digits=20, decimal_places=4, allow_null=True, help_text=_("Null where the provider decides the amount.")
    )
    currency = serializers.CharField()
    claim_by = Instant(allow_null=True)


class MonthShape(Shape):
    """A month of a subscription, in its latest revision. `percent` is cut off after six places, never rounded up."""

    id = Id()
    month = serializers.CharField(help_text=_("`2026-10`, `2026-Q4` or `2026`."))
    revision = Id(help_text=_("More than 1: it was corrected after it had been closed."))
    tenant = Ref()
    subscription = Ref()
    starts_at = Instant()
    ends_at = Instant()
    percent = Exact(max_digits=9, decimal_places=6, allow_null=True)
    met = serializers.BooleanField(allow_null=True, help_text=_("Null where no availability is promised."))
    worked_out_at = Instant(allow_null=True)
    closes_at = Instant()
    closed_at = Instant(allow_null=True, help_text=_("From then on its figures are final."))
    credits = OwedShape(many=True)


class MonthPolicyShape(Shape):
    """The version and plan that the month is measured by."""

    policy = serializers.CharField()
    number = Id()
    plan = serializers.CharField()
    plan_name = serializers.CharField()
    effective_from = Instant()


class AvailabilityShape(Shape):
    """What was promised, what came of it, and what the agreement allows: `allowed_s` less `counted_s` is `left_s`.

    The availability is 1 less `counted_s` by `service_time_s`.
    """

    percent = Exact(max_digits=9, decimal_places=6)
    target = Number()
    met = serializers.BooleanField()
    strength = serializers.ChoiceField(STRENGTHS)
    period = serializers.ChoiceField(PERIODS)
    service_time_s = Seconds(help_text=_("What downtime is divided by."))
    open_s = Seconds(help_text=_("The hours in which downtime counts."))
    reported_s = Seconds()
    not_counted_s = Seconds()
    counted_s = Seconds()
    allowed_s = Seconds()
    left_s = Seconds(help_text=_("Negative where more was used than is allowed."))
    used_percent = Number(allow_null=True, help_text=_("Of the allowance; cut off. Null where nothing is allowed."))
    used_up_at = Instant(allow_null=True)
    longest_outage_s = Seconds()
    coverage_percent = Exact(max_digits=9, decimal_places=6)
    unmonitored_s = Seconds()
    unmonitored_read_as = serializers.ChoiceField(("up", "down", "excluded"))
    clause = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class SumLineShape(Shape):
    """A line of the sum. What is `less` is taken off the line above; a `total` is what remains."""

    line = serializers.ChoiceField(LINES)
    label = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()
    kind = serializers.ChoiceField(("figure", "less", "total"))
    length_s = Seconds(allow_null=True)
    percent = Exact(max_digits=9, decimal_places=6, allow_null=True)


class MetricShape(Shape):
    """What the samples of a metric (of a region) came to, beside what is promised."""

    metric = serializers.CharField()
    statistic = serializers.ChoiceField(STATISTICS)
    region = serializers.CharField(allow_null=True)
    value = Number()
    samples = Id(min_value=0)
    comparison = serializers.ChoiceField(("below", "at_least"))
    limit = Number()
    regions = serializers.ChoiceField(("most", "every"), allow_null=True, help_text=_("In how many it has to be met."))
    met = serializers.BooleanField()
    clause = serializers.CharField(allow_null=True)


class MonthDetailShape(MonthShape):
    """A month with its arithmetic, as of when it was worked out last; `up_to_date` false: something came since."""

    policy = MonthPolicyShape()
    timezone = serializers.CharField()
    fee_monthly = Exact(max_digits=14, decimal_places=4)
    fee_annual = Exact(max_digits=14, decimal_places=4)
    currency = serializers.CharField()
    availability = AvailabilityShape(allow_null=True)
    why_none = serializers.ChoiceField(WHY_NONE, allow_null=True, help_text=_("Why there is no availability."))
    sum = SumLineShape(many=True)
    performance = MetricShape(many=True)
    up_to_date = serializers.BooleanField()
    newest = Id(allow_null=True, help_text=_("The revision that replaces this one, if there is one."))


class GroundShape(Shape):
    """Why downtime did not count, and on which words of the policy that rests."""

    label = serializers.CharField()  # type: ignore[assignment]
    clause = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class PieceShape(Shape):
    """A part of an outage, and what became of its downtime; `ground` is null where it is counted."""

    start_at = Instant()
    end_at = Instant()
    verdict = serializers.ChoiceField(PIECES)
    weight = Number(help_text=_("The share of its time that is downtime."))
    reported_s = Seconds()
    counted_s = Seconds()
    ground = GroundShape(allow_null=True)


class RestShape(Shape):
    """Time of an outage that reported no downtime."""

    verdict = serializers.ChoiceField(REST)
    length_s = Seconds()


class KeyedShape(Shape):
    """Something by its key, and its name for people."""

    key = serializers.CharField()
    name = serializers.CharField()


class MonthOutageShape(Shape):
    """An outage of the month: the pieces add up to `reported_s`; less `not_counted_s` that is `counted_s`."""

    start_at = Instant()
    end_at = Instant(allow_null=True, help_text=_("Null while it is on."))
    services = KeyedShape(many=True)
    impact = serializers.ChoiceField(Impact.values)
    measured = serializers.BooleanField(help_text=_("False: time that nobody measured, and so is read as down."))
    cause = serializers.CharField(allow_null=True)
    reported_s = Seconds()
    not_counted_s = Seconds()
    counted_s = Seconds()
    said = serializers.CharField(help_text=_("Why it did not count, in words."))
    pieces = PieceShape(many=True)
    rest = RestShape(many=True)


class MonthWindowShape(Shape):
    """A maintenance window of the month with the verdict on it; null where no availability is promised."""

    start_at = Instant()
    end_at = Instant()
    kind = serializers.CharField()
    announced_at = Instant(allow_null=True)
    announce_by = Instant(allow_null=True)
    late_s = Seconds(allow_null=True, help_text=_("How far short of the notice it was announced."))
    verdict = serializers.ChoiceField(VERDICTS, allow_null=True)
    said = serializers.CharField()
    why = serializers.CharField()
    excluded_from = Instant(allow_null=True)
    excluded_to = Instant(allow_null=True)
    excluded_s = Seconds(help_text=_("How much of it the agreement excludes."))
    hidden_s = Seconds(help_text=_("The downtime in it that did not count for it."))
    clause = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)


class DayShape(Shape):
    """A day of the month, on the policy's wall clock; its figures are null while it is `to_come`."""

    day = serializers.DateField()
    to_come = serializers.BooleanField(help_text=_("Whether it has not begun yet."))
    counted_s = Seconds(allow_null=True)
    not_counted_s = Seconds(allow_null=True)


class MonthBreachShape(Shape):
    """A promise on a ticket that was missed in the month, and whether it was excused."""

    id = Id()
    ticket = Id(help_text=_("The ticket's number."))
    subject = serializers.CharField()
    clock = serializers.ChoiceField(CLOCKS)
    severity = serializers.CharField()
    breached_at = Instant()
    excused_at = Instant(allow_null=True)
    cause = serializers.CharField()
    excuse = serializers.CharField()


class MonthQueryShape(Listed):
    """Which months. Those that have not begun are in no list."""

    ordering = serializers.ChoiceField(("-starts_at", "starts_at"), default="-starts_at")
    subscription = Id(required=False)
    tenant = Id(required=False)
    month = Text(required=False, max_length=7, help_text=_("`2026-10`, `2026-Q4` or `2026`."))
    met = Flag(required=False)
    closed = Flag(required=False)


class MonthPartsShape(Listed):
    """A list of one month from a place on."""
