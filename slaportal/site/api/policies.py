"""Policies over the API, for administrators: their versions, what is to be said of a text, publishing."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import PolicyVersion
from contracts.policy.documents import read_document
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.api.paging import Page, rows_of
from slaportal.site.api.saying import checked_said, version_said, versions_said
from slaportal.site.api.shapes import (
    PolicyQueryShape,
    PolicyVersionDetailShape,
    PolicyVersionShape,
    PublishShape,
    ValidatedShape,
    ValidateShape,
)
from slaportal.site.policies.checking import check
from slaportal.site.publishing import publish_with_scenarios
from slaportal.tenancy.access import not_found
from slaportal.tenancy.models import Membership, Role

AREA = "policies"
ADMIN = (Role.ADMIN,)
EXAMPLE = {
    "policy": "cloud",
    "text": """\
format: slaportal/1
title: Service level agreement of Acme Cloud
provider: {key: acme, name: Acme}
timezone: Europe/Berlin
currency: EUR
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}}
plans:
  cloud: {name: Cloud}
support:
  severities:
    critical: {name: Critical, response: {within: 1h}}
    normal: {name: Normal, response: {within: 8h, calendar: office}}
  default_severity: normal
""",
}


def versions_for(actor: Membership) -> QuerySet[PolicyVersion]:
    """Every version of the actor's provider."""
    return PolicyVersion.objects.filter(provider_id=actor.provider_id)


def get_version_for(actor: Membership, pk: int) -> PolicyVersion:
    """One version of the actor's provider; another's and a missing one are the same 404."""
    found = versions_for(actor).filter(pk=pk).first()
    if found is None:
        raise not_found(_("There is no such version here."))
    return found


class Policies(ApiView):
    """The policies' versions."""

    area = AREA

    @operation("policies", gives=PolicyVersionShape, query=PolicyQueryShape, paged=True, roles=ADMIN)
    def get(self, call: Call) -> Page:
        """Versions of policies, the last published first."""
        actor, query = call.actor, call.query
        found = versions_for(actor).defer("text")
        if "policy" in query:
            found = found.filter(policy=query["policy"])
        rows, further = rows_of(found, query, query["ordering"])
        return Page(versions_said(rows, provider_id=actor.provider_id, now=call.at), further)

    @operation(
        "policy_publish",
        takes=PublishShape,
        gives=PolicyVersionDetailShape,
        roles=ADMIN,
        status=201,
        examples={"A first version": {**EXAMPLE, "effective_from": "2026-01-01T00:00:00Z", "note": "As signed."}},
        refuses="`policy_refused`, `warnings_unconfirmed`, `scenario_refused`, `scenarios_failed`, `policy_unchanged`, "
        "`effective_too_early`, `scenarios_dropped`",
    )
    def post(self, call: Call) -> Answer:
        """Publishes a version of a policy from an instant on, once every scenario holds.

        The first version may lie in the past; a later one takes effect after the one before it and not before now.
        One without scenarios after one that had some names that one in `without_scenarios_of`.
        Tickets and months that begin later pin it.
        """
        actor, body = call.actor, call.body
        version = publish_with_scenarios(
            body["text"],
            body.get("scenarios"),
            provider=actor.provider,
            policy=body["policy"],
            effective_from=body["effective_from"],
            actor=actor,
            at=call.at,
            note=body["note"],
            retime=body["retime"],
            confirm_warnings=_confirmed(body),
            without_scenarios_of=body.get("without_scenarios_of"),
        )
        return Answer(version_said(version, now=call.at), location=f"/api/v1/policies/{version.pk}/")


def _confirmed(body: Any) -> bool:
    """Whether those warnings were read that the text has: a mended text can have others. Refuses `policy_refused`."""
    if not body["warned_of"]:
        return False
    read_document(body["text"])
    found = check(body["text"], None, policy=body["policy"], latest=None)
    return found.warned_of == str(body["warned_of"])


class OnePolicy(ApiView):
    """One version of a policy."""

    area = AREA

    @operation("policy", gives=PolicyVersionDetailShape, roles=ADMIN)
    def get(self, call: Call, version: int) -> Answer:
        """A version with its text, byte for byte, and its digest."""
        found = get_version_for(call.actor, version)
        return Answer(version_said(found, now=call.at), tag=found.digest)


class ValidatePolicy(ApiView):
    """Texts that might be policies."""

    area = AREA

    @operation(
        "policy_validate",
        takes=ValidateShape,
        gives=ValidatedShape,
        roles=ADMIN,
        reads=True,
        examples={"A text": EXAMPLE},
    )
    def post(self, call: Call) -> Answer:
        """Says what is wrong with a text, line by line, and tries its scenarios; nothing is saved."""
        body = call.body
        versions = versions_for(call.actor).filter(policy=body["policy"]).select_related("scenarios")
        latest = versions.order_by("-number").first()
        return Answer(checked_said(check(body["text"], body.get("scenarios"), policy=body["policy"], latest=latest)))
