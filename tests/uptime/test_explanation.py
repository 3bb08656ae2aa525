"""Where the time of every outage went, and that it adds up."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from contracts.policy.agreement import Agreement
from contracts.policy.durations import HOUR, MINUTE
from contracts.policy.periods import Active
from slaportal.intervals import measure
from tests.uptime.promises import Month, agreements, at, measured, months, outage, promised, window
from uptime.availability import MeasuredAvailability, Outage
from uptime.explanation import AvailabilityExplanation, explain_availability

CLAUSES = {
    "exclusions": {
        "maintenance": {"scheduled": {"up_to": "1h", "clause": "4.1", "note": "read so", "strength": "target"}},
        "causes": {"customer": {"clause": "4.2"}},
    }
}


def explained(agreement: Agreement, *outages: Outage, **facts: Any) -> AvailabilityExplanation:
    return explain_availability(measured(agreement, *outages, **facts))


def words(explanation: AvailabilityExplanation) -> list[list[tuple[str, int]]]:
    """For each outage what became of it, with the minutes."""
    return [[(piece.word, piece.us // MINUTE) for piece in line.pieces] for line in explanation.outages]


def test_an_outage_in_a_window_is_hidden_up_to_its_cap_and_counts_from_there() -> None:
    explanation = explained(promised(CLAUSES), outage("05 00:00", "05 03:00"), windows=[window("05 01:00", "05 03:00")])
    assert words(explanation) == [[("counted", 60), ("window", 60), ("counted", 60)]]
    hidden = explanation.outages[0].pieces[1]
    stated = hidden.ground.stated
    assert hidden.ground.path == "availability.exclusions.maintenance.scheduled"
    assert (stated.clause, stated.note, stated.strength) == ("4.1", "read so", "target")
    (line,) = explanation.windows
    assert line.verdict.ended_by == "up_to"
    assert line.excluded_us == HOUR
    assert line.hidden_us == HOUR
    assert hidden.by is line.verdict


def test_an_outage_of_an_excluded_cause_names_its_clause() -> None:
    explanation = explained(promised(CLAUSES), outage("05 00:00", "05 03:00", cause="customer"))
    (line,) = explanation.outages
    assert words(explanation) == [[("cause", 180)]]
    assert line.ground == line.pieces[0].ground
    assert (line.counting, line.ground.stated.clause if line.ground else None) == (False, "4.2")


def test_what_another_outage_bears_is_told_once() -> None:
    one, other = outage("05 00:00", "05 02:00"), outage("05 01:00", "05 03:00")
    explanation = explained(promised(), one, other)
    assert words(explanation) == [[("counted", 120)], [("overlap", 60), ("counted", 60)]]
    assert explanation.outages[1].pieces[0].by is one


def test_a_heavier_outage_of_an_excluded_cause_bears_the_difference() -> None:
    agreement = promised({**CLAUSES, "degraded": "0.25"})
    degraded = outage("05 00:00", "05 02:00", impact="degraded")
    explanation = explained(agreement, outage("05 00:00", "05 02:00", cause="customer"), degraded)
    excluded, counted = explanation.outages
    assert excluded.reported_us == Fraction(3, 2) * HOUR
    assert excluded.counted_us == 0
    assert counted.reported_us == HOUR // 2
    assert counted.counted_us == HOUR // 2
    assert (counted.weight, counted.counting) == (Fraction(1, 4), True)


def test_closed_hours_and_time_outside_the_period_are_told_apart() -> None:
    active = Active(at("09 08:00"), None)
    explanation = explained(promised({"hours": "office"}), outage("09 07:00", "09 13:30"), active=active)
    assert words(explanation) == [[("outside", 60), ("closed", 60), ("counted", 180), ("closed", 60), ("counted", 30)]]


@pytest.mark.parametrize(
    ("rule", "minutes", "expected"),
    [
        ({"at_least": "5m"}, 4, [("too_short", 4)]),
        ({"longer_than": "5m"}, 5, [("too_short", 5)]),
        ({"whole": "5m"}, 4, [("not_whole", 4)]),
        ({"whole": "5m"}, 7, [("counted", 5), ("not_whole", 2)]),
    ],
)
def test_what_the_filter_drops_is_told(rule: dict[str, str], minutes: int, expected: list[tuple[str, int]]) -> None:
    start = at("05 00:00")
    explanation = explained(promised({"outages": {**rule, "clause": "3"}}), Outage(start, start + minutes * MINUTE))
    assert words(explanation) == [expected]
    assert [(one.word, one.ground.stated.clause) for one in explanation.uncounted] == [(expected[-1][0], "3")]


def test_weightless_unmeasured_and_future_outages_are_told() -> None:
    explanation = explained(
        promised({"unmonitored": "excluded"}),
        outage("05 00:00", "05 01:00", impact="degraded"),
        outage("05 02:00", "05 03:00"),
        outage("20 00:00"),
        unmonitored=[(at("05 02:30"), at("05 04:00"))],
        now="06 00:00",
    )
    assert words(explanation) == [[("weightless", 60)], [("counted", 30), ("unmonitored", 30)], []]
    assert (explanation.unmonitored_us, explanation.windows_us) == (90 * MINUTE, 0)


def test_unmeasured_time_that_counts_as_down_has_a_line_of_its_own() -> None:
    explanation = explained(
        promised({"unmonitored": "down"}),
        outage("05 00:00", "05 01:00"),
        unmonitored=[(at("05 00:30"), at("05 02:00"))],
    )
    assert words(explanation) == [[("counted", 60)], [("overlap", 30), ("counted", 60)]]
    assert [line.outage.measured for line in explanation.outages] == [True, False]


def test_windows_that_are_not_excluded_hide_nothing() -> None:
    explanation = explained(promised(CLAUSES), windows=[window("05 00:00", "05 01:00", "emergency")])
    (line,) = explanation.windows
    assert (line.verdict.word, line.ground.path) == ("unknown_kind", "availability.exclusions.maintenance")
    assert line.excluded_us == 0
    assert line.hidden_us == 0


def test_budget_left_is_allowed_less_counted() -> None:
    assert explained(promised(), outage("05 00:00", "05 08:00")).budget_left_us == -48 * MINUTE


@given(agreements, months)
def test_the_arithmetic_adds_up(agreement: Agreement, month: Month) -> None:
    found = month.measured(agreement)
    if not isinstance(found, MeasuredAvailability):
        return
    explanation = explain_availability(found)
    assert sum(line.reported_us for line in explanation.outages) == found.reported_us
    assert sum(line.counted_us for line in explanation.outages) == found.downtime.us
    assert sum(one.us for one in explanation.uncounted) == found.excluded_us
    hidden = sum(one.us for one in explanation.uncounted if one.word == "window")
    assert sum(line.hidden_us for line in explanation.windows) == hidden
    left = explanation.open_us - explanation.windows_us - explanation.unmonitored_us
    assert left == found.downtime.denominator_us
    assert len(explanation.windows) == len(month.windows)


@given(agreements, months)
def test_the_pieces_of_an_outage_are_its_time_without_a_gap(agreement: Agreement, month: Month) -> None:
    found = month.measured(agreement)
    if not isinstance(found, MeasuredAvailability):
        return
    for line in explain_availability(found).outages:
        start, end = line.outage.span(found.now)
        assert sum(piece.us for piece in line.pieces) == end - start
        for piece in line.pieces:
            assert piece.start == start
            start = piece.end
        counted = measure((piece.start, piece.end) for piece in line.pieces if piece.word == "counted")
        assert line.counting or counted == 0
