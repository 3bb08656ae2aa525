"""Until when a credit can be claimed, and what the claims cover."""

from typing import Any

import pytest

from contracts.policy.durations import HOUR, MINUTE
from contracts.policy.periods import Active
from credits.assessment import Assessment
from slaportal.intervals import read_instant
from tests.credits.credit_rules import agreed, assessed_one, minutes_down, rule
from tests.uptime.promises import at, outage
from uptime.availability import Outage

WITHIN = {"by": "customer", "within": "10d"}
BY_FAILURE = {**WITHIN, "from": "failure"}
LAST = "2026-12-11T00:00:00Z"


def of_period(*outages: Outage, now: str, claims: list[str] | None = None, **more: Any) -> Assessment:
    agreement = agreed(rule({"pay": "10%"}, claim=WITHIN), **more)
    return assessed_one(agreement, *outages, now=now, claims=claims or [])


def of_failures(*outages: Outage, now: str, claims: list[str] | None = None, **facts: Any) -> Assessment:
    agreement = agreed(rule({"each": "1h", "pay": "1%"}, "downtime", claim=BY_FAILURE))
    return assessed_one(agreement, *outages, now=now, claims=claims or [], **facts)


@pytest.mark.parametrize(
    ("now", "claims", "status"),
    [
        ("2026-12-01T00:00:00Z", [], "claimable"),
        (LAST, [], "claimable"),
        ("2026-12-11T00:00:01Z", [], "expired"),
        ("2026-12-20T00:00:00Z", [LAST], "claimed"),
        ("2026-12-20T00:00:00Z", ["2026-12-11T00:00:01Z"], "expired"),
        ("2026-12-05T00:00:00Z", ["2026-12-06T00:00:00Z"], "claimable"),
        ("2026-12-06T00:00:00Z", ["2026-12-06T00:00:00Z"], "claimed"),
        ("2026-12-20T00:00:00Z", ["03 00:00"], "claimed"),
    ],
)
def test_window_after_the_period_is_open_up_to_its_last_instant(now: str, claims: list[str], status: str) -> None:
    found = of_period(minutes_down(600), now=now, claims=claims)
    assert (found.status, found.claim_by, str(found.amount)) == (status, at(LAST), "100.00 EUR")


def test_window_after_the_period_is_counted_on_the_wall_clock() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim=WITHIN), timezone="America/New_York")
    found = assessed_one(
        agreement,
        Outage(read_instant("2026-10-05T00:00:00-04:00"), read_instant("2026-10-06T00:00:00-04:00")),
        period="2026-10",
        now="2026-11-02T00:00:00-05:00",
    )
    assert found.claim_by == read_instant("2026-11-11T00:00:00-05:00")


def test_window_runs_from_the_calendars_end_though_the_subscription_ended_before() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim=WITHIN))
    found = assessed_one(agreement, minutes_down(600), active=Active(None, at("10 00:00")), now="12 00:00")
    assert (found.status, found.claim_by) == ("claimable", at(LAST))


def test_each_failure_has_a_window_and_a_claim_covers_those_that_are_open() -> None:
    early, late = minutes_down(300, "02 00:00"), minutes_down(240, "12 00:00")
    found = of_failures(early, late, now="29 00:00", claims=["13 00:00"])
    assert found.status == "claimed"
    assert found.claimed_us == 240 * MINUTE
    assert str(found.amount) == "40.00 EUR"
    assert found.claim_by == at("22 04:00")
    assert found.standing is not None
    assert [window.claim_by for window in found.standing.windows] == [at("12 05:00"), at("22 04:00")]
    assert found.standing.covered == [late]


def test_claims_cover_together_what_each_covers() -> None:
    early, late = minutes_down(300, "02 00:00"), minutes_down(240, "12 00:00")
    found = of_failures(early, late, now="29 00:00", claims=["13 00:00", "03 00:00"])
    assert found.claimed_us == 540 * MINUTE
    assert str(found.amount) == "90.00 EUR"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("01 23:59", "expired"),
        ("02 00:00", "claimed"),
        ("12 10:00", "claimed"),
        ("12 10:01", "expired"),
    ],
)
def test_claim_covers_a_failure_from_its_start_until_the_end_of_its_window(claim: str, status: str) -> None:
    found = of_failures(minutes_down(600, "02 00:00"), now="29 00:00", claims=[claim])
    assert (found.status, found.claim_by, str(found.amount)) == (status, at("12 10:00"), "100.00 EUR")
    assert found.claimed_us == (600 * MINUTE if status == "claimed" else None)


def test_unclaimed_amount_is_what_it_would_be_had_all_been_claimed() -> None:
    found = of_failures(minutes_down(300, "02 00:00"), minutes_down(240, "12 00:00"), now="14 00:00")
    assert (found.status, found.claim_by, str(found.amount)) == ("claimable", at("22 04:00"), "90.00 EUR")
    assert found.claimed_us is None


def test_outage_still_on_has_no_end_to_count_from_and_a_claim_covers_it() -> None:
    still_on = outage("12 00:00", "29 00:00")
    found = of_failures(minutes_down(300, "02 00:00"), still_on, now="12 10:00")
    assert (found.status, found.claim_by) == ("claimable", None)
    found = of_failures(minutes_down(300, "02 00:00"), still_on, now="12 20:00", claims=["12 09:00"])
    assert found.status == "claimed"
    assert found.claim_by is None
    assert found.claimed_us == 20 * HOUR


def test_outage_of_an_excluded_cause_cannot_be_claimed() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim=BY_FAILURE), promise={"exclusions": {"causes": {"customer": {}}}})
    later = minutes_down(60, "25 00:00", cause="customer")
    found = assessed_one(agreement, minutes_down(600, "02 00:00"), later, now="29 00:00", claims=["26 00:00"])
    assert (found.status, found.claim_by) == ("expired", at("12 10:00"))


def test_claim_made_before_the_target_was_missed_takes_effect_when_it_is() -> None:
    first = minutes_down(300, "02 00:00")
    kept = of_failures(first, now="10 00:00", claims=["03 00:00"])
    assert (kept.status, kept.claim_by, str(kept.amount)) == ("none", None, "0.00 EUR")
    assert kept.claimed_us == 300 * MINUTE
    missed = of_failures(first, minutes_down(240, "12 00:00"), now="29 00:00", claims=["03 00:00"])
    assert missed.status == "claimed"
    assert missed.claimed_us == 300 * MINUTE
    assert str(missed.amount) == "50.00 EUR"


def test_claim_worth_nothing_leaves_no_credit() -> None:
    agreement = agreed(rule({"each": "1h", "pay": "1%", "free": "5h"}, "downtime", claim=BY_FAILURE))
    outages = minutes_down(300, "02 00:00"), minutes_down(240, "12 00:00")
    found = assessed_one(agreement, *outages, now="29 00:00", claims=["03 00:00"])
    assert found.status == "none"
    assert found.claim_by is None
    assert found.claimed_us == 300 * MINUTE


def test_time_nobody_measured_can_be_claimed_for_good_for_nobody_knows_when_the_failure_ended() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim=BY_FAILURE), promise={"unmonitored": "down"})
    blind = [(at("02 00:00"), at("02 12:00"))]
    found = assessed_one(agreement, unmonitored=blind, now="29 00:00")
    assert (found.status, found.claim_by, str(found.amount)) == ("claimable", None, "100.00 EUR")
    found = assessed_one(agreement, unmonitored=blind, now="29 00:00", claims=["28 00:00"])
    assert found.status == "claimed"
    assert found.claim_by is None
    assert found.claimed_us == 12 * HOUR


def test_credit_paid_though_nothing_failed_has_no_window_that_ends() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim=BY_FAILURE, only_if_missed=False))
    found = assessed_one(agreement, now="29 00:00")
    assert (found.missed, found.status, found.claim_by) == (False, "claimable", None)


def test_window_from_failure_is_counted_on_the_wall_clock() -> None:
    agreement = agreed(rule({"pay": "10%"}, claim={**BY_FAILURE, "within": "7d"}), timezone="Europe/Berlin")
    ended = read_instant("2026-10-20T12:00:00+02:00")
    found = assessed_one(agreement, Outage(ended - 20 * HOUR, ended), period="2026-10", now="2026-10-21T00:00:00Z")
    assert found.claim_by == read_instant("2026-10-27T12:00:00+01:00")
