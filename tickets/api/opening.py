"""Opening a ticket over the API: by a customer for oneself, or by support for somebody of the customer."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import Service, Subscription
from slaportal.api.naming import named
from slaportal.api.operations import Answer, Call
from slaportal.refusal import Refusal
from slaportal.tenancy.access import require_role
from slaportal.tenancy.models import STAFF_ROLES, Membership
from tickets.access import get_ticket_for
from tickets.actions.opening import open_ticket
from tickets.api.saying import ticket_said


def opened(call: Call) -> Answer:
    """The new ticket with its clocks. Refuses what `open_ticket` does, and `<field>_unknown` for a foreign id."""
    actor, body = call.actor, call.body
    if not actor.is_staff and {"requester", "opened_at"}.intersection(body):
        require_role(actor, *STAFF_ROLES)
    subscription = named(_own(Subscription.objects.all(), actor), body["subscription"], "subscription")
    service = None
    if "service" in body:
        services = Service.objects.filter(coverages__subscription=subscription).distinct()
        service = named(services, body["service"], "service")
    made = open_ticket(
        subscription,
        body["subject"],
        body["text"],
        requester=_requester(actor, subscription, body.get("requester")),
        actor=actor,
        at=call.at,
        opened_at=body.get("opened_at"),
        severity=body.get("severity"),
        service=service,
    )
    found = get_ticket_for(actor, made.number)
    told = ticket_said(found, actor=actor, now=call.at)
    return Answer(told, tag=found.revision, location=f"/api/v1/tickets/{found.number}/")


def _own(rows: QuerySet[Any], actor: Membership) -> QuerySet[Any]:
    rows = rows.filter(provider_id=actor.provider_id)
    return rows if actor.tenant_id is None else rows.filter(tenant_id=actor.tenant_id)


def _requester(actor: Membership, subscription: Subscription, pk: int | None) -> Membership:
    if not actor.is_staff:
        return actor
    if pk is None:
        said = _("Say for whom: somebody of the customer.")
        raise Refusal("requester_needed", said, fields={"requester": said})
    people = Membership.objects.filter(provider_id=actor.provider_id, tenant_id=subscription.tenant_id)
    found: Membership = named(people.filter(removed_at=None), pk, "requester")
    return found
