"""Scenario files: each scenario with its agreement and where it stands, or everything that is wrong with the files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
class Prepared:
    """A scenario that can be worked out, and the place in its file, for what turns out wrong on the way."""

    scenario: Scenario
    agreement: Agreement
    file: Path
    path: str
    places: Places

    def wrong(self, path: str, message: str) -> WrongFiles:
        """The refusal for something at a path within the scenario."""
        return WrongFiles([_line(self.file, _problem(self.places, joined(self.path, path), message))])


def read_files(files: Sequence[Path]) -> list[Prepared]:
    """The scenarios of all files in order; WrongFiles names everything that is wrong in any of them."""
    prepared: list[Prepared] = []
    lines: list[str] = []
    for file in files:
        try:
            prepared += _read_file(file)
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
    reading = read_text(text, floats="keep", limit=LARGEST)
    problems = [problem for problem in reading.problems if not problem.warning]
    if problems:
        raise WrongFiles([_line(file, problem) for problem in problems])
    prepared: list[Prepared] = []
    lines: list[str] = []
    for path, value in _scenarios(file, reading.value, reading.places):
        try:
            prepared.append(_prepared(file, path, value, reading.places))
        except WrongFiles as wrong:
            lines += wrong.lines
    if lines:
        raise WrongFiles(lines)
    return prepared


def _scenarios(file: Path, value: Any, places: Places) -> Iterator[tuple[str, Any]]:
    """Each scenario of a file with its path: the file is one, or has a list under `scenarios:`."""
    if not isinstance(value, dict):
        message = f"{shown(value)} stands where a scenario or a list under scenarios: is expected"
        raise WrongFiles([_line(file, _problem(places, "", message))])
    if "scenarios" not in value:
        yield "", value
        return
    others = [key for key in value if key != "scenarios"]
    if others:
        message = f'"{others[0]}" cannot stand beside scenarios:, each scenario has its own'
        raise WrongFiles([_line(file, _problem(places, others[0], message))])
    if not isinstance(value["scenarios"], list):
        message = f"{shown(value['scenarios'])} stands where a list of scenarios is expected"
        raise WrongFiles([_line(file, _problem(places, "scenarios", message))])
    for number, scenario in enumerate(value["scenarios"]):
        yield f"scenarios[{number}]", scenario


def _prepared(file: Path, path: str, value: Any, places: Places) -> Prepared:
    try:
        scenario = Scenario.model_validate(value)
    except ValidationError as error:
        found = [(joined_keys(path, complaint.keys), complaint.message) for complaint in complaints(error, Scenario)]
        raise WrongFiles([_line(file, _problem(places, where, message)) for where, message in found]) from None
    document = _document(file, path, scenario.policy, places)
    try:
        agreement = agreement_of(document, scenario.plan)
    except Refusal as refusal:
        key = "plan" if refusal.code == "unknown_plan" else "policy"
        raise WrongFiles([_line(file, _problem(places, joined(path, key), refusal.message))]) from None
    return Prepared(scenario, agreement, file, path, places)


def _document(file: Path, path: str, policy: str | dict[str, Any], places: Places) -> Document:
    """The policy by its key, in a file beside the scenario's, or written out in it."""
    where = joined(path, "policy")
    if isinstance(policy, dict):
        try:
            return read_document(json.dumps(_with_numbers(policy), ensure_ascii=False))
        except DocumentRefused as refused:
            found = [(f"{where}.{problem.path}".rstrip("."), problem) for problem in refused.problems]
            raise WrongFiles(
                [_line(file, _problem(places, at, problem.message)) for at, problem in found if not problem.warning]
            ) from None
    if policy in shipped_policies():
        return shipped_policy(policy)
    beside = file.parent / policy
    if not beside.is_file():
        message = (
            f'there is no policy "{policy}"{suggestion(policy, shipped_policies())}, and no such file beside this one'
        )
        raise WrongFiles([_line(file, _problem(places, where, message))])
    try:
        return read_document(beside.read_bytes())
    except DocumentRefused as refused:
        raise WrongFiles([_line(beside, problem) for problem in refused.problems if not problem.warning]) from None


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


def _problem(places: Places, path: str, message: str) -> Problem:
    return Problem(path, places.line(path), message, "scenario")


def _line(file: Path, problem: Problem) -> str:
    return f"{file}:{problem.line}: {problem.path + ': ' if problem.path else ''}{problem.message}"
