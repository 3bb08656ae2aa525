"""A YAML 1.2 or JSON text read into plain values, each of which can be found again in the text by its line."""

import re

from contracts.policy.reading.json_text import looks_like_json, read_json
from contracts.policy.reading.places import Places, Problem, Reading
from contracts.policy.reading.scalars import UNWANTED, Float, Floats
from contracts.policy.reading.yaml_text import read_yaml

__all__ = ["Float", "Floats", "Places", "Problem", "Reading", "read_text"]

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_MOST_CHARACTER_PROBLEMS = 20
# A longer text in braces that is not JSON is not tried as YAML too: that would take minutes.
_LONGEST_TRIED_TWICE = 1 << 20


def read_text(text: bytes | str, *, floats: Floats, limit: int) -> Reading:
    """Read one document of at most `limit` bytes of UTF-8; what is wrong with it comes back as problems, never raised.

    Keys are always text. Numbers with a decimal point become `Float`, a text; `floats` says whether each is a problem.
    """
    decoded = _decoded(text, limit)
    if isinstance(decoded, Problem):
        return Reading(None, Places(), (decoded,))
    characters = _unwanted_characters(decoded)
    if characters:
        return Reading(None, Places(), characters)
    if not decoded.strip():
        return Reading(None, Places(), (Problem("", 1, "the text is empty, a document is expected", "empty"),))
    if decoded.lstrip()[0] in "{[":
        return _in_braces(decoded, floats)
    return read_yaml(decoded, floats=floats)


def _in_braces(text: str, floats: Floats) -> Reading:
    """JSON, else YAML that begins with a brace or bracket; the error shown is that of what was probably meant."""
    as_json = read_json(text, floats=floats)
    if as_json is not None and (as_json.value is not None or len(text) > _LONGEST_TRIED_TWICE):
        return as_json
    as_yaml = read_yaml(text, floats=floats)
    failed = any(problem.code == "syntax" for problem in as_yaml.problems)
    return as_json if as_json is not None and failed and looks_like_json(text) else as_yaml


def _decoded(text: bytes | str, limit: int) -> str | Problem:
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > limit:
            return Problem("", 1, f"the text is {_size(len(data))} long, at most {_size(limit)} are read", "too_large")
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = len(_LINE_BREAK.findall(error.object[: error.start].decode())) + 1
        return Problem("", line, "the text is not UTF-8 here, save it in that encoding", "encoding")
    except UnicodeEncodeError as error:
        line = len(_LINE_BREAK.findall(error.object[: error.start])) + 1
        return Problem("", line, "half a surrogate pair stands here, which is no character", "encoding")


def _size(length: int) -> str:
    return f"{length} bytes" if length < 10_240 else f"{length // 1024} KiB"


def _unwanted_characters(text: str) -> tuple[Problem, ...]:
    if UNWANTED.search(text) is None:
        return ()
    problems = []
    for line, content in enumerate(_LINE_BREAK.split(text), start=1):
        found = UNWANTED.search(content)
        if found:
            message = f"the control character U+{ord(found[0]):04X} stands here, only text is expected"
            problems.append(Problem("", line, message, "character"))
        if len(problems) == _MOST_CHARACTER_PROBLEMS:
            break
    return tuple(problems)
