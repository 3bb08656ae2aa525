"""What a new ticket would be promised: each severity with its definition, and by when answer and solution are due."""

from dataclasses import dataclass
from datetime import datetime

from contracts.models import Subscription
from contracts.policy.agreement import Agreement
from contracts.queries import agreement_at
from slaportal.intervals import instant_of, moment_of
from slaportal.pages.times import Shown, at_reader
from tickets.clocks import clocks_of
from tickets.history import Event
from tickets.timing import timing_of
from tickets.words import SeverityShown, severity_in_words


@dataclass(frozen=True)
class Promised:
    """One severity of a subscription: what it means, and the deadlines of a ticket that is opened now with it."""

    subscription: Subscription
    severity: SeverityShown
    definition: str
    default: bool
    answer_by: datetime | None
    answer: Shown | None
    solve: Shown | None
    solve_in_words: str


def promised_at(
    subscription: Subscription, now: datetime, *, severity: str = "", agreement: Agreement | None = None
) -> list[Promised]:
    """What the policy in force promises, for each severity or for one; nothing while no term runs."""
    agreement = agreement or agreement_at(subscription, now)
    if agreement is None:
        return []
    timing, at = timing_of(agreement), instant_of(now)
    promised = []
    for key, terms in agreement.terms.support.severities.entries.items():
        if severity and key != severity:
            continue
        clocks = clocks_of(agreement, [Event(at, "opened", severity=key)], at)
        response, resolution = clocks.get("response"), clocks.get("resolution")
        answer_by = None if response is None or response.due is None else moment_of(response.due)
        solve_by = None if resolution is None or resolution.due is None else moment_of(resolution.due)
        words = terms.resolution.text if terms.resolution is not None and terms.resolution.text else ""
        promised.append(
            Promised(
                subscription,
                severity_in_words(agreement, key),
                terms.definition or "",
                key == timing.default,
                answer_by,
                None if answer_by is None else at_reader(answer_by, now),
                None if solve_by is None else at_reader(solve_by, now),
                words,
            )
        )
    return promised
