"""What a sentence about a promise carries, and the words that all of them share: lengths, names, lists, strengths."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.policy.document.stated import Stated
from contracts.policy.document.support import ClockPromise
from contracts.policy.durations import HOUR, MINUTE, SECOND, Duration

STRENGTHS = {
    "guarantee": "",
    "target": gettext_lazy("goal"),
    "best_effort": gettext_lazy("when possible"),
}


_NAMES = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence. `strength`: "" for a guarantee, else a word; `clause` and `reading` where the policy has them.

    `at` are the paths of the document that it comes from, none where the document is silent. Where a sentence stands
    makes it no other one.
    """

    text: str
    strength: str = ""
    clause: str = ""
    reading: str = ""
    at: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences under one heading (a severity, a credit), with what the heading means, written at the paths `at`."""

    title: str
    about: str
    sentences: tuple[Said, ...]
    at: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the agreement; `key` names it in addresses."""

    key: str
    title: str
    groups: tuple[Group, ...] = field(default=())


def said(text: str, *chain: Stated, at: tuple[str, ...] = ()) -> Said:
    """A sentence that rests on the first of these mappings; the clause is the nearest one."""
    first = chain[0]
    clause = next((stated.clause for stated in chain if stated.clause), "")
    return Said(text, str(STRENGTHS[first.strength]), clause or "", note_of(first), at)


def keys_of(path: str, *keys: str) -> tuple[str, ...]:
    """The paths of these keys of a mapping, and of what is said of the whole of it."""
    return tuple(f"{path}.{key}" for key in (*keys, "strength", "clause", "note"))


def note_of(stated: Stated) -> str:
    """How it was read, with the names of other promises (`service_change`) as words."""
    return _NAMES.sub(lambda name: spoken(name[0]), stated.note or "")


def by_default(text: str) -> Said:
    """A sentence on which the document is silent: the reading that the portal goes by."""
    return Said(text, reading=_("The document does not say it; this is how it is read."))


def promised(promise: ClockPromise | Stated, guarantee: str, goal: str, effort: str) -> str:
    """One of three sentences, by how strong the promise is."""
    return {"guarantee": guarantee, "target": goal, "best_effort": effort}[promise.strength]


def length_said(duration: Duration) -> str:
    """`4 hours`, `2 business days`, `60 days`, `1 hour 30 minutes`."""
    if duration.business_days is not None:
        return ngettext("%(n)s business day", "%(n)s business days", duration.business_days) % {
            "n": duration.business_days
        }
    hours, rest = divmod(duration.us, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = [
        (duration.days, ngettext("%(n)s day", "%(n)s days", duration.days)),
        (hours, ngettext("%(n)s hour", "%(n)s hours", hours)),
        (minutes, ngettext("%(n)s minute", "%(n)s minutes", minutes)),
        (rest // SECOND, ngettext("%(n)s second", "%(n)s seconds", rest // SECOND)),
    ]
    return " ".join(words % {"n": n} for n, words in parts if n) or _("no time")


def spoken(name: str) -> str:
    """A name of the policy as words: `local_connectivity` as local connectivity."""
    return name.replace("_", " ").replace("-", " ")


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    names = list(words)
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
