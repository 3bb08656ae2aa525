"""A text on its way to becoming a policy document: the terms of its plans, and everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from contracts.policy.complaints import Complaint, Keys, complaints, is_open, known_keys, unknown_key
from contracts.policy.document import Terms
from contracts.policy.document.values import shown
from contracts.policy.merging import Merged, merged, refused_overrides
from contracts.policy.reading import Places, Problem, read_text
from contracts.policy.reading.places import extent, joined, path_of
from contracts.policy.soundness import (
    ERROR_IN_EVERY_PLAN,
    ONLY_IN_EVERY_PLAN,
    findings,
    plan_name_findings,
    shared_findings,
)
from contracts.policy.standins import errors_beside

LARGEST = 256 * 1024
MOST_PLANS = 100
# Every plan is read with the whole document below it: this many values of it, times plans.
MOST_VALUES_IN_PLANS = 200_000


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """One plan of a document, with its terms merged and read; `origins` leads what it overrides to where it does."""

    key: str
    name: str
    terms: Terms
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Note:
    """Something wrong where it was written; several plans may come upon the same."""

    path: str
    message: str
    code: str
    warning: bool


class Draft:
    """A text of at most 256 KiB, read as far as it can be: `plans` has those that are whole, `places` every line."""

    def __init__(self, text: bytes | str) -> None:
        reading = read_text(text, floats="refuse", limit=LARGEST)
        self.plans: dict[str, PlanTerms] = {}
        self.places: Places = reading.places
        self._problems: set[Problem] = set(reading.problems)
        self._notes: dict[_Note, list[str]] = {}
        if isinstance(reading.value, dict):
            self._read(reading.value)
        elif not reading.problems:
            message = f"{shown(reading.value)} stands where a policy is expected, begin with format: slaportal/1"
            self._problem("", message, "type")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong, each once, by line."""
        return tuple(sorted(self._problems, key=lambda problem: (problem.line, problem.path, problem.message)))

    def _problem(self, path: str, message: str, code: str, *, warning: bool = False) -> None:
        self._problems.add(Problem(path, self.places.line(path), message, code, warning))

    def _read(self, value: dict[str, Any]) -> None:
        plans = self._plan_mappings(value)
        self._document_itself({key: entry for key, entry in value.items() if key != "plans"}, alone=not plans)
        for key, plan in plans.items():
            path = joined("plans", key)
            self._problems.update(refused_overrides(plan, path, self.places))
            terms = merged(value, plan, path)
            self._idle_drops(terms, path)
            self._plan(key, str(plan.get("name", key)), terms)
        known = {(problem.path, problem.message) for problem in self._problems}
        for note, found_in in self._notes.items():
            if (note.path, note.message) not in known:
                self._conclude(note, found_in, list(plans))

    def _plan_mappings(self, value: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The plans that are mappings; a problem for every other, and where there are none or too many."""
        if "plans" not in value:
            self._problem("plans", 'the key "plans" is missing here, a policy has at least one plan', "missing")
            return {}
        plans = value["plans"]
        if not isinstance(plans, dict):
            self._problem("plans", f"{shown(plans)} stands where a mapping of plans is expected", "type")
            return {}
        named = {key: plan for key, plan in plans.items() if key not in ("clause", "strength", "note")}
        if not named:
            self._problem("plans", "there is no plan, a policy has at least one", "missing")
        if len(named) > MOST_PLANS:
            self._problem("plans", f"there are {len(named)} plans, at most {MOST_PLANS} are read", "too_many")
            return {}
        if len(named) > 1 and len(named) * extent(value)[0] > MOST_VALUES_IN_PLANS:
            self._problem(
                "plans", f"the document is too large to be read for each of its {len(named)} plans", "too_many"
            )
            return {}
        for finding in plan_name_findings(named):
            self._problem(path_of(finding.keys), finding.message, finding.code, warning=finding.warning)
        return {key: plan for key, plan in named.items() if self._is_plan(key, plan)}

    def _is_plan(self, key: str, plan: Any) -> bool:
        path = joined("plans", key)
        if not isinstance(plan, dict):
            self._problem(path, f"{shown(plan)} stands where a plan is expected, write {{}} or {{name: ...}}", "type")
            return False
        if not isinstance(plan.get("name", ""), str):
            self._problem(joined(path, "name"), f"{shown(plan['name'])} stands where text is expected", "type")
        return True

    def _idle_drops(self, terms: Merged, plan_path: str) -> None:
        for keys in terms.idle:
            path = joined(plan_path, path_of(keys))
            if is_open(keys[:-1]) or keys[-1] in known_keys(keys[:-1]):
                self._problem(path, "the document has nothing here that a plan could drop", "idle", warning=True)
            else:
                self._problem(path, unknown_key(keys), "unknown_key")

    def _document_itself(self, value: dict[str, Any], *, alone: bool) -> None:
        """What is wrong before plans are merged over it; they may add what it lacks."""
        wrong = self._complaints(value)
        for complaint in wrong:
            if alone or complaint.code != "missing":
                self._problem(path_of(complaint.keys), complaint.message, complaint.code)
        if alone:
            for finding in errors_beside(value, wrong):
                self._problem(path_of(finding.keys), finding.message, finding.code)

    def _plan(self, key: str, name: str, merged_terms: Merged) -> None:
        """Read and judge one plan; where it cannot be read whole, what can be is judged all the same."""
        try:
            terms = Terms.model_validate(merged_terms.value)
        except ValidationError as error:
            wrong = list(complaints(error))
            for complaint in wrong:
                self._note(key, merged_terms, complaint.keys, complaint.message, complaint.code)
            for finding in errors_beside(merged_terms.value, wrong):
                self._note(key, merged_terms, finding.keys, finding.message, finding.code)
            return
        self.plans[key] = PlanTerms(key, name, terms, merged_terms.origins)
        if len(self.plans) == 1:
            for finding in shared_findings(terms):
                self._problem(path_of(finding.keys), finding.message, finding.code, warning=finding.warning)
        for finding in findings(terms):
            self._note(key, merged_terms, finding.keys, finding.message, finding.code, warning=finding.warning)

    @staticmethod
    def _complaints(value: dict[str, Any]) -> list[Complaint]:
        try:
            Terms.model_validate(value)
        except ValidationError as error:
            return list(complaints(error))
        return []

    def _note(self, plan: str, terms: Merged, keys: Keys, message: str, code: str, *, warning: bool = False) -> None:
        note = _Note(terms.written_at(path_of(keys)), message, code, warning)
        self._notes.setdefault(note, []).append(plan)

    def _conclude(self, note: _Note, found_in: list[str], plans: list[str]) -> None:
        """One problem for what several plans came upon, saying which where it is not all of them."""
        everywhere = len(set(found_in)) == len(plans)
        if note.code in ONLY_IN_EVERY_PLAN and not everywhere:
            return
        warning = note.warning or (note.code in ERROR_IN_EVERY_PLAN and not everywhere)
        message = note.message
        if not everywhere and not note.path.startswith("plans."):
            named = [f'"{plan}"' for plan in dict.fromkeys(found_in)]
            message = f"{message} (in the plan{'s' if len(named) > 1 else ''} {' and '.join(named)})"
        self._problem(note.path, message, note.code, warning=warning)
