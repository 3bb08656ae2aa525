"""A million samples sent over the API, ten thousand a call, by one program with its token and the web's login."""

import json
from statistics import median

from tests.benchmarks.figures import Benchmark, Figure, record
from tests.benchmarks.million_samples import A_CALL
from tests.clones import SET_UP, start

CALLS = 100
CODE = SET_UP + "from tests.benchmarks.million_samples import WORK\nWORK[{name!r}](*{arguments!r})"


def said(clone: str, login: str, name: str, *arguments: object) -> object:
    """What such a process printed last."""
    done = start(clone, login, ["-c", CODE.format(name=name, arguments=tuple(map(str, arguments)))])
    output, _ = done.communicate(timeout=1800)
    assert done.returncode == 0, output
    return json.loads(output.splitlines()[-1])


def test_a_million_samples(benchmark: Benchmark, clone: str) -> None:
    secret, provider, service = said(clone, "portal_jobs", "found")  # type: ignore[misc]
    figures: dict[str, list[float]] = {}

    def measure() -> None:
        told = said(clone, "portal_web", "send", secret, provider, service, CALLS)
        assert isinstance(told, dict)
        assert told["kept"] == CALLS * A_CALL
        figures["took"] = told["took"]

    benchmark.pedantic(measure, rounds=1, warmup_rounds=0)
    took = figures["took"]
    record(
        benchmark,
        Figure("API: 1,000,000 samples, 10,000 a call, one after the other", sum(took), "s", limit=60, better="less"),
        Figure("API: one call of 10,000 samples, median", 1000 * median(took), "ms"),
    )
