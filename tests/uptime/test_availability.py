"""What counts as downtime, and the figures that follow from it."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from contracts.policy.agreement import Agreement
from contracts.policy.durations import DAY, HOUR, MINUTE, SECOND
from contracts.policy.periods import Active
from slaportal.intervals import measure
from tests.uptime.promises import (
    Month,
    agreements,
    at,
    measured,
    measured_or_none,
    months,
    outage,
    outages,
    promised,
    window,
)
from uptime.availability import MeasuredAvailability, NoAvailability, Outage

EXCLUSIONS: dict[str, Any] = {"exclusions": {"maintenance": {"scheduled": {}}, "causes": {"customer": {}}}}


def test_a_month_without_outages_was_up() -> None:
    month = measured(promised())
    assert month.availability == 1
    assert month.met
    assert month.coverage == 1
    assert month.downtime.us == 0
    assert month.reported_us == 0
    assert month.excluded_us == 0


def test_target_reached_exactly_is_met_and_a_microsecond_more_is_not() -> None:
    allowed = outage("05 00:00", "05 07:12")
    assert measured(promised(), allowed).met
    assert measured(promised(), allowed).downtime.allowed_us == 432 * MINUTE
    missed = measured(promised(), allowed, Outage(at("06 00:00"), at("06 00:00") + 1))
    assert not missed.met
    assert missed.downtime.excess_us == 1
    assert missed.availability == Fraction(99, 100) - Fraction(1, 30 * DAY)


def test_a_month_in_which_the_clocks_change_is_divided_by_its_real_length() -> None:
    month = measured_or_none(promised(timezone="America/New_York"), period="2026-03", now="2026-05-01T00:00:00Z")
    assert isinstance(month, MeasuredAvailability)
    assert month.downtime.denominator_us == 743 * HOUR


def test_overlapping_outages_count_once() -> None:
    month = measured(promised(), outage("05 00:00", "05 02:00"), outage("05 01:00", "05 03:00"))
    assert month.downtime.us == 3 * HOUR
    assert month.left == [(at("05 00:00"), at("05 03:00"))]


def test_degraded_time_weighs_what_the_policy_says_and_the_larger_weight_wins() -> None:
    facts = outage("05 00:00", "05 04:00", impact="degraded"), outage("05 01:00", "05 02:00")
    assert measured(promised({"degraded": "0.25"}), *facts).downtime.us == 3 * HOUR * Fraction(1, 4) + HOUR
    assert measured(promised({"degraded": "1"}), *facts).downtime.us == 4 * HOUR
    weightless = measured(promised(), *facts)
    assert weightless.downtime.us == HOUR
    assert weightless.counting == facts[1:]


def test_excluded_cause_is_reported_and_does_not_count() -> None:
    month = measured(promised(EXCLUSIONS), outage("05 00:00", "05 04:00", cause="customer"))
    assert month.downtime.us == 0
    assert month.reported_us == 4 * HOUR
    assert month.excluded_us == 4 * HOUR
    assert month.counting == ()


def test_window_is_cut_out_of_the_downtime_and_breaks_the_stretch() -> None:
    month = measured(promised(EXCLUSIONS), outage("05 00:00", "05 04:00"), windows=[window("05 01:00", "05 02:00")])
    assert month.downtime.us == 3 * HOUR
    assert month.reported_us == 4 * HOUR
    assert month.downtime.longest_us == 2 * HOUR
    assert month.downtime.denominator_us == 30 * DAY


def test_service_time_leaves_windows_out_of_the_denominator() -> None:
    announced = window("29 00:00", "29 06:00", announced="01 00:00")
    month = measured(promised({**EXCLUSIONS, "basis": "service_time"}), windows=[announced], now="02 00:00")
    assert month.downtime.denominator_us == 30 * DAY - 6 * HOUR


def test_only_open_hours_count() -> None:
    month = measured(promised({"hours": "office"}), outage("06 16:00", "09 10:00"))
    assert month.downtime.us == 2 * HOUR
    assert month.reported_us == 2 * HOUR
    assert month.downtime.longest_us == HOUR
    assert month.downtime.denominator_us == 21 * 7 * HOUR


def test_outage_is_cut_to_the_period_and_to_now() -> None:
    still_on = outage("2026-10-30T00:00:00Z")
    month = measured(promised(), still_on, now="02 00:00")
    assert month.downtime.us == DAY
    assert month.counting == (still_on,)
    assert measured(promised(), still_on, now="30 23:59").downtime.denominator_us == 30 * DAY


def test_outage_that_ends_after_now_is_still_on() -> None:
    announced_end = outage("05 00:00", "05 04:00")
    assert measured(promised(), announced_end, now="05 01:00").downtime.us == HOUR
    assert announced_end.ended_by(at("05 03:59")) is None
    assert announced_end.ended_by(at("05 04:00")) == at("05 04:00")


def test_outage_that_starts_at_now_has_not_happened() -> None:
    month = measured(promised(), outage("05 00:00"), now="05 00:00")
    assert month.downtime.us == 0
    assert month.reported_us == 0
    assert month.counting == ()


def test_outage_of_no_length_has_no_effect() -> None:
    month = measured(promised(), outage("05 00:00", "05 00:00"))
    assert month.downtime.us == 0
    assert month.counting == ()
    assert month.stretches == []


@pytest.mark.parametrize(
    ("rule", "seconds", "kept"),
    [
        ({"at_least": "5m"}, 299, 0),
        ({"at_least": "5m"}, 300, 300),
        ({"longer_than": "5m"}, 300, 0),
        ({"longer_than": "5m"}, 301, 301),
        ({"whole": "1m"}, 59, 0),
        ({"whole": "1m"}, 119, 60),
        ({"at_least": "1m", "whole": "5m"}, 239, 0),
        ({"longer_than": "1m", "whole": "1m"}, 3601, 3600),
        ({"whole": "0s"}, 59, 59),
    ],
)
def test_filter_drops_short_stretches_and_cuts_the_others_to_whole_units(
    rule: dict[str, str], seconds: int, kept: int
) -> None:
    start = at("05 00:00")
    month = measured(promised({"outages": rule}), Outage(start, start + seconds * SECOND))
    assert month.downtime.us == kept * SECOND
    assert month.downtime.longest_us == kept * SECOND
    assert len(month.counting) == (kept > 0)


def test_filter_judges_touching_outages_as_one_stretch_by_time_not_by_weight() -> None:
    agreement = promised({"degraded": "0.1", "outages": {"at_least": "10m"}})
    month = measured(
        agreement, outage("05 00:00", "05 00:05", impact="degraded"), outage("05 00:05", "05 00:10", impact="degraded")
    )
    assert month.downtime.us == MINUTE
    assert month.downtime.longest_us == 10 * MINUTE


def test_outage_of_which_the_filter_leaves_nothing_is_no_counting_one() -> None:
    agreement = promised({"outages": {"whole": "1h"}})
    one, other = outage("05 00:00", "05 01:00"), outage("05 01:00", "05 01:30")
    assert measured(agreement, one, other).counting == (one,)


def test_period_end_breaks_a_stretch() -> None:
    month = measured(promised({"outages": {"at_least": "1h"}}), outage("2026-10-31T22:00:00Z", "01 00:30"))
    assert month.downtime.us == 0


UNMONITORED = [(at("05 00:00"), at("05 03:00")), (at("05 02:00"), at("05 06:00"))]


def test_unmonitored_time_is_up_but_a_reported_outage_in_it_counts() -> None:
    month = measured(promised(), outage("05 01:00", "05 02:00"), unmonitored=UNMONITORED)
    assert month.downtime.us == HOUR
    assert month.coverage == 1 - Fraction(6, 720)


def test_unmonitored_time_is_down_like_an_outage_of_the_provider() -> None:
    month = measured(promised({"unmonitored": "down"}), outage("05 01:00", "05 02:00"), unmonitored=UNMONITORED)
    assert month.downtime.us == 6 * HOUR
    assert month.reported_us == 6 * HOUR
    assert month.downtime.longest_us == 6 * HOUR
    assert [one.measured for one in month.counting] == [True, False, False]
    unexcused = {"unmonitored": "down", "exclusions": {"causes": {"provider": {}}}}
    assert measured(promised(unexcused), unmonitored=UNMONITORED).downtime.us == 0


def test_unmonitored_time_is_excluded_from_downtime_and_from_any_denominator() -> None:
    month = measured(
        promised({**EXCLUSIONS, "unmonitored": "excluded"}),
        outage("05 05:00", "05 07:00"),
        unmonitored=UNMONITORED,
        windows=[window("05 04:00", "05 08:00")],
    )
    assert month.downtime.us == 0
    assert month.reported_us == 2 * HOUR
    assert month.downtime.denominator_us == 714 * HOUR


def test_excluded_and_unmonitored_time_that_overlap_leave_the_service_time_once() -> None:
    agreement = promised({**EXCLUSIONS, "unmonitored": "excluded", "basis": "service_time"})
    month = measured(agreement, unmonitored=UNMONITORED, windows=[window("05 04:00", "05 08:00")])
    assert month.downtime.denominator_us == 712 * HOUR


def test_unmonitored_time_after_now_has_not_happened() -> None:
    month = measured(promised({"unmonitored": "down"}), unmonitored=UNMONITORED, now="05 01:00")
    assert month.downtime.us == HOUR
    assert month.coverage == 1 - Fraction(1, 720)


def test_coverage_is_measured_in_open_hours_before_exclusions() -> None:
    agreement = promised({**EXCLUSIONS, "hours": "office", "basis": "service_time"})
    month = measured(
        agreement, unmonitored=[(at("09 00:00"), at("10 00:00"))], windows=[window("09 00:00", "10 00:00")]
    )
    assert month.coverage == 1 - Fraction(1, 21)


def test_period_is_cut_to_the_active_time() -> None:
    active = Active(at("11 00:00"), at("21 00:00"))
    month = measured(promised(), outage("10 12:00", "11 12:00"), outage("20 12:00", "30 00:00"), active=active)
    assert month.downtime.us == DAY
    assert month.downtime.denominator_us == 10 * DAY


@pytest.mark.parametrize(
    ("promise", "facts", "why"),
    [
        ({"not_for": ["pilot"]}, {"subscription": "pilot"}, "not_for"),
        ({}, {"active": Active(at("30 00:00") + DAY, None)}, "not_active"),
        ({"part_periods": "none"}, {"active": Active(at("01 00:00") + 1, None)}, "part_period"),
        ({"hours": "office"}, {"active": Active(at("07 00:00"), at("09 00:00"))}, "nothing_open"),
        (
            {**EXCLUSIONS, "basis": "service_time"},
            {"windows": [window("01 00:00", "2026-12-01T00:00:00Z", announced="01 00:00")]},
            "nothing_open",
        ),
    ],
)
def test_period_without_a_denominator_has_no_availability(
    promise: dict[str, Any], facts: dict[str, Any], why: str
) -> None:
    found = measured_or_none(promised(promise), **facts)
    assert isinstance(found, NoAvailability)
    assert found.why == why


def test_plan_may_promise_no_availability() -> None:
    found = measured_or_none(promised(availability=None))
    assert isinstance(found, NoAvailability)
    assert (found.why, found.promise) == ("no_promise", None)


def test_quarter_is_the_period_where_the_policy_says_so() -> None:
    month = measured_or_none(promised({"period": "quarter"}), outage("05 00:00", "05 10:00"), period="2026-Q4")
    assert isinstance(month, MeasuredAvailability)
    assert month.downtime.us == 10 * HOUR
    assert month.downtime.denominator_us == 92 * DAY


def test_claimed_downtime_is_what_is_left_in_the_claimed_outages_weighed_by_them_alone() -> None:
    degraded, down = outage("05 00:00", "05 04:00", impact="degraded"), outage("05 01:00", "05 02:00")
    month = measured(promised({"degraded": "0.5", "outages": {"at_least": "3h"}}), degraded, down)
    assert month.downtime.us == Fraction(5, 2) * HOUR
    assert month.claimed([degraded]).us == 2 * HOUR
    assert month.claimed([down]).us == HOUR
    assert month.claimed([down]).longest_us == HOUR
    assert month.claimed([degraded, down]) == month.downtime


@given(agreements, months)
def test_counted_is_within_reported_and_within_the_denominator(agreement: Agreement, month: Month) -> None:
    found = month.measured(agreement)
    if isinstance(found, MeasuredAvailability):
        assert 0 <= found.downtime.us <= found.reported_us
        assert found.downtime.us <= measure(found.left) <= found.downtime.denominator_us
        assert 0 <= found.availability <= 1
        assert 0 <= found.coverage <= 1
        assert found.downtime.longest_us <= measure(found.left)
        assert found.met == (100 * found.availability >= 99)


@given(agreements, months, outages)
def test_adding_an_outage_of_an_excluded_cause_changes_no_availability(
    agreement: Agreement, month: Month, one: Outage
) -> None:
    before = month.measured(agreement)
    after = month.measured(agreement, Outage(one.start, one.end, "customer", one.impact))
    if isinstance(before, MeasuredAvailability) and isinstance(after, MeasuredAvailability):
        assert after.downtime == before.downtime
        assert after.reported_us >= before.reported_us
    else:
        assert after == before


@given(agreements, months, outages)
def test_adding_an_outage_never_raises_availability(agreement: Agreement, month: Month, one: Outage) -> None:
    before, after = month.measured(agreement), month.measured(agreement, one)
    if isinstance(before, MeasuredAvailability) and isinstance(after, MeasuredAvailability):
        promise = before.promise
        if promise.outages.whole is None:
            assert after.availability <= before.availability


@given(agreements, months)
def test_all_counting_outages_claimed_are_all_downtime(agreement: Agreement, month: Month) -> None:
    found = month.measured(agreement)
    if isinstance(found, MeasuredAvailability) and found.counting:
        assert found.claimed(found.counting) == found.downtime
