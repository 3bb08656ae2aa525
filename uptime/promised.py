"""What the policies in force know of outages and maintenance: causes that do not count, kinds that are excluded."""

from collections.abc import Iterator
from datetime import datetime

from contracts.models import PolicyVersion
from contracts.policy.document.availability import Availability
from contracts.queries import document_of


def causes_in_force(provider_id: int, at: datetime) -> dict[str, list[str]]:
    """The causes that any policy in force at `at` excludes, each with the titles of those policies."""
    found: dict[str, list[str]] = {}
    for title, promise in _promises(provider_id, at):
        for cause in promise.exclusions.causes.entries:
            _add(found, cause, title)
    return found


def kinds_in_force(provider_id: int, at: datetime) -> dict[str, list[str]]:
    """The kinds of maintenance that any policy in force at `at` excludes, each with the titles of those policies."""
    found: dict[str, list[str]] = {}
    for title, promise in _promises(provider_id, at):
        for kind in promise.exclusions.maintenance.entries:
            _add(found, kind, title)
    return found


def _add(found: dict[str, list[str]], key: str, title: str) -> None:
    titles = found.setdefault(key, [])
    if title not in titles:
        titles.append(title)


def _promises(provider_id: int, at: datetime) -> Iterator[tuple[str, Availability]]:
    """Title and availability of every plan of the policies in force; one query."""
    versions = PolicyVersion.objects.filter(provider_id=provider_id, effective_from__lte=at)
    for version in versions.order_by("policy", "-effective_from").distinct("policy"):
        for plan in document_of(version).plans.values():
            if plan.terms.availability is not None:
                yield version.title, plan.terms.availability
