"""What a claim made now would cover: the windows of a period's credits, which are open, and which are claimed already.

And where the stored credits stand with the claims that came since, until a worker has assessed them again.
Worked out of the policy and of the stored figures, for a customer's scope shows no outages.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from contracts.policy.windows import after
from credits.figures import windows_in
from credits.models import Assessment
from credits.queries import claimable_rules_of
from slaportal.intervals import Instant, instant_of
from uptime.models import SubscriptionPeriod

_CLAIMABLE, _CLAIMED, _EXPIRED = (Assessment.Status.CLAIMABLE, Assessment.Status.CLAIMED, Assessment.Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Left:
    """What a claim made now would be for: the windows that no claim covers, and the credits `owed` that it asks for.

    Without any `owed` it comes before the promise is missed (`ahead`), or after that for `further` failures; `unknown`:
    only for one that is not yet recorded.
    """

    windows: tuple["Window", ...]
    owed: tuple[Assessment, ...]
    ahead: bool = False
    unknown: bool = False
    further: bool = False

    @property
    def until(self) -> Instant | None:
        """When the first of these windows closes; None where none does, or where nobody knows of the failure."""
        if self.unknown:
            return None
        return min((window.claim_by for window in self.windows if window.claim_by is not None), default=None)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a credit: what was claimed from `start` (None: whenever) until `claim_by` (None: without end)."""

    start: Instant | None
    claim_by: Instant | None

    def takes(self, at: Instant) -> bool:
        """Whether a claim at this instant is in time and covers it."""
        return (self.start is None or self.start <= at) and self.open_at(at)

    def open_at(self, at: Instant) -> bool:
        """Whether it has not closed by then; exactly at its end it is open."""
        return self.claim_by is None or at <= self.claim_by


def windows_of(
    period: SubscriptionPeriod,
    agreement: Agreement,
    rules: Mapping[int, Credit],
    assessments: Sequence[Assessment],
    *,
    up_to_date: bool,
) -> list[Window]:
    """The windows of all these rules (semantics, Credits: period_end, failure).

    Where each failure has its own and none is known, there is one for it: who claims may know of a failure before the
    provider has recorded it. So it is where the figures are behind (`up_to_date` false). It closes when that of a
    failure up to the period's very end would: after that no claim can be in time.
    """
    end = instant_of(period.ends_at)
    windows: list[Window] = []
    stored = {assessment.position: assessment for assessment in assessments}
    for position, rule in rules.items():
        within = rule.claim.within
        last = Window(None, None if within is None else after(end, within, agreement.zone))
        if _by_failure(rule):
            assessment = stored.get(position)
            known = [] if assessment is None else windows_in(assessment.figures)
            windows += [Window(window.start, window.claim_by) for window in known]
            if not known or not up_to_date:
                windows.append(last)
        else:
            windows.append(last)
    return windows


def _by_failure(rule: Credit) -> bool:
    """Whether each failure has a window of its own."""
    return rule.claim.from_ == "failure" and rule.for_ == "availability"


def uncovered(windows: Sequence[Window], claimed: Sequence[Instant], at: Instant) -> list[Window]:
    """The windows open at `at` that none of the claims made so far covers."""
    return [window for window in windows if window.open_at(at) and not any(window.takes(made) for made in claimed)]


def left_to_claim(
    period: SubscriptionPeriod,
    agreement: Agreement,
    assessments: Sequence[Assessment],
    claimed: Sequence[Instant],
    *,
    up_to_date: bool,
    at: Instant,
) -> Left | None:
    """What a claim made at `at` would be for, as `file_claim` judges it; None where it would be refused or for nothing.

    `claimed` are the instants of the claims of the period that count.
    """
    rules = claimable_rules_of(period, agreement)
    if not rules or instant_of(period.starts_at) > at:
        return None
    left = uncovered(windows_of(period, agreement, rules, assessments, up_to_date=up_to_date), claimed, at)
    owed = tuple(row for row in assessments if row.position in rules and row.status == _CLAIMABLE)
    if left and owed:
        return Left(tuple(left), owed)
    # Windows that run from the period's end need no claim ahead: they are still open once the promise is missed.
    rules = {position: rule for position, rule in rules.items() if _by_failure(rule)}
    left = uncovered(windows_of(period, agreement, rules, assessments, up_to_date=up_to_date), claimed, at)
    if not left:
        return None
    missed = period.met is False or any(row.missed for row in assessments if row.position in rules)
    unknown = all(window.start is None for window in left)
    return Left(tuple(left), (), ahead=not missed, unknown=unknown, further=missed)


def turned(row: Assessment, claimed: Sequence[Instant]) -> bool:
    """Whether the claims that count may make something else of the stored credit: one came, or the last one went."""
    return row.status == (_CLAIMABLE if claimed else _CLAIMED)


def with_claims(
    period: SubscriptionPeriod,
    agreement: Agreement,
    assessments: Sequence[Assessment],
    claimed: Sequence[Instant],
    *,
    at: Instant,
) -> list[Assessment]:
    """The stored credits as they stand by the claims that count at `at`: to be shown, never to be saved.

    An amount stays as it was worked out: where each failure is claimed by itself the worker says what of it is claimed.
    """
    rules = claimable_rules_of(period, agreement)

    def in_time(row: Assessment) -> bool:
        windows = windows_of(period, agreement, {row.position: rules[row.position]}, [row], up_to_date=True)
        return any(window.takes(made) for window in windows for made in claimed)

    return [
        _turned(row, _CLAIMED if in_time(row) else _CLAIMABLE, at)
        if row.position in rules and turned(row, claimed)
        else row
        for row in assessments
    ]


def _turned(row: Assessment, status: str, at: Instant) -> Assessment:
    over = row.claim_by is not None and instant_of(row.claim_by) < at
    shown = copy(row)
    shown.status = _EXPIRED if over and status == _CLAIMABLE else status
    return shown
