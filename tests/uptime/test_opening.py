"""Periods are opened one after the other and pin what was agreed at the start of their active part."""

from datetime import datetime
from decimal import Decimal

from contracts.actions.subscriptions import Fee, change_term, end_subscription
from contracts.models import Term
from slaportal.intervals import instant_of
from tests.uptime.delivered import FEE, NOW, START, TEXT, Delivered, day, deliver, publish, subscribed
from tests.world import World
from uptime.closing import close_periods
from uptime.facts import HOUR_US
from uptime.models import SubscriptionPeriod
from uptime.opening import open_periods
from uptime.queries import periods_of
from uptime.rebuilding import differences


def texts(delivered: Delivered) -> list[str]:
    return [period.text for period in periods_of(delivered.subscription).order_by("starts_at")]


def active(delivered: Delivered, text: str) -> tuple[datetime | None, datetime | None]:
    period = delivered.period(text)
    return period.active_from, period.active_to


def test_months_are_opened_in_the_zone_of_the_policy_over_the_change_of_the_clocks(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        assert texts(delivered) == ["2026-09", "2026-10", "2026-11"]
        october = delivered.period("2026-10")
        assert (october.starts_at, october.ends_at) == (day("09-30 22:00"), day("10-31 23:00"))
        assert october.closes_at == day("11-05 23:00")
        assert delivered.period("2026-09").closes_at == day("10-05 22:00")
        assert active(delivered, "2026-09") == (START, None)  # the first two hours in Berlin were not promised
        assert active(delivered, "2026-10") == (None, None)
        assert (october.plan, october.kind, october.fee_monthly, october.currency) == (
            "standard",
            "production",
            Decimal(1200),
            "EUR",
        )
        assert (october.version, october.policy_digest) == (delivered.version, delivered.version.digest)
        assert october.marked_at == NOW
        assert delivered.marked() == {"2026-09", "2026-10", "2026-11"}
        assert open_periods(delivered.subscription, until=NOW, at=NOW) == 0
        assert delivered.marked() == set()
        assert open_periods(delivered.subscription, until=day("12-01 00:00"), at=NOW) == 1
        assert texts(delivered)[-1] == "2026-12"


def test_days_over_the_change_of_the_clocks_close_at_midnight(world: World) -> None:
    with world.inside("admin"):
        provider = world.providers["p1"]
        publish(provider, TEXT.replace("  degraded:", "  close_after: 30d\n  degraded:"))
        made = subscribed(world)
        open_periods(made, until=START, at=NOW)
        period = periods_of(made).get()
        assert period.ends_at == day("09-30 22:00")
        assert period.closes_at == day("10-30 23:00")  # midnight in Berlin, one hour of UTC later


def test_quarters_and_what_has_no_availability(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, plan="quarterly")
        assert texts(delivered) == ["2026-Q3", "2026-Q4"]
        quarter = delivered.period("2026-Q4")
        assert (quarter.starts_at, quarter.ends_at) == (day("09-30 22:00"), day("12-31 23:00"))
        bare = subscribed(world, "b", "Bare", plan="bare", starts_at=day("10-10 00:00"))
        open_periods(bare, until=NOW, at=NOW)
        assert [period.text for period in periods_of(bare)] == ["2026-11", "2026-10"]


def test_what_begins_later_is_opened_ahead_so_that_somebody_looks(world: World) -> None:
    with world.inside("admin"):
        deliver(world)
        made = subscribed(world, "b", "Next year", starts_at=datetime(2027, 3, 10, tzinfo=START.tzinfo))
        assert open_periods(made, until=NOW, at=NOW) == 1
        assert periods_of(made).get().text == "2027-03"


def test_a_change_within_a_period_holds_from_the_next_one(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.marked()
        change_term(
            delivered.subscription,
            plan="bare",
            fee=Fee(Decimal(1), "USD"),
            starts_at=day("11-10 00:00"),
            actor="test",
            at=NOW,
        )
        assert open_periods(delivered.subscription, until=NOW, at=NOW) == 0
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        november, december = delivered.period("2026-11"), delivered.period("2026-12")
        assert (november.plan, november.fee_monthly, november.active_to) == ("standard", Decimal(1200), None)
        assert (december.plan, december.fee_monthly, december.currency) == ("bare", Decimal(1), "USD")


def test_an_end_cuts_the_period_and_opens_no_further_one(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        delivered.worked_out("2026-12")
        delivered.marked()
        end_subscription(delivered.subscription, ends_at=day("11-20 00:00"), actor="test", at=NOW, reason="x")
        open_periods(delivered.subscription, until=NOW, at=NOW)
        assert active(delivered, "2026-11") == (None, day("11-20 00:00"))
        assert delivered.marked() == {"2026-11", "2026-12"}
        assert delivered.worked_out("2026-12").figures["why_none"] == "not_active"
        open_periods(delivered.subscription, until=day("12-30 00:00"), at=NOW)
        assert texts(delivered) == ["2026-09", "2026-10", "2026-11", "2026-12"]


def test_a_period_that_nobody_worked_out_goes_with_its_terms(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        end_subscription(delivered.subscription, ends_at=day("11-20 00:00"), actor="test", at=NOW, reason="x")
        open_periods(delivered.subscription, until=NOW, at=NOW)
        assert texts(delivered) == ["2026-09", "2026-10", "2026-11"]


def test_terms_with_a_gap_are_active_from_the_first_to_the_last(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, until=None)
        end_subscription(delivered.subscription, ends_at=day("09-10 00:00"), actor="test", at=NOW, reason="x")
        change_term(
            delivered.subscription, plan="standard", fee=FEE, starts_at=day("11-12 00:00"), actor="test", at=NOW
        )
        open_periods(delivered.subscription, until=NOW, at=NOW)
        assert texts(delivered) == ["2026-09", "2026-11"]
        assert active(delivered, "2026-09") == (START, day("09-10 00:00"))
        assert active(delivered, "2026-11") == (day("11-12 00:00"), None)


def test_what_was_agreed_changes_for_periods_that_have_not_begun(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        delivered.marked()
        newer = publish(delivered.provider, TEXT.replace('"99.9"', '"99.5"'), at=day("11-25 00:00"))
        assert open_periods(delivered.subscription, until=NOW, at=NOW) == 1
        assert delivered.period("2026-11").version == delivered.version
        assert delivered.period("2026-12").version == newer
        assert delivered.period("2026-12").policy_digest == newer.digest
        assert delivered.marked() == {"2026-12"}


def test_a_version_without_the_plan_leaves_what_was_sold(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        without = TEXT.replace("  standard: {name: Standard}\n", "")
        publish(delivered.provider, without, at=day("11-25 00:00"))
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        assert delivered.period("2026-12").version == delivered.version


def test_from_months_to_quarters_no_time_counts_twice(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, until=None)
        change_term(
            delivered.subscription, plan="quarterly", fee=FEE, starts_at=day("10-15 00:00"), actor="test", at=NOW
        )
        open_periods(delivered.subscription, until=NOW, at=NOW)
        assert texts(delivered) == ["2026-10", "2026-09", "2026-Q4"] or set(texts(delivered)) == {
            "2026-09",
            "2026-10",
            "2026-Q4",
        }
        assert active(delivered, "2026-Q4") == (delivered.period("2026-10").ends_at, None)


def test_a_zone_further_west_leaves_no_hour_out(world: World) -> None:
    """November ends at midnight in Berlin, December's calendar begins at midnight in New York, six hours later."""
    with world.inside("admin"):
        delivered = deliver(world)
        publish(delivered.provider, TEXT.replace("Europe/Berlin", "America/New_York"), at=day("11-25 00:00"))
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        november, december = delivered.period("2026-11"), delivered.period("2026-12")
        assert november.ends_at == december.starts_at == day("11-30 23:00")
        assert december.ends_at == datetime(2027, 1, 1, 5, tzinfo=START.tzinfo)
        assert active(delivered, "2026-12") == (None, None)
        later = day("12-10 00:00")
        delivered.outage("12-01 01:00", "12-01 02:00")
        assert delivered.worked_out("2026-11", later).figures["availability"]["counted_downtime_us"] == 0
        figures = delivered.worked_out("2026-12", later).figures["availability"]
        assert figures["counted_downtime_us"] == HOUR_US
        assert figures["open_us"] == (31 * 24 + 6) * HOUR_US
        close_periods([december.pk], now=december.closes_at)
        assert open_periods(delivered.subscription, until=later, at=NOW) == 0
        assert delivered.period("2026-12").figures["availability"] == figures
        assert list(differences([december.pk], now=december.closes_at)) == []


def test_what_ends_between_the_midnights_of_two_zones_is_in_a_period_too(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        publish(delivered.provider, TEXT.replace("Europe/Berlin", "America/New_York"), at=day("11-25 00:00"))
        end_subscription(delivered.subscription, ends_at=day("12-01 02:00"), actor="test", at=NOW, reason="x")
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        assert delivered.period("2026-12").starts_at == day("11-30 23:00")
        assert active(delivered, "2026-12") == (None, day("12-01 02:00"))


def test_a_zone_further_east_puts_no_hour_into_two_periods(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        publish(delivered.provider, TEXT.replace("Europe/Berlin", "Asia/Tokyo"), at=day("11-25 00:00"))
        open_periods(delivered.subscription, until=day("12-10 00:00"), at=NOW)
        november, december = delivered.period("2026-11"), delivered.period("2026-12")
        assert november.ends_at == december.starts_at == day("11-30 23:00")  # in Tokyo it is eight in the morning
        assert active(delivered, "2026-12") == (None, None)
        delivered.outage("11-30 15:00", "11-30 23:00")
        later = day("12-10 00:00")
        assert delivered.worked_out("2026-11", later).figures["availability"]["counted_downtime_us"] == 8 * HOUR_US
        assert delivered.worked_out("2026-12", later).figures["availability"]["counted_downtime_us"] == 0


def test_a_late_end_makes_a_further_revision_of_a_closed_period(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        first = delivered.period("2026-10")
        close_periods([first.pk], now=NOW)
        end_subscription(delivered.subscription, ends_at=day("10-20 00:00"), actor="test", at=NOW, reason="x")
        open_periods(delivered.subscription, until=NOW, at=NOW)
        second = delivered.period("2026-10")
        assert (second.revision, second.active_to, second.closed_at) == (2, day("10-20 00:00"), None)
        assert second.marked_at is not None
        assert open_periods(delivered.subscription, until=NOW, at=NOW) == 0
        first.refresh_from_db()
        assert (first.active_to, first.closed_at) == (None, NOW)
        close_periods([second.pk], now=NOW)
        assert open_periods(delivered.subscription, until=NOW, at=NOW) == 0


def test_a_subscription_that_never_ran_has_no_period(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, until=None)
        term = Term.objects.get(subscription=delivered.subscription)
        assert instant_of(term.starts_at) == instant_of(START)
        assert not SubscriptionPeriod.objects.exists()
