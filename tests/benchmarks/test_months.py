"""A month of ten outages and two maintenance windows, measured and assessed."""

from decimal import Decimal

from contracts.policy.periods import read_period
from credits.assessment import Assessment, Fee, assess
from slaportal.intervals import read_instant
from tests.benchmarks.agreement import agreed, at
from tests.benchmarks.figures import Benchmark, Figure, per_second, record
from uptime.availability import Outage, measure_availability
from uptime.exclusions import Window

MONTHS = 25
MINUTE = 60_000_000
NOW = read_instant("2026-12-02T12:00:00Z")
FEE = Fee(Decimal("1000.00"), None, "USD")
CAUSES = ("provider", "provider", "customer")
OUTAGES = tuple(
    Outage(
        at(f"{2 * n + 3:02} 0{n}:15"),
        at(f"{2 * n + 3:02} 0{n}:15") + (7 + 6 * n) * MINUTE,
        CAUSES[n % 3],
        "degraded" if n % 4 == 3 else "down",
    )
    for n in range(10)
)
WINDOWS = (
    Window(at("09 03:00"), at("09 05:00"), "scheduled", at("02 12:00")),
    Window(at("17 07:00"), at("17 09:00"), "emergency", at("17 06:30")),
)


def test_a_month_with_a_credit(benchmark: Benchmark) -> None:
    agreement = agreed()
    period = read_period("2026-11", "month", agreement.zone)

    def credited() -> tuple[Assessment, ...]:
        availability = measure_availability(agreement, period, outages=OUTAGES, windows=WINDOWS, now=NOW)
        return assess(agreement, availability, fee=FEE, now=NOW)

    (credit,) = credited()
    assert credit.missed
    assert str(credit.amount) == "100.00 USD"

    def work() -> None:
        for _ in range(MONTHS):
            credited()

    months = per_second(benchmark, work, MONTHS)
    record(benchmark, Figure("Month of 10 outages and 2 windows, with a credit", months, "a second", limit=5_000))
