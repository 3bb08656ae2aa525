"""A month of a hundred thousand subscriptions worked out by two processes, beside reading and writing alone."""

import json
import time
from typing import Any

from tests.benchmarks import hundred_thousand_periods
from tests.benchmarks.figures import Benchmark, Figure, growth, record
from tests.benchmarks.test_desk import said
from tests.clones import SET_UP, run, start
from tests.conftest import superuser_cursor

PERIODS = 100_000
SIZES = (1_000, 10_000, PERIODS)
# As a worker's child begins.
BEGIN = "from slaportal.site.collecting import collect_seldom; collect_seldom()\n"
CODE = SET_UP + "from tests.benchmarks.hundred_thousand_periods import WORK\n" + BEGIN + "WORK[{name!r}]()"


def timed(clone: str, name: str) -> tuple[float, float]:
    """Seconds and MiB of two processes together; the start of Python is theirs too."""
    began = time.perf_counter()
    both = [start(clone, "portal_jobs", ["-c", CODE.format(name=name)]) for _ in range(2)]
    mib = sum(json.loads(said(one).splitlines()[-1])["mib"] for one in both)
    return time.perf_counter() - began, mib


def by_one(clone: str, cursor: Any, count: int) -> float:
    """Seconds in which one process works out so many marked months; its start is not counted."""
    hundred_thousand_periods.mark(cursor, count)
    alone = start(clone, "portal_jobs", ["-c", CODE.format(name="work_off")])
    return float(json.loads(said(alone).splitlines()[-1])["seconds"])


def marked(clone: str, cursor: Any, count: int, name: str) -> tuple[float, float]:
    hundred_thousand_periods.mark(cursor, count)
    return timed(clone, name)


def test_a_hundred_thousand_periods(benchmark: Benchmark, clone: str) -> None:
    run(clone, "portal_jobs", CODE.format(name="found").removeprefix(SET_UP))
    cursor = superuser_cursor(clone)
    hundred_thousand_periods.build(cursor, PERIODS)
    seconds, mib = marked(clone, cursor, PERIODS, "work_off")
    credits_s, credits_mib = timed(clone, "assess")
    carried, _ = marked(clone, cursor, PERIODS, "carry")
    alone = {count: by_one(clone, cursor, count) for count in SIZES}
    cursor.execute("SELECT count(*) FROM credits_assessment WHERE amount > 0")
    assert cursor.fetchone()[0] > PERIODS / 10
    cursor.connection.close()
    benchmark.pedantic(lambda: None, rounds=1, warmup_rounds=0)
    record(
        benchmark,
        Figure("100,000 months of 10 outages and 2 windows worked out and written, two processes", seconds, "s",
               limit=20, better="less", peer="the same rows read and written, s", peer_value=carried),
        Figure("Memory of the two", mib, "MiB", limit=400, better="less"),
        Figure("Times reading and writing the same rows without calculating", seconds / carried, "times", limit=5,
               better="less"),
        *(Figure(f"{count:,} worked out by one process", alone[count], "s") for count in SIZES),
        Figure("Growth: one more month of 100,000, times one more of 10,000", growth(alone), "times", limit=1.5,
               better="less"),
        Figure("The credits of 100,000 months assessed and written, two processes", credits_s, "s"),
        Figure("Memory of the two that assess", credits_mib, "MiB", limit=400, better="less"),
    )  # fmt: skip
