"""Outages over the API: the list, one, its months; recorded, ended, corrected, struck out."""

from typing import cast

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import STAFF_ROLES
from uptime.access import get_outage_for
from uptime.actions.outages import Corrections, correct_outage, end_outage, record_outage, strike_out_outage
from uptime.api.naming import AREA, LEADS, matched, meeting, services_named
from uptime.api.saying import difference_said, month_said, outages_said
from uptime.api.shapes import (
    CorrectOutageShape,
    OutageDifferenceShape,
    OutageMonthQueryShape,
    OutageMonthShape,
    OutageQueryShape,
    OutageShape,
    OverSinceShape,
    RecordOutageShape,
    WhyShape,
)
from uptime.concerned import months_of_outage
from uptime.differences import differences_of
from uptime.models import Outage, SubscriptionPeriod
from uptime.standing import outages_in

MOST_MONTHS = 200
CORRECTED = (
    "`reason_needed`, `struck_out`, `services_unknown`, `not_a_name`, `lies_ahead`, `ends_before_start`, "
    "`noticed_before_start`, `far_off`"
)


def _answer(call: Call, pk: int) -> Answer:
    found = get_outage_for(call.actor, pk)
    (said,) = outages_said([found], now=call.at)
    return Answer(said, tag=found.revision)


class Outages(ApiView):
    """The provider's outages."""

    area = AREA

    @operation("outages", gives=OutageShape, query=OutageQueryShape, roles=STAFF_ROLES, paged=True)
    def get(self, call: Call) -> Page:
        """Outages, the newest first; those that are struck out too, unless a state is named."""
        query = call.query
        found = outages_in(call.actor.provider_id, query.get("state", ""), call.at)
        found = meeting(found, query, "services__service")
        if "cause" in query:
            found = found.filter(cause=query["cause"])
        rows, further = rows_of(found, query, query["ordering"])
        return Page(outages_said(rows, now=call.at), further)

    @operation(
        "outage_record",
        takes=RecordOutageShape,
        gives=OutageShape,
        roles=LEADS,
        status=201,
        examples={
            "It goes on": {"title": "Database down", "services": [1], "starts_at": "2026-03-13T21:00:00Z"},
            "It is over, and was not ours": {
                "title": "Carrier down",
                "services": [1],
                "starts_at": "2026-03-13T21:00:00Z",
                "ends_at": "2026-03-13T22:30:00Z",
                "cause": "third_party",
                "impact": "degraded",
                "note": "Fibre cut at the carrier.",
            },
        },
        refuses="`services_unknown`, `not_a_name`, `lies_ahead`, `ends_before_start`, `noticed_before_start`, "
        "`far_off`",
    )
    def post(self, call: Call) -> Answer:
        """Records an outage; the months of everybody who is promised the services are worked out anew."""
        body = dict(call.body)
        services = services_named(call.actor, body.pop("services"))
        made = record_outage(
            call.actor.provider, body.pop("title"), services=services, actor=call.actor, at=call.at, **body
        )
        (said,) = outages_said([made], now=call.at)
        return Answer(said, tag=made.revision, location=f"/api/v1/outages/{made.pk}/")


class OneOutage(ApiView):
    """One outage."""

    area = AREA

    @operation("outage", gives=OutageShape, roles=STAFF_ROLES)
    def get(self, call: Call, pk: int) -> Answer:
        """An outage."""
        return _answer(call, pk)


class OutageMonths(ApiView):
    """The months that an outage touches."""

    area = AREA

    @operation("outage_months", gives=OutageMonthShape, query=OutageMonthQueryShape, roles=STAFF_ROLES, paged=True)
    def get(self, call: Call, pk: int) -> Page:
        """Whose months an outage touches, and how they stand."""
        found = months_of_outage(get_outage_for(call.actor, pk), call.at)
        rows, further = rows_of(found, call.query, "id")
        return Page([month_said(row) for row in rows], further)


class EndOutage(ApiView):
    """Ends of outages."""

    area = AREA

    @operation(
        "outage_end",
        takes=OverSinceShape,
        gives=OutageShape,
        roles=LEADS,
        matches=True,
        refuses="`ended_already` (correct it then), `struck_out`, `lies_ahead`, `ends_before_start`, `far_off`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Says that it is over: now, or since the instant given."""
        found = matched(call, get_outage_for(call.actor, pk))
        end_outage(found, ends_at=call.body.get("ends_at", call.at), actor=call.actor, at=call.at)
        return _answer(call, pk)


class CorrectOutage(ApiView):
    """Corrections of outages."""

    area = AREA

    @operation(
        "outage_correct",
        takes=CorrectOutageShape,
        gives=OutageShape,
        roles=LEADS,
        matches=True,
        examples={"It was the carrier's": {"cause": "third_party", "reason": "The carrier told us."}},
        refuses=CORRECTED,
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Corrects what turned out to be otherwise; a closed month gets a correction, it is never changed."""
        found = matched(call, get_outage_for(call.actor, pk))
        correct_outage(found, reason=call.body["reason"], actor=call.actor, at=call.at, **_changes(call))
        return _answer(call, pk)


class TryOutage(ApiView):
    """What corrections would do."""

    area = AREA

    @operation(
        "outage_difference",
        takes=CorrectOutageShape,
        gives=OutageDifferenceShape,
        roles=LEADS,
        many=True,
        matches=True,
        examples={"If it was the customer's": {"cause": "customer", "reason": "They asked for it."}},
        refuses=CORRECTED,
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Shows what a correction would do to each month, 200 at most; nothing is saved."""
        found, given = matched(call, get_outage_for(call.actor, pk)), _changes(call)

        def change() -> None:
            correct_outage(found, reason=call.body["reason"], actor=call.actor, at=call.at, **given)

        def months() -> list[SubscriptionPeriod]:
            return list(months_of_outage(Outage.objects.get(pk=pk), call.at)[:MOST_MONTHS])

        return Answer([difference_said(one) for one in differences_of(change, months, now=call.at)])


def _changes(call: Call) -> Corrections:
    given = {name: value for name, value in call.body.items() if name != "reason"}
    if "services" in given:
        given["services"] = services_named(call.actor, given["services"])
    return cast(Corrections, given)


class StrikeOutOutage(ApiView):
    """Outages that never were."""

    area = AREA

    @operation(
        "outage_strike_out",
        takes=WhyShape,
        gives=OutageShape,
        roles=LEADS,
        matches=True,
        examples={"A false alarm": {"reason": "The probe was broken."}},
        refuses="`struck_out`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Strikes it out: it stays to be read and counts no more."""
        found = matched(call, get_outage_for(call.actor, pk))
        strike_out_outage(found, reason=call.body["reason"], actor=call.actor, at=call.at)
        return _answer(call, pk)
