"""What a claim made now would cover: the windows of a period's credits, which are open, and which are claimed already.

Worked out of the policy and of the stored figures, for a customer's scope shows no outages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.policy.agreement import Agreement
from contracts.policy.document.credits import Credit
from contracts.policy.windows import after
from credits.figures import windows_in
from credits.models import Assessment
from slaportal.intervals import Instant, instant_of
from uptime.models import SubscriptionPeriod


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

    Where each failure has its own and none is known, there is one without end: who claims may know of a failure before
    the provider has recorded it. So it is where the figures are behind (`up_to_date` false).
    """
    windows: list[Window] = []
    stored = {assessment.position: assessment for assessment in assessments}
    for position, rule in rules.items():
        if rule.claim.from_ == "failure" and rule.for_ == "availability":
            assessment = stored.get(position)
            known = [] if assessment is None else windows_in(assessment.figures)
            windows += [Window(window.start, window.claim_by) for window in known]
            if not known or not up_to_date:
                windows.append(Window(None, None))
        else:
            end = instant_of(period.ends_at)
            within = rule.claim.within
            windows.append(Window(None, None if within is None else after(end, within, agreement.zone)))
    return windows


def uncovered(windows: Sequence[Window], claimed: Sequence[Instant], at: Instant) -> list[Window]:
    """The windows open at `at` that none of the claims made so far covers."""
    return [window for window in windows if window.open_at(at) and not any(window.takes(made) for made in claimed)]
