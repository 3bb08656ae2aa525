"""The audit over the API, for administrators: who did what, when, to what, and why."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from slaportal.api.operations import ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.api.shapes import Id, Instant, Listed, Ref, Shape, Text, moment
from slaportal.audit.models import Event
from slaportal.audit.queries import Wanted, events_of
from slaportal.tenancy.models import Role

AREA = "audit"


class TargetShape(Shape):
    """What was acted on, called as it was then."""

    kind = serializers.CharField()
    id = Id()
    name = serializers.CharField()


class AuditEntryShape(Shape):
    """One entry. `number` is its place in the sealed chain, `digest` the seal; null until a worker has sealed it."""

    id = Id()
    number = Id(allow_null=True)
    at = Instant()
    action = serializers.CharField()
    actor = serializers.CharField()
    actor_role = serializers.CharField()
    target = TargetShape()
    tenant = Ref(allow_null=True)
    reason = serializers.CharField()
    reference = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    digest = serializers.CharField(allow_null=True)


class AuditQueryShape(Listed):
    """Which entries."""

    action = Text(required=False, max_length=40)
    actor = Text(required=False, max_length=120, help_text=_("A part of the name of who acted."))
    target = Text(required=False, max_length=120, help_text=_("A part of the name of what was acted on."))
    tenant = Id(required=False, help_text=_("About this customer."))
    since = Instant(required=False)
    until = Instant(required=False, help_text=_("Before this instant."))
    ordering = serializers.ChoiceField(("-id", "id"), default="-id")


def entry_said(event: Event) -> dict[str, Any]:
    """Its tenant must have been read with it."""
    return {
        "id": event.pk,
        "number": event.number,
        "at": moment(event.at),
        "action": event.action,
        "actor": event.actor_name,
        "actor_role": event.actor_role,
        "target": {"kind": event.target_kind, "id": event.target_id, "name": event.target_name},
        "tenant": None if event.tenant is None else {"id": event.tenant_id, "name": event.tenant.name},
        "reason": event.reason,
        "reference": event.reference,
        "before": event.before,
        "after": event.after,
        "digest": event.digest,
    }


class Audit(ApiView):
    """The record."""

    area = AREA

    @operation("audit", gives=AuditEntryShape, query=AuditQueryShape, paged=True, roles=(Role.ADMIN,))
    def get(self, call: Call) -> Page:
        """Entries of the audit, the newest first."""
        query = call.query
        wanted = Wanted(
            action=query.get("action", ""),
            actor=query.get("actor", ""),
            target=query.get("target", ""),
            tenant_id=query.get("tenant"),
            since=query.get("since"),
            until=query.get("until"),
        )
        rows, further = rows_of(events_of(call.actor.provider_id, wanted), query, query["ordering"])
        return Page([entry_said(row) for row in rows], further)


urlpatterns = [path("audit/", Audit.as_view(), name="api_audit")]
