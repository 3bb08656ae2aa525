"""Whether the promises on tickets fit together: severities, pauses, escalation, lifecycle."""

from collections.abc import Iterator

from contracts.policy.complaints import Keys, suggestion
from contracts.policy.document import Terms
from contracts.policy.document.support import ClockPromise, Escalation
from contracts.policy.document.values import CLOCKS, Clock
from contracts.policy.durations import Duration
from contracts.policy.soundness.findings import Finding, unknown_severities

Figures = dict[Clock, dict[str, Duration]]


def support_findings(terms: Terms) -> Iterator[Finding]:
    """The default severity, what pauses clocks, what is escalated."""
    yield from _default_severity(terms)
    targets = figures(terms)
    for clock in CLOCKS:
        if terms.support.pause.statuses(clock):
            yield from _pause(clock, targets[clock])
    for n, escalation in enumerate(terms.support.escalate):
        yield from _escalation(terms, escalation, targets[escalation.clock], ("support", "escalate", n))


def lifecycle_findings(terms: Terms) -> Iterator[Finding]:
    """What becomes of tickets that nobody answers."""
    silence = terms.lifecycle.solve_after_silence
    if silence is None:
        return
    keys: Keys = ("lifecycle", "solve_after_silence")
    if silence.days is None and silence.followups is None:
        message = "neither days nor followups are named, so silence never solves a ticket"
        yield Finding(keys, message, "idle", warning=True)
    elif silence.apart is not None and silence.followups is None:
        message = '"apart" says how far apart followups are, and none are named'
        yield Finding((*keys, "apart"), message, "idle", warning=True)


def figures(terms: Terms) -> Figures:
    """For each clock its figure at each severity that has one."""
    found: Figures = {clock: {} for clock in CLOCKS}
    for name, entry in terms.support.severities.entries.items():
        for clock in CLOCKS:
            target = _target(entry.promise(clock))
            if target is not None:
                found[clock][name] = target
    return found


def _target(promise: ClockPromise | None) -> Duration | None:
    return None if promise is None else promise.every or promise.within


def _default_severity(terms: Terms) -> Iterator[Finding]:
    severities, default = list(terms.support.severities.entries), terms.support.default_severity
    keys: Keys = ("support", "default_severity")
    if default is None and severities:
        message = f'the key "default_severity" is missing, expected one of {", ".join(severities)}'
        yield Finding(keys, message, "missing")
    elif default is not None and default not in severities:
        hint = suggestion(default, severities) or ", the policy has no severities"
        message = f'unknown severity "{default}"{hint}'
        yield Finding(keys, message, "default_severity", warning=not severities)


def _pause(clock: Clock, targets: dict[str, Duration]) -> Iterator[Finding]:
    keys: Keys = ("support", "pause", clock)
    if not targets:
        message = f'no severity has a figure for "{clock}", so there is nothing to pause'
        yield Finding(keys, message, "idle_pause", warning=True)
    elif all(target.business_days is not None for target in targets.values()):
        message = f'every figure of "{clock}" is in business days, which are never paused'
        yield Finding(keys, message, "idle_pause", warning=True)


def _escalation(terms: Terms, escalation: Escalation, targets: dict[str, Duration], keys: Keys) -> Iterator[Finding]:
    yield from unknown_severities(escalation.severities, terms.support.severities.entries, (*keys, "severities"))
    if not targets:
        message = f'no severity has a figure for "{escalation.clock}", so there is nothing to escalate'
        yield Finding((*keys, "clock"), message, "nothing_promised")
        return
    for n, severity in enumerate(escalation.severities or ()):
        if severity in terms.support.severities.entries and severity not in targets:
            message = f'"{severity}" has no figure for "{escalation.clock}", so nothing is escalated there'
            yield Finding((*keys, "severities", n), message, "idle", warning=True)
