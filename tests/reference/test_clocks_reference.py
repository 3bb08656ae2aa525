"""The reference holds for every ticket among the project's scenarios, and its random tickets fit the rules."""

import random
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import ScalarNode

from .clocks import work_out_clocks
from .instants import read_instant
from .random_tickets import random_ticket

SCENARIOS = Path(__file__).parent.parent / "scenarios"
POLICIES = Path(__file__).parent.parent.parent / "contracts" / "policies"
INSTANTS = ("due", "aim", "stopped_at", "breached_at")


class TextConstructor(SafeConstructor):
    """Reads dates, times and decimals as the text that stands there."""

    def text(self, node: ScalarNode) -> str:
        """The scalar as it is written."""
        return str(node.value)


for tag in ("timestamp", "float"):
    TextConstructor.add_constructor(f"tag:yaml.org,2002:{tag}", TextConstructor.text)


def read_yaml(path: Path) -> Any:
    """A YAML 1.2 file, its scalars other than whole numbers, true, false and null as text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = TextConstructor
    return yaml.load(path)


def read_policy(named: str | dict[str, Any], folder: Path, policies: Path) -> dict[str, Any]:
    """The policy document of a scenario in the folder: written out, a file beside it, or a shipped one."""
    if isinstance(named, dict):
        return named
    beside = folder / named
    document: dict[str, Any] = read_yaml(beside if beside.is_file() else policies / f"{named}.yaml")
    return document


def ticket_scenarios(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every scenario with a ticket and expected clocks in the folder's files, with a name for the report."""
    documents = [(path, read_yaml(path)) for path in sorted(folder.glob("*.yaml"))]
    return [
        (f"{path.stem}: {scenario['name']}", scenario)
        for path, document in documents
        for scenario in document.get("scenarios", [document])
        if "ticket" in scenario and "clocks" in scenario.get("expect", {})
    ]


def differences(scenario: dict[str, Any], folder: Path, policies: Path) -> list[str]:
    """What of the scenario's expected clocks does not hold, in words."""
    policy = read_policy(scenario["policy"], folder, policies)
    clocks = work_out_clocks(policy, scenario.get("plan"), scenario["now"], scenario["ticket"]["events"])
    expected = scenario["expect"]["clocks"]
    found = [] if clocks.keys() == expected.keys() else [f"clocks are {list(clocks)}, not {list(expected)}"]
    for name in clocks.keys() & expected.keys():
        for key, wanted in expected[name].items():
            worked_out = clocks[name][key]
            if key in INSTANTS and wanted is not None and worked_out is not None:
                agree = read_instant(worked_out) == read_instant(wanted)
            else:
                agree = worked_out == (float(wanted) if key.endswith("_s") else wanted)
            if not agree:
                found.append(f"{name}.{key} is {worked_out}, not {wanted}")
    return found


@pytest.mark.skipif(not SCENARIOS.is_dir(), reason="the project has no scenarios yet")
@pytest.mark.parametrize(
    "scenario", [pytest.param(scenario, id=name) for name, scenario in ticket_scenarios(SCENARIOS)]
)
def test_reference_holds_for_scenario(scenario: dict[str, Any]) -> None:
    """What a scenario expects of its clocks is what the reference works out."""
    assert differences(scenario, SCENARIOS, POLICIES) == []


@pytest.mark.parametrize("seed", range(200))
def test_random_ticket_fits(seed: int) -> None:
    """A random ticket is one that the rules allow, the same for the same seed."""
    scenario = random_ticket(random.Random(seed))

    clocks = work_out_clocks(scenario["policy"], scenario.get("plan"), scenario["now"], scenario["ticket"]["events"])

    assert scenario == random_ticket(random.Random(seed))
    for name, clock in clocks.items():
        assert clock["state"] in ("running", "paused", "stopped"), name
        assert (clock["outcome"] == "breached") == (clock["breached_at"] is not None), name
        assert (clock["state"] == "stopped") == (clock["stopped_at"] is not None), name
        assert clock["due"] is not None or (clock["remaining_s"] > 0 and clock["state"] != "running"), name
