"""Which kinds of job there are, and the contract of their functions: one call does one chunk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from slaportal.jobs.models import Job


@dataclass(frozen=True)
class Chunk:
    """What one chunk did: `done` more, the next one begins at `cursor`; `last` if there is nothing after it.

    `total` corrects what is known of the whole; `result` is kept at the end, as plain values, for the page.
    """

    cursor: Mapping[str, Any]
    done: int
    last: bool = False
    total: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[Job, dict[str, Any]], Chunk]


@dataclass(frozen=True)
class Kind:
    """A name that never changes, a title for people, the function that does a chunk."""

    name: str
    title: str | Promise
    work: Work


_KINDS: dict[str, Kind] = {}


def job_kind(name: str, *, title: str | Promise) -> Callable[[Work], Work]:
    """Registers a function `(job, cursor) -> Chunk` that does one chunk of such a job; `cursor` is {} at first.

    It runs as staff of the job's provider, in the transaction in which its progress is written: killed within it,
    nothing of the chunk is left, and the next worker begins it anew. So it must do nothing outside the database, and
    take well less than `working.LEASE`: a chunk is some seconds of work.
    """

    def register(work: Work) -> Work:
        there = _KINDS.get(name)
        if there is not None and there.work is not work:
            raise ValueError(f"There are two kinds of job called {name}.")
        _KINDS[name] = Kind(name, title, work)
        return work

    return register


def kind_of(name: str) -> Kind:
    """The kind of that name; KeyError for one that this process does not know."""
    return _KINDS[name]
