"""Maintenance over the API: the list, what customers were told, a window judged before it is planned, and planned."""

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import CUSTOMER_ROLES, STAFF_ROLES
from uptime.access import get_window_for
from uptime.actions.checks import in_order, name_of, planned_ahead
from uptime.actions.windows import plan_window
from uptime.api.naming import AREA, LEADS, meeting, services_named
from uptime.api.saying import told_window_said, verdicts_said, window_said, windows_said
from uptime.api.shapes import (
    JudgeWindowShape,
    PlanWindowShape,
    ToldWindowQueryShape,
    ToldWindowShape,
    VerdictShape,
    WindowDetailShape,
    WindowQueryShape,
    WindowShape,
)
from uptime.foretelling import if_announced
from uptime.queries import windows_told
from uptime.standing import windows_in

PLANNED = "`services_unknown`, `not_a_name`, `ends_before_start`, `begins_before_now`, `far_off`"
SATURDAY = {"services": [1], "starts_at": "2026-12-05T22:00:00Z", "ends_at": "2026-12-06T02:00:00Z"}


class Maintenance(ApiView):
    """The provider's maintenance windows."""

    area = AREA

    @operation("maintenance", gives=WindowShape, query=WindowQueryShape, roles=STAFF_ROLES, paged=True)
    def get(self, call: Call) -> Page:
        """Maintenance windows, the latest start first; cancelled ones too, unless a state is named."""
        query = call.query
        found = windows_in(call.actor.provider_id, query.get("state", ""), call.at)
        found = meeting(found, query, "services__service")
        if "kind" in query:
            found = found.filter(kind=query["kind"])
        rows, further = rows_of(found, query, query["ordering"])
        return Page(windows_said(rows, now=call.at), further)

    @operation(
        "window_plan",
        takes=PlanWindowShape,
        gives=WindowDetailShape,
        roles=LEADS,
        status=201,
        examples={"On a Saturday night": {"title": "New disks", **SATURDAY}},
        refuses=PLANNED,
    )
    def post(self, call: Call) -> Answer:
        """Plans a window and says what it counts as for each customer; nobody is told until it is announced."""
        body = dict(call.body)
        services = services_named(call.actor, body.pop("services"))
        made = plan_window(
            call.actor.provider, body.pop("title"), services=services, actor=call.actor, at=call.at, **body
        )
        said = window_said(made, now=call.at)
        return Answer(said, tag=made.revision, location=f"/api/v1/maintenance/{made.pk}/")


class JudgeMaintenance(ApiView):
    """What windows would count as."""

    area = AREA

    @operation(
        "window_verdict",
        takes=JudgeWindowShape,
        gives=VerdictShape,
        roles=LEADS,
        many=True,
        reads=True,
        examples={"Would it count?": {"kind": "emergency", **SATURDAY}},
        refuses=PLANNED,
    )
    def post(self, call: Call) -> Answer:
        """Shows what a window would count as for each customer if it were announced now; nothing is saved."""
        body = call.body
        services = services_named(call.actor, body["services"])
        in_order(body["starts_at"], body["ends_at"])
        planned_ahead(body["kind"], body["starts_at"], body["ends_at"], call.at)
        meant = if_announced(name_of(body["kind"], "kind"), body["starts_at"], body["ends_at"], now=call.at)
        return Answer(verdicts_said(services, meant, now=call.at))


class ToldMaintenance(ApiView):
    """The maintenance that a customer was told of."""

    area = AREA

    @operation("maintenance_told", gives=ToldWindowShape, query=ToldWindowQueryShape, roles=CUSTOMER_ROLES, paged=True)
    def get(self, call: Call) -> Page:
        """Of customers: the windows that they were told of and that are not over, the next one first."""
        assert call.actor.tenant_id is not None
        rows, further = rows_of(windows_told(call.actor.tenant_id, call.at), call.query, "starts_at")
        return Page([told_window_said(row) for row in rows], further)


class OneWindow(ApiView):
    """One maintenance window."""

    area = AREA

    @operation("window", gives=WindowDetailShape, roles=STAFF_ROLES)
    def get(self, call: Call, pk: int) -> Answer:
        """A maintenance window, what was announced of it, and what it counts as for each customer."""
        found = get_window_for(call.actor, pk)
        return Answer(window_said(found, now=call.at), tag=found.revision)
