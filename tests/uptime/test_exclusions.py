"""Which maintenance windows are excluded, and how much of each."""

from typing import Any

import pytest

from contracts.policy.agreement import Agreement
from contracts.policy.durations import HOUR, MINUTE
from tests.uptime.promises import at, period_of, promised, window
from uptime.exclusions import Verdict, Window, excluded_cause, judge_windows


def kinds(timezone: str = "UTC", **maintenance: Any) -> Agreement:
    return promised({"exclusions": {"maintenance": maintenance, "causes": {"customer": {}}}}, timezone=timezone)


def judged(agreement: Agreement, *windows: Window, now: str = "30 00:00") -> tuple[Verdict, ...]:
    promise = agreement.terms.availability
    assert promise is not None
    return judge_windows(windows, promise, period=period_of(agreement), zone=agreement.zone, now=at(now))


def test_window_of_a_kind_without_conditions_is_excluded_whole() -> None:
    (verdict,) = judged(kinds(scheduled={}), window("09 02:00", "09 04:00"))
    assert (verdict.word, verdict.excluded, verdict.ended_by) == ("excluded", (at("09 02:00"), at("09 04:00")), "end")


def test_window_of_an_unknown_kind_is_not_excluded() -> None:
    (verdict,) = judged(kinds(scheduled={}), window("09 02:00", "09 04:00", "emergency"))
    assert (verdict.word, verdict.excluded, verdict.rule) == ("unknown_kind", None, None)


def test_window_of_no_length_is_empty_and_uses_no_quota() -> None:
    empty, following = judged(
        kinds(emergency={"per_period": 1}),
        window("09 02:00", "09 02:00", "emergency"),
        window("10 02:00", "10 03:00", "emergency"),
    )
    assert (empty.word, following.word) == ("empty", "excluded")


@pytest.mark.parametrize(
    ("announced", "word", "late_us"),
    [
        (None, "never_announced", None),
        ("07 02:00", "excluded", None),
        ("07 02:01", "announced_late", MINUTE),
        ("09 03:00", "announced_late", 49 * HOUR),
    ],
)
def test_notice_must_have_been_given_in_time(announced: str | None, word: str, late_us: int | None) -> None:
    (verdict,) = judged(kinds(scheduled={"notice": "48h"}), window("09 02:00", "09 04:00", announced=announced))
    assert (verdict.word, verdict.late_us, verdict.announce_by) == (word, late_us, at("07 02:00"))
    assert (verdict.excluded is not None) == (word == "excluded")


def test_notice_in_days_is_counted_on_the_wall_clock() -> None:
    agreement = kinds("Europe/Berlin", scheduled={"notice": "3d"})
    start, end = "2026-10-26T02:00:00+01:00", "2026-10-26T05:00:00+01:00"
    in_time, late = judged(
        agreement,
        window(start, end, announced="2026-10-23T02:00:00+02:00"),
        window(start, end, announced="2026-10-23T02:00:01+02:00"),
    )
    assert (in_time.word, in_time.notice_us, late.word) == ("excluded", 73 * HOUR, "announced_late")


def test_only_the_first_hours_of_a_window_are_excluded() -> None:
    (verdict,) = judged(kinds(scheduled={"up_to": "6h"}), window("09 00:00", "09 07:00"))
    assert (verdict.excluded, verdict.ended_by) == ((at("09 00:00"), at("09 06:00")), "up_to")


def test_quota_takes_the_first_by_start_whatever_the_order_given() -> None:
    later, first = judged(
        kinds(emergency={"per_period": 1}),
        window("20 02:00", "20 03:00", "emergency"),
        window("12 02:00", "12 03:00", "emergency"),
    )
    assert (first.word, later.word, later.used_by) == ("excluded", "quota_used", (first.window,))


def test_quota_goes_to_the_first_given_when_two_start_together() -> None:
    one, other = judged(
        kinds(emergency={"per_period": 1}),
        window("12 02:00", "12 03:00", "emergency"),
        window("12 02:00", "12 09:00", "emergency"),
    )
    assert (one.word, other.word) == ("excluded", "quota_used")


def test_quota_counts_each_kind_and_each_period_by_itself() -> None:
    verdicts = judged(
        kinds(emergency={"per_period": 1}, scheduled={"per_period": 1}),
        window("2026-10-31T23:00:00Z", "01 03:00", "emergency"),
        window("12 02:00", "12 03:00", "emergency"),
        window("13 02:00", "13 03:00", "scheduled"),
    )
    assert [verdict.word for verdict in verdicts] == ["excluded"] * 3


def test_window_that_runs_into_the_month_used_the_quota_of_the_one_before() -> None:
    verdicts = judged(
        kinds(emergency={"per_period": 1}),
        window("2026-10-05T23:00:00Z", "2026-10-06T03:00:00Z", "emergency"),
        window("2026-10-31T23:00:00Z", "01 03:00", "emergency"),
        window("12 02:00", "12 03:00", "emergency"),
    )
    assert [verdict.word for verdict in verdicts] == ["excluded", "quota_used", "excluded"]


def test_window_without_notice_uses_no_quota() -> None:
    late, in_time = judged(
        kinds(scheduled={"notice": "48h", "per_period": 1}),
        window("05 02:00", "05 03:00"),
        window("12 02:00", "12 03:00", announced="01 02:00"),
    )
    assert (late.word, in_time.word) == ("never_announced", "excluded")


def test_quota_of_zero_excludes_nothing() -> None:
    (verdict,) = judged(kinds(scheduled={"per_period": 0}), window("05 02:00", "05 03:00"))
    assert (verdict.word, verdict.used_by) == ("quota_used", ())


def test_window_announced_by_now_counts_whole_though_it_is_still_to_come() -> None:
    (verdict,) = judged(kinds(scheduled={}), window("20 02:00", "20 04:00", announced="10 00:00"), now="10 00:00")
    assert verdict.excluded == (at("20 02:00"), at("20 04:00"))


def test_window_not_announced_counts_only_up_to_now() -> None:
    (verdict,) = judged(kinds(emergency={}), window("10 02:00", "10 04:00", "emergency"), now="10 03:00")
    assert (verdict.excluded, verdict.ended_by) == ((at("10 02:00"), at("10 03:00")), "now")


def test_window_not_announced_that_has_not_begun_does_not_exist() -> None:
    coming, begun = judged(
        kinds(emergency={"per_period": 1}),
        window("10 03:00", "10 04:00", "emergency"),
        window("10 02:00", "10 03:00", "emergency"),
        now="10 03:00",
    )
    assert (coming.word, begun.word) == ("not_happened", "excluded")


def test_announcement_after_now_is_none() -> None:
    (verdict,) = judged(
        kinds(scheduled={"notice": "0h"}), window("10 02:00", "10 04:00", announced="10 01:00"), now="10 00:59"
    )
    assert verdict.word == "not_happened"
    (verdict,) = judged(
        kinds(scheduled={"notice": "0h"}), window("10 02:00", "10 06:00", announced="10 05:00"), now="10 04:00"
    )
    assert verdict.word == "never_announced"


def test_excluded_cause_is_a_key_of_the_causes() -> None:
    promise = kinds().terms.availability
    assert promise is not None
    assert excluded_cause("customer", promise) is promise.exclusions.causes.entries["customer"]
    assert excluded_cause("provider", promise) is None
