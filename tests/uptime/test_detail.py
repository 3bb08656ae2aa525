"""What the figures keep of each outage and window: it adds up to them, and hides what is the provider's own."""

from fractions import Fraction

from slaportal.intervals import instant_of
from tests.uptime.delivered import NOW, Delivered, day, deliver
from tests.world import World
from uptime.models import Announcement, SubscriptionPeriod
from uptime.models import Window as WindowRow

HOUR_US = 3_600_000_000


def window(delivered: Delivered, start: str, end: str, announced: str | None) -> None:
    row = WindowRow.objects.create(
        provider=delivered.provider, title="w", starts_at=day(start), ends_at=day(end), planned_at=day("11-01 00:00")
    )
    row.services.create(provider=delivered.provider, service=delivered.service)
    if announced is not None:
        Announcement.objects.create(
            provider=delivered.provider,
            window=row,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            announced_at=day(announced),
        )


def summed(period: SubscriptionPeriod) -> dict[str, Fraction]:
    """The reported downtime of all pieces, by word."""
    found: dict[str, Fraction] = {}
    for outage in period.figures["detail"]["outages"]:
        for start, end, word, weight, _path in outage.get("pieces", ()):
            found[word] = found.get(word, Fraction(0)) + Fraction(weight) * (end - start)
    return found


def test_pieces_add_up_to_the_figures(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-03 10:00", "11-03 18:00")
        delivered.outage("11-03 12:00", "11-03 20:00", impact="degraded")
        delivered.outage("11-05 10:00", "11-05 11:00", cause="customer")
        window(delivered, "11-03 10:00", "11-03 12:00", "11-01 00:00")
        period = delivered.worked_out()
        found, figures = summed(period), period.figures["availability"]
        assert found == {"window": 2 * HOUR_US, "counted": 7 * HOUR_US, "cause": HOUR_US}
        assert figures["counted_downtime_us"] == 7 * HOUR_US
        assert figures["excluded_downtime_us"] == 3 * HOUR_US
        assert period.figures["detail"]["windows_us"] == 2 * HOUR_US
        (of_cause,) = [o for o in period.figures["detail"]["outages"] if o["cause"] == "customer"]
        assert of_cause["pieces"][0][4] == "availability.exclusions.causes.customer"


def test_a_month_in_which_nothing_happened_has_no_detail(world: World) -> None:
    with world.inside("admin"):
        assert "detail" not in deliver(world).worked_out().figures


def test_a_window_that_nobody_was_told_of_stays_the_providers_own_until_it_happens(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        window(delivered, "11-28 10:00", "11-28 11:00", None)
        assert "detail" not in delivered.worked_out().figures
        window(delivered, "11-29 10:00", "11-29 11:00", "11-20 10:00")
        (told,) = delivered.worked_out().figures["detail"]["windows"]
        assert (told["word"], told["announced"]) == ("excluded", instant_of(day("11-20 10:00")))
        words = [row["word"] for row in delivered.worked_out(now=day("11-30 10:00")).figures["detail"]["windows"]]
        assert words == ["never_announced", "excluded"]


def test_an_outage_that_is_on_has_no_end(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-24 11:00", None)
        delivered.outage("11-24 11:30", "11-24 12:30")
        found = delivered.worked_out(now=NOW).figures["detail"]["outages"]
        assert [outage["end"] for outage in found] == [None, None]
        assert found[0]["service"] == "api"


def test_a_period_without_a_promise_still_knows_what_is_down(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, plan="bare")
        delivered.outage("11-24 11:00", None)
        window(delivered, "11-28 10:00", "11-28 11:00", None)
        figures = delivered.worked_out().figures
        assert figures["availability"] is None
        assert figures["detail"] == {
            "outages": [
                {
                    "start": instant_of(day("11-24 11:00")),
                    "end": None,
                    "cause": "provider",
                    "impact": "down",
                    "service": "api",
                }
            ]
        }
