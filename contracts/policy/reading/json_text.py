"""JSON read by the standard library, for its speed; lines are looked for only when one is asked for."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contracts.policy.reading.places import Places, Problem, Reading, joined
from contracts.policy.reading.scalars import UNWANTED, Float, Floats, float_refused, whole_number
from contracts.policy.reading.yaml_text import DEEPEST

_BEGINS = re.compile(r'[\[{\s]*"', re.ASCII)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\[bfu]")


def looks_like_json(text: str) -> bool:
    """Whether a text that is not valid JSON was meant as such, and not as YAML in braces."""
    return _BEGINS.match(text) is not None


def read_json(text: str, *, floats: Floats) -> Reading | None:
    """Read a JSON text; None where it is nested too deep to be followed, which YAML's reader then says where."""
    suspicions: list[str] = [] if _ESCAPE.search(text) is None else ["escape"]
    try:
        value = json.loads(
            text,
            object_pairs_hook=_mapping(suspicions),
            parse_float=_float(suspicions, floats),
            parse_int=_whole(suspicions),
            parse_constant=suspicions.append,
        )
    except json.JSONDecodeError as error:
        message = f"the text is not JSON: {error.msg[:1].lower()}{error.msg[1:]}, column {error.colno}"
        return Reading(None, Places(), (Problem("", error.lineno, message, "syntax"),))
    except RecursionError:
        return None
    if not suspicions and not _deeper(value, DEEPEST):
        return Reading(value, Places(find=lambda: _Walk(text, floats).lines))
    walk = _Walk(text, floats)
    return Reading(value if walk.deepest <= DEEPEST else None, Places(walk.lines), tuple(walk.problems))


def _mapping(suspicions: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs) or "" in entries:
            suspicions.append("key")
        return entries

    return mapping


def _float(suspicions: list[str], floats: Floats) -> Callable[[str], Float]:
    def kept(text: str) -> Float:
        if floats == "refuse":
            suspicions.append("float")
        return Float(text)

    return kept


def _whole(suspicions: list[str]) -> Callable[[str], int]:
    def whole(text: str) -> int:
        try:
            return whole_number(text)
        except ValueError:
            suspicions.append("number")
            return 0

    return whole


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_deeper(entry, levels - 1) for entry in (value.values() if isinstance(value, dict) else value))


@dataclass(slots=True)
class _Frame:
    """A list or mapping that the walk is in."""

    path: str
    mapping: bool
    key: str | None = None
    index: int = 0
    seen: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        return joined(self.path, (self.key or "?") if self.mapping else self.index)

    def next(self) -> None:
        self.key, self.index = None, self.index + 1


class _Walk:
    """Goes through the tokens of a valid JSON text once: the line of every path, and what a document may not hold."""

    def __init__(self, text: str, floats: Floats) -> None:
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.deepest = 0
        self._floats = floats
        self._breaks = [found.end() for found in re.finditer(r"\r\n|\r|\n", text)]
        self._walk(text)

    def _walk(self, text: str) -> None:
        frames: list[_Frame] = []
        for token in _TOKEN.finditer(text):
            word, line = token[0], bisect_right(self._breaks, token.start()) + 1
            if word in "]}":
                frames.pop()
            elif word == ",":
                frames[-1].next()
            elif word != ":":
                frame = frames[-1] if frames else None
                if frame and frame.mapping and frame.key is None:
                    frame.key = self._key(word, frame, line)
                    continue
                place = frame.place if frame else ""
                if not frame or not frame.mapping:
                    self.lines[place] = line
                if word in "[{":
                    frames.append(_Frame(place, mapping=word == "{"))
                    self._deep(len(frames), place, line)
                else:
                    self._value(word, place, line)

    def _deep(self, depth: int, place: str, line: int) -> None:
        if depth > DEEPEST >= self.deepest:
            self._problem(place, line, f"the text is nested deeper than {DEEPEST} levels", "depth")
        self.deepest = max(depth, self.deepest)

    def _key(self, word: str, frame: "_Frame", line: int) -> str:
        key: str = json.loads(word)
        place = joined(frame.path, key)
        if not key:
            self._problem(frame.path, line, "an empty key stands here, write a name", "key")
        elif key in frame.seen:
            message = f'the key "{key}" is given twice, first on line {self.lines[place]}'
            self._problem(place, line, message, "duplicate")
        frame.seen.add(key)
        self.lines.setdefault(place, line)
        self._characters(key, frame.path, line)
        return key

    def _value(self, word: str, place: str, line: int) -> None:
        if word[0] == '"':
            self._characters(json.loads(word), place, line)
        elif word in ("NaN", "Infinity", "-Infinity"):
            self._problem(
                place, line, f"{word} is no number that can be worked with, write a decimal in quotes", "number"
            )
        elif word not in ("true", "false", "null"):
            self._number(word, place, line)

    def _number(self, word: str, place: str, line: int) -> None:
        if any(sign in word for sign in ".eE"):
            if self._floats == "refuse":
                self._problem(place, line, float_refused(word), "float")
            return
        try:
            whole_number(word)
        except ValueError as error:
            self._problem(place, line, str(error), "number")

    def _characters(self, text: str, place: str, line: int) -> None:
        found = UNWANTED.search(text)
        if found:
            message = f"the text holds U+{ord(found[0]):04X}, which is no character that can be shown"
            self._problem(place, line, message, "character")

    def _problem(self, path: str, line: int, message: str, code: str) -> None:
        self.problems.append(Problem(path, line, message, code))
