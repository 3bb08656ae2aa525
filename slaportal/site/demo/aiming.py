"""When a ticket must have been opened for one of its clocks to be due at a given instant: asked of the calculation."""

from datetime import datetime, timedelta

from contracts.policy.agreement import Agreement
from slaportal.intervals import Instant, instant_of, moment_of
from slaportal.site.demo.scripts import Story
from tickets.clocks import read_clocks
from tickets.history import Event, Status, read_history
from tickets.timing import timing_of

FARTHEST = timedelta(days=40)
SECOND = 1_000_000
_STATUS: dict[str, Status] = {"ask": "waiting_on_customer", "vendor": "waiting_on_third_party", "back": "pending"}


def opening_for(story: Story, agreement: Agreement, due_at: datetime) -> datetime:
    """The first second at which the ticket may be opened so that its clock is due at `due_at` or just after.

    Deadlines never come earlier for a later opening, so halves are tried. Where the hours are closed at `due_at`, the
    clock is due at the next instant after it at which it can be.
    """
    aimed = instant_of(due_at)
    low, high = aimed - FARTHEST // timedelta(microseconds=1), aimed
    while high - low > SECOND:
        middle = (low + high) // 2
        due = _due(story, agreement, middle)
        if due is not None and due < aimed:
            low = middle
        else:
            high = middle
    return moment_of(high)


def _due(story: Story, agreement: Agreement, opened: Instant) -> Instant | None:
    """The deadline of the story's clock if nothing else happens; None where it does not run."""
    events = _events(story, opened)
    timing = timing_of(agreement)
    last = events[-1].at
    history = read_history(events, severities=timing.severities, default=timing.default, now=last)
    clock = next((one for one in read_clocks(timing, history, last).values() if one.name == story.clock), None)
    return None if clock is None or clock.stopped_at is not None else clock.due


def _events(story: Story, opened: Instant) -> list[Event]:
    """The story as the calculation takes it; steps that no clock knows are left out."""
    called = story.phone is not None
    events = [Event(opened, "opened", None, story.severity if called else None, None)]
    at = opened + (story.phone or timedelta()) // timedelta(microseconds=1)
    for step in story.steps:
        at += step.after // timedelta(microseconds=1)
        if step.verb in {"reply", "ask", "vendor"}:
            events.append(Event(at, "agent_reply", None, None, None))
        if step.verb in _STATUS:
            events.append(Event(at, "status", _STATUS[step.verb], None, None))
        elif step.verb == "answer":
            events.append(Event(at, "customer_reply", None, None, None))
        elif step.verb == "chase":
            events.append(Event(at, "status_request", None, None, None))
        elif step.verb == "severity":
            events.append(Event(at, "severity", None, step.said[0], None))
    return events
