"""Time that nobody measured, over the API: listed, recorded, ended, struck out."""

from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.tenancy.models import STAFF_ROLES
from uptime.access import get_unmonitored_for
from uptime.actions.monitoring import end_unmonitored, record_unmonitored, strike_out_unmonitored
from uptime.api.naming import AREA, LEADS, meeting, service_named
from uptime.api.saying import unmonitored_said
from uptime.api.shapes import (
    OverSinceShape,
    RecordUnmonitoredShape,
    UnmonitoredQueryShape,
    UnmonitoredShape,
    WhyShape,
)
from uptime.models import Unmonitored
from uptime.standing import unmonitored_in


def _answer(call: Call, found: Unmonitored, location: str = "") -> Answer:
    (said,) = unmonitored_said([found], now=call.at)
    return Answer(said, location=location)


class UnmonitoredStretches(ApiView):
    """The stretches in which nobody measured."""

    area = AREA

    @operation("unmonitored", gives=UnmonitoredShape, query=UnmonitoredQueryShape, roles=STAFF_ROLES, paged=True)
    def get(self, call: Call) -> Page:
        """Unmonitored stretches, the newest first; those that are struck out too, unless a state is named."""
        query = call.query
        found = unmonitored_in(call.actor.provider_id, query.get("state", ""), call.at)
        rows, further = rows_of(meeting(found, query, "service"), query, query["ordering"])
        return Page(unmonitored_said(rows, now=call.at), further)

    @operation(
        "unmonitored_record",
        takes=RecordUnmonitoredShape,
        gives=UnmonitoredShape,
        roles=LEADS,
        status=201,
        examples={
            "The probe is down": {"service": 1, "starts_at": "2026-03-13T21:00:00Z", "reason": "The probe is down."}
        },
        refuses="`service_unknown`, `lies_ahead`, `ends_before_start`, `far_off`",
    )
    def post(self, call: Call) -> Answer:
        """Records that a service was not measured; the policy says whether that counts."""
        body = call.body
        made = record_unmonitored(
            service_named(call.actor, body["service"]),
            starts_at=body["starts_at"],
            ends_at=body.get("ends_at"),
            reason=body["reason"],
            actor=call.actor,
            at=call.at,
        )
        return _answer(call, made, f"/api/v1/unmonitored/{made.pk}/")


class OneUnmonitored(ApiView):
    """One unmonitored stretch."""

    area = AREA

    @operation("unmonitored_one", gives=UnmonitoredShape, roles=STAFF_ROLES)
    def get(self, call: Call, pk: int) -> Answer:
        """An unmonitored stretch."""
        return _answer(call, get_unmonitored_for(call.actor, pk))


class EndUnmonitored(ApiView):
    """Ends of unmonitored stretches."""

    area = AREA

    @operation(
        "unmonitored_end",
        takes=OverSinceShape,
        gives=UnmonitoredShape,
        roles=LEADS,
        refuses="`ended_already` (strike it out then), `struck_out`, `lies_ahead`, `ends_before_start`, `far_off`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Says that it is measured again: now, or since the instant given."""
        found, ends_at = get_unmonitored_for(call.actor, pk), call.body.get("ends_at", call.at)
        return _answer(call, end_unmonitored(found, ends_at=ends_at, actor=call.actor, at=call.at))


class StrikeOutUnmonitored(ApiView):
    """Unmonitored stretches that never were."""

    area = AREA

    @operation(
        "unmonitored_strike_out",
        takes=WhyShape,
        gives=UnmonitoredShape,
        roles=LEADS,
        examples={"Measured after all": {"reason": "The other probe measured."}},
        refuses="`struck_out`",
    )
    def post(self, call: Call, pk: int) -> Answer:
        """Strikes it out: it was measured after all."""
        found, why = get_unmonitored_for(call.actor, pk), call.body["reason"]
        return _answer(call, strike_out_unmonitored(found, reason=why, actor=call.actor, at=call.at))
