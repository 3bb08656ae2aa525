"""The provider's customers over the API, for its staff; administrators add and rename."""

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.people.actions.organisations import add_tenant, rename_tenant
from slaportal.people.api.saying import tenant_said
from slaportal.people.api.shapes import TenantNameShape, TenantQueryShape, TenantShape
from slaportal.people.queries import tenants_for
from slaportal.tenancy.access import get_tenant_for
from slaportal.tenancy.models import STAFF_ROLES, Membership, Role

AREA = "people"


class Tenants(ApiView):
    """The customers."""

    area = AREA

    @operation("tenants", gives=TenantShape, query=TenantQueryShape, paged=True, roles=STAFF_ROLES)
    def get(self, call: Call) -> Page:
        """The provider's customers, the newest first."""
        rows, further = rows_of(tenants_for(call.actor), call.query, call.query["ordering"])
        return Page([tenant_said(row) for row in rows], further)

    @operation(
        "tenant_add",
        takes=TenantNameShape,
        gives=TenantShape,
        roles=(Role.ADMIN,),
        status=201,
        examples={"A new customer": {"name": "Northwind"}},
        refuses="`tenant_name_taken`",
    )
    def post(self, call: Call) -> Answer:
        """Adds a customer; subscribe it to a policy next."""
        made = add_tenant(call.actor.provider, call.body["name"], actor=call.actor)
        return Answer(_said(call.actor, made.pk), location=f"/api/v1/tenants/{made.pk}/")


class OneTenant(ApiView):
    """One customer."""

    area = AREA

    @operation("tenant", gives=TenantShape, roles=STAFF_ROLES)
    def get(self, call: Call, tenant: int) -> Answer:
        """One customer of the provider."""
        return Answer(_said(call.actor, get_tenant_for(call.actor, tenant).pk))

    @operation(
        "tenant_rename",
        takes=TenantNameShape,
        gives=TenantShape,
        roles=(Role.ADMIN,),
        examples={"Another name": {"name": "Northwind Traders"}},
        refuses="`tenant_name_taken`",
    )
    def patch(self, call: Call, tenant: int) -> Answer:
        """Gives a customer another name."""
        rename_tenant(get_tenant_for(call.actor, tenant), call.body["name"], actor=call.actor)
        return Answer(_said(call.actor, tenant))


def _said(actor: Membership, pk: int) -> dict[str, object]:
    return tenant_said(tenants_for(actor).get(pk=pk))
