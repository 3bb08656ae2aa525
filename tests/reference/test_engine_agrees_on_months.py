"""The engine and the second opinion give the same months: availability, performance and credits of random policies."""

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.files import read_files
from slaportal.site.simulate.working_out import work_out
from tests.reference.months import work_out_month
from tests.reference.random_months import random_month

A_CHUNK = 75


@pytest.mark.parametrize("chunk", range(4))
def test_random_months_agree(chunk: int, tmp_path: Path) -> None:
    scenarios = [random_month(Random(seed)) for seed in range(chunk * A_CHUNK, (chunk + 1) * A_CHUNK)]
    file = tmp_path / "months.json"
    file.write_text(json.dumps({"scenarios": scenarios}))
    for scenario, prepared in zip(scenarios, read_files([file]), strict=True):
        wanted = work_out_month(scenario["policy"], scenario.get("plan"), scenario["now"], scenario["month"])
        figures = figures_of(work_out(prepared))
        assert figures["availability"] == wanted["availability"]
        assert figures["performance"] == wanted["performance"]
        assert _comparable(figures["credits"]) == _comparable(wanted["credits"])


def _comparable(credits_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Credits with amounts as decimals, and without the reason, for which the format has no words."""
    return [
        {key: Decimal(value) if key == "amount" else value for key, value in credit.items() if key != "reason"}
        for credit in credits_
    ]
