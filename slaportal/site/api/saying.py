"""Policy versions, findings and outcomes of scenarios as they go out."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from contracts.models import PolicyVersion
from contracts.policy.documents import Document
from contracts.queries import document_of
from slaportal.api.shapes import moment
from slaportal.site.policies.checking import Checked, Finding
from slaportal.site.simulate.comparing import failures_of
from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.working_out import Outcome

Said = dict[str, Any]
COMING, NOW, PAST = "coming", "now", "past"


def versions_said(found: list[PolicyVersion], *, provider_id: int, now: datetime) -> list[Said]:
    """Each with how it stands among those of its policy: one query more, however many."""
    begun = PolicyVersion.objects.filter(provider_id=provider_id, effective_from__lte=now)
    in_force = begun.order_by("policy", "-effective_from").distinct("policy").values_list("pk", flat=True)
    ids = set(in_force) if found else set()
    return [
        {
            "id": version.pk,
            "policy": version.policy,
            "number": version.number,
            "title": version.title,
            "digest": version.digest,
            "effective_from": moment(version.effective_from),
            "state": COMING if version.effective_from > now else NOW if version.pk in ids else PAST,
            "published_at": moment(version.published_at),
            "publisher": version.publisher_name,
            "note": version.note,
        }
        for version in found
    ]


def version_said(version: PolicyVersion, *, now: datetime) -> Said:
    """One with its text and its plans."""
    told = versions_said([version], provider_id=version.provider_id, now=now)[0]
    return {**told, "plans": plans_said(document_of(version)), "text": version.text}


def plans_said(document: Document | None) -> list[Said]:
    """In the order of the text; none of a text that is not sound."""
    plans = document.plans if document else {}
    return [{"key": key, "name": terms.name} for key, terms in plans.items()]


def checked_said(checked: Checked) -> Said:
    """All that was found."""
    return {
        "publishable": checked.publishable,
        "digest": checked.document.digest if checked.document else None,
        "plans": plans_said(checked.document),
        "errors": [_finding(found) for found in checked.errors],
        "warnings": [_finding(found) for found in checked.warnings],
        "warned_of": checked.warned_of,
        "scenarios": [
            {"name": tried.name, "line": tried.line, "failures": list(tried.failures)} for tried in checked.scenarios
        ],
        "scenario_errors": [_finding(found) for found in checked.scenario_errors],
        "refused": checked.refused or None,
        "drops_scenarios_of": checked.dropped_of,
    }


def _finding(found: Finding) -> Said:
    return {"line": found.line, "path": found.path, "message": found.message, "quoted": found.quoted}


def outcome_said(outcome: Outcome) -> Said:
    """As `simulate --json` says it (docs/scenario-format.md), but for seconds: they are decimals as text here too."""
    figures = figures_of(outcome)
    failures = failures_of(outcome.scenario.expect, figures)
    told: Said = {"name": outcome.scenario.name, **_exact(figures), "failures": failures}
    return told


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _seconds(of) if str(name).endswith("_s") else _exact(of) for name, of in value.items()}
    return [_exact(each) for each in value] if isinstance(value, list) else value


def _seconds(value: float) -> str:
    return f"{Decimal(str(value)):f}"
