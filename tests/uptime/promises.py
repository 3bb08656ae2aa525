"""Promises on availability and performance for the tests, and months that hypothesis thinks up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from contracts.policy.agreement import Agreement, agree
from contracts.policy.document import Terms
from contracts.policy.durations import MINUTE
from contracts.policy.periods import Active, Period, read_period
from slaportal.intervals import Instant, Interval, read_instant
from uptime.availability import MeasuredAvailability, NoAvailability, Outage, measure_availability
from uptime.exclusions import Window

OFFICE = {"office": {"hours": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}}}


def promised(
    promise: Mapping[str, Any] | None = None, *, timezone: str = "UTC", currency: str = "EUR", **sections: Any
) -> Agreement:
    """An agreement on that availability (over a target of 99 percent), with other sections of a document."""
    document = {
        "format": "slaportal/1",
        "provider": {"key": "acme", "name": "Acme"},
        "title": "Tests",
        "timezone": timezone,
        "currency": currency,
        "availability": {"target": "99", **(promise or {})},
        "calendars": OFFICE,
        **sections,
    }
    return agree(Terms.model_validate(document), plan="only", plan_name="Only", digest="")


def at(text: str) -> Instant:
    """An instant in November 2026, in UTC: `09 10:00` is 10 o'clock on the 9th; or any ISO 8601 text."""
    return read_instant(f"2026-11-{text.replace(' ', 'T')}Z" if text[2] == " " else text)


def outage(start: str, end: str | None = None, **facts: Any) -> Outage:
    """An outage between two instants as `at` reads them."""
    return Outage(at(start), None if end is None else at(end), **facts)


def window(start: str, end: str, kind: str = "scheduled", announced: str | None = None) -> Window:
    """A maintenance window between two instants as `at` reads them."""
    return Window(at(start), at(end), kind, None if announced is None else at(announced))


def period_of(agreement: Agreement, text: str = "2026-11") -> Period:
    """A period of the kind by which the agreement is kept."""
    promise = agreement.terms.availability
    return read_period(text, "month" if promise is None else promise.period, agreement.zone)


def measured(agreement: Agreement, *outages: Outage, now: str = "30 23:59", **facts: Any) -> MeasuredAvailability:
    """The availability of November 2026, which there is."""
    found = measured_or_none(agreement, *outages, now=now, **facts)
    assert isinstance(found, MeasuredAvailability)
    return found


def measured_or_none(
    agreement: Agreement, *outages: Outage, period: str = "2026-11", now: str = "30 23:59", **facts: Any
) -> MeasuredAvailability | NoAvailability:
    """The availability of a period, or the reason why there is none."""
    return measure_availability(agreement, period_of(agreement, period), outages=outages, now=at(now), **facts)


@dataclass(frozen=True, slots=True)
class Month:
    """All facts of a month."""

    outages: tuple[Outage, ...]
    windows: tuple[Window, ...]
    unmonitored: tuple[Interval, ...]
    active: Active
    now: Instant

    def measured(self, agreement: Agreement, *more: Outage) -> MeasuredAvailability | NoAvailability:
        """Its availability, with further outages where some are given."""
        return measure_availability(
            agreement,
            period_of(agreement),
            outages=[*self.outages, *more],
            windows=self.windows,
            unmonitored=self.unmonitored,
            active=self.active,
            now=self.now,
        )


_FIRST = at("01 00:00")
# From the day before the month to two days after it, by quarters of an hour, so that many instants coincide.
instants = st.integers(-96, 32 * 96).map(lambda quarters: _FIRST + quarters * 15 * MINUTE)
lengths = st.one_of(st.integers(0, 40), st.integers(0, 400)).map(lambda quarters: quarters * 15 * MINUTE)

outages = st.builds(
    lambda start, length, cause, impact: Outage(start, None if length is None else start + length, cause, impact),
    instants,
    st.one_of(lengths, lengths, lengths, st.none()),
    st.sampled_from(["provider", "provider", "customer"]),
    st.sampled_from(["down", "degraded"]),
)
windows = st.builds(
    lambda start, length, kind, notice: Window(start, start + length, kind, None if notice is None else start - notice),
    instants,
    lengths,
    st.sampled_from(["scheduled", "emergency", "other"]),
    st.one_of(st.none(), lengths),
)
months = st.builds(
    Month,
    outages=st.lists(outages, max_size=6).map(tuple),
    windows=st.lists(windows, max_size=4).map(tuple),
    unmonitored=st.lists(st.builds(lambda start, length: (start, start + length), instants, lengths), max_size=3).map(
        tuple
    ),
    active=st.builds(Active, st.one_of(st.none(), instants), st.one_of(st.none(), instants)),
    now=instants,
)
availabilities = st.fixed_dictionaries(
    {
        "hours": st.sampled_from(["always", "office"]),
        "basis": st.sampled_from(["period", "service_time"]),
        "degraded": st.sampled_from(["0", "0.5", "0.3", "1"]),
        "unmonitored": st.sampled_from(["up", "down", "excluded"]),
        "outages": st.sampled_from([{}, {"at_least": "30m"}, {"longer_than": "1h", "whole": "1h"}]),
        "exclusions": st.just(
            {
                "maintenance": {
                    "scheduled": {"notice": "4h", "up_to": "6h"},
                    "emergency": {"per_period": 1},
                },
                "causes": {"customer": {}},
            }
        ),
    }
)
agreements = availabilities.map(promised)
