"""Two texts line by line: which lines of the later one are new or other, and where lines went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from contracts.policy.documents import Document

AROUND = 3  # unchanged lines shown before and after each change


@dataclass(frozen=True, slots=True)
class Marks:
    """`words`: "added" or "changed" by line (from 1); `gone`: how many lines went before the line of that number."""

    words: dict[int, str] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of either text: `sign` is "-" or "+", or " " where both have it; a number is None where it has none."""

    sign: str
    before: int | None
    after: int | None
    text: str


def lines_of(document: Document) -> list[str]:
    """The lines of its text, without their ends."""
    return [line.rstrip("\r") for line in document.text.removesuffix("\n").split("\n")]


def marks_of(before: Sequence[str], after: Sequence[str]) -> Marks:
    """What happened to the lines of `before` on the way to `after`."""
    marks = Marks()
    for kind, gone_from, gone_to, come_from, come_to in _matcher(before, after).get_opcodes():
        if kind == "delete":
            marks.gone[come_from + 1] = gone_to - gone_from
        elif kind != "equal":
            word = "added" if kind == "insert" else "changed"
            marks.words.update(dict.fromkeys(range(come_from + 1, come_to + 1), word))
    return marks


def compared(before: Sequence[str], after: Sequence[str]) -> list[list[Compared]]:
    """The stretches in which the two differ, each with some lines around it."""
    return [list(_stretch(before, after, codes)) for codes in _matcher(before, after).get_grouped_opcodes(AROUND)]


def _stretch(
    before: Sequence[str], after: Sequence[str], codes: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Compared]:
    for kind, gone_from, gone_to, come_from, come_to in codes:
        if kind == "equal":
            for ahead, line in enumerate(before[gone_from:gone_to]):
                yield Compared(" ", gone_from + ahead + 1, come_from + ahead + 1, line)
            continue
        for number in range(gone_from, gone_to):
            yield Compared("-", number + 1, None, before[number])
        for number in range(come_from, come_to):
            yield Compared("+", None, number + 1, after[number])


def _matcher(before: Sequence[str], after: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, before, after)
