"""A figure that was measured, held against its limit and its peer, and left in the JSON of a run for the report."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

ROUNDS = 100


class Benchmark(Protocol):
    """What is used of pytest-benchmark's fixture, which has no types of its own."""

    stats: Any
    extra_info: dict[str, Any]

    def pedantic(self, target: Callable[[], Any], *, rounds: int, warmup_rounds: int) -> Any:
        """Run the target so many times and keep how long each took."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what was measured, in which unit, and the limit if it has one."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    better: Literal["more", "less"] = "more"
    peer: str = ""
    peer_value: float | None = None

    @property
    def held(self) -> bool:
        """Whether it is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.better == "more" else self.value <= self.limit

    def __str__(self) -> str:
        at = "at least" if self.better == "more" else "at most"
        limit = "" if self.limit is None else f", {at} {self.limit:,.6g} wanted"
        peer = "" if self.peer_value is None else f", {self.peer} {self.peer_value:,.6g}"
        return f"{self.name}: {self.value:,.6g} {self.unit}{limit}{peer}"


def per_second(benchmark: Benchmark, work: Callable[[], Any], count: int) -> float:
    """How many a second when `work` does so many: the best of many short rounds, for others use the machine."""
    benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=1)
    return float(count / benchmark.stats.stats.min)


def growth(seconds: Mapping[int, float]) -> float:
    """What each further row costs among the many, times what it costs among the few; 1 is linear.

    `seconds` of three sizes, by one process each: what is the same for all sizes drops out.
    """
    few, some, many = sorted(seconds)
    later, sooner = (seconds[many] - seconds[some]) / (many - some), (seconds[some] - seconds[few]) / (some - few)
    return later / sooner


def record(benchmark: Benchmark, *figures: Figure) -> None:
    """Print the figures, leave them for the report, and fail where one is not within its limit."""
    benchmark.extra_info["figures"] = [asdict(figure) for figure in figures]
    for figure in figures:
        print(f"\n{figure}")
    assert [str(figure) for figure in figures if not figure.held] == []
