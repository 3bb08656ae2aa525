"""The kinds of events that there are; apps above name theirs: `KINDS.update(...)` in their `ready()`."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind in words; `for_tenants`: customers' endpoints can have it, of what is theirs."""

    words: str | Promise
    for_tenants: bool = True


# What an endpoint is asked with: nobody chooses it.
PING = "webhook.ping"
KINDS: dict[str, EventKind] = {}
# What stands before the dot of a kind, in words, in the order in which people choose: `GROUPS.update(...)` as well.
GROUPS: dict[str, str | Promise] = {}


def kind_in_words(kind: str) -> str:
    """The kind's name; of one that is not known any more, its code."""
    if kind == PING:
        return str(_("Test"))
    found = KINDS.get(kind)
    return str(found.words) if found else kind


def kinds_for(*, tenant: bool) -> dict[str, EventKind]:
    """What an endpoint of a customer, or one of the provider's own, can choose from, in the order of their codes."""
    return {kind: KINDS[kind] for kind in sorted(KINDS) if KINDS[kind].for_tenants or not tenant}


def choices_for(*, tenant: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same for a form, group by group: [(group, [(kind, words and code)])]."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, of in kinds_for(tenant=tenant).items():
        groups[kind.partition(".")[0]].append((kind, f"{of.words} ({kind})"))
    return [(str(words), groups[group]) for group, words in GROUPS.items() if group in groups]
