"""Scenario files: each scenario with its agreement and where it stands, or everything that is wrong with the files."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.policy.agreement import Agreement
from contracts.policy.complaints import complaints, suggestion
from contracts.policy.document.values import shown
from contracts.policy.documents import (
    Document,
    DocumentRefused,
    agreement_of,
    read_document,
    shipped_policies,
    shipped_policy,
)
from contracts.policy.reading import Float, Places, Problem, read_text
from contracts.policy.reading.places import joined, path_of
from slaportal.refusal import Refusal
from slaportal.site.simulate.scenario import Scenario

LARGEST = 16 * 1024 * 1024


class WrongFiles(Refusal):
    """Files that are no scenarios; `lines` name file, line, path, what was found and what was expected."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("scenario_refused", "\n".join(lines))
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Source:
    """Where scenarios stand: the name of the text in messages, the line of every path, and what `policy:` means there.

    In a file (`folder`) it names a shipped policy or a file beside it. In a text for one `document` it may be left out
    or be one of that document's `names`, and there is no other.
    """

    name: str
    places: Places
    folder: Path | None = None
    document: Document | None = None
    names: tuple[str, ...] = ()

    def wrong(self, path: str, message: str) -> WrongFiles:
        """The refusal for something at a path."""
        return WrongFiles([_line(self.name, Problem(path, self.places.line(path), message, "scenario"))])


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario that can be worked out, and the place in its file, for what turns out wrong on the way."""

    scenario: Scenario
    agreement: Agreement
    source: Source
    path: str

    @property
    def line(self) -> int:
        """Where it begins, from 1."""
        return self.source.places.line(self.path)

    def wrong(self, path: str, message: str) -> WrongFiles:
        """The refusal for something at a path within the scenario."""
        return self.source.wrong(joined(self.path, path), message)


def read_files(files: Sequence[Path]) -> list[Prepared]:
    """The scenarios of all files in order; WrongFiles names everything that is wrong in any of them."""
    return _all(partial(_read_file, file) for file in files)


def read_scenarios(
    text: bytes | str, *, document: Document, names: Sequence[str] = (), name: str = "scenarios"
) -> list[Prepared]:
    """The scenarios of a text that test this document, in order; WrongFiles names everything that is wrong in it.

    Each scenario's `policy:` is left out, or is the key of the document's provider or one of `names`; `name` stands
    for the file in messages.
    """
    return _read(text, Source(name, Places(), document=document, names=(document.provider_key, *names)))


def read_on_its_own(text: bytes | str, *, name: str = "scenarios") -> list[Prepared]:
    """The scenarios of a text that stands beside no file: each is of a shipped policy or of one written out in it."""
    return _read(text, Source(name, Places()))


def _all(readings: Iterable[Callable[[], list[Prepared]]]) -> list[Prepared]:
    """What all of them read; what is wrong is gathered first."""
    prepared: list[Prepared] = []
    lines: list[str] = []
    for read in readings:
        try:
            prepared += read()
        except WrongFiles as wrong:
            lines += wrong.lines
    if lines:
        raise WrongFiles(lines)
    return prepared


def _read_file(file: Path) -> list[Prepared]:
    try:
        text = file.read_bytes()
    except OSError as error:
        raise WrongFiles([f"{file}:1: the file cannot be read: {error.strerror or error}"]) from None
    return _read(text, Source(str(file), Places(), folder=file.parent))


def _read(text: bytes | str, source: Source) -> list[Prepared]:
    reading = read_text(text, floats="keep", limit=LARGEST)
    problems = [problem for problem in reading.problems if not problem.warning]
    if problems:
        raise WrongFiles([_line(source.name, problem) for problem in problems])
    placed = replace(source, places=reading.places)
    return _all(partial(_one, placed, path, value) for path, value in _scenarios(placed, reading.value))


def _scenarios(source: Source, value: Any) -> Iterator[tuple[str, Any]]:
    """Each scenario of a text with its path: the text is one, or has a list under `scenarios:`."""
    if not isinstance(value, dict):
        raise source.wrong("", f"{shown(value)} stands where a scenario or a list under scenarios: is expected")
    if "scenarios" not in value:
        yield "", value
        return
    others = [key for key in value if key != "scenarios"]
    if others:
        raise source.wrong(others[0], f'"{others[0]}" cannot stand beside scenarios:, each scenario has its own')
    if not isinstance(value["scenarios"], list):
        raise source.wrong("scenarios", f"{shown(value['scenarios'])} stands where a list of scenarios is expected")
    for number, scenario in enumerate(value["scenarios"]):
        yield f"scenarios[{number}]", scenario


def _one(source: Source, path: str, value: Any) -> list[Prepared]:
    if source.document is not None and isinstance(value, dict):
        value = {"policy": source.document.provider_key, **value}
    try:
        scenario = Scenario.model_validate(value)
    except ValidationError as error:
        found = [(joined_keys(path, complaint.keys), complaint.message) for complaint in complaints(error, Scenario)]
        raise WrongFiles([line for where, message in found for line in source.wrong(where, message).lines]) from None
    document = _document(source, joined(path, "policy"), scenario.policy)
    try:
        agreement = agreement_of(document, scenario.plan)
    except Refusal as refusal:
        key = "plan" if refusal.code == "unknown_plan" else "policy"
        raise source.wrong(joined(path, key), refusal.message) from None
    return [Prepared(scenario, agreement, source, path)]


def _document(source: Source, where: str, policy: str | dict[str, Any]) -> Document:
    """The document that the text is for, else the policy by its key, in a file beside it, or written out in it."""
    if source.document is not None:
        return _given(source, where, policy, source.document)
    if isinstance(policy, dict):
        return _written_out(source, where, policy)
    if policy in shipped_policies():
        return shipped_policy(policy)
    beside = source.folder / policy if source.folder else None
    if beside is None or not beside.is_file():
        known = suggestion(policy, shipped_policies())
        raise source.wrong(where, f'there is no policy "{policy}"{known}, and no such file beside this one')
    try:
        return read_document(beside.read_bytes())
    except DocumentRefused as refused:
        raise WrongFiles([_line(beside, problem) for problem in refused.problems if not problem.warning]) from None


def _given(source: Source, where: str, policy: str | dict[str, Any], document: Document) -> Document:
    """A scenario of another policy would hold whatever this one says, so it is no test of it."""
    if isinstance(policy, dict) or policy not in source.names:
        meant = " or ".join(f'"{name}"' for name in dict.fromkeys(source.names))
        found = "a policy written out" if isinstance(policy, dict) else f'"{policy}"'
        message = (
            f"{found} stands here, but these scenarios test the policy they come with: leave it out or write {meant}"
        )
        raise source.wrong(where, message)
    return document


def _written_out(source: Source, where: str, policy: dict[str, Any]) -> Document:
    try:
        return read_document(json.dumps(_with_numbers(policy), ensure_ascii=False))
    except DocumentRefused as refused:
        errors = [problem for problem in refused.problems if not problem.warning]
        found = [(f"{where}.{problem.path}".rstrip("."), problem.message) for problem in errors]
        raise WrongFiles([line for at, message in found for line in source.wrong(at, message).lines]) from None


def _with_numbers(value: Any) -> Any:
    """The mapping as it was written: numbers with a point are numbers, which a policy refuses with a hint."""
    if isinstance(value, dict):
        return {key: _with_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_with_numbers(entry) for entry in value]
    return float(value) if isinstance(value, Float) else value


def joined_keys(path: str, keys: Sequence[str | int]) -> str:
    """The path of a chain of keys within the mapping at `path`."""
    below = path_of(keys)
    return joined(path, below) if path and below else path or below


def _line(file: Path | str, problem: Problem) -> str:
    return f"{file}:{problem.line}: {problem.path + ': ' if problem.path else ''}{problem.message}"
