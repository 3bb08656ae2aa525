"""Subscriptions over the API: read by whose they are, and changed by administrators with the pages' own actions."""

from typing import Any

from contracts.access import get_service_for, get_subscription_for
from contracts.actions.subscriptions import (
    Fee,
    change_term,
    cover_service,
    end_subscription,
    rename_subscription,
    set_account_standing,
    subscribe,
    uncover_service,
)
from contracts.api.saying import subscription_said, subscriptions_said
from contracts.api.shapes import (
    CoverShape,
    EndShape,
    NewTermShape,
    StandingShape,
    SubscribeShape,
    SubscriptionNameShape,
    SubscriptionQueryShape,
    SubscriptionShape,
)
from contracts.models import Service, Subscription
from contracts.queries import services_for, with_their_parts
from slaportal.api.naming import named
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import Role, Tenant

AREA = "policies"
ADMIN = (Role.ADMIN,)
STARTS_AT = "2040-01-01T00:00:00Z"
FEE = {"fee_monthly": "1200.00", "currency": "USD"}


def _fee(body: Any) -> Fee:
    return Fee(body["fee_monthly"], body["currency"], body.get("fee_annual"))


def _said(call: Call, pk: int, *, location: str = "") -> Answer:
    return Answer(subscription_said(pk, actor=call.actor, now=call.at), location=location)


class Subscriptions(ApiView):
    """The subscriptions that the caller may see."""

    area = AREA

    @operation("subscriptions", gives=SubscriptionShape, query=SubscriptionQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """Subscriptions, the newest first; a customer's people see their own."""
        actor, query = call.actor, call.query
        found = Subscription.objects.filter(provider_id=actor.provider_id).select_related("tenant")
        if actor.tenant_id is not None:
            found = found.filter(tenant_id=actor.tenant_id)
        found = found.filter(**{name: query[name] for name in ("tenant", "policy") if name in query})
        rows, further = rows_of(with_their_parts(found), query, query["ordering"])
        return Page(subscriptions_said(rows, actor=actor, now=call.at), further)

    @operation(
        "subscribe",
        takes=SubscribeShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        status=201,
        examples={
            "A customer and a plan": {
                "tenant": 1,
                "name": "Northwind production",
                "policy": "sla",
                "plan": "saas",
                **FEE,
                "starts_at": STARTS_AT,
            }
        },
        refuses="`tenant_unknown`, `subscription_name_taken`, `no_policy`, `unknown_plan`, `fee_too_large`",
    )
    def post(self, call: Call) -> Answer:
        """Subscribes a customer to a plan of a policy.

        Tickets can be opened for it from `starts_at` on. It covers no service yet.
        """
        body, actor = call.body, call.actor
        tenant = named(Tenant.objects.filter(provider_id=actor.provider_id), body["tenant"], "tenant")
        made = subscribe(
            tenant,
            body["name"],
            policy=body["policy"],
            plan=body["plan"],
            kind=body["kind"],
            fee=_fee(body),
            starts_at=body["starts_at"],
            actor=actor,
            at=call.at,
        )
        return _said(call, made.pk, location=f"/api/v1/subscriptions/{made.pk}/")


class OneSubscription(ApiView):
    """One subscription."""

    area = AREA

    @operation("subscription", gives=SubscriptionShape)
    def get(self, call: Call, subscription: int) -> Answer:
        """A subscription with its terms and what it covers."""
        return _said(call, get_subscription_for(call.actor, subscription).pk)

    @operation(
        "subscription_rename",
        takes=SubscriptionNameShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        examples={"Another name": {"name": "Northwind, all regions"}},
        refuses="`subscription_name_taken`",
    )
    def patch(self, call: Call, subscription: int) -> Answer:
        """Gives a subscription another name."""
        rename_subscription(get_subscription_for(call.actor, subscription), call.body["name"], actor=call.actor)
        return _said(call, subscription)


class SubscriptionTerm(ApiView):
    """Terms."""

    area = AREA

    @operation(
        "subscription_term",
        takes=NewTermShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        status=201,
        examples={"Another fee": {"plan": "saas", **FEE, "starts_at": STARTS_AT}},
        refuses="`no_policy`, `unknown_plan`, `fee_too_large`, `terms_overlap`",
    )
    def post(self, call: Call, subscription: int) -> Answer:
        """Sets another plan, kind or fee from an instant on.

        The term that runs then ends there. Months that began before keep what they began with; tickets keep the plan
        under which they were opened.
        """
        body = call.body
        change_term(
            get_subscription_for(call.actor, subscription),
            plan=body["plan"],
            kind=body["kind"],
            fee=_fee(body),
            starts_at=body["starts_at"],
            actor=call.actor,
            at=call.at,
        )
        return _said(call, subscription)


class SubscriptionStanding(ApiView):
    """The account's standing."""

    area = AREA

    @operation(
        "subscription_standing",
        takes=StandingShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        examples={"Bills are open": {"current": False, "reason": "Two bills are open."}},
        refuses="`reason_needed`",
    )
    def post(self, call: Call, subscription: int) -> Answer:
        """Says whether the account is in good standing, on which a policy may make credits depend."""
        found, body = get_subscription_for(call.actor, subscription), call.body
        set_account_standing(found, current=body["current"], reason=body["reason"], actor=call.actor, at=call.at)
        return _said(call, subscription)


class SubscriptionEnd(ApiView):
    """Ends."""

    area = AREA

    @operation(
        "subscription_end",
        takes=EndShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        examples={"They gave notice": {"ends_at": STARTS_AT, "reason": "They gave notice."}},
        refuses="`not_running`, `terms_after`",
    )
    def post(self, call: Call, subscription: int) -> Answer:
        """Ends a subscription: nothing is promised from `ends_at` on.

        An end that was set before may be moved to an earlier instant.
        """
        found, body = get_subscription_for(call.actor, subscription), call.body
        end_subscription(found, ends_at=body["ends_at"], reason=body["reason"], actor=call.actor, at=call.at)
        return _said(call, subscription)


class SubscriptionCover(ApiView):
    """What it covers."""

    area = AREA

    @operation(
        "subscription_cover",
        takes=CoverShape,
        gives=SubscriptionShape,
        roles=ADMIN,
        examples={"A service more": {"service": 1}},
        refuses="`service_unknown`",
    )
    def post(self, call: Call, subscription: int) -> Answer:
        """Covers a service more: its outages count from now on."""
        found = get_subscription_for(call.actor, subscription)
        service: Service = named(services_for(found), call.body["service"], "service")
        cover_service(found, service, actor=call.actor, at=call.at)
        return _said(call, subscription)


class SubscriptionUncover(ApiView):
    """What it covers no more."""

    area = AREA

    @operation("subscription_uncover", gives=SubscriptionShape, roles=ADMIN, refuses="`not_covered`")
    def post(self, call: Call, subscription: int, service: int) -> Answer:
        """Covers a service no more: its outages count in no period that is open."""
        found = get_subscription_for(call.actor, subscription)
        uncover_service(found, get_service_for(call.actor, service), actor=call.actor, at=call.at)
        return _said(call, subscription)
