"""YAML 1.2 read event by event: values, their lines, and everything in the text that no document of ours may hold."""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from contracts.policy.reading.places import Places, Problem, Reading, extent, joined
from contracts.policy.reading.scalars import UNWANTED, Float, Floats, float_refused, resolved

DEEPEST = 50
MOST_ALIASED = 20_000

_NO_COLON = 'a key without its ":" stands here'
_PLAIN_WORDS = (
    ("'\\t' that cannot start any token", "a tab stands where only spaces may, indent with spaces"),
    ("that cannot start any token", "a value cannot begin with this character, put the text in quotes"),
    ("mapping values are not allowed here", 'a second ": " stands in one line, put the text in quotes'),
    ("could not find expected ':'", _NO_COLON),
    ("found unexpected end of stream", "quotes that open here are never closed"),
    ("expected <block end>", "the indentation fits none of the lines above"),
    ("expected ',' or '}'", 'a mapping in braces needs "," between its entries and "}" at its end'),
    ("expected ',' or ']'", 'a list in brackets needs "," between its entries and "]" at its end'),
    ("expected '<document start>'", "text follows where the document has already ended"),
)
# What is noticed only on a later line than that on which it began.
_SEEN_LATER = ("found unexpected end of stream", "could not find expected ':'")
# What is said of the line below a word, which is a text over both lines as long as it is no key.
_AFTER_A_BARE_KEY = ("mapping values are not allowed here", "expected <block end>")
_ENOUGH = 100
_WORD = re.compile(r"(\s*[A-Za-z_][\w-]*)\s*(?:\s#.*)?\Z")
_NOTHING = re.compile(r"\s*(?:#.*)?")
_LINE_ENDS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# What the parser raises on broken text beside its own errors: it turns escapes into characters unchecked.
_CARELESS = (ValueError, OverflowError, IndexError, KeyError, AttributeError, TypeError, AssertionError)


class _NestingError(Exception):
    """Ends the reading: what is nested without end would take minutes to go through, for nothing."""


class _Open:
    """Stands for an anchored value that is still being read."""


def read_yaml(text: str, *, floats: Floats) -> Reading:
    """Read one YAML document; a syntax error ends the reading, everything else is found together."""
    builder = _Builder(text, floats)
    value = None
    try:
        value = builder.document()
    except _NestingError:
        pass
    except MarkedYAMLError as error:
        bare = _bare_key_above(error, text)
        if bare is not None:
            builder.problem(bare, "", f"the text is not YAML: {_NO_COLON}", "syntax")
        else:
            builder.problem(_line_of(error), "", _in_plain_words(error), "syntax")
    except (YAMLError, *_CARELESS):
        builder.problem(
            builder.line, "", "the text after this is not YAML, nor is it text with known escapes", "syntax"
        )
    return Reading(value, Places(builder.lines), tuple(sorted(builder.problems, key=lambda problem: problem.line)))


def _line_of(error: MarkedYAMLError) -> int:
    began = error.problem in _SEEN_LATER
    mark = (error.context_mark if began else None) or error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark is not None else 1


def _bare_key_above(error: MarkedYAMLError, text: str) -> int | None:
    """The line of a word above the error that lacks only its ":": with it, the text can be read beyond that place."""
    if error.problem_mark is None or not any(said in (error.problem or "") for said in _AFTER_A_BARE_KEY):
        return None
    wrong = int(error.problem_mark.line)
    lines = _LINE_ENDS.split(text)[: wrong + 1]
    above = next((at for at in range(wrong - 1, -1, -1) if not _NOTHING.fullmatch(lines[at])), None)
    if above is None or (word := _WORD.match(lines[above])) is None:
        return None
    lines[wrong] = lines[wrong][: error.problem_mark.column + _ENOUGH]  # what comes after it was never gone through
    lines[above] = f"{word[1]}:{lines[above][word.end(1) :]}"
    try:
        for _event in _events("\n".join([*lines, ""])):
            pass
    except MarkedYAMLError as still:
        if still.problem_mark is None or still.problem_mark.line <= wrong:
            return None
    except (YAMLError, *_CARELESS):
        return None
    return above + 1


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = YAML(typ="safe", pure=True, plug_ins=[]).parse(text)
    return events


def _in_plain_words(error: MarkedYAMLError) -> str:
    said = error.problem or "it cannot be read"
    for theirs, ours in _PLAIN_WORDS:
        if theirs in said:
            return f"the text is not YAML: {ours}"
    return f"the text is not YAML: {said}"


class _Builder:
    """Makes plain values of the parser's events; the nesting it follows is bounded, so recursion is safe."""

    def __init__(self, text: str, floats: Floats) -> None:
        self.events = _events(text)
        self.floats = floats
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.line = 1
        self._anchors: dict[str, Any] = {}
        self._aliased = 0

    def problem(self, line: int, path: str, message: str, code: str) -> None:
        self.problems.append(Problem(path, line, message, code))

    def document(self) -> Any:
        value, documents = None, 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problem(
                        event.start_mark.line + 1, "", "a second document begins here, one is expected", "documents"
                    )
                    break
            elif isinstance(event, NodeEvent):
                self.lines[""] = event.start_mark.line + 1
                value = self._value(event, "", 1)
        if not documents:
            self.problem(1, "", "the text is empty, a document is expected", "empty")
        return value

    def _value(self, event: Any, path: str, depth: int) -> Any:
        self.line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, path, depth)
        if event.tag is not None:
            self.problem(self.line, path, f"the tag {_short(event.tag)} is not read, write plain values", "tag")
        if event.anchor is not None:
            self._anchors[event.anchor] = _Open
        value = self._scalar(event, path) if isinstance(event, ScalarEvent) else self._collection(event, path, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _collection(self, event: Any, path: str, depth: int) -> Any:
        if depth > DEEPEST:
            self.problem(self.line, path, f"the text is nested deeper than {DEEPEST} levels", "depth")
            raise _NestingError
        return self._mapping(path, depth) if isinstance(event, MappingStartEvent) else self._sequence(path, depth)

    def _sequence(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        for event in self.events:
            if not isinstance(event, NodeEvent):
                break
            place = joined(path, len(values))
            self.lines[place] = event.start_mark.line + 1
            values.append(self._value(event, place, depth + 1))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self.events:
            if not isinstance(event, NodeEvent):
                break
            line = event.start_mark.line + 1
            key = self._key(event, line, path, depth)
            if key is None:
                self._value(next(self.events), joined(path, "?"), depth + 1)
                continue
            place = joined(path, key)
            if key in values:
                message = f'the key "{key}" is given twice, first on line {self.lines[place]}'
                self.problem(line, place, message, "duplicate")
            else:
                self.lines[place] = line
            value = self._value(next(self.events), place, depth + 1)
            values.setdefault(key, value)
        return values

    def _key(self, event: Any, line: int, path: str, depth: int) -> str | None:
        if not isinstance(event, ScalarEvent):
            what = "an alias" if isinstance(event, AliasEvent) else "a list or a mapping"
            self.problem(line, path, f"{what} stands where a key is expected, write the key as text", "key")
            self._value(event, joined(path, "?"), depth + 1)
            return None
        if event.tag is not None:
            self.problem(line, path, f"the tag {_short(event.tag)} is not read, write the key as text", "tag")
        if event.anchor is not None:
            self._anchors[event.anchor] = str(event.value)
        if event.value == "<<" and event.style is None:
            self.problem(line, path, '"<<" merges mappings in YAML 1.1 only, write the keys out', "merge")
        elif event.value == "":
            self.problem(line, path, "an empty key stands here, write a name", "key")
        else:
            return self._text(event.value, line, path)
        return None

    def _scalar(self, event: Any, path: str) -> Any:
        if event.style is not None:
            return self._text(event.value, self.line, path)
        try:
            value = resolved(event.value)
        except ValueError as error:
            self.problem(self.line, path, str(error), "number")
            return "0"
        if isinstance(value, Float) and self.floats == "refuse":
            self.problem(self.line, path, float_refused(value), "float")
        return value

    def _text(self, text: str, line: int, path: str) -> str:
        if UNWANTED.search(text) is None:
            return text
        # JSON, and so YAML, writes a character beyond U+FFFF as a pair of escapes.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        found = UNWANTED.search(text) or ("\ufffd" in text and ["\ufffd"])
        if found:
            message = f"the text holds U+{ord(found[0]):04X}, which is no character that can be shown"
            self.problem(line, path, message, "character")
        return text

    def _alias(self, name: str, path: str, depth: int) -> Any:
        if name not in self._anchors:
            self.problem(self.line, path, f"*{name} stands for nothing, no &{name} comes before it", "alias")
            return None
        value = self._anchors[name]
        if value is _Open:
            self.problem(self.line, path, f"*{name} stands within &{name}, so it would hold itself", "alias")
            return None
        nodes, height = extent(value)
        self._aliased += nodes
        if self._aliased > MOST_ALIASED:
            message = f"aliases make the text expand to more than {MOST_ALIASED} values"
            if all(problem.code != "expansion" for problem in self.problems):
                self.problem(self.line, path, message, "expansion")
            return None
        if depth + height - 1 > DEEPEST:
            self.problem(self.line, path, f"with *{name} the text is nested deeper than {DEEPEST} levels", "depth")
            return None
        return value


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
