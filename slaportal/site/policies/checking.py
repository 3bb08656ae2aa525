"""What there is to say about a text before it is published: faults at their lines, differences, scenarios."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.models import PolicyVersion
from contracts.policy.documents import Document, DocumentRefused, read_document
from contracts.policy.reading import Problem
from contracts.queries import document_of, scenario_names_of
from slaportal.refusal import Refusal
from slaportal.site.policies.differences import PlanDifferences, differences_of
from slaportal.site.simulate.comparing import failures_of
from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.files import WrongFiles, read_scenarios
from slaportal.site.simulate.working_out import work_out_all

QUOTED = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong on a line (from 1) of a text, the line quoted; `path` names the place in it."""

    line: int
    path: str
    message: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A scenario, where it begins, and what of it does not hold."""

    name: str
    line: int
    failures: tuple[str, ...]


@dataclass(slots=True)
class Checked:
    """Everything that was found; without `document` the text is not sound, and no scenario was tried."""

    document: Document | None = None
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    differences: list[PlanDifferences] = field(default_factory=list)
    scenarios: list[Tried] = field(default_factory=list)
    scenario_errors: list[Finding] = field(default_factory=list)
    refused: str = ""
    dropped: int = 0  # scenarios of the version before that would not be run any more, as this text comes with none
    dropped_of: int | None = None  # the number of that version

    @property
    def failing(self) -> int:
        """How many scenarios do not hold."""
        return sum(1 for tried in self.scenarios if tried.failures)

    @property
    def publishable(self) -> bool:
        """That nothing but warnings, dropped scenarios, the date or the same text could stand in its way."""
        return not (self.errors or self.scenario_errors or self.failing or self.refused)

    @property
    def warned_of(self) -> str:
        """Stands for the warnings: who confirms says by it which ones were on the page. Empty: there are none."""
        if not self.warnings:
            return ""
        said = "\n".join(f"{found.path}: {found.message}" for found in self.warnings)
        return hashlib.sha256(said.encode()).hexdigest()


def check(text: str, scenarios: str | None, *, policy: str, latest: PolicyVersion | None) -> Checked:
    """The text on its own, against the latest version, and by its scenarios; nothing is saved, nothing raised."""
    lines = text.split("\n")
    try:
        document = read_document(text)
    except DocumentRefused as refused:
        checked = Checked(errors=_findings(refused.problems, lines, warning=False))
        checked.warnings = _findings(refused.problems, lines, warning=True)
        return checked
    checked = Checked(document, warnings=_findings(document.warnings, lines, warning=True))
    try:
        if latest is not None:
            checked.differences = differences_of(document_of(latest), document)
        if scenarios is not None:
            checked.scenarios = tried(scenarios, document, policy)
        if latest is not None and not checked.scenarios:
            checked.dropped = len(scenario_names_of(latest))
            checked.dropped_of = latest.number if checked.dropped else None
    except WrongFiles as wrong:
        checked.scenario_errors = [_in_scenarios(line, scenarios or "") for line in wrong.lines]
    except Refusal as refusal:
        checked.refused = refusal.message
    return checked


def tried(scenarios: str, document: Document, policy: str) -> list[Tried]:
    """Each scenario of a text tried on the document. Refuses `scenario_refused` (WrongFiles), or as a calendar does."""
    prepared = read_scenarios(scenarios, document=document, names=(policy,))
    outcomes = zip(prepared, work_out_all(prepared), strict=True)
    return [
        Tried(one.scenario.name, one.line, tuple(failures_of(one.scenario.expect, figures_of(outcome))))
        for one, outcome in outcomes
    ]


def _findings(problems: Sequence[Problem], lines: list[str], *, warning: bool) -> list[Finding]:
    return [
        Finding(problem.line, problem.path, problem.message, _quoted(lines, problem.line))
        for problem in problems
        if problem.warning == warning
    ]


def _in_scenarios(line: str, scenarios: str) -> Finding:
    """`scenarios:4: scenarios[0].now: ...` as a finding."""
    _name, number, said = line.split(":", 2)
    return Finding(int(number), "", said.strip(), _quoted(scenarios.split("\n"), int(number)))


def _quoted(lines: list[str], number: int) -> str:
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return line if len(line) <= QUOTED else f"{line[:QUOTED]}…"
