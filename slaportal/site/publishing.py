"""Publishing a policy runs its scenarios: a text that does not do what its own tests say is never in force."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.actions.policies import publish_policy, refuse_unless_publisher
from contracts.models import PolicyVersion
from contracts.policy.documents import Document, read_document, shipped_policy
from contracts.policy.reading.places import joined
from contracts.queries import scenario_names_of
from slaportal.refusal import Refusal
from slaportal.site.simulate.comparing import failures_of
from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.files import Prepared, read_scenarios
from slaportal.site.simulate.working_out import work_out_all
from slaportal.tenancy.models import Membership, Provider


def publish_with_scenarios(
    text: bytes | str,
    scenarios: bytes | str | None,
    *,
    provider: Provider,
    policy: str,
    effective_from: datetime,
    actor: Membership | str,
    at: datetime,
    note: str = "",
    retime: bool = False,
    confirm_warnings: bool = False,
    without_scenarios_of: int | None = None,
) -> PolicyVersion:
    """Publishes the document of the text once every scenario (docs/scenario-format.md; None: there are none) holds.

    The scenarios are kept with the version as they were run.
    A scenario leaves `policy:` out, or names the document's provider or `policy`: it is this text that is tested, not
    a published or shipped one. Where there are none and the version before was published by some, its number in
    `without_scenarios_of` says that this is meant. One transaction. Refuses `policy_refused` (DocumentRefused),
    `warnings_unconfirmed`, `scenario_refused` (WrongFiles), `scenarios_failed`, whatever `publish_policy` refuses, and
    at last `scenarios_dropped`.
    """
    refuse_unless_publisher(actor)
    document = read_document(text)
    if not confirm_warnings:
        _refuse_warnings(document)
    with transaction.atomic():
        prepared = [] if scenarios is None else read_scenarios(scenarios, document=document, names=(policy,))
        _refuse_failing(prepared)
        version = publish_policy(
            document,
            provider=provider,
            policy=policy,
            effective_from=effective_from,
            actor=actor,
            at=at,
            note=note,
            retime=retime,
            scenarios=scenarios.decode() if isinstance(scenarios, bytes) else scenarios or "",
            scenario_names=[one.scenario.name for one in prepared],
        )
        if not prepared:
            _refuse_dropping(version, without_scenarios_of)
        return version


def shipped_scenarios(key: str) -> bytes | None:
    """The scenarios that come with a shipped policy; Refusal `unknown_policy` names the policies that there are."""
    shipped_policy(key)
    file = settings.BASE_DIR / "contracts" / "policies" / "scenarios" / f"{key}.yaml"
    return file.read_bytes() if file.is_file() else None


def _refuse_warnings(document: Document) -> None:
    if document.warnings:
        found = "\n".join(map(str, document.warnings))
        raise Refusal(
            "warnings_unconfirmed",
            _("The policy can be published once its warnings are confirmed:\n%(found)s") % {"found": found},
            fields={problem.path or "document": problem.message for problem in reversed(document.warnings)},
            status=409,
        )


def _refuse_dropping(version: PolicyVersion, confirmed: int | None) -> None:
    """Asked last and under the lock of publishing: nobody publishes another version before this one meanwhile."""
    versions = PolicyVersion.objects.filter(provider_id=version.provider_id, policy=version.policy)
    before = versions.filter(number__lt=version.number).select_related("scenarios").order_by("-number").first()
    dropped = 0 if before is None else len(scenario_names_of(before))
    if before is None or not dropped or confirmed == before.number:
        return
    said = ngettext(
        "Version %(number)s was published by %(count)s scenario, and this text comes with none: "
        "it would not be run any more. Send it along, or confirm that version %(number)s is followed by one without.",
        "Version %(number)s was published by %(count)s scenarios, and this text comes with none: "
        "they would not be run any more. Send them along, or confirm that version %(number)s is followed by one "
        "without.",
        dropped,
    ) % {"number": before.number, "count": dropped}
    raise Refusal("scenarios_dropped", said, fields={"scenarios": said}, status=409)


def _refuse_failing(prepared: Sequence[Prepared]) -> None:
    """Every scenario that does not hold, with each of its expectations that does not."""
    outcomes = zip(prepared, work_out_all(prepared), strict=True)
    failing = [(one, failures_of(one.scenario.expect, figures_of(outcome))) for one, outcome in outcomes]
    failing = [(one, failures) for one, failures in failing if failures]
    if not failing:
        return
    fields: dict[str, str] = {}
    lines: list[str] = []
    for one, failures in failing:
        lines.append(_("%(name)s (line %(line)s):") % {"name": one.scenario.name, "line": one.line})
        for failure in failures:
            lines.append(f"  {failure}")
            path, _colon, found = failure.partition(": ")
            fields[joined(one.path, f"expect.{path}")] = found
    said = ngettext(
        "%(failing)s of %(all)s scenarios does not hold, so nothing was published:",
        "%(failing)s of %(all)s scenarios do not hold, so nothing was published:",
        len(failing),
    ) % {"failing": len(failing), "all": len(prepared)}
    raise Refusal("scenarios_failed", "\n".join([said, *lines]), fields=fields)
