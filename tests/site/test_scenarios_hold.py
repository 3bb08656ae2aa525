"""Every scenario of the project, its own copies of the shared ones and its readings, holds."""

from pathlib import Path

import pytest

from slaportal.site.simulate.comparing import failures_of
from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.files import Prepared, read_files
from slaportal.site.simulate.telling import tell
from slaportal.site.simulate.working_out import work_out

ROOT = Path(__file__).parent.parent.parent
FILES = sorted([*(ROOT / "contracts/policies/scenarios").glob("*.yaml"), *(ROOT / "tests/scenarios").glob("*.yaml")])
SCENARIOS = read_files(FILES)


@pytest.mark.parametrize("prepared", SCENARIOS, ids=lambda prepared: prepared.scenario.name)
def test_scenario_holds(prepared: Prepared) -> None:
    outcome = work_out(prepared)
    assert failures_of(prepared.scenario.expect, figures_of(outcome)) == []
    assert prepared.scenario.expect.model_fields_set
    assert prepared.scenario.name in tell(outcome, [])


def test_every_shipped_policy_has_scenarios() -> None:
    assert len(SCENARIOS) >= 53
    assert {file.stem for file in FILES} >= {"infopromo", "procirrus", "proofpoint", "secpod", "spirion", "rules"}
