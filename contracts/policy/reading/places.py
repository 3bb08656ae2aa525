"""Where a value stands: the line of every path of a text, and what is wrong there."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

# A line that belongs to nothing: blank, a remark, closing brackets.
_IDLE = re.compile(r"\s*(#.*|[\]},\s]*)")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `path` on `line` (from 1): `message` is a sentence, `code` a word that never changes."""

    path: str
    line: int
    message: str
    code: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"line {self.line}: {kind}{self.path + ': ' if self.path else ''}{self.message}"


def joined(path: str, key: str | int) -> str:
    """The path of what stands under a key or at an index: `credits[0].schedule`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def path_of(keys: Iterable[str | int]) -> str:
    """The path of a chain of keys and indexes."""
    path = ""
    for key in keys:
        path = joined(path, key)
    return path


def is_within(path: str, other: str) -> bool:
    """Whether what stands at the path is a part of what stands at the other one."""
    return not other or path.startswith((f"{other}.", f"{other}["))


def above(path: str) -> str:
    """The path of the mapping or list that this one stands in."""
    return path[: max(path.rfind("."), path.rfind("["), 0)]


@dataclass(slots=True)
class Places:
    """The line of every path; `find` works them out when the first is asked for, where that costs something."""

    lines: dict[str, int] = field(default_factory=dict)
    find: Callable[[], dict[str, int]] | None = None

    def line(self, path: str) -> int:
        """The line of the path, else of its nearest parent that is there."""
        lines = self._found()
        while path not in lines:
            if not path:
                return 1
            path = above(path)
        return lines[path]

    def spans(self, text: str) -> dict[str, tuple[int, int]]:
        """The first and the last line of every path that is written in the text, without blank lines after it."""
        written, found, within = text.split("\n"), {}, list[tuple[str, int]]()
        latest = 1

        def end(until: int) -> None:
            path, first = within.pop()
            last = max(latest, until)
            while last > max(latest, first) and _IDLE.fullmatch(written[last - 1]):
                last -= 1
            found[path] = (first, last)

        for path, line in self._found().items():
            while within and not is_within(path, within[-1][0]):
                end(line - 1)
            within.append((path, line))
            latest = line
        while within:
            end(len(written))
        return found

    def _found(self) -> dict[str, int]:
        find = self.find
        if find is not None:  # two threads may both look, and find the same
            self.lines, self.find = find(), None
        return self.lines


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: plain values (None where it cannot be read), their places, and every problem, by line."""

    value: Any
    places: Places
    problems: tuple[Problem, ...] = ()


def extent(value: Any) -> tuple[int, int]:
    """How many values there are in it, aliases written out, and how deep it is nested (0 for a single value)."""
    if not isinstance(value, dict | list):
        return 1, 0
    inner = [extent(entry) for entry in (value.values() if isinstance(value, dict) else value)]
    return 1 + sum(nodes for nodes, _ in inner), 1 + max((height for _, height in inner), default=0)
