"""What becomes of a ticket by itself: solved after silence, closed after a while (policy format, lifecycle)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.policy.agreement import Agreement
from contracts.policy.document.support import SolveAfterSilence
from contracts.policy.durations import Duration
from contracts.policy.windows import after
from slaportal.intervals import Instant
from tickets.history import Event, History

_DAY = Duration("1d", days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """An event that the portal adds at `at`, and why: no answer for days, or to follow-ups; or solved long enough."""

    type: Literal["resolved", "closed"]
    at: Instant
    why: Literal["silence", "followups", "solved"]


def next_act(agreement: Agreement, events: Sequence[Event], history: History) -> Act | None:
    """What happens next if nobody does anything; `events` are those of the history, in order.

    "More than three days" is just after three days: at exactly that instant the customer is still in time.
    """
    lifecycle = agreement.terms.lifecycle
    ordinal, since, status = history.statuses[-1]
    if status == "solved" and lifecycle.close_after is not None:
        return Act("closed", after(since, lifecycle.close_after, agreement.zone) + 1, "solved")
    rule = lifecycle.solve_after_silence
    if status == "waiting_on_customer" and rule is not None:
        return _silence(agreement, rule, events, ordinal)
    return None


def reopen_until(agreement: Agreement, history: History) -> Instant | None:
    """The last instant at which a solved ticket can be reopened; None where the policy sets no limit."""
    within = agreement.terms.lifecycle.reopen_within
    _, since, status = history.statuses[-1]
    return None if within is None or status != "solved" else after(since, within, agreement.zone)


def _silence(agreement: Agreement, rule: SolveAfterSilence, events: Sequence[Event], waiting: int) -> Act | None:
    """Days run from the last question, and follow-ups are later replies; those closer than `apart` count once."""
    zone, apart = agreement.zone, rule.apart or _DAY
    asked = _question(events, waiting)
    follow_ups = [event.at for event in events[waiting + 1 :] if event.type == "agent_reply"]
    acts = []
    if rule.days is not None:
        last = follow_ups[-1] if follow_ups else asked
        acts.append(Act("resolved", after(last, Duration(f"{rule.days}d", days=rule.days), zone) + 1, "silence"))
    if rule.followups is not None:
        counted, before = 0, asked
        for at in follow_ups:
            if at >= after(before, apart, zone):
                counted, before = counted + 1, at
                if counted == rule.followups:
                    acts.append(Act("resolved", after(at, apart, zone) + 1, "followups"))
                    break
    return min(acts, key=lambda act: act.at, default=None)


def _question(events: Sequence[Event], waiting: int) -> Instant:
    """The reply that asked: the last before the ticket began to wait, unless the customer has spoken since."""
    for event in reversed(events[:waiting]):
        if event.type == "agent_reply":
            return event.at
        if event.type == "customer_reply":
            break
    return events[waiting].at
