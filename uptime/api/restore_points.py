"""Restore points over the API: reported up to ten thousand a call, listed, gone, corrected, struck out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.models import Service
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.api.shapes import Id, Instant, Listed, Ref, Shape, Text, moment
from slaportal.tenancy.models import STAFF_ROLES
from uptime.access import get_restore_point_for
from uptime.actions.restore_points import (
    MOST,
    correct_restore_point,
    report_all_gone,
    report_gone,
    report_restore_points,
    strike_out_restore_point,
)
from uptime.api.naming import AREA, LEADS, matched, service_named
from uptime.api.shapes import WhyShape
from uptime.models import RestorePoint
from uptime.standing import GONE, STRUCK, THERE, point_state_of, restore_points_in


class RestorePointShape(Shape):
    """A state to which a service can be taken back, as long as it is there."""

    id = Id()
    state = serializers.ChoiceField((THERE, GONE, STRUCK))
    service = Ref()
    taken_at = Instant()
    gone_at = Instant(allow_null=True, help_text=_("Null while it is there."))
    recorded_at = Instant()
    struck_out_at = Instant(allow_null=True)
    revision = Id(help_text=_("Counts its changes; the ETag."))


class RestorePointQueryShape(Listed):
    """Which restore points."""

    ordering = serializers.ChoiceField(("-taken_at", "taken_at"), default="-taken_at")
    state = serializers.ChoiceField((THERE, GONE, STRUCK), required=False)
    service = Id(required=False)
    since = Instant(required=False, help_text=_("What was taken then or later."))
    until = Instant(required=False, help_text=_("What was taken before then."))


class ReportRestorePointsShape(Shape):
    """When restore points of one service were taken, up to 10,000."""

    service = Id()
    taken = serializers.ListField(child=Instant(), min_length=1, max_length=MOST)


class ReportAllGoneShape(ReportRestorePointsShape):
    """When those were taken that are gone, up to 10,000 of one service, and since when: now, if nothing is said."""

    gone_at = Instant(required=False)


class RestorePointsTakenShape(Shape):
    """How many instants were reported, and how many of them are new."""

    reported = Id()
    new = Id(min_value=0)


class GoneShape(Shape):
    """Since when it is gone: now, if nothing is said."""

    gone_at = Instant(required=False)


class CorrectRestorePointShape(Shape):
    """Since when it really is gone, and why that is corrected; null: it is still there."""

    gone_at = Instant(allow_null=True)
    reason = Text(max_length=500)


def _said(found: Sequence[RestorePoint], now: datetime) -> list[dict[str, Any]]:
    """Each with its service; one query for all names."""
    names = dict(Service.objects.filter(pk__in={one.service_id for one in found}).values_list("pk", "name"))
    return [
        {
            "id": one.pk,
            "state": point_state_of(one, now),
            "service": {"id": one.service_id, "name": names[one.service_id]},
            "taken_at": moment(one.taken_at),
            "gone_at": moment(one.gone_at),
            "recorded_at": moment(one.recorded_at),
            "struck_out_at": moment(one.void_at),
            "revision": one.revision,
        }
        for one in found
    ]


def _answer(call: Call, point: RestorePoint) -> Answer:
    return Answer(_said([point], call.at)[0], tag=point.revision)


class RestorePoints(ApiView):
    """The restore points."""

    area = AREA

    @operation("restore_points", gives=RestorePointShape, query=RestorePointQueryShape, roles=STAFF_ROLES, paged=True)
    def get(self, call: Call) -> Page:
        """Restore points, the newest first; those that are gone or struck out too, unless a state is named."""
        query = call.query
        found = restore_points_in(call.actor.provider_id, query.get("state", ""), call.at)
        columns = {"service": "service", "since": "taken_at__gte", "until": "taken_at__lt"}
        found = found.filter(**{column: query[name] for name, column in columns.items() if name in query})
        rows, further = rows_of(found, query, query["ordering"])
        return Page(_said(rows, call.at), further)

    @operation(
        "restore_points_report",
        takes=ReportRestorePointsShape,
        gives=RestorePointsTakenShape,
        roles=LEADS,
        examples={
            "Two snapshots": {"service": 1, "taken": ["2026-03-13T17:00:00Z", "2026-03-13T21:00:00Z"]},
        },
        refuses="`service_unknown`; `lies_ahead` and `far_off`, each at its place in the list, such as `taken.7`",
    )
    def post(self, call: Call) -> Answer:
        """Reports restore points of a service, all or none; sent twice they are there once.

        What is there already stays as it is, also one that is gone or was struck out.
        """
        service, taken = service_named(call.actor, call.body["service"]), call.body["taken"]
        new = report_restore_points(service, taken, actor=call.actor, at=call.at)
        return Answer({"reported": len(taken), "new": new})


class RestorePointsGone(ApiView):
    """Many restore points that are no longer there."""

    area = AREA

    @operation(
        "restore_points_gone",
        takes=ReportAllGoneShape,
        gives=RestorePointsTakenShape,
        roles=LEADS,
        examples={"Deleted after their time": {"service": 1, "taken": ["2026-02-01T00:00:00Z"]}},
        refuses=(
            "`service_unknown`; `restore_point_unknown`, `gone_before_taken`, `lies_ahead` and `far_off`, each at its"
            " place in the list, such as `taken.7`, or at `gone_at`"
        ),
    )
    def post(self, call: Call) -> Answer:
        """Says that restore points of a service are no longer there, all or none; `new` are those that were.

        What is gone already or was struck out stays as it is.
        """
        service, taken = service_named(call.actor, call.body["service"]), call.body["taken"]
        gone_at = call.body.get("gone_at", call.at)
        new = report_all_gone(service, taken, gone_at=gone_at, actor=call.actor, at=call.at)
        return Answer({"reported": len(taken), "new": new})


class OneRestorePoint(ApiView):
    """One restore point."""

    area = AREA

    @operation("restore_point", gives=RestorePointShape, roles=STAFF_ROLES)
    def get(self, call: Call, pk: int) -> Answer:
        """A restore point."""
        return _answer(call, get_restore_point_for(call.actor, pk))


class RestorePointGone(ApiView):
    """Restore points that are no longer there."""

    area = AREA

    @operation(
        "restore_point_gone",
        takes=GoneShape,
        gives=RestorePointShape,
        roles=LEADS,
        matches=True,
        examples={"Deleted after its time": {"gone_at": "2026-03-16T17:00:00Z"}},
        refuses="`gone_already` (at another instant), `struck_out`, `lies_ahead`, `gone_before_taken`, `far_off`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Says that it is no longer there: from now on, or since the instant given."""
        found, gone_at = matched(call, get_restore_point_for(call.actor, pk)), call.body.get("gone_at", call.at)
        return _answer(call, report_gone(found, gone_at=gone_at, actor=call.actor, at=call.at))


class CorrectRestorePoint(ApiView):
    """Restore points that went at another time, or not at all."""

    area = AREA

    @operation(
        "restore_point_correct",
        takes=CorrectRestorePointShape,
        gives=RestorePointShape,
        roles=LEADS,
        matches=True,
        examples={
            "It went a day later": {"gone_at": "2026-03-17T17:00:00Z", "reason": "The log of the day before was read."},
            "It is still there": {"gone_at": None, "reason": "Only its copy was deleted."},
        },
        refuses="`not_gone` (say that it is, with `gone/`), `struck_out`, `lies_ahead`, `gone_before_taken`, `far_off`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Corrects since when it is gone, or says that it is still there; what changes nothing leaves nothing."""
        found, body = matched(call, get_restore_point_for(call.actor, pk)), call.body
        corrected = correct_restore_point(
            found, gone_at=body["gone_at"], reason=body["reason"], actor=call.actor, at=call.at
        )
        return _answer(call, corrected)


class StrikeOutRestorePoint(ApiView):
    """Restore points that never were."""

    area = AREA

    @operation(
        "restore_point_strike_out",
        takes=WhyShape,
        gives=RestorePointShape,
        roles=LEADS,
        matches=True,
        examples={"It could not be read": {"reason": "The snapshot could not be read."}},
        refuses="`struck_out`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Strikes it out: nothing could be restored from it. It stays so, however often it is reported again."""
        found, why = matched(call, get_restore_point_for(call.actor, pk)), call.body["reason"]
        return _answer(call, strike_out_restore_point(found, reason=why, actor=call.actor, at=call.at))
