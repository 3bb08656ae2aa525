"""What the figures keep of each outage and window: it adds up to them, and hides what is the provider's own."""

import json
from fractions import Fraction

from hypothesis import given

from contracts.policy.agreement import Agreement
from credits.showing.pieces import outages_in, windows_in
from slaportal.intervals import instant_of
from tests.uptime.delivered import NOW, Delivered, day, deliver
from tests.uptime.promises import Month, agreements, months
from tests.world import World
from uptime.availability import MeasuredAvailability
from uptime.detail import detail_of, outage_rows, window_rows, written_as_objects
from uptime.explanation import explain_availability
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
    for outage in outage_rows(period.figures):
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
        (of_cause,) = [o for o in outage_rows(period.figures) if o["cause"] == "customer"]
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
        (told,) = window_rows(delivered.worked_out().figures)
        assert (told["word"], told["announced"]) == ("excluded", instant_of(day("11-20 10:00")))
        words = [row["word"] for row in window_rows(delivered.worked_out(now=day("11-30 10:00")).figures)]
        assert words == ["never_announced", "excluded"]


def test_an_outage_that_is_on_has_no_end(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-24 11:00", None)
        delivered.outage("11-24 11:30", "11-24 12:30")
        found = outage_rows(delivered.worked_out(now=NOW).figures)
        assert ["end" in outage for outage in found] == [False, False]
        assert found[0]["service"] == "api"


def test_a_period_without_a_promise_still_knows_what_is_down(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world, plan="bare")
        delivered.outage("11-24 11:00", None)
        window(delivered, "11-28 10:00", "11-28 11:00", None)
        figures = delivered.worked_out().figures
        assert figures["availability"] is None
        assert figures["detail"] == {"outages": [[instant_of(day("11-24 11:00")), None, "provider", "down", "api"]]}


def test_an_outage_of_one_piece_is_kept_as_its_word(world: World) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("11-03 10:00", "11-03 11:00")
        delivered.outage("11-05 10:00", "11-05 11:00", cause="customer")
        figures = delivered.worked_out().figures
        assert [row[5:] for row in figures["detail"]["outages"]] == [["counted"], ["cause"]]
        start = instant_of(day("11-05 10:00"))
        ground = "availability.exclusions.causes.customer"
        assert outage_rows(figures)[1]["pieces"] == [[start, start + HOUR_US, "cause", 1, ground]]


@given(agreements, months)
def test_what_is_kept_is_what_was_explained(agreement: Agreement, month: Month) -> None:
    found = month.measured(agreement)
    if not isinstance(found, MeasuredAvailability):
        return
    kept = json.loads(json.dumps({"detail": detail_of(found)}))
    explained = explain_availability(found)
    begun = [line for line in explained.outages if line.outage.start <= found.now]
    for line, row in zip(begun, outage_rows(kept), strict=True):
        weighing = [piece for piece in line.pieces if piece.weight]
        assert [(a, b, word, Fraction(w)) for a, b, word, w, _ in row.get("pieces", ())] == [
            (piece.start, piece.end, piece.word, piece.weight) for piece in weighing
        ]
        assert all(
            path == (piece.ground.path if piece.word in ("cause", "window") else "")
            for piece, (*_, path) in zip(weighing, row.get("pieces", ()), strict=True)
        )
        assert sum(row.get("rest", {}).values()) == sum(piece.us for piece in line.pieces if not piece.weight)
    told = [line for line in explained.windows if line.verdict.word not in ("not_happened", "empty")]
    told = [line for line in told if line.verdict.window.end > found.period.start]
    for window_line, kept_window in zip(told, window_rows(kept), strict=True):
        assert kept_window["word"] == window_line.verdict.word
        assert tuple(kept_window.get("excluded", ())) == (window_line.verdict.excluded or ())
        assert kept_window.get("excluded_us", 0) == window_line.excluded_us
        assert Fraction(kept_window.get("hidden_us", 0)) == window_line.hidden_us


def test_details_kept_as_objects_are_read_like_rows() -> None:
    start = instant_of(day("11-05 10:00"))
    pieces = [[start, start + HOUR_US, "counted", 1, ""]]
    outage = {"start": start, "end": start + HOUR_US, "cause": "provider", "impact": "down", "pieces": pieces}
    window_kept = {"start": start, "end": start + HOUR_US, "kind": "scheduled", "announced": None, "word": "excluded"}
    kept = {"detail": {"outages": [outage, {**outage, "measured": False}], "windows": [window_kept]}}
    rows = {"detail": {"outages": [[start, start + HOUR_US, "provider", "down", None, "counted"]]}}
    assert (written_as_objects(kept), written_as_objects(rows)) == (True, False)
    (old, unmeasured), (new,) = outages_in(kept), outages_in(rows)
    assert old == new
    assert (old.measured, unmeasured.measured) == (True, False)
    (read,) = windows_in(kept)
    assert (read["word"], read.get("announced")) == ("excluded", None)
