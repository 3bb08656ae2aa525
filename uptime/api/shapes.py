"""What calls about outages, maintenance and unmonitored stretches take and give (docs/api.md)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from slaportal.api.shapes import Id, Instant, Listed, Ref, Seconds, Shape, Text
from uptime.models import Impact
from uptime.standing import CANCELLED, COMING, ENDED, GOING_ON, PAST, STRUCK

STATES, WINDOW_STATES = (GOING_ON, ENDED, STRUCK), (COMING, PAST, CANCELLED)
ORDERS = ("-starts_at", "starts_at")
VERDICTS = ("excluded", "empty", "not_happened", "unknown_kind", "never_announced", "announced_late", "quota_used")
MOST_SERVICES, LONGEST_NOTE = 500, 10_000


def _at(help_text: Any = "") -> Instant:
    return Instant(allow_null=True, help_text=help_text)


def _services(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=Id(), allow_empty=False, max_length=MOST_SERVICES, **kwargs)


class OutageShape(Shape):
    """That services were down or degraded. The figures use `starts_at`: the true start where it is known."""

    id = Id()
    title = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    services = Ref(many=True)
    cause = serializers.CharField(help_text=_("`provider`, or as policies name it."))
    impact = serializers.ChoiceField(Impact.values)
    starts_at = Instant()
    reported_start_at = Instant()
    true_start_at = _at()
    ends_at = _at(_("Null while it goes on."))
    noticed_at = Instant()
    note = serializers.CharField()
    customers = Id(min_value=0, help_text=_("How many customers it concerns."))
    recorded_at = Instant()
    recorded_by = Ref(allow_null=True)
    struck_out_at = _at()
    revision = Id(help_text=_("Counts its changes; the ETag."))


class OutageMonthShape(Shape):
    """A month that an outage touches, as it stands: the latest revision."""

    id = Id()
    tenant = Ref()
    subscription = Ref()
    period = serializers.CharField()
    revision = Id()
    percent = serializers.CharField(allow_null=True)
    met = serializers.BooleanField(allow_null=True)
    pending = serializers.BooleanField(help_text=_("Whether it is being worked out anew."))
    closed_at = _at()


class OutageDifferenceShape(Shape):
    """A month before and after a correction; null where it has no figure."""

    tenant = Ref()
    subscription = Ref()
    period = serializers.CharField()
    percent_before = serializers.CharField(allow_null=True)
    percent_after = serializers.CharField(allow_null=True)
    met_before = serializers.BooleanField(allow_null=True)
    met_after = serializers.BooleanField(allow_null=True)
    differs = serializers.BooleanField()


class WindowSpanShape(Shape):
    """A stretch of time."""

    starts_at = Instant()
    ends_at = Instant()


class VerdictShape(Shape):
    """What a maintenance window counts as under one customer's policy.

    `verdict` is null where no availability is promised. Of the window `excluded` counts as no downtime; `busy_s` of it
    lie in the business `hours` (a calendar of the policy, empty where it is always open), which the policy keeps clear
    of such work if `kept_clear`. `notice_late_s` is how much later than promised customers are told.
    """

    tenant = Ref()
    subscription = Ref()
    period = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICTS, allow_null=True)
    excluded = WindowSpanShape(allow_null=True)
    excluded_s = Seconds()
    ended_by = serializers.ChoiceField(("end", "up_to", "now"), allow_null=True)
    announce_by_at = _at(_("The latest instant to announce it."))
    late_s = Seconds(allow_null=True)
    used_by = WindowSpanShape(many=True, help_text=_("The windows that used up the quota of the period."))
    clause = serializers.CharField(allow_null=True)
    hours = serializers.CharField()
    kept_clear = serializers.BooleanField()
    busy_s = Seconds()
    notice = serializers.ChoiceField(("guarantee", "best_effort"), allow_null=True)
    notice_late_s = Seconds(allow_null=True)


class WindowShape(Shape):
    """A maintenance window. `announced_at` is when customers were told of all of it as it now stands."""

    id = Id()
    title = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(WINDOW_STATES)
    services = Ref(many=True)
    starts_at = Instant()
    ends_at = Instant()
    customers = Id(min_value=0, help_text=_("How many customers it concerns."))
    announced_at = _at()
    planned_at = Instant()
    planned_by = Ref(allow_null=True)
    cancelled_at = _at()
    revision = Id(help_text=_("Counts its changes; the ETag."))


class AnnouncementShape(Shape):
    """That customers were told of a window as it stood then."""

    starts_at = Instant()
    ends_at = Instant()
    announced_at = Instant()
    announced_by = Ref(allow_null=True)
    text = serializers.CharField()


class WindowDetailShape(WindowShape):
    """A window with its announcements and the verdict of every customer's policy, as if announced now if it was not."""

    announcements = AnnouncementShape(many=True)
    verdicts = VerdictShape(many=True, help_text=_("None of a window that was cancelled."))


class WindowActedShape(Shape):
    """What an act came to: how many people are told of it by mail, and the window as it is now."""

    told = Id(min_value=0)
    window = WindowDetailShape()


class ToldWindowShape(Shape):
    """A maintenance window as a customer was told of it."""

    title = serializers.CharField()
    kind = serializers.CharField()
    services = serializers.ListField(child=serializers.CharField())
    starts_at = Instant()
    ends_at = Instant()
    told_at = Instant()
    moved_at = _at(_("Since when it stands so, if it was moved."))


class UnmonitoredShape(Shape):
    """A stretch in which nobody measured a service; each policy says whether it counts as up, down or neither."""

    id = Id()
    state = serializers.ChoiceField(STATES)
    service = Ref()
    starts_at = Instant()
    ends_at = _at(_("Null while it goes on."))
    reason = serializers.CharField()
    recorded_at = Instant()
    struck_out_at = _at()


# What is asked and sent -----------------------------------------------------------------------------------------------


class _Stretches(Listed):
    ordering = serializers.ChoiceField(ORDERS, default="-starts_at")
    service = Id(required=False)
    since = Instant(required=False, help_text=_("What has not ended by then."))
    until = Instant(required=False, help_text=_("What begins before then."))


class OutageQueryShape(_Stretches):
    """Which outages."""

    state = serializers.ChoiceField(STATES, required=False)
    cause = Text(required=False, max_length=40)


class UnmonitoredQueryShape(_Stretches):
    """Which unmonitored stretches."""

    state = serializers.ChoiceField(STATES, required=False)


class WindowQueryShape(_Stretches):
    """Which windows; one that goes on is still `coming`."""

    state = serializers.ChoiceField(WINDOW_STATES, required=False)
    kind = Text(required=False, max_length=40)


class OutageMonthQueryShape(Listed):
    """The months of an outage."""


class ToldWindowQueryShape(Listed):
    """The windows that are not over, the next one first."""


class RecordOutageShape(Shape):
    """An outage that begins or has been."""

    title = Text(max_length=200)
    services = _services()
    starts_at = Instant()
    ends_at = Instant(required=False, allow_null=True)
    noticed_at = Instant(required=False, allow_null=True, help_text=_("Now, if nothing is said."))
    cause = Text(default="provider", max_length=40)
    impact = serializers.ChoiceField(Impact.values, default=Impact.DOWN.value)
    note = Text(default="", max_length=LONGEST_NOTE, allow_blank=True)


class OverSinceShape(Shape):
    """Since when it is over: now, if nothing is said."""

    ends_at = Instant(required=False)


class CorrectOutageShape(Shape):
    """What turned out to be otherwise, and why; what is not named stays.

    A `true_start_at` of null takes the start back to the reported one, an `ends_at` of null says that it still goes on.
    """

    reason = Text(max_length=500)
    title = Text(required=False, max_length=200)
    services = _services(required=False)
    cause = Text(required=False, max_length=40)
    impact = serializers.ChoiceField(Impact.values, required=False)
    true_start_at = Instant(required=False, allow_null=True)
    ends_at = Instant(required=False, allow_null=True)
    note = Text(required=False, max_length=LONGEST_NOTE, allow_blank=True)


class WhyShape(Shape):
    """Why."""

    reason = Text(max_length=500)


class JudgeWindowShape(Shape):
    """A window that might be planned."""

    services = _services()
    kind = Text(default="scheduled", max_length=40)
    starts_at = Instant()
    ends_at = Instant()


class PlanWindowShape(JudgeWindowShape):
    """A window to be planned; it may lie in the past."""

    title = Text(max_length=200)


class AnnounceShape(Shape):
    """What customers read besides title, time and services."""

    text = Text(default="", max_length=2000, allow_blank=True)


class MoveShape(WindowSpanShape):
    """Another time for a window, and why: whoever was told of it reads that."""

    reason = Text(max_length=500)


class RecordUnmonitoredShape(Shape):
    """A stretch in which nobody measured, and why."""

    service = Id()
    starts_at = Instant()
    ends_at = Instant(required=False, allow_null=True)
    reason = Text(max_length=300)
