"""A scenario worked out by the calculation that the workers use, with what explains every figure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from contracts.policy.agreement import Agreement
from contracts.policy.complaints import suggestion
from contracts.policy.document.values import Clock as ClockName
from contracts.policy.periods import Active, Period, kind_of, read_period
from credits.assessment import Assessment, Fee, Miss, assess
from credits.claims import Claim
from slaportal.intervals import Instant, Interval
from slaportal.refusal import Refusal
from slaportal.site.simulate.files import Prepared, WrongFiles
from slaportal.site.simulate.scenario import MonthPart, Scenario
from tickets.clocks import Clock, read_clocks
from tickets.history import DoesNotFit, Event, History, read_history
from tickets.timing import timing_of
from uptime.availability import MeasuredAvailability, NoAvailability, Outage, measure_availability
from uptime.exclusions import Window
from uptime.performance import MeasuredMetric, measure_performance

Worked = TypeVar("Worked")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a scenario: the parts that it has, None or empty for those that it leaves out."""

    scenario: Scenario
    agreement: Agreement
    history: History | None
    clocks: dict[ClockName, Clock]
    availability: MeasuredAvailability | NoAvailability | None
    performance: tuple[MeasuredMetric, ...]
    credits: tuple[Assessment, ...]


def work_out(prepared: Prepared) -> Outcome:
    """The outcome of one scenario; WrongFiles where its history or its month is none."""
    scenario, agreement, month = prepared.scenario, prepared.agreement, prepared.scenario.month
    history, clocks = _ticket(prepared)
    if month is None:
        return Outcome(scenario, agreement, history, clocks, None, (), ())
    period = _period(prepared, month)
    _refuse_unknown_metrics(prepared, month)
    _refuse_unknown_severities(prepared, month)
    availability, performance, credits_ = _within_calendars(
        prepared, "month", lambda: _month(agreement, period, month, scenario.now)
    )
    return Outcome(scenario, agreement, history, clocks, availability, performance, credits_)


def work_out_all(prepared: Iterable[Prepared]) -> list[Outcome]:
    """The outcomes of all in order; WrongFiles names everything that is wrong in any of them."""
    outcomes: list[Outcome] = []
    lines: list[str] = []
    for one in prepared:
        try:
            outcomes.append(work_out(one))
        except WrongFiles as wrong:
            lines += wrong.lines
    if lines:
        raise WrongFiles(lines)
    return outcomes


def _ticket(prepared: Prepared) -> tuple[History | None, dict[ClockName, Clock]]:
    ticket, now = prepared.scenario.ticket, prepared.scenario.now
    if ticket is None:
        return None, {}
    timing = timing_of(prepared.agreement)
    events = [Event(part.at, part.type, part.status, part.severity, part.resolution) for part in ticket.events]
    for number, event in enumerate(events):
        if event.severity is not None and event.severity not in timing.severities:
            known = suggestion(event.severity, list(timing.severities))
            raise prepared.wrong(f"ticket.events[{number}].severity", f'there is no severity "{event.severity}"{known}')
    try:
        history = read_history(events, severities=timing.severities, default=timing.default, now=now)
    except DoesNotFit as refusal:
        order = sorted(range(len(events)), key=lambda number: events[number].at)
        raise prepared.wrong(f"ticket.events[{order[refusal.ordinal]}]", refusal.message) from None
    return history, _within_calendars(prepared, "ticket", lambda: read_clocks(timing, history, now))


def _within_calendars(prepared: Prepared, path: str, work: Callable[[], Worked]) -> Worked:
    """The work, with a refusal of a calendar (an instant beyond its years) named at the path."""
    try:
        return work()
    except Refusal as refusal:
        raise prepared.wrong(path, refusal.message) from None


def _period(prepared: Prepared, month: MonthPart) -> Period:
    promise = prepared.agreement.terms.availability
    try:
        # Without an availability no period is promised, so the month may be any.
        return read_period(month.period, promise.period if promise else kind_of(month.period), prepared.agreement.zone)
    except ValueError as error:
        raise prepared.wrong("month.period", str(error)) from None


def _refuse_unknown_metrics(prepared: Prepared, month: MonthPart) -> None:
    metrics = prepared.agreement.terms.performance.entries
    for name, samples in month.samples.items():
        path = f"month.samples.{name}"
        if name not in metrics:
            raise prepared.wrong(path, f'the policy has no metric "{name}"{suggestion(name, list(metrics))}')
        if ("" in samples) == (metrics[name].per == "region"):
            expected = "lists by region" if metrics[name].per == "region" else "one list"
            raise prepared.wrong(path, f"the samples of {name} are {expected} in this policy")


def _refuse_unknown_severities(prepared: Prepared, month: MonthPart) -> None:
    known = prepared.agreement.terms.support.severities.entries
    for number, miss in enumerate(month.misses):
        if miss.severity not in known:
            message = f'there is no severity "{miss.severity}"{suggestion(miss.severity, list(known))}'
            raise prepared.wrong(f"month.misses[{number}].severity", message)


def _month(
    agreement: Agreement, period: Period, month: MonthPart, now: Instant
) -> tuple[MeasuredAvailability | NoAvailability, tuple[MeasuredMetric, ...], tuple[Assessment, ...]]:
    unmonitored: list[Interval] = [(part.start, part.end) for part in month.unmonitored]
    availability = measure_availability(
        agreement,
        period,
        outages=[Outage(part.start, part.end, part.cause, part.impact, part.service) for part in month.outages],
        windows=[Window(part.start, part.end, part.kind, part.announced) for part in month.maintenance],
        unmonitored=unmonitored,
        active=Active(month.active.from_, month.active.to),
        subscription=month.subscription,
        now=now,
    )
    performance = measure_performance(agreement.terms.performance, month.samples)
    assessments = assess(
        agreement,
        availability,
        performance=performance,
        fee=_fee(agreement, month),
        misses=[Miss(part.clock, part.severity, part.at) for part in month.misses],
        claims=[Claim(part.at) for part in month.claims],
        account_current=month.account_current,
        now=now,
    )
    return availability, performance, assessments


def _fee(agreement: Agreement, month: MonthPart) -> Fee:
    """The fee; one that is not given is nothing, which the report says."""
    currency = agreement.terms.currency or "USD"
    if month.fee is None:
        return Fee(Decimal(0), None, currency)
    return Fee(month.fee.monthly, month.fee.annual, month.fee.currency or currency)
