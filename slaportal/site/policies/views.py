"""Pages of administrators: all policies, one version in sentences and as text."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.models import PolicyVersion
from contracts.policy.documents import agreement_of
from contracts.queries import document_of
from contracts.sentences import sections_of
from slaportal.pages.times import at_reader
from slaportal.site.policies.differences import differences_of
from slaportal.site.policies.forms import BeginForm
from slaportal.tenancy.access import membership_of, needs, not_found
from slaportal.tenancy.models import Membership, Role

DIGITS_SHOWN = 12  # of a digest


@needs(Role.ADMIN)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Each policy with its versions, the newest first; `?policy=` leads to the form of one that is to be."""
    actor, now = membership_of(request), timezone.now()
    form = BeginForm(request.GET if "policy" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("policy_new", policy=form.cleaned_data["policy"])
    words = {"policies": _listed(actor, now), "form": form}
    return render(request, "site/policies.html", words, status=422 if form.errors else 200)


@needs(Role.ADMIN)
@require_safe
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: the sentences of a plan (`?plan=`), what differs from the version before, the text by line."""
    actor, now = membership_of(request), timezone.now()
    version = _version_for(actor, pk)
    of_policy = PolicyVersion.objects.filter(provider_id=actor.provider_id, policy=version.policy)
    versions = list(of_policy.defer("text").order_by("-number"))
    rows = _rows(versions, now)
    before = next((row for row in versions if row.number < version.number), None)
    document = document_of(version)
    agreement = agreement_of(document, request.GET.get("plan") or None)
    lines = version.text.removesuffix("\n").split("\n")
    width = len(str(len(lines)))
    words = {
        "version": version,
        "shown": next(row for row in rows if row["version"].pk == version.pk),
        "versions": rows,
        "plans": [(key, terms.name) for key, terms in document.plans.items()],
        "plan": agreement.plan,
        "sections": sections_of(agreement),
        "before": before,
        "differences": differences_of(document_of(before), document) if before else [],
        "lines": [(str(number).rjust(width), line.rstrip("\r")) for number, line in enumerate(lines, start=1)],
    }
    return render(request, "site/policy.html", words)


@needs(Role.ADMIN)
@require_safe
def policy_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a version, byte for byte."""
    version = _version_for(membership_of(request), pk)
    response = HttpResponse(version.text.encode(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="policy.yaml"'
    return response


def _version_for(actor: Membership, pk: int) -> PolicyVersion:
    found = PolicyVersion.objects.filter(pk=pk, provider_id=actor.provider_id).first()
    if found is None:
        raise not_found(_("There is no such version here."))
    return found


def _listed(actor: Membership, now: datetime) -> list[dict[str, Any]]:
    """Policies by short name, each with the title that is in force, or that will be first."""
    found = PolicyVersion.objects.filter(provider_id=actor.provider_id).defer("text").order_by("policy", "-number")
    listed = []
    for key, versions in groupby(found, key=lambda version: version.policy):
        rows = _rows(versions, now)
        current = next((row for row in rows if row["state"] == "now"), rows[-1])
        listed.append({"key": key, "title": current["version"].title, "rows": rows})
    return listed


def _rows(versions: Iterable[PolicyVersion], now: datetime) -> list[dict[str, Any]]:
    """Versions of one policy, the newest first; `state`: "coming", "now" (one at most) or "past"."""
    rows: list[dict[str, Any]] = []
    in_force = False
    for version in versions:
        state = "coming" if version.effective_from > now else "past" if in_force else "now"
        in_force = in_force or state == "now"
        rows.append(
            {
                "version": version,
                "state": state,
                "from": at_reader(version.effective_from, now),
                "published": at_reader(version.published_at, now),
                "digest": version.digest[:DIGITS_SHOWN],
            }
        )
    return rows
