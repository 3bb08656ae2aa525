"""`manage.py simulate` as a person meets it: one scenario file, a whole process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Benchmark, Figure, record

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_simulate_as_a_process(benchmark: Benchmark, path: Path) -> None:
    def simulate() -> None:
        command = [sys.executable, "manage.py", "simulate", str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr

    benchmark.pedantic(simulate, rounds=5, warmup_rounds=1)
    stats, name = benchmark.stats.stats, f"simulate {path.name}, a whole process"
    record(
        benchmark,
        Figure(f"{name}, best of 5", stats.min, "s", limit=1, better="less"),
        Figure(f"{name}, median", stats.median, "s"),
    )
