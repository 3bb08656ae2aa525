"""The page on which a new version is checked and published; what was typed stays, whatever is said about it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from contracts.models import PolicyVersion
from contracts.policy.documents import DocumentRefused, read_document, shipped_policies, shipped_policy
from slaportal.pages.refusals import tell_in
from slaportal.pages.times import at_reader
from slaportal.refusal import Refusal
from slaportal.site.policies.checking import Checked, check
from slaportal.site.policies.forms import NewVersionForm, name_dropped, withdraw_confirmation
from slaportal.site.policies.plans_in_use import dropped_in_use
from slaportal.site.policies.versions import numbered, scenarios_of
from slaportal.site.policies.what_if import what_if
from slaportal.site.publishing import publish_with_scenarios, shipped_scenarios
from slaportal.tenancy.access import membership_of, needs, not_found
from slaportal.tenancy.models import Membership, Role

LONGEST_NAME = 40
# What the check on the page says line by line; above the form stands only this.
_BESIDE = {
    "policy_refused": gettext_lazy("Nothing was published: something is wrong in the text. It is named line by line."),
    "warnings_unconfirmed": gettext_lazy(
        "Nothing was published: read the warnings, and confirm them or mend the text."
    ),
    "scenarios_dropped": gettext_lazy(
        "Nothing was published: there are no scenarios. Confirm that, or put those of the version before back."
    ),
    "scenario_refused": gettext_lazy("Nothing was published: something is wrong in the scenarios."),
    "scenarios_failed": gettext_lazy("Nothing was published: the policy does not do what its scenarios say."),
}


@needs(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def policy_new(request: HttpRequest, policy: str) -> HttpResponse:
    """The next version of a policy, or its first one: `act` is "check" (nothing is saved) or "publish".

    `?from=` begins with the text and the scenarios of an older version, by its number.
    """
    actor, now = membership_of(request), timezone.now()
    if len(policy) > LONGEST_NAME:
        raise not_found(_("There is no such policy here: a short name has at most 40 letters."))
    versions = PolicyVersion.objects.filter(provider_id=actor.provider_id, policy=policy)
    latest = versions.select_related("scenarios").order_by("-number").first()
    again = numbered(actor, policy, request.GET["from"]) if request.GET.get("from") else None
    words: dict[str, Any] = {"policy": policy, "latest": latest, "again": again}
    if request.method != "POST":
        form = NewVersionForm(first=latest is None, initial=_begun(policy, latest, again, now))
        return render(request, "site/policy_new.html", {**words, "form": form})
    form = NewVersionForm(request.POST, request.FILES, first=latest is None)
    sound = form.is_valid()
    checked = _checked(form, policy, latest)
    status = 200 if sound else 422
    if sound and checked is not None and request.POST.get("act") == "publish":
        try:
            version = _publish(form, checked, policy, latest, actor=actor, at=now)
        except Refusal as refusal:
            status = _tell(form, refusal, latest, now)
        else:
            said = _("Version %(number)s is published; it holds from %(at)s on.")
            messages.success(
                request, said % {"number": version.number, "at": at_reader(version.effective_from, now).text}
            )
            return redirect("policy", pk=version.pk)
    words |= {"form": form, "checked": checked, **_effect(checked, policy, actor, latest, now)}
    return render(request, "site/policy_new.html", words, status=status)


def _effect(
    checked: Checked | None, policy: str, actor: Membership, latest: PolicyVersion | None, now: datetime
) -> dict[str, Any]:
    """What a sound text would do to subscriptions and open tickets; before the first version there are none."""
    if checked is None or checked.document is None or checked.refused or latest is None:
        return {}
    in_use = dropped_in_use(checked.document, policy=policy, provider_id=actor.provider_id, now=now)
    try:
        effect = what_if(checked.document, policy=policy, provider_id=actor.provider_id, now=now)
    except Refusal as refusal:
        return {"plans_in_use": in_use, "effect_refused": refusal.message}
    return {"plans_in_use": in_use, "effect": effect}


def _checked(form: NewVersionForm, policy: str, latest: PolicyVersion | None) -> Checked | None:
    """What is found in texts that could be read at all; confirmed is only what was on the page when it was sent."""
    given = form.cleaned_data
    if not given.get("text") or "scenarios" not in given or form.has_error("text") or form.has_error("scenarios"):
        return None
    checked = check(given["text"], given["scenarios"], policy=policy, latest=latest)
    if given.get("warned_of") != checked.warned_of:
        withdraw_confirmation(form, "confirm_warnings")
    if latest is None or given.get("dropped_of") != str(latest.number):
        withdraw_confirmation(form, "confirm_dropped")
    if latest is not None and checked.dropped:
        name_dropped(form, checked.dropped, latest.number)
    return checked


def _publish(
    form: NewVersionForm,
    checked: Checked,
    policy: str,
    latest: PolicyVersion | None,
    *,
    actor: Membership,
    at: datetime,
) -> PolicyVersion:
    """Only what was on the page is confirmed: a mended text can have other warnings, another version can come first."""
    given = form.cleaned_data
    without = latest is not None and given["confirm_dropped"] and given["dropped_of"] == str(latest.number)
    return publish_with_scenarios(
        given["text"],
        given["scenarios"],
        provider=actor.provider,
        policy=policy,
        effective_from=given["effective_from"],
        actor=actor,
        at=at,
        note=given["note"],
        retime=given["retime"],
        confirm_warnings=given["confirm_warnings"] and given["warned_of"] == checked.warned_of,
        without_scenarios_of=latest.number if latest is not None and without else None,
    )


def _tell(form: NewVersionForm, refusal: Refusal, latest: PolicyVersion | None, now: datetime) -> int:
    """Puts the refusal on the page; the status to answer with."""
    if refusal.code in _BESIDE:
        form.add_error(None, str(_BESIDE[refusal.code]))
        return 409 if refusal.status == 409 else 422
    if refusal.code == "effective_too_early" and latest is not None:
        earliest = at_reader(max(latest.effective_from, now), now).text
        said = _("A new version takes effect after the one before it and not in the past: choose a time after %(at)s.")
        form.add_error("effective_from", said % {"at": earliest})
        return 422
    return tell_in(form, refusal)


def _begun(policy: str, latest: PolicyVersion | None, again: PolicyVersion | None, now: datetime) -> dict[str, Any]:
    """The text of `again`, else of the latest version, with its scenarios, in force from the next midnight on.

    A policy that is to be begins with the shipped one of its name, if there is one.
    """
    begins_as = again or latest
    if begins_as is not None:
        text, scenarios = begins_as.text, _kept_with(begins_as)
    elif policy in shipped_policies():
        text, scenarios = shipped_policy(policy).text, (shipped_scenarios(policy) or b"").decode()
    else:
        text = scenarios = ""
    after = max(now, latest.effective_from) if latest is not None else now
    midnight = timezone.localtime(after + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "text": text,
        "scenarios": scenarios,
        "effective_from": midnight.replace(tzinfo=None),
    }


def _kept_with(version: PolicyVersion) -> str:
    """The scenarios that it was published by; of a version from before they were kept those that are shipped."""
    kept = scenarios_of(version)
    if kept is not None:
        return kept.text
    try:
        key = read_document(version.text).provider_key
    except DocumentRefused:  # a text of an older format
        return ""
    return (shipped_scenarios(key) or b"").decode() if key in shipped_policies() else ""
