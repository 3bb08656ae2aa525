"""Whether notices, backups and the promises in words can be kept as they say."""

from collections.abc import Iterator

from contracts.policy.complaints import Keys
from contracts.policy.document import Terms
from contracts.policy.document.promises import Backup, OtherPromise
from contracts.policy.soundness.findings import Finding, unknown_severities


def notice_findings(terms: Terms) -> Iterator[Finding]:
    """Notices of no length."""
    for name, notice in terms.notices.entries.items():
        if notice.lead != "before" and notice.lead.length == 0:
            message = f'"{notice.lead}" is no time ahead, write "before" for a notice in advance without a figure'
            yield Finding(("notices", name, "lead"), message, "zero", warning=True)


def backup_findings(terms: Terms) -> Iterator[Finding]:
    """Restore points: one rhythm each, kept until the next is there."""
    for name, backup in terms.backups.entries.items():
        yield from _rhythm(backup, ("backups", name))


def promise_findings(terms: Terms) -> Iterator[Finding]:
    """How each promise in words is kept."""
    for name, promise in terms.promises.entries.items():
        keys: Keys = ("promises", name)
        yield from _attested(promise, keys)
        if promise.severities is not None and promise.per is None:
            message = '"severities" says on which tickets it is confirmed, and needs per: ticket'
            yield Finding((*keys, "severities"), message, "severities")
        yield from unknown_severities(promise.severities, terms.support.severities.entries, (*keys, "severities"))


def _rhythm(backup: Backup, keys: Keys) -> Iterator[Finding]:
    named = [key for key in ("every", "per_day", "weekday") if getattr(backup, key) is not None]
    if not named:
        message = 'how often is missing, write one of "every", "per_day" and "weekday"'
        yield Finding(keys, message, "rhythm")
    elif len(named) > 1:
        message = f"{' and '.join(named)} exclude each other, keep one"
        yield Finding((*keys, named[1]), message, "rhythm")
    elif backup.every is not None and backup.every.length == 0:
        yield Finding((*keys, "every"), f'"{backup.every}" is no time between restore points, write one as 4h', "zero")
    elif backup.every is not None and backup.keep.length < backup.every.length:
        message = f'"{backup.keep}" is shorter than "{backup.every}", so at times there is no restore point'
        yield Finding((*keys, "keep"), message, "keep", warning=True)


def _attested(promise: OtherPromise, keys: Keys) -> Iterator[Finding]:
    rhythm = [key for key in ("every", "per") if getattr(promise, key) is not None]
    if promise.kept != "attested":
        for key in rhythm:
            message = f'"{key}" is for what staff attest, and this is kept: {promise.kept}'
            yield Finding((*keys, key), message, "attested")
    elif not rhythm:
        message = 'what staff attest needs "every" (as 90d) or "per: ticket"'
        yield Finding((*keys, "kept"), message, "attested")
    elif promise.every is not None and promise.every.length == 0:
        yield Finding((*keys, "every"), f'"{promise.every}" is no time between confirmations, write one as 90d', "zero")
    elif len(rhythm) > 1:
        message = "it is attested on a schedule and on each ticket too, one of them is more likely meant"
        yield Finding((*keys, "per"), message, "attested", warning=True)
