"""What types alone cannot say about the terms of a plan: every contradiction is an error, every oddity a warning."""

from collections.abc import Callable, Iterator
from itertools import chain

from contracts.policy.document import Terms
from contracts.policy.soundness.availability import availability_findings, performance_findings
from contracts.policy.soundness.calendars import calendar_findings, time_zone_findings, use_findings
from contracts.policy.soundness.clocks import clock_findings
from contracts.policy.soundness.credits import credit_findings
from contracts.policy.soundness.findings import (
    ERROR_IN_EVERY_PLAN,
    ONLY_IN_EVERY_PLAN,
    Finding,
)
from contracts.policy.soundness.names import name_findings, plan_name_findings, provider_findings
from contracts.policy.soundness.promises import backup_findings, notice_findings, promise_findings
from contracts.policy.soundness.support import lifecycle_findings, support_findings

__all__ = ["ERROR_IN_EVERY_PLAN", "ONLY_IN_EVERY_PLAN", "Finding", "findings", "plan_name_findings", "shared_findings"]

# Nobody reads more, and each may cost a search for what was meant.
_MOST = 200
_RULES: tuple[Callable[[Terms], Iterator[Finding]], ...] = (
    name_findings,
    time_zone_findings,
    use_findings,
    support_findings,
    clock_findings,
    lifecycle_findings,
    availability_findings,
    performance_findings,
    credit_findings,
    notice_findings,
    backup_findings,
    promise_findings,
)


def shared_findings(terms: Terms) -> Iterator[Finding]:
    """Everything odd about what all plans of a document share: provider and calendars."""
    return _first(chain(provider_findings(terms), calendar_findings(terms)))


def findings(terms: Terms) -> Iterator[Finding]:
    """Everything odd or contradictory about the rest of the terms of one plan, section by section."""
    return _first(chain.from_iterable(rule(terms) for rule in _RULES))


def _first(found: Iterator[Finding]) -> Iterator[Finding]:
    """At most 200 errors and 200 warnings; no number of warnings hides an error."""
    errors = warnings = 0
    for finding in found:
        if finding.warning:
            warnings += 1
            if warnings > _MOST:
                continue
        else:
            errors += 1
        yield finding
        if errors == _MOST:
            return
