"""A ticket of eight events and five clocks, worked out from events that were read already."""

from tests.benchmarks.agreement import agreed, at
from tests.benchmarks.figures import Benchmark, Figure, per_second, record
from tickets.clocks import clocks_of, read_clocks
from tickets.explanation import explain
from tickets.history import Event, read_history
from tickets.timing import timing_of

TICKETS = 50
NOW = at("12 12:00")
EVENTS = (
    Event(at("10 09:00"), "opened", severity="normal"),
    Event(at("10 09:30"), "agent_reply"),
    Event(at("10 10:00"), "status", status="waiting_on_customer"),
    Event(at("11 10:00"), "customer_reply"),
    Event(at("11 11:00"), "severity", severity="high"),
    Event(at("11 12:00"), "agent_reply"),
    Event(at("11 15:00"), "status_request"),
    Event(at("12 09:00"), "customer_reply"),
)


def test_clocks_of_a_ticket(benchmark: Benchmark) -> None:
    agreement = agreed()
    assert len(clocks_of(agreement, EVENTS, NOW)) == 5

    def work() -> None:
        for _ in range(TICKETS):
            clocks_of(agreement, EVENTS, NOW)

    clocks = per_second(benchmark, work, TICKETS)
    record(benchmark, Figure("Ticket of 8 events and 5 clocks", clocks, "a second", limit=15_000))


def test_clocks_of_a_ticket_with_their_explanations(benchmark: Benchmark) -> None:
    timing = timing_of(agreed())

    def explained() -> int:
        history = read_history(EVENTS, severities=timing.severities, default=timing.default, now=NOW)
        return sum(len(explain(clock, history).segments) for clock in read_clocks(timing, history, NOW).values())

    assert explained() > 5

    def work() -> None:
        for _ in range(TICKETS):
            explained()

    tickets = per_second(benchmark, work, TICKETS)
    record(benchmark, Figure("The same with every explanation", tickets, "a second", limit=5_000))
