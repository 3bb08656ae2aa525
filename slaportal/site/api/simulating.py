"""Scenarios worked out over the API by the code of `manage.py simulate`, within a size and a time."""

from collections.abc import Sequence
from time import monotonic

from django.utils.translation import gettext as _

from contracts.queries import document_of
from slaportal.api.naming import named
from slaportal.api.operations import Answer, ApiView, Call, operation
from slaportal.refusal import Refusal
from slaportal.site.api.policies import versions_for
from slaportal.site.api.saying import outcome_said
from slaportal.site.api.shapes import SimulateShape, SimulationShape
from slaportal.site.simulate.files import Prepared, read_on_its_own, read_scenarios
from slaportal.site.simulate.working_out import Outcome, work_out
from slaportal.tenancy.models import STAFF_ROLES

AREA = "policies"
LONGEST = 10  # seconds for all scenarios of a call, looked at between two
EXAMPLE = """\
name: A first response that was late
policy: spirion
plan: saas
now: 2026-03-16T20:00:00-04:00
ticket:
  events:
    - {at: "2026-03-16T10:00:00-04:00", type: opened, severity: critical}
    - {at: "2026-03-16T15:00:00-04:00", type: agent_reply}
expect:
  clocks:
    response: {state: stopped, outcome: breached}
"""


class Simulate(ApiView):
    """What a policy would do."""

    area = AREA

    @operation(
        "simulate",
        takes=SimulateShape,
        gives=SimulationShape,
        roles=STAFF_ROLES,
        reads=True,
        examples={"A ticket under a shipped policy": {"text": EXAMPLE}},
        refuses="`scenario_refused`, `version_unknown`, `simulation_too_long`",
    )
    def post(self, call: Call) -> Answer:
        """Works scenarios out with the calculation that times tickets and months, and compares what they expect.

        Nothing is saved. The result is that of `manage.py simulate --json`, durations as text.
        """
        told = [outcome_said(outcome) for outcome in _worked_out(_prepared(call))]
        return Answer({"holds": not any(one["failures"] for one in told), "scenarios": told})


def _prepared(call: Call) -> list[Prepared]:
    body = call.body
    if "version" not in body:
        return read_on_its_own(body["text"])
    version = named(versions_for(call.actor), body["version"], "version")
    return read_scenarios(body["text"], document=document_of(version), names=(version.policy,))


def _worked_out(prepared: Sequence[Prepared]) -> list[Outcome]:
    """One after the other, so that one call does not keep a worker for long. Refuses `simulation_too_long`."""
    until, outcomes = monotonic() + LONGEST, []
    for one in prepared:
        if monotonic() > until:
            said = _("This takes longer than %(seconds)s seconds: send fewer scenarios at once.") % {"seconds": LONGEST}
            raise Refusal("simulation_too_long", said, fields={"text": said}, status=422)
        outcomes.append(work_out(one))
    return outcomes
