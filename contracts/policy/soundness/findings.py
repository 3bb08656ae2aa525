"""One finding about the terms of a plan, and the words that several rules share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.policy.complaints import Keys, suggestion

# Codes that mean something only where every plan of the document shows them: another plan may use the thing.
ONLY_IN_EVERY_PLAN = frozenset({"unused", "idle_pause"})
# Errors that are but warnings where some plan makes sense of the line: a plan may drop what the others promise.
ERROR_IN_EVERY_PLAN = frozenset({"nothing_promised", "unknown_severity"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or odd at a chain of keys of the merged terms."""

    keys: Keys
    message: str
    code: str
    warning: bool = False


def unknown_severities(named: Iterable[str] | None, known: Iterable[str], keys: Keys) -> Iterator[Finding]:
    """An error for each severity of a list that the policy does not have, a warning for an empty list."""
    if named is None:
        return
    names, severities = list(named), dict.fromkeys(known)
    if not names:
        yield Finding(
            keys, "the list is empty, so this holds at no severity; leave it out for all", "empty", warning=True
        )
    for n, name in enumerate(names):
        if name not in severities:
            hint = suggestion(name, list(severities)) or ", the policy has no severities"
            yield Finding((*keys, n), f'unknown severity "{name}"{hint}', "unknown_severity")
