"""What calls about tickets take and give (docs/api.md)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.policy.document.values import CLOCKS
from slaportal.api.shapes import Flag, Id, Instant, Listed, Ref, Seconds, Shape, Text
from tickets.actions.fitting import LONGEST_TEXT
from tickets.forms import SETTABLE
from tickets.history import EVENT_TYPES, RESOLUTIONS, STATUSES
from tickets.models import NOTED, Side
from tickets.queue import VIEWS

STATES, OUTCOMES = ("running", "paused", "stopped"), ("pending", "met", "breached")
STRENGTHS = ("guarantee", "target", "best_effort")
SEGMENTS = ("running", "paused", "closed", "solved")
ORDERS = ("-number", "number", "-opened_at", "opened_at", "-updated_at", "updated_at")


def _at(help_text: Any = "") -> Instant:
    return Instant(allow_null=True, help_text=help_text)


class SeverityShape(Shape):
    """A severity: its key in the policy and the name that the policy gives it."""

    key = serializers.CharField()
    name = serializers.CharField()


class ClockShape(Shape):
    """A clock as the worker wrote it last: it may be some seconds behind."""

    clock = serializers.ChoiceField(CLOCKS)
    state = serializers.ChoiceField(STATES)
    outcome = serializers.ChoiceField(OUTCOMES)
    due_at = _at(_("When it is due; null while it is paused."))
    stopped_at = _at()
    breached_at = _at()


class SegmentShape(Shape):
    """A stretch of a clock's span: it ran, was paused by a status, was closed (on a holiday, by name), was solved."""

    kind = serializers.ChoiceField(SEGMENTS)
    start_at = Instant()
    end_at = Instant()
    length_s = Seconds()
    status = serializers.ChoiceField(STATUSES, allow_null=True)
    holiday = serializers.CharField(allow_null=True)


class ExplainedClockShape(Shape):
    """A clock as of now with all that explains it; the segments that ran add up to `elapsed_s`.

    A limit in business days is real time: then all segments do.
    """

    clock = serializers.ChoiceField(CLOCKS)
    severity = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    outcome = serializers.ChoiceField(OUTCOMES)
    strength = serializers.ChoiceField(STRENGTHS)
    since_at = Instant()
    due_at = _at(_("When it is due; null while it is paused."))
    aim_at = _at()
    due_if_resumed_at = _at(_("When it would be due if the pause ended now."))
    stopped_at = _at()
    breached_at = _at()
    breaches = Id(min_value=0, allow_null=True, help_text=_("How many cycles were late; null for a clock without."))
    limit_s = Seconds(allow_null=True)
    limit_business_days = Id(allow_null=True)
    elapsed_s = Seconds()
    remaining_s = Seconds()
    calendar = serializers.CharField()
    clause = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    segments = SegmentShape(many=True)


class BreachShape(Shape):
    """That a clock was late, and whether it was excused."""

    id = Id()
    clock = serializers.ChoiceField(CLOCKS)
    severity = serializers.CharField()
    breached_at = Instant()
    excused_at = _at()
    cause = serializers.CharField()
    excuse = serializers.CharField()


class TicketShape(Shape):
    """A ticket as lists have it. Who is at it (`assignee`) is the desk's own business: null to customers."""

    number = Id()
    subject = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    resolution = serializers.ChoiceField(RESOLUTIONS, allow_null=True)
    severity = SeverityShape(allow_null=True)
    tenant = Ref()
    subscription = Ref()
    service = Ref(allow_null=True)
    requester = Ref()
    assignee = Ref(allow_null=True)
    opened_at = Instant()
    updated_at = Instant()
    solved_at = _at()
    closed_at = _at()
    next_due_at = _at(_("The next deadline of a clock that runs."))
    revision = Id(help_text=_("How many events its log has; the ETag."))
    clocks = ClockShape(many=True, help_text=_("Those that have not stopped."))


class TicketPolicyShape(Shape):
    """The version and plan that were in force when the ticket was opened, by which it is timed."""

    policy = serializers.CharField()
    number = Id()
    plan = serializers.CharField()
    plan_name = serializers.CharField()
    effective_from = Instant()


class TicketDetailShape(TicketShape):
    """A ticket with its clocks worked out as of now and explained."""

    clocks = ExplainedClockShape(many=True)  # type: ignore[assignment]
    breaches = BreachShape(many=True)
    policy = TicketPolicyShape()
    severity_wished = serializers.CharField(
        allow_null=True, help_text=_("What the customer asked for, where the provider classifies.")
    )


class EventShape(Shape):
    """One thing that happened to a ticket. What is not `public` is the desk's own and never given to a customer."""

    ordinal = Id()
    at = Instant()
    type = serializers.ChoiceField((*EVENT_TYPES, *NOTED))
    side = serializers.ChoiceField(Side.values)
    author = serializers.CharField()
    public = serializers.BooleanField()
    text = serializers.CharField()
    reason = serializers.CharField()
    status = serializers.ChoiceField(STATUSES, allow_null=True)
    severity = serializers.CharField(allow_null=True)
    resolution = serializers.ChoiceField(RESOLUTIONS, allow_null=True)


class ActedShape(Shape):
    """What an act came to: its event in the log, and the ticket as it is now."""

    event = EventShape()
    ticket = TicketDetailShape()


class ClockChangeShape(Shape):
    """One clock before and after another severity; null where the severity has no figure for it."""

    clock = serializers.ChoiceField(CLOCKS)
    before = ClockShape(allow_null=True)
    after = ClockShape(allow_null=True)
    breaches = serializers.BooleanField(help_text=_("Whether it would be late by that alone."))


class SeverityChoiceShape(Shape):
    """A severity to choose, and every clock if it were chosen now."""

    severity = SeverityShape()
    definition = serializers.CharField()
    current = serializers.BooleanField()
    changes = ClockChangeShape(many=True)


class SeverityPreviewShape(Shape):
    """What each severity of the policy would do, most severe first, and what the policy says of changes."""

    rule = serializers.ChoiceField(("carry", "from_open", "from_change"))
    yours = serializers.BooleanField(help_text=_("Whether the policy lets your side set it."))
    choices = SeverityChoiceShape(many=True)


class ViewShape(Shape):
    """A view of the desk's queue and how many tickets it holds; `exact` up to a thousand."""

    view = serializers.ChoiceField(VIEWS)
    count = Id(min_value=0)
    exact = serializers.BooleanField()


# What is asked and sent -----------------------------------------------------------------------------------------------


class TicketQueryShape(Listed):
    """Which tickets. A view is one of the desk's queue, in the order of work."""

    view = serializers.ChoiceField(VIEWS, required=False, help_text=_("For staff; unsolved tickets, in order of work."))
    ordering = serializers.ChoiceField(ORDERS, required=False, help_text=_("Without a view; -number if none is named."))
    solved = Flag(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    severity = Text(required=False, max_length=40)
    tenant = Id(required=False)
    requester = Id(required=False)
    assignee = serializers.RegexField(
        r"^(me|none|[0-9]{1,18})$", required=False, help_text=_("For staff: an id, `me` or `none`.")
    )
    updated_since = Instant(required=False)


class EventQueryShape(Listed):
    """The log from a place on."""


class OpenShape(Shape):
    """A new ticket. For whom and since when is for staff to say; a customer asks for oneself, now."""

    subscription = Id()
    subject = Text(max_length=200)
    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False)
    severity = Text(required=False, max_length=40)
    service = Id(required=False)
    requester = Id(required=False, help_text=_("For staff: somebody of the customer."))
    opened_at = Instant(required=False, help_text=_("For staff: when the call came in."))


class ReplyShape(Shape):
    """A public reply; support may set a status with it."""

    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False)
    status = serializers.ChoiceField(SETTABLE, required=False, help_text=_("For staff."))


class NoteShape(Shape):
    """A note that no customer sees."""

    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False)


class StatusShape(Shape):
    """Another status; solving and closing are acts of their own."""

    status = serializers.ChoiceField(SETTABLE)
    reason = Text(required=False, max_length=500, allow_blank=True)


class SetSeverityShape(Shape):
    """Another severity, and why: the customer reads it."""

    severity = Text(max_length=40)
    reason = Text(max_length=500)


class AssignShape(Shape):
    """Whose it is from now on; null: nobody's."""

    assignee = Id(allow_null=True)


class ResolveShape(Shape):
    """How it was solved, and what the customer reads about it."""

    resolution = serializers.ChoiceField(RESOLUTIONS)
    text = Text(required=False, max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False)


class SayingShape(Shape):
    """What is said with it, if anything."""

    text = Text(required=False, max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False)


class NothingShape(Shape):
    """Nothing needs to be said with it."""


class ExcuseShape(Shape):
    """A cause that the policy names, and why: the customer reads both."""

    cause = Text(max_length=40)
    reason = Text(max_length=500)
