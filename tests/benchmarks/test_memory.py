"""What a thousand different calendars take, in a process of their own."""

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import Benchmark, Figure, record
from tests.benchmarks.thousand_calendars import COUNT

ROOT = Path(__file__).resolve().parent.parent.parent
MEBIBYTE = 1 << 20


def test_memory_of_a_thousand_calendars(benchmark: Benchmark) -> None:
    def grown() -> int:
        command = [sys.executable, "-m", "tests.benchmarks.thousand_calendars"]
        return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    grown_by = benchmark.pedantic(grown, rounds=1, warmup_rounds=0)
    record(
        benchmark,
        Figure(f"Memory of {COUNT:,} different calendars", grown_by / MEBIBYTE, "MiB", limit=200, better="less"),
        Figure(
            f"{COUNT:,} calendars read, built and asked about, start of Python included", benchmark.stats.stats.min, "s"
        ),
    )
