"""A version as text and as sentences, side by side: what belongs together, and what is new since the version before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from contracts.policy.documents import Document, agreement_of
from contracts.policy.written import Written
from contracts.sentences import Group, Said, Section, sections_of
from slaportal.site.policies.differences import Difference, of_sections
from slaportal.site.policies.lines import Marks, lines_of, marks_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its place on the page, its lines, and what it was; `mark` is "added", "changed" or ""."""

    anchor: str
    said: Said
    lines: tuple[int, ...]
    mark: str
    was: Said | None

    @property
    def stretches(self) -> str:
        """The lines in words: single ones and stretches."""
        ends: list[list[int]] = []
        for line in self.lines:
            if ends and ends[-1][1] == line - 1:
                ends[-1][1] = line
            else:
                ends.append([line, line])
        return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """The sentences under a heading, what the heading means, and those that were there and are not any more."""

    title: str
    about: Sentence | None
    sentences: tuple[Sentence, ...]
    gone: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A part of the agreement."""

    key: str
    title: str
    groups: tuple[ShownGroup, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text; `sentence` is the place of the first sentence that begins there, `gone` counts lost lines."""

    number: int
    text: str
    mark: str
    gone: int
    sentence: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both sides; `gone` are sentences whose whole heading is gone, `gone_at_end` lines lost after the last one."""

    lines: tuple[Line, ...]
    sections: tuple[ShownSection, ...]
    gone: tuple[Difference, ...]
    gone_at_end: int

    @property
    def marked(self) -> bool:
        """Whether anything is marked, so that the marks need a key."""
        return bool(self.gone_at_end or self.gone or any(line.mark or line.gone for line in self.lines))


def side_by_side(document: Document, plan: str, before: Document | None) -> SideBySide:
    """The text of a document beside the sentences of a plan, marked against the version before.

    A plan that the version before has not is no list of additions: nothing of its sentences is marked.
    """
    sections = sections_of(agreement_of(document, plan))
    told: list[Difference] = []
    if before is not None and plan in before.plans:
        told = list(of_sections(sections_of(agreement_of(before, plan)), sections))
    shown = tuple(_Sentences(document, plan, told).sections(sections))
    headings = {(section.title, group.title) for section in sections for group in section.groups}
    texts = lines_of(document)
    marks = marks_of(lines_of(before), texts) if before is not None else Marks()
    return SideBySide(
        tuple(_lines(texts, marks, shown)),
        shown,
        tuple(one for one in told if one.after is None and (one.section, one.group) not in headings),
        marks.gone.get(len(texts) + 1, 0),
    )


class _Sentences:
    """Makes the sentences of one plan, numbering them as it goes."""

    def __init__(self, document: Document, plan: str, told: Iterable[Difference]) -> None:
        self._written = Written(document, plan)
        self._numbers = count(1)
        self._was: dict[tuple[str, str, Said], Said | None] = {}
        self._gone: dict[tuple[str, str], list[Said]] = {}
        for one in told:
            if one.after is not None:
                self._was[one.section, one.group, one.after] = one.before
            elif one.before is not None:
                self._gone.setdefault((one.section, one.group), []).append(one.before)

    def sections(self, sections: Iterable[Section]) -> Iterator[ShownSection]:
        for section in sections:
            groups = tuple(self._group(section.title, group) for group in section.groups)
            yield ShownSection(section.key, section.title, groups)

    def _group(self, section: str, group: Group) -> ShownGroup:
        heading = (section, group.title)
        return ShownGroup(
            group.title,
            self._sentence(heading, Said(group.about, at=group.at)) if group.about else None,
            tuple(self._sentence(heading, said) for said in group.sentences),
            tuple(self._gone.get(heading, ())),
        )

    def _sentence(self, heading: tuple[str, str], said: Said) -> Sentence:
        known = (*heading, said)
        was = self._was.get(known)
        mark = "" if known not in self._was else "added" if was is None else "changed"
        return Sentence(f"said-{next(self._numbers)}", said, self._written.lines(said.at), mark, was)


def _lines(texts: list[str], marks: Marks, sections: Iterable[ShownSection]) -> Iterator[Line]:
    begins: dict[int, str] = {}
    for section in sections:
        for group in section.groups:
            for sentence in (*([group.about] if group.about else []), *group.sentences):
                for line in sentence.lines:
                    if line - 1 not in sentence.lines:
                        begins.setdefault(line, sentence.anchor)
    for number, text in enumerate(texts, start=1):
        yield Line(number, text, marks.words.get(number, ""), marks.gone.get(number, 0), begins.get(number, ""))
