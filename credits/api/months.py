"""Months to read: the list, one with its arithmetic, its outages, maintenance, days and missed promises."""

from typing import Any

from django.db.models import QuerySet

from credits.api.happened import breaches_said, days_said, outage_said, windows_said
from credits.api.lists import part_of
from credits.api.saying import month_said, months_said
from credits.api.shapes import (
    DayShape,
    MonthBreachShape,
    MonthDetailShape,
    MonthOutageShape,
    MonthPartsShape,
    MonthQueryShape,
    MonthShape,
    MonthWindowShape,
)
from credits.queries import agreement_of_period
from credits.showing.lists import services_by_key
from credits.showing.pieces import outages_in, windows_in
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import Membership
from tickets.queries import breaches_between
from uptime.access import get_period_for
from uptime.models import SubscriptionPeriod
from uptime.queries import latest_periods

AREA = "credits"


class Months(ApiView):
    """The months that the caller may see."""

    area = AREA

    @operation("months", gives=MonthShape, query=MonthQueryShape, paged=True)
    def get(self, call: Call) -> Page:
        """Months of subscriptions that have begun, the newest first, each in its latest revision.

        A customer sees those of their own organisation.
        """
        begun = latest_periods().filter(provider_id=call.actor.provider_id, starts_at__lte=call.at)
        found = _asked_for(begun.defer("evidence", "figures"), call.actor, call.query)
        rows, further = rows_of(found, call.query, call.query["ordering"])
        return Page(months_said(rows), further)


def _asked_for(found: QuerySet[SubscriptionPeriod], actor: Membership, query: Any) -> QuerySet[SubscriptionPeriod]:
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    columns = {"subscription": "subscription_id", "tenant": "tenant_id", "month": "text", "met": "met"}
    found = found.filter(**{column: query[name] for name, column in columns.items() if name in query})
    return found.filter(closed_at__isnull=not query["closed"]) if "closed" in query else found


class OneMonth(ApiView):
    """One month."""

    area = AREA

    @operation("month", gives=MonthDetailShape)
    def get(self, call: Call, pk: int) -> Answer:
        """A month with its arithmetic line by line: what was promised, delivered, allowed and used."""
        return Answer(month_said(get_period_for(call.actor, pk), call.at))


class MonthOutages(ApiView):
    """The outages of a month."""

    area = AREA

    @operation("month_outages", gives=MonthOutageShape, query=MonthPartsShape, paged=True)
    def get(self, call: Call, pk: int) -> Page:
        """The outages of a month in their order, with what counted, what did not, and the clause it rests on."""
        period = get_period_for(call.actor, pk)
        promise = agreement_of_period(period).terms.availability
        services = services_by_key([period.subscription_id])
        rows, further = part_of(outages_in(period.figures), call.query, "outages", lambda outage: outage.start)
        return Page([outage_said(outage, promise, services, call.at) for outage in rows], further)


class MonthWindows(ApiView):
    """The maintenance of a month."""

    area = AREA

    @operation("month_windows", gives=MonthWindowShape, query=MonthPartsShape, paged=True)
    def get(self, call: Call, pk: int) -> Page:
        """The maintenance windows of a month in their order, each with the verdict of the agreement on it."""
        period = get_period_for(call.actor, pk)
        promise = agreement_of_period(period).terms.availability
        rows, further = part_of(windows_in(period.figures), call.query, "windows", lambda window: int(window["start"]))
        return Page(windows_said(rows, promise, call.at), further)


class MonthDays(ApiView):
    """The days of a month."""

    area = AREA

    @operation("month_days", gives=DayShape, many=True)
    def get(self, call: Call, pk: int) -> Answer:
        """Every day of a month on the policy's wall clock, with its downtime; none without an availability.

        Of days that have not begun (`to_come`) there are no figures yet.
        """
        period = get_period_for(call.actor, pk)
        return Answer(days_said(period, agreement_of_period(period), call.at))


class MonthBreaches(ApiView):
    """The promises on tickets that were missed in a month."""

    area = AREA

    @operation("month_breaches", gives=MonthBreachShape, query=MonthPartsShape, paged=True)
    def get(self, call: Call, pk: int) -> Page:
        """The promises on tickets that were missed in a month, in their order, those that were excused too."""
        period = get_period_for(call.actor, pk)
        found = breaches_between(period.subscription_id, period.starts_at, period.ends_at).select_related("ticket")
        rows, further = rows_of(found, call.query, "breached_at")
        return Page(breaches_said(rows), further)
