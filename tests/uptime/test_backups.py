"""The verdicts on backups, to the microsecond: each kind kept and missing, what is gone, the beginning, the clocks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from contracts.policy.durations import DAY, HOUR, MINUTE
from contracts.policy.periods import Active
from slaportal.intervals import Instant, read_instant, written
from tests.uptime.promises import at, promised
from uptime.backups import BackupVerdict, RestorePoint, judge_backups, reach_of

NOW = at("20 12:00")  # a Friday
ALWAYS = Active()
NEW_YORK = "America/New_York"


def verdict(
    backup: dict[str, Any],
    taken: Iterable[Instant | RestorePoint],
    *,
    now: Instant = NOW,
    active: Active = ALWAYS,
    zone: str = "UTC",
) -> BackupVerdict:
    """The verdict on the only promise."""
    points = [one if isinstance(one, RestorePoint) else RestorePoint(one) for one in taken]
    (found,) = judge_backups(promised(timezone=zone, backups={"only": backup}), points, active=active, now=now)
    return found


def missing(found: BackupVerdict) -> list[Any]:
    """Days with how many are there, stretches by their ends."""
    assert found.kept is not bool(found.missing)
    return [
        (str(one.day), one.there) if one.day else (written(one.start)[8:16], written(one.end)[8:16])
        for one in found.missing
    ]


def each(length: int, since: Instant, until: Instant) -> list[Instant]:
    return list(range(since, until + 1, length))


# Every so often -------------------------------------------------------------------------------------------------------

SNAPSHOT = {"every": "4h", "keep": "72h"}


def test_stretches_of_exactly_every_are_kept_and_a_microsecond_more_is_not() -> None:
    taken = each(4 * HOUR, NOW - 72 * HOUR, NOW)
    found = verdict(SNAPSHOT, taken)
    assert (found.kept, found.asked, found.missing) == (True, 18, ())
    late = [taken[0], taken[1] + 1, *taken[2:]]
    assert missing(verdict(SNAPSHOT, late)) == [("17T12:00", "17T16:00")]
    assert verdict(SNAPSHOT, late).missing[0].end - verdict(SNAPSHOT, late).missing[0].start == 4 * HOUR + 1


def test_a_stretch_in_between_and_up_to_now_is_missing() -> None:
    taken = each(4 * HOUR, NOW - 72 * HOUR, NOW - 8 * HOUR)
    del taken[3]
    found = verdict(SNAPSHOT, reversed(taken))
    assert missing(found) == [("17T20:00", "18T04:00"), ("20T04:00", "20T12:00")]
    assert found.asked == 16


def test_the_last_one_may_be_every_old_and_no_older() -> None:
    taken = each(4 * HOUR, NOW - 72 * HOUR, NOW - 4 * HOUR)
    assert verdict(SNAPSHOT, taken).kept
    assert verdict(SNAPSHOT, [*taken, NOW + HOUR], now=NOW + 1).missing[0][:2] == (NOW - 4 * HOUR, NOW + 1)


def test_what_is_gone_or_still_to_come_is_not_there() -> None:
    assert [RestorePoint(NOW, gone).there(NOW) for gone in (None, NOW + 1, NOW)] == [True, True, False]
    assert not RestorePoint(NOW + 1).there(NOW)
    taken = each(4 * HOUR, NOW - 72 * HOUR, NOW)
    for gone, kept in ((NOW + 1, True), (NOW, False), (NOW - HOUR, False)):
        points = [RestorePoint(one, gone if one == NOW - 8 * HOUR else None) for one in taken]
        assert verdict(SNAPSHOT, points).kept is kept
    assert missing(verdict(SNAPSHOT, [RestorePoint(NOW + HOUR)])) == [("17T12:00", "20T12:00")]
    assert verdict(SNAPSHOT, [RestorePoint(NOW - HOUR, NOW)]).asked == 1


def test_what_was_taken_before_keep_bridges_no_stretch() -> None:
    taken = each(4 * HOUR, NOW - 73 * HOUR, NOW)
    assert verdict(SNAPSHOT, taken).kept
    assert missing(verdict(SNAPSHOT, [taken[0], *taken[2:]])) == [("17T12:00", "17T19:00")]


def test_before_the_beginning_nothing_is_asked_for() -> None:
    active = Active(NOW - 6 * HOUR)
    assert missing(verdict(SNAPSHOT, [], active=active)) == [("20T06:00", "20T12:00")]
    found = verdict(SNAPSHOT, [NOW - 3 * HOUR], active=active)
    assert (found.kept, found.asked) == (True, 2)
    first = verdict(SNAPSHOT, [], active=Active(NOW))
    assert (first.kept, first.asked) == (True, 0)


@pytest.mark.parametrize("active", [Active(NOW + 1), Active(NOW - DAY, NOW), Active(None, NOW - DAY)])
def test_outside_of_the_subscription_there_is_no_promise(active: Active) -> None:
    assert judge_backups(promised(backups={"only": SNAPSHOT}), [], active=active, now=NOW) == ()


def test_a_day_is_one_on_the_wall_clock_and_hours_elapse() -> None:
    """The night of 1 November 2026 in New York has 25 hours."""
    now = read_instant("2026-11-03T12:00:00-05:00")
    nightly = [read_instant(f"2026-{day}T02:00:00{zone}") for day, zone in (("10-31", "-04:00"), ("11-01", "-05:00"))]
    nightly += [read_instant(f"2026-11-0{day}T02:00:00-05:00") for day in (2, 3)]
    day = verdict({"every": "1d", "keep": "4d"}, nightly, now=now, zone=NEW_YORK)
    assert (day.kept, day.asked) == (True, 5)
    elapsed = verdict({"every": "24h", "keep": "84h"}, nightly, now=now, zone=NEW_YORK)
    assert missing(elapsed) == [("31T06:00", "01T07:00")]


def test_keep_in_days_begins_on_the_wall_clock() -> None:
    now = read_instant("2026-11-02T12:00:00-05:00")
    found = verdict({"every": "1h", "keep": "2d"}, [], now=now, zone=NEW_YORK)
    assert missing(found) == [("31T16:00", "02T17:00")]


# So many a day --------------------------------------------------------------------------------------------------------

DAILY = {"per_day": 3, "keep": "7d"}


def three_a_day(first: int, last: int) -> list[Instant]:
    return [at(f"{day:02} {hour:02}:00") for day in range(first, last + 1) for hour in (0, 8, 16)]


def test_three_on_each_of_seven_days() -> None:
    found = verdict(DAILY, three_a_day(13, 19))
    assert (found.kept, found.asked) == (True, 7)
    one_gone = [RestorePoint(one, NOW if one == at("15 08:00") else None) for one in three_a_day(13, 19)]
    assert missing(verdict(DAILY, one_gone)) == [("2026-11-15", 2)]
    assert missing(verdict(DAILY, three_a_day(14, 20))) == [("2026-11-13", 0)]


def test_a_day_is_its_own_from_midnight_to_just_before_midnight() -> None:
    taken = three_a_day(13, 19)
    last = at("16 00:00") - 1
    assert verdict(DAILY, [last if one == at("15 16:00") else one for one in taken]).kept
    later = [at("16 00:01") if one == at("15 16:00") else one for one in taken]
    assert missing(verdict(DAILY, later)) == [("2026-11-15", 2)]
    found = verdict(DAILY, []).missing[0]
    assert (found.day, found.start, found.end) == (date(2026, 11, 13), at("13 00:00"), at("14 00:00"))


def test_today_is_not_asked_for_until_it_is_over() -> None:
    taken = three_a_day(13, 19)
    assert verdict(DAILY, taken, now=at("21 00:00") - 1).kept
    assert missing(verdict(DAILY, taken, now=at("21 00:00"))) == [("2026-11-20", 0)]


def test_the_day_on_which_it_begins_is_asked_for_if_it_is_whole() -> None:
    taken = three_a_day(18, 19)
    found = verdict(DAILY, taken, active=Active(at("17 00:00") + 1))
    assert (found.kept, found.asked) == (True, 2)
    whole = verdict(DAILY, taken, active=Active(at("17 00:00")))
    assert (missing(whole), whole.asked) == ([("2026-11-17", 0)], 3)


@pytest.mark.parametrize(("keep", "asked"), [("72h", 3), ("36h", 1), ("23h", 0), ("2w", 14), ("1d12h", 1)])
def test_keep_counts_whole_days(keep: str, asked: int) -> None:
    assert verdict({"per_day": 1, "keep": keep}, []).asked == asked


def test_days_of_23_and_25_hours_are_days() -> None:
    """In New York 1 November 2026 ends at 05:00 UTC, 8 March at 04:00 UTC: an hour later and earlier than the first."""
    now = read_instant("2026-11-02T12:00:00-05:00")
    (autumn,) = verdict({"per_day": 2, "keep": "1d"}, [], now=now, zone=NEW_YORK).missing
    assert (autumn.end - autumn.start) == 25 * HOUR
    taken = [autumn.start, autumn.end - 1]
    assert verdict({"per_day": 2, "keep": "1d"}, taken, now=now, zone=NEW_YORK).kept
    (spring,) = verdict(DAILY | {"keep": "1d"}, [], now=read_instant("2026-03-09T00:00-04:00"), zone=NEW_YORK).missing
    assert (spring.day, spring.end - spring.start) == (date(2026, 3, 8), 23 * HOUR)
    late = [spring.end - minutes * MINUTE for minutes in (0, 1, 2, 3)]
    assert missing(verdict(DAILY | {"keep": "1d"}, late[:3], now=spring.end, zone=NEW_YORK)) == [("2026-03-08", 2)]
    assert verdict(DAILY | {"keep": "1d"}, late, now=spring.end, zone=NEW_YORK).kept


def test_a_date_that_the_zone_left_out_is_no_day() -> None:
    """Samoa had no 30 December 2011."""
    now = read_instant("2012-01-01T12:00:00+14:00")
    found = verdict({"per_day": 1, "keep": "3d"}, [], now=now, zone="Pacific/Apia")
    assert missing(found) == [("2011-12-29", 0), ("2011-12-31", 0)]


# On a weekday ---------------------------------------------------------------------------------------------------------

WEEKLY = {"weekday": "fri", "keep": "4w"}


def fridays(*days: str) -> list[Instant]:
    return [read_instant(f"2026-{day}T22:00:00Z") for day in days]


def test_one_on_each_of_four_fridays_and_today_is_none_of_them() -> None:
    found = verdict(WEEKLY, fridays("10-23", "10-30", "11-06", "11-13"))
    assert (found.kept, found.asked) == (True, 4)
    assert missing(verdict(WEEKLY, fridays("10-30", "11-12", "11-13"))) == [("2026-10-23", 0), ("2026-11-06", 0)]
    gone = [RestorePoint(one, NOW) for one in fridays("10-23")]
    assert missing(verdict(WEEKLY, [*gone, *fridays("10-30", "11-06", "11-13")])) == [("2026-10-23", 0)]


def test_a_friday_counts_once_it_is_wholly_past() -> None:
    taken = fridays("10-30", "11-06", "11-13")
    assert missing(verdict(WEEKLY, taken, now=at("21 00:00"))) == [("2026-11-20", 0)]
    begun = verdict(WEEKLY, [], active=Active(at("13 00:00") + 1), now=at("21 00:00") - 1)
    assert (begun.kept, begun.asked) == (True, 0)


def test_a_friday_is_one_of_the_zone() -> None:
    """22:00 UTC on a Friday is a Saturday in Auckland."""
    taken = fridays("10-23", "10-30", "11-06", "11-13")
    found = verdict(WEEKLY, taken, zone="Pacific/Auckland", now=read_instant("2026-11-20T12:00:00+13:00"))
    assert [str(one.day) for one in found.missing] == ["2026-10-23", "2026-10-30", "2026-11-06", "2026-11-13"]


# Several promises -----------------------------------------------------------------------------------------------------


def test_each_promise_is_judged_with_its_words() -> None:
    backups = {
        "clause": "Backups",
        "snapshot": {**SNAPSHOT, "clause": "Snapshots", "note": "Of all."},
        "daily": {**DAILY, "strength": "target"},
    }
    agreement = promised(backups=backups)
    points = [RestorePoint(one) for one in each(4 * HOUR, NOW - 72 * HOUR, NOW)]
    snapshot, daily = judge_backups(agreement, points, active=ALWAYS, now=NOW)
    assert (snapshot.name, snapshot.kept, snapshot.clause, snapshot.ground.path) == (
        "snapshot",
        True,
        "Snapshots",
        "backups.snapshot",
    )
    assert snapshot.ground.stated.note == "Of all."
    assert (daily.name, daily.kept, daily.clause, daily.ground.stated.strength) == ("daily", False, "Backups", "target")
    assert missing(daily) == [(f"2026-11-{day}", 0) for day in (13, 14, 15, 16)]


def test_how_far_back_it_looks() -> None:
    assert reach_of(promised(), NOW) is None
    assert reach_of(promised(backups={"snapshot": SNAPSHOT}), NOW) == NOW - 72 * HOUR
    assert reach_of(promised(backups={"snapshot": SNAPSHOT, "daily": DAILY}), NOW) == at("13 00:00")
