"""Pages of administrators: all policies, one version in sentences beside its text, two versions beside each other."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import PolicyVersion, PublishedScenarios
from contracts.policy.documents import agreement_of
from contracts.queries import document_of
from slaportal.refusal import Refusal
from slaportal.site.policies.checking import tried
from slaportal.site.policies.differences import differences_of
from slaportal.site.policies.forms import BeginForm, CompareForm
from slaportal.site.policies.lines import compared, lines_of
from slaportal.site.policies.side_by_side import side_by_side
from slaportal.site.policies.versions import get_version_for, numbered, policies_of, scenarios_of, versions_of
from slaportal.tenancy.access import membership_of, needs, not_found
from slaportal.tenancy.models import Role


@needs(Role.ADMIN)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Each policy with its versions, the newest first; `?policy=` leads to the form of one that is to be."""
    actor, now = membership_of(request), timezone.now()
    form = BeginForm(request.GET if "policy" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("policy_new", policy=form.cleaned_data["policy"])
    words = {"policies": policies_of(actor, now), "form": form}
    return render(request, "site/policies.html", words, status=422 if form.errors else 200)


@needs(Role.ADMIN)
@require_safe
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: text and sentences of a plan (`?plan=`), what differs from the version before, its scenarios.

    `?run=scenarios` runs these once more.
    """
    actor, now = membership_of(request), timezone.now()
    version = get_version_for(actor, pk)
    rows = versions_of(actor, version.policy, now)
    before = next((row.version for row in rows if row.version.number < version.number), None)
    document = document_of(version)
    earlier = None if before is None else document_of(before)
    plan = agreement_of(document, request.GET.get("plan") or None).plan
    words = {
        "version": version,
        "shown": next(row for row in rows if row.version.pk == version.pk),
        "versions": rows,
        "latest": rows[0].version.pk == version.pk,
        "plans": [(key, terms.name) for key, terms in document.plans.items()],
        "plan": plan,
        "sides": side_by_side(document, plan, earlier),
        "plan_is_new": earlier is not None and plan not in earlier.plans,
        "before": before,
        "differences": [] if earlier is None else differences_of(earlier, document),
        **_scenarios(version, run=request.GET.get("run") == "scenarios"),
    }
    return render(request, "site/policy.html", words)


@needs(Role.ADMIN)
@require_safe
def policy_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions of a policy, the older one first: this one and `?with=` (by number; else the one before it)."""
    actor, now = membership_of(request), timezone.now()
    version = get_version_for(actor, pk)
    rows = versions_of(actor, version.policy, now)
    others = [row for row in rows if row.version.pk != version.pk]
    if not others:
        return render(request, "site/policy_compare.html", {"version": version, "only": True})
    number = request.GET.get("with") or str(_beside(version, [row.version.number for row in others]))
    other = numbered(actor, version.policy, number)
    older, newer = sorted((version, other), key=lambda one: one.number)
    before, after = document_of(older), document_of(newer)
    words = {
        "version": version,
        "older": next(row for row in rows if row.version.pk == older.pk),
        "newer": next(row for row in rows if row.version.pk == newer.pk),
        "pair": [row for row in reversed(rows) if row.version.pk in (older.pk, newer.pk)],
        "form": CompareForm(others=[row.version for row in others], initial={"with": other.number}),
        "differences": differences_of(before, after),
        "stretches": compared(lines_of(before), lines_of(after)),
    }
    return render(request, "site/policy_compare.html", words)


@needs(Role.ADMIN)
@require_safe
def policy_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a version, byte for byte."""
    return _file(get_version_for(membership_of(request), pk).text, "policy.yaml")


@needs(Role.ADMIN)
@require_safe
def policy_scenarios(request: HttpRequest, pk: int) -> HttpResponse:
    """The scenarios that a version was published by, byte for byte."""
    kept = scenarios_of(get_version_for(membership_of(request), pk))
    if kept is None or not kept.text:
        raise not_found(_("No scenarios are kept with this version."))
    return _file(kept.text, "scenarios.yaml")


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _beside(version: PolicyVersion, numbers: list[int]) -> int:
    """The number of the version before, of the one after for the first."""
    return next((number for number in numbers if number < version.number), numbers[-1])


def _scenarios(version: PolicyVersion, *, run: bool) -> dict[str, Any]:
    kept: PublishedScenarios | None = scenarios_of(version)
    words: dict[str, Any] = {"kept": kept}
    if run and kept is not None and kept.names:
        try:
            words["scenarios"] = tried(kept.text, document_of(version), version.policy)
        except Refusal as refusal:  # written for another version of the portal
            words["not_run"] = refusal.message
        else:
            words["failing"] = sum(1 for one in words["scenarios"] if one.failures)
    return words
