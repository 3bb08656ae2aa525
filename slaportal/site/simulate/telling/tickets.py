"""A ticket's clocks in sentences: what each says, why, and the clause it rests on."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from slaportal.site.simulate.telling.words import at, grounds, length, strength
from slaportal.site.simulate.working_out import Outcome
from tickets.clocks import Clock
from tickets.explanation import Segment, explain
from tickets.history import History

_NAMES = {
    "response": "First response",
    "next_reply": "Next reply",
    "update": "Update",
    "status_request": "Answer to a request for the status",
    "resolution": "Resolution",
}
_STATUSES = {
    "open": "open",
    "pending": "pending",
    "waiting_on_customer": "waiting on the customer",
    "waiting_on_third_party": "waiting on a third party",
    "solved": "solved",
    "closed": "closed",
}


def ticket_lines(outcome: Outcome) -> Iterator[str]:
    """The clocks of the ticket, if the scenario has one."""
    if outcome.history is None:
        return
    if not outcome.clocks:
        yield "  Ticket: no clock runs, for no promise with a figure applies."
    for clock in outcome.clocks.values():
        yield from _clock_lines(clock, outcome.history, outcome)


def _clock_lines(clock: Clock, history: History, outcome: Outcome) -> Iterator[str]:
    zone, promise = outcome.agreement.zone, clock.target.promise
    severity = outcome.agreement.terms.support.severities.entries[clock.target.severity]
    limit = promise.within or promise.every
    yield f"  {_NAMES[clock.name]}: {_verdict(clock, zone)}"
    aim = f", aimed at {promise.aim} ({at(clock.aim, zone)})" if promise.aim and clock.aim is not None else ""
    every = "every " if promise.every else "within "
    at_severity = f'at severity "{severity.name or clock.target.severity}"'
    yield f"    Promised {every}{limit} {_counted_in(clock)} {at_severity}{aim}; {strength(promise)}."
    explanation = explain(clock, history)
    for segment in explanation.segments:
        yield f"    {at(segment.start, zone)} + {length(segment.length)}: {_why(segment)}"
    yield f"    Elapsed {length(clock.elapsed)}, remaining {length(clock.remaining)}."
    yield from grounds((promise, severity, outcome.agreement.terms.support), "    ")


def _verdict(clock: Clock, zone: ZoneInfo) -> str:
    due = f"due {at(clock.due, zone)}" if clock.due is not None else "without a deadline while it is paused"
    if clock.breached_at is not None:
        times = f", {clock.breaches} times in all" if clock.breaches is not None and clock.breaches > 1 else ""
        said = f"BREACHED on {at(clock.breached_at, zone)}{times}; {due}"
    elif clock.state == "stopped":
        said = f"met, {due}"
    else:
        said = f"{clock.state}, {due}"
    return f"{said}{f', stopped {at(clock.stopped_at, zone)}' if clock.stopped_at is not None else ''}."


def _counted_in(clock: Clock) -> str:
    calendar = clock.target.promise.calendar
    return "around the clock" if calendar == "always" else f'in the hours of "{calendar}"'


def _why(segment: Segment) -> str:
    if segment.kind == "closed":
        return f"closed, {segment.holiday}" if segment.holiday else "closed"
    if segment.kind == "running":
        return "running"
    return f"{segment.kind}, {_STATUSES[segment.status]}" if segment.kind == "paused" and segment.status else "solved"
