"""Facts read in bulk come to the same as facts given by hand, and what is written is exact."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.actions.catalogue import add_service
from contracts.actions.subscriptions import cover_service
from contracts.models import Service
from contracts.policy.agreement import Agreement
from contracts.policy.documents import agreement_of
from contracts.policy.periods import Active, read_period
from contracts.queries import document_of
from slaportal.intervals import instant_of
from tests.uptime.delivered import NOW, START, Delivered, day, deliver, subscribed
from tests.world import World
from uptime.actions.samples import add_samples
from uptime.availability import MeasuredAvailability, Outage, measure_availability
from uptime.closing import close_periods
from uptime.detail import exact
from uptime.exclusions import Window
from uptime.facts import ENDLESS, facts_of
from uptime.figures import cut_off, figures_of
from uptime.measuring import measure
from uptime.models import Announcement, SubscriptionPeriod, Unmonitored
from uptime.models import Outage as OutageRow
from uptime.models import Window as WindowRow
from uptime.opening import open_periods
from uptime.working_out import work_out

Made = tuple[list[Outage], list[Window], list[tuple[int, int]]]


def test_a_share_is_cut_off_and_never_rounded() -> None:
    assert cut_off(100 * Fraction(999_999_999, 1_000_000_000)) == "99.999999"
    assert cut_off(99, 1) == "99.000000"
    assert cut_off(2, Fraction(3, 2)) == "1.333333"
    assert (exact(Fraction(4, 2)), exact(Fraction(1, 3)), exact(7)) == (2, "1/3", 7)


def agreement(delivered: Delivered, plan: str = "standard") -> Agreement:
    return agreement_of(document_of(delivered.version), plan)


def test_a_period_is_written_exactly(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-03 10:00", "11-03 11:00")
        delivered.outage("11-03 10:30", "11-03 12:00", impact="degraded")
        delivered.outage("11-04 10:00", "11-04 12:00", cause="customer")
        delivered.outage("11-05 10:00", "11-05 12:00", void_at=NOW)
        period = delivered.worked_out()
        assert period.percent == Decimal("99.791666")
        assert period.met is False
        assert period.figures["availability"] == {
            "percent": "99.791666",
            "target": "99.9",
            "met": False,
            "counted_downtime_us": 5_400_000_000,
            "excluded_downtime_us": 7_200_000_000,
            "longest_outage_us": 7_200_000_000,
            "coverage_percent": "100.000000",
            "unmonitored_us": 0,
            "open_us": 2_592_000_000_000,
            "denominator_us": 2_592_000_000_000,
            "allowed_downtime_us": 2_592_000_000,
        }
        assert (period.measurement, period.worked_out_at, period.marked_at) == (1, NOW, None)
        assert period.look_at == day("11-30 23:00")  # midnight in Berlin
        assert delivered.worked_out(now=NOW + timedelta(hours=1)).measurement == 1


def test_what_goes_on_is_looked_at_again_in_a_minute_and_at_its_ends(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-24 11:00", None)
        period = delivered.worked_out()
        assert period.look_at == NOW + timedelta(minutes=1)
        assert period.figures["availability"]["counted_downtime_us"] == 3_600_000_000
        later = delivered.worked_out(now=NOW + timedelta(minutes=1))
        assert later.figures["availability"]["counted_downtime_us"] == 3_660_000_000
        assert later.measurement == 2
        OutageRow.objects.update(ends_at=day("11-24 12:00"))
        WindowRow.objects.create(
            provider=delivered.provider, title="w", starts_at=day("11-26 10:00"), ends_at=day("11-26 11:00")
        ).services.create(provider=delivered.provider, service=delivered.service)
        assert delivered.worked_out().look_at == day("11-26 10:00")
        after = delivered.worked_out(now=day("12-02 10:00"))
        assert after.look_at == after.closes_at


def test_a_period_without_a_promise_says_why(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, plan="quarterly")
        period = delivered.worked_out("2026-Q3")
        assert (period.percent, period.met) == (None, None)
        assert period.figures == {"availability": None, "why_none": "part_period", "performance": {}}


def test_an_outage_of_two_covered_services_counts_once(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        second = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=START)
        other = add_service(delivered.provider, "shop", "Shop", tenant=None, actor="test", at=START)
        cover_service(delivered.subscription, second, actor="test", at=START)
        outage = delivered.outage("11-03 10:00", "11-03 11:00")
        outage.services.create(provider=delivered.provider, service=second)
        of_others = delivered.outage("11-05 10:00", "11-05 11:00")
        of_others.services.update(service=other)
        period = delivered.period()
        facts = facts_of([period])[period.pk]
        assert [found.service for found in facts.outages] == ["api, mail"]
        assert facts.services == ("api", "mail")
        twice = [Outage(found.start, found.end, service=key) for found in facts.outages for key in facts.services]
        measured, _ = measure(period, facts, NOW)
        by_service = measure_availability(facts.agreement, facts.period, outages=twice, now=instant_of(NOW))
        assert sums_of(figures_of(measured, ())) == sums_of(figures_of(by_service, ()))


def test_a_window_that_was_announced_counts_as_it_stands(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        window = WindowRow.objects.create(
            provider=delivered.provider, title="w", starts_at=day("11-10 10:00"), ends_at=day("11-10 12:00")
        )
        window.services.create(provider=delivered.provider, service=delivered.service)
        told = [("11-10 10:00", "11-10 11:00", "11-01 10:00"), ("11-10 09:00", "11-10 12:00", "11-05 10:00")]
        for start, end, at in told:
            Announcement.objects.create(
                provider=delivered.provider,
                window=window,
                starts_at=day(start),
                ends_at=day(end),
                announced_at=day(at),
            )
        period = delivered.period()
        facts = facts_of([period])[period.pk]
        assert [found.announced for found in facts.windows] == [instant_of(day("11-05 10:00"))]
        WindowRow.objects.update(ends_at=day("11-10 13:00"))
        assert facts_of([period])[period.pk].windows[0].announced is None
        WindowRow.objects.update(cancelled_at=NOW)
        assert facts_of([period])[period.pk].windows == ()


def test_a_window_that_used_up_the_quota_in_the_month_before_is_read_too(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        for start, end in (("10-05 10:00", "10-05 11:00"), ("10-31 20:00", "11-01 02:00")):
            WindowRow.objects.create(
                provider=delivered.provider, title="e", kind="emergency", starts_at=day(start), ends_at=day(end)
            ).services.create(provider=delivered.provider, service=delivered.service)
        delivered.outage("11-01 00:00", "11-01 01:00")
        period = delivered.worked_out()
        assert period.figures["availability"]["counted_downtime_us"] == 3_600_000_000
        WindowRow.objects.filter(starts_at=day("10-05 10:00")).update(cancelled_at=NOW)
        assert delivered.worked_out().figures["availability"]["counted_downtime_us"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_bulk_facts_come_to_what_facts_by_hand_come_to(world: World, seed: int) -> None:
    chance = random.Random(seed)
    with world.inside("admin"):
        delivered = deliver(world, until=None)
        services = [delivered.service] + [
            add_service(delivered.provider, f"s{n}", f"S{n}", tenant=None, actor="test", at=START) for n in range(3)
        ]
        subscriptions = [delivered.subscription]
        for n in range(5):
            covered = chance.sample(services, chance.randint(0, 3))
            starts_at = START + timedelta(hours=chance.randint(0, 1200))
            subscriptions.append(subscribed(world, "ab"[n % 2], f"More {n}", starts_at=starts_at, services=covered))
        for subscription in subscriptions:
            open_periods(subscription, until=NOW, at=NOW)
        by_service = {service.pk: invented(chance, delivered, service) for service in services}
        rows = list(SubscriptionPeriod.objects.order_by("pk"))
        facts = facts_of(rows)
        now = START + timedelta(hours=chance.randint(600, 2200))
        work_out([row.pk for row in rows], now=now)
        assert len(rows) >= 12
        for row in SubscriptionPeriod.objects.order_by("pk"):
            keys = set(row.subscription.coverages.values_list("service", flat=True))
            outages = [fact for pk in keys for fact in by_service[pk][0]]
            windows = [fact for pk in keys for fact in by_service[pk][1]]
            blind = [fact for pk in keys for fact in by_service[pk][2]]
            promised = agreement(delivered)
            expected = measure_availability(
                promised,
                read_period(row.text, "month", promised.zone),
                outages=outages,
                windows=sorted(windows, key=lambda window: window.start),
                unmonitored=blind,
                active=Active(None if row.active_from is None else instant_of(row.active_from), None),
                now=instant_of(now),
            )
            assert sums_of(row.figures) == sums_of(figures_of(expected, ()))
            measured, _ = measure(row, facts[row.pk], now)
            assert figures_of(measured, ()) == row.figures
            assert isinstance(measured, MeasuredAvailability)


def sums_of(figures: dict[str, object]) -> dict[str, object]:
    """The figures without what became of each outage, which is told of the same outages in another order."""
    return {name: value for name, value in figures.items() if name != "detail"}


def invented(chance: random.Random, delivered: Delivered, service: Service) -> Made:
    """Outages, windows and unmeasured stretches of a service, as rows and by hand."""

    def span(longest: int) -> tuple[datetime, datetime]:
        start = START + timedelta(minutes=chance.randint(-2000, 120_000), microseconds=chance.randint(0, 999_999))
        return start, start + timedelta(minutes=chance.randint(1, longest))

    made: Made = ([], [], [])
    for _ in range(chance.randint(3, 10)):
        (start, end), ongoing = span(5000), chance.random() < 0.1
        cause, impact = chance.choice(["provider", "customer"]), chance.choice(["down", "degraded"])
        row = OutageRow.objects.create(
            provider=delivered.provider,
            title="o",
            cause=cause,
            impact=impact,
            reported_start_at=start,
            starts_at=start,
            ends_at=None if ongoing else end,
            noticed_at=start,
        )
        row.services.create(provider=delivered.provider, service=service)
        made[0].append(Outage(instant_of(start), None if ongoing else instant_of(end), cause, impact))  # type: ignore[arg-type]
    for _ in range(chance.randint(1, 5)):
        start, end = span(3000)
        kind, notice = chance.choice(["scheduled", "emergency", "other"]), chance.choice([None, 10, 100])
        window = WindowRow.objects.create(
            provider=delivered.provider, title="w", kind=kind, starts_at=start, ends_at=end
        )
        window.services.create(provider=delivered.provider, service=service)
        told = None if notice is None else start - timedelta(hours=notice)
        if told is not None:
            Announcement.objects.create(
                provider=delivered.provider, window=window, starts_at=start, ends_at=end, announced_at=told
            )
        made[1].append(Window(instant_of(start), instant_of(end), kind, None if told is None else instant_of(told)))
    for _ in range(chance.randint(0, 2)):
        (start, end), ongoing = span(900), chance.random() < 0.2
        Unmonitored.objects.create(
            provider=delivered.provider, service=service, starts_at=start, ends_at=None if ongoing else end
        )
        made[2].append((instant_of(start), ENDLESS if ongoing else instant_of(end)))
    return made


def test_samples_come_to_exact_percentiles_by_region_where_the_policy_wants(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        hour = day("11-10 10:00")
        add_samples(
            delivered.service,
            [
                ("latency_ms", region, hour + timedelta(minutes=n), Decimal(n) + Decimal("0.1"))
                for region in ("eu", "us")
                for n in range(100 if region == "eu" else 20)
            ]
            + [("load_ms", region, hour + timedelta(minutes=n), Decimal(n)) for n, region in enumerate(["eu", "us"])]
            + [("unknown", "", hour, Decimal(1)), ("load_ms", "eu", day("10-31 22:59"), Decimal(99))],
            at=NOW,
        )
        period = delivered.worked_out()
        assert period.figures["performance"] == {
            "latency_ms": {
                "values": {
                    "eu": {"value": "941/10", "samples": 100, "met": False},
                    "us": {"value": "181/10", "samples": 20, "met": True},
                },
                "met": False,
            },
            "load_ms": {"values": {"": {"value": "1/2", "samples": 2, "met": True}}, "met": True},
        }
        assert delivered.worked_out("2026-10").figures["performance"]["load_ms"]["values"][""]["value"] == 99


def test_of_a_closed_period_nothing_is_worked_out_and_a_stray_mark_is_cleared(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        period = delivered.period("2026-09")
        close_periods([period.pk], now=NOW)
        SubscriptionPeriod.objects.filter(pk=period.pk).update(marked_at=NOW, look_at=NOW)
        assert work_out([period.pk], now=NOW) == 0
        cleared = delivered.period("2026-09")
        assert (cleared.marked_at, cleared.look_at, cleared.measurement) == (None, None, 1)
