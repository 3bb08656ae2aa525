"""Whether the backups of a subscription are kept, over the API: the verdicts as of now."""

from typing import Any, get_args

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.access import get_subscription_for
from contracts.models import Service
from contracts.policy.document.stated import Strength
from contracts.policy.document.values import WEEKDAYS
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.shapes import Id, Instant, Ref, Shape
from slaportal.intervals import written
from uptime.api.naming import AREA
from uptime.backups import BackupVerdict
from uptime.queries import backups_of


class BackupLackShape(Shape):
    """What is missing: a stretch that is too long, or a local day (`on`) of which only `there` are there."""

    starts_at = Instant()
    ends_at = Instant()
    on = serializers.DateField(allow_null=True, help_text=_("Null for a stretch."))
    there = Id(min_value=0)


class BackupVerdictShape(Shape):
    """One backup promise for one service: whether the restore points that are there now keep it.

    What is promised stands as in the policy: a restore point `every` so long, or so many `per_day`, or on a `weekday`
    (others null), for a history of `keep`. `asked` is how many stretches (of `every`) or days (of `per_day` and
    `weekday`) were looked at; `path` is where the promise stands in the policy.
    """

    service = Ref()
    name = serializers.CharField()
    every = serializers.CharField(allow_null=True, help_text=_("A duration as policies write it, such as `4h`."))
    per_day = Id(allow_null=True)
    weekday = serializers.ChoiceField(WEEKDAYS, allow_null=True)
    keep = serializers.CharField(help_text=_("A duration as policies write it, such as `72h` or `7d`."))
    kept = serializers.BooleanField()
    asked = Id(min_value=0)
    missing = BackupLackShape(many=True)
    path = serializers.CharField()
    clause = serializers.CharField(allow_null=True)
    strength = serializers.ChoiceField(get_args(Strength))
    note = serializers.CharField(allow_null=True)


def _verdict_said(service: Service, verdict: BackupVerdict) -> dict[str, Any]:
    stated, promise = verdict.ground.stated, verdict.promise
    return {
        "service": {"id": service.pk, "name": service.name},
        "name": verdict.name,
        "every": None if promise.every is None else str(promise.every),
        "per_day": promise.per_day,
        "weekday": promise.weekday,
        "keep": str(promise.keep),
        "kept": verdict.kept,
        "asked": verdict.asked,
        "missing": [
            {"starts_at": written(one.start), "ends_at": written(one.end), "on": one.day, "there": one.there}
            for one in verdict.missing
        ],
        "path": verdict.ground.path,
        "clause": verdict.clause,
        "strength": stated.strength,
        "note": stated.note,
    }


class SubscriptionBackups(ApiView):
    """The backups of a subscription."""

    area = AREA

    @operation("subscription_backups", gives=BackupVerdictShape, many=True)
    def get(self, call: Call, subscription: int) -> Answer:
        """Whether its backups are kept as promised, as of now: by service and promise.

        A customer's people read their own. Empty while no term runs, where it covers no service, and where its plan
        promises no backups.
        """
        found = backups_of(get_subscription_for(call.actor, subscription), call.at)
        return Answer([_verdict_said(one.service, verdict) for one in found for verdict in one.verdicts])
