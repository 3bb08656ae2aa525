"""Where in its text a plan's promise was written: the lines of its values, those that the plan overrides included."""

from collections.abc import Iterator, Sequence

from contracts.policy.documents import Document
from contracts.policy.merging import written_at
from contracts.policy.reading.places import above, is_within


class Written:
    """The lines of one plan of a document."""

    def __init__(self, document: Document, plan: str) -> None:
        self._places = document.places
        self._spans = document.places.spans(document.text)
        self._origins = document.plans[plan].origins

    def lines(self, paths: Sequence[str]) -> tuple[int, ...]:
        """The lines (from 1) on which the values at these merged paths stand, in order.

        Where none of them is written, the line of what the first would stand in; nothing where that is the whole text.
        """
        found = {
            line
            for path in paths
            for place in self._written(path)
            if place in self._spans
            for line in range(self._spans[place][0], self._spans[place][1] + 1)
        }
        if not found and paths:
            parent = above(written_at(paths[0], self._origins))
            while parent and parent not in self._spans:
                parent = above(parent)
            found = {self._places.line(parent)} if parent else set()
        return tuple(sorted(found))

    def _written(self, path: str) -> Iterator[str]:
        """Where the value was written, and where the plan writes parts of it."""
        yield written_at(path, self._origins)
        for part, origin in self._origins.items():
            if is_within(part, path):
                yield origin
