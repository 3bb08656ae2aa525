"""Policy documents: a text becomes the terms of each of its plans, or a refusal that names everything wrong with it."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from contracts.policy.agreement import Agreement, agree
from contracts.policy.complaints import suggestion
from contracts.policy.drafts import Draft, PlanTerms
from contracts.policy.reading import Places, Problem
from slaportal.refusal import Refusal

__all__ = [
    "Document",
    "DocumentRefused",
    "PlanTerms",
    "agreement_of",
    "document_problems",
    "read_document",
    "shipped_policies",
    "shipped_policy",
]

_SHIPPED = Path(__file__).parent.parent / "policies"


@dataclass(frozen=True, eq=False)
class Document:
    """A policy document that is sound: `digest` is the SHA-256 of its text, `plans` stand in the order of the text.

    `places` has the line of every value.
    """

    text: str
    digest: str
    provider_key: str
    plans: dict[str, PlanTerms]
    warnings: tuple[Problem, ...]
    places: Places

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class DocumentRefused(Refusal):
    """A text that is no sound policy document; `problems` are all errors and warnings, by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = [problem for problem in problems if not problem.warning]
        found = "\n".join(map(str, errors))
        message = str(errors[0]) if len(errors) == 1 else f"{len(errors)} things are wrong with the policy:\n{found}"
        fields = {problem.path or "document": problem.message for problem in reversed(errors)}
        super().__init__("policy_refused", message, fields=fields)
        self.problems = problems


def read_document(text: bytes | str) -> Document:
    """The document, read once for every text; DocumentRefused where anything in it is an error."""
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise DocumentRefused(Draft(text).problems) from None
    return _document(text)


def document_problems(text: bytes | str) -> tuple[Problem, ...]:
    """Every error and warning of a text, by line, for an editor; never raises."""
    try:
        return read_document(text).warnings
    except DocumentRefused as refused:
        return refused.problems


def agreement_of(document: Document, plan: str | None = None) -> Agreement:
    """What a plan of the document promises, ready for calculation; without a plan the only or the first one.

    Refusal `unknown_plan` names the plans that there are.
    """
    if plan is None:
        plan = next(iter(document.plans))
    if plan not in document.plans:
        raise Refusal("unknown_plan", f'there is no plan "{plan}"{suggestion(plan, list(document.plans))}', status=404)
    return _agreement(document, plan)


def shipped_policies() -> list[str]:
    """The keys of the policies that come with the portal."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def shipped_policy(key: str) -> Document:
    """A policy that comes with the portal; Refusal `unknown_policy` names those that there are."""
    known = shipped_policies()
    if key not in known:
        raise Refusal("unknown_policy", f'there is no policy "{key}"{suggestion(key, known)}', status=404)
    return read_document((_SHIPPED / f"{key}.yaml").read_bytes())


@lru_cache(maxsize=256)
def _document(text: str) -> Document:
    draft = Draft(text)
    problems = draft.problems
    if any(not problem.warning for problem in problems):
        raise DocumentRefused(problems)
    first = next(iter(draft.plans.values()))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(text, digest, first.terms.provider.key, draft.plans, problems, draft.places)


@lru_cache(maxsize=1024)
def _agreement(document: Document, plan: str) -> Agreement:
    chosen = document.plans[plan]
    return agree(chosen.terms, plan=plan, plan_name=chosen.name, digest=document.digest)
