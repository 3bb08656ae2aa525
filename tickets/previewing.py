"""What another severity would do to every deadline, before it is saved: the same calculation on a longer log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from contracts.policy.agreement import Agreement
from contracts.policy.document.values import CLOCKS
from slaportal.intervals import Instant, instant_of, moment_of
from slaportal.pages.lengths import length_in_words
from slaportal.pages.times import Shown, at_reader
from tickets.clocks import Clock, clocks_of
from tickets.history import Event
from tickets.models import Ticket
from tickets.queries import logs_of
from tickets.words import CLOCKS_NAMED, SeverityShown, severity_in_words


@dataclass(frozen=True)
class ClockChange:
    """One clock before and after: when it is due, and what becomes of it in words."""

    name: str
    before: Shown | None
    before_words: str
    after: Shown | None
    after_words: str
    breaches: bool


@dataclass(frozen=True)
class SeverityPreview:
    """One severity to choose: its definition, and each clock if it were chosen now."""

    severity: SeverityShown
    definition: str
    current: bool
    changes: Sequence[ClockChange]
    breaches: bool


@dataclass(frozen=True)
class Chosen:
    """One severity to choose: each clock by its name, before, after, and whether it would be late by that alone."""

    key: str
    definition: str
    current: bool
    changes: Sequence[tuple[str, Clock | None, Clock | None, bool]]


def clocks_by_severity(ticket: Ticket, agreement: Agreement, *, now: datetime) -> list[Chosen]:
    """Every severity of the policy, most severe first, as if it were set now (semantics, Clocks: Severity change)."""
    events = logs_of([ticket.pk])[ticket.pk]
    at = max(instant_of(now), events[-1].at)
    before = clocks_of(agreement, events, at)
    chosen = []
    for key, severity in agreement.terms.support.severities.entries.items():
        current = key == ticket.severity
        after = before if current else clocks_of(agreement, [*events, Event(at, "severity", severity=key)], at)
        names = [name for name in CLOCKS if name in before or name in after]
        changes = [(name, was := before.get(name), then := after.get(name), _late(was, then)) for name in names]
        chosen.append(Chosen(key, severity.definition or "", current, changes))
    return chosen


def _late(before: Clock | None, after: Clock | None) -> bool:
    return after is not None and after.outcome == "breached" and (before is None or before.outcome != "breached")


def severities_previewed(ticket: Ticket, agreement: Agreement, *, now: datetime) -> list[SeverityPreview]:
    """The same in words."""
    previews = []
    for chosen in clocks_by_severity(ticket, agreement, now=now):
        changes = [clock_change(name, before, after, now) for name, before, after, _ in chosen.changes]
        shown = severity_in_words(agreement, chosen.key)
        late = any(change.breaches for change in changes)
        previews.append(SeverityPreview(shown, chosen.definition, chosen.current, changes, late))
    return previews


def clock_change(name: str, before: Clock | None, after: Clock | None, now: datetime) -> ClockChange:
    """What becomes of one clock, in words; `breaches` says that it is late only after."""
    return ClockChange(
        str(CLOCKS_NAMED[name]),
        _due(before, now),
        _in_words(before),
        _due(after, now),
        _in_words(after),
        _late(before, after),
    )


def _due(clock: Clock | None, now: datetime) -> Shown | None:
    due: Instant | None = None if clock is None or clock.stopped_at is not None else clock.due
    return None if due is None else at_reader(moment_of(due), now)


def _in_words(clock: Clock | None) -> str:
    if clock is None:
        return _("no figure")
    if clock.stopped_at is not None:
        return _("missed") if clock.outcome == "breached" else _("met")
    if clock.outcome == "breached":
        return _("breached")
    if clock.due is None:
        left = length_in_words(timedelta(microseconds=clock.remaining), open_hours=clock.target.in_open_hours)
        return _("paused with %(left)s left") % {"left": left}
    return _("runs")
