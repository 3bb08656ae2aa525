"""The catalogue of services over the API, for staff; administrators add and rename."""

from django.db.models import QuerySet

from contracts.access import get_service_for
from contracts.actions.catalogue import add_service, rename_service
from contracts.api.saying import service_said
from contracts.api.shapes import NewServiceShape, ServiceNameShape, ServiceQueryShape, ServiceShape
from contracts.models import Service
from slaportal.api.naming import named
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import STAFF_ROLES, Membership, Role, Tenant

AREA = "policies"


def _services(actor: Membership) -> QuerySet[Service]:
    found = Service.objects.filter(provider_id=actor.provider_id).select_related("tenant")
    return found.prefetch_related("coverages__subscription")


class Services(ApiView):
    """The services."""

    area = AREA

    @operation("services", gives=ServiceShape, query=ServiceQueryShape, paged=True, roles=STAFF_ROLES)
    def get(self, call: Call) -> Page:
        """Services, shared ones and customers' own, the newest first."""
        query, found = call.query, _services(call.actor)
        if "tenant" in query:
            found = found.filter(tenant=query["tenant"])
        if "shared" in query:
            found = found.filter(tenant__isnull=query["shared"])
        rows, further = rows_of(found, query, query["ordering"])
        return Page([service_said(row) for row in rows], further)

    @operation(
        "service_add",
        takes=NewServiceShape,
        gives=ServiceShape,
        roles=(Role.ADMIN,),
        status=201,
        examples={
            "A shared service": {"key": "reports", "name": "Reports"},
            "A customer's own": {"key": "northwind-eu", "name": "Northwind, Europe", "tenant": 1},
        },
        refuses="`tenant_unknown`, `service_key_taken`",
    )
    def post(self, call: Call) -> Answer:
        """Adds a service; it counts for a customer once a subscription covers it."""
        actor, body, tenant = call.actor, call.body, None
        if "tenant" in body:
            tenant = named(Tenant.objects.filter(provider_id=actor.provider_id), body["tenant"], "tenant")
        made = add_service(actor.provider, body["key"], body["name"], tenant=tenant, actor=actor, at=call.at)
        said = service_said(_services(actor).get(pk=made.pk))
        return Answer(said, location=f"/api/v1/services/{made.pk}/")


class OneService(ApiView):
    """One service."""

    area = AREA

    @operation("service", gives=ServiceShape, roles=STAFF_ROLES)
    def get(self, call: Call, service: int) -> Answer:
        """A service and who promises something about it."""
        return Answer(service_said(_services(call.actor).get(pk=get_service_for(call.actor, service).pk)))

    @operation(
        "service_rename",
        takes=ServiceNameShape,
        gives=ServiceShape,
        roles=(Role.ADMIN,),
        examples={"Another name": {"name": "Reports and exports"}},
    )
    def patch(self, call: Call, service: int) -> Answer:
        """Gives a service another name; its short name stays."""
        rename_service(get_service_for(call.actor, service), call.body["name"], actor=call.actor)
        return Answer(service_said(_services(call.actor).get(pk=service)))
