"""The versions of a policy as its pages list them: what holds, what comes, what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import PolicyVersion, PublishedScenarios
from slaportal.pages.times import Shown, at_reader
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership

DIGITS_SHOWN = 12  # of a digest


@dataclass(frozen=True, slots=True)
class Row:
    """A version in a list; `state` is "coming", "now" (one of a policy at most) or "past".

    `scenarios` counts those it was published by; None: from before they were kept.
    """

    version: PolicyVersion
    state: str
    since: Shown
    published: Shown
    scenarios: int | None

    @property
    def digest(self) -> str:
        """The beginning of the fingerprint."""
        return self.version.digest[:DIGITS_SHOWN]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by its short name, with the title that is in force, or that will be first."""

    key: str
    title: str
    rows: list[Row]


def get_version_for(actor: Membership, pk: int) -> PolicyVersion:
    """One version of the actor's provider, with its text and its scenarios."""
    found = PolicyVersion.objects.filter(pk=pk, provider_id=actor.provider_id).select_related("scenarios").first()
    if found is None:
        raise not_found(_("There is no such version here."))
    return found


def numbered(actor: Membership, policy: str, number: str) -> PolicyVersion:
    """The version of a policy by the number that an address names."""
    found = None
    if number.isascii() and number.isdigit() and len(number) < 8:
        versions = PolicyVersion.objects.filter(provider_id=actor.provider_id, policy=policy, number=int(number))
        found = versions.select_related("scenarios").first()
    if found is None:
        raise not_found(_("There is no such version here."))
    return found


def scenarios_of(version: PolicyVersion) -> PublishedScenarios | None:
    """What it was published by; None for a version from before that was kept."""
    return getattr(version, "scenarios", None)


def policies_of(actor: Membership, now: datetime) -> list[Policy]:
    """All policies by short name."""
    versions = _listed(actor).order_by("policy", "-number")
    listed = []
    for key, of_policy in groupby(versions, key=lambda version: version.policy):
        rows = _rows(of_policy, now)
        current = next((row for row in rows if row.state == "now"), rows[-1])
        listed.append(Policy(key, current.version.title, rows))
    return listed


def versions_of(actor: Membership, policy: str, now: datetime) -> list[Row]:
    """The versions of one policy, the newest first."""
    return _rows(_listed(actor).filter(policy=policy).order_by("-number"), now)


def _listed(actor: Membership) -> QuerySet[PolicyVersion]:
    versions = PolicyVersion.objects.filter(provider_id=actor.provider_id)
    return versions.select_related("scenarios").defer("text", "scenarios__text")


def _rows(versions: Iterable[PolicyVersion], now: datetime) -> list[Row]:
    rows: list[Row] = []
    in_force = False
    for version in versions:
        state = "coming" if version.effective_from > now else "past" if in_force else "now"
        in_force = in_force or state == "now"
        since, published = at_reader(version.effective_from, now), at_reader(version.published_at, now)
        kept = scenarios_of(version)
        rows.append(Row(version, state, since, published, None if kept is None else len(kept.names)))
    return rows
