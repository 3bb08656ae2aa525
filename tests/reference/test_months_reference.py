"""The second opinion on months holds every worked example, and copes with whatever month is made up."""

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from .moments import instant
from .months import work_out_month
from .random_months import random_month

SCENARIOS = Path(__file__).parent.parent / "scenarios"
POLICIES = Path(__file__).parent.parent.parent / "contracts" / "policies"
INSTANTS = {"claim_by"}
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def plain(value: Any) -> Any:
    """A document read as text only, with the words for yes, no and nothing understood."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return WORDS.get(str(value), str(value))


def read(path: Path) -> Any:
    """A YAML file as plain dicts, lists and texts."""
    return plain(YAML(typ="base", pure=True).load(path))


def policy_named(name: Any, beside: Path) -> Any:
    """The policy of a scenario: written out, a file beside it, or a shipped one."""
    if isinstance(name, dict):
        return name
    file = beside.parent / name
    return read(file if file.is_file() else POLICIES / f"{name}.yaml")


def month_scenarios() -> list[Any]:
    """Every worked example with a month, as a test case of its own."""
    cases = []
    for path in sorted(SCENARIOS.glob("*.yaml")):
        document = read(path)
        cases += [
            pytest.param(path, scenario, id=f"{path.stem}: {scenario['name']}")
            for scenario in document.get("scenarios", [document])
            if scenario.get("month")
        ]
    if not cases:
        cases.append(pytest.param(None, {}, marks=pytest.mark.skip(reason="the worked examples are not there yet")))
    return cases


def assert_same(expected: Any, found: Any, where: str) -> None:
    """What is named is compared: instants as instants, figures as figures, the rest as it stands."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            assert key in found, f"{where}.{key} is missing"
            assert_same(value, found[key], f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        assert len(expected) == len(found), where
        for place, pair in enumerate(zip(expected, found, strict=True)):
            assert_same(*pair, f"{where}[{place}]")
    elif expected is None or isinstance(expected, bool):
        assert found is expected, where
    elif where.rpartition(".")[2] in INSTANTS:
        assert instant(expected) == instant(found), where
    elif expected[:1].isdigit():
        assert Fraction(expected) == Fraction(str(found)), where
    else:
        assert expected == found, where


@pytest.mark.parametrize(("path", "scenario"), month_scenarios())
def test_worked_example_holds(path: Path, scenario: dict[str, Any]) -> None:
    """Availability, performance and credits come out as the example says."""
    policy = policy_named(scenario["policy"], path)
    found = work_out_month(policy, scenario.get("plan"), scenario["now"], scenario["month"])
    expected = scenario["expect"]
    for part in ("availability", "performance", "credits"):
        if part in expected:
            assert_same(expected[part], found[part], part)


@pytest.mark.parametrize("seed", range(100))
def test_any_month_is_worked_out_in_words_of_json(seed: int) -> None:
    """A made-up month and its result are JSON, and its figures lie where figures can."""
    scenario = random_month(random.Random(seed))
    assert json.loads(json.dumps(scenario)) == scenario
    found = work_out_month(scenario["policy"], scenario["plan"], scenario["now"], scenario["month"])
    assert json.loads(json.dumps(found)) == found
    shown = found["availability"]
    if shown is not None:
        assert 0 <= shown["counted_downtime_s"] <= shown["denominator_s"]
        assert 0 <= Fraction(shown["percent"]) <= 100
        assert 0 <= Fraction(shown["coverage_percent"]) <= 100
        assert shown["excluded_downtime_s"] >= 0
