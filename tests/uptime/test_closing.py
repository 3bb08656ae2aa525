"""A closed period stays; what comes late makes its next revision, unless it changes nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from contracts.actions.catalogue import add_service
from contracts.actions.subscriptions import cover_service
from slaportal.audit.models import Event
from tests.conftest import logged_in_as
from tests.uptime.delivered import NOW, START, Delivered, day, deliver
from tests.world import World
from uptime.actions.assessed import mark_assessed
from uptime.actions.monitoring import record_unmonitored
from uptime.actions.outages import correct_outage, record_outage
from uptime.actions.samples import add_samples
from uptime.actions.windows import announce_window, plan_window
from uptime.closing import close_periods
from uptime.evidence import digest_of, facts_in
from uptime.figures import figures_of
from uptime.measuring import measure
from uptime.models import SubscriptionPeriod
from uptime.queries import latest_revision, revisions_of
from uptime.rebuilding import differences
from uptime.sweeping import sweep_marked


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        found = deliver(world)
        provider, service = found.provider, found.service
        window = plan_window(
            provider,
            "w",
            kind="scheduled",
            services=[service],
            starts_at=day("10-10 10:00"),
            ends_at=day("10-10 12:00"),
            actor="test",
            at=day("10-01 10:00"),
        )
        announce_window(window, text="", actor="test", at=day("10-01 10:00"))
        record_outage(
            provider,
            "o",
            services=[service],
            starts_at=day("10-10 11:00"),
            ends_at=day("10-10 13:00"),
            actor="test",
            at=NOW,
        )
        record_unmonitored(
            service, starts_at=day("10-20 11:00"), ends_at=day("10-20 13:00"), reason="x", actor="test", at=NOW
        )
        hour = day("10-12 10:00")
        samples = [("latency_ms", "eu", hour + timedelta(minutes=n), Decimal(n % 3)) for n in range(9)]
        add_samples(service, samples, at=NOW)
        close_periods([found.period("2026-10").pk], now=NOW)
        found.marked()
    return found


def late_outage(delivered: Delivered, start: str = "10-25 10:00", end: str = "10-25 20:00") -> None:
    record_outage(
        delivered.provider,
        "late",
        services=[delivered.service],
        starts_at=day(start),
        ends_at=day(end),
        actor="test",
        at=NOW,
    )


def swept(at: object = NOW) -> None:
    with logged_in_as("portal_jobs"):
        sweep_marked(at=at)  # type: ignore[arg-type]


def test_the_evidence_is_all_it_takes(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        period = delivered.period("2026-10")
        assert period.evidence is not None
        assert (period.closed_at, period.look_at, period.marked_at, period.worked_out_at) == (NOW, None, None, NOW)
        assert period.evidence["terms"] == {
            "plan": "standard",
            "kind": "production",
            "fee_monthly": "1200.0000",
            "fee_annual": "14400.0000",
            "currency": "EUR",
        }
        assert period.evidence["services"] == ["api"]
        assert [len(period.evidence[name]) for name in ("outages", "windows", "unmonitored")] == [1, 1, 1]
        assert period.evidence["samples"] == {"latency_ms": {"eu": {"0": 3, "1": 3, "2": 3}}}
        assert period.evidence["policy"]["digest"] == period.policy_digest
        assert digest_of(period.evidence) == period.inputs_digest
        measured, metrics = measure(period, facts_in(period.evidence, delivered.version), NOW)
        assert figures_of(measured, metrics) == period.figures
        assert period.figures["availability"]["counted_downtime_us"] == 3_600_000_000
        assert period.figures["availability"]["unmonitored_us"] == 7_200_000_000


@pytest.mark.differs
def test_a_closed_period_is_changed_by_nobody(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        period = delivered.period("2026-10")
        changes: list[dict[str, Any]] = [
            {"percent": 100},
            {"figures": {}},
            {"measurement": 9},
            {"closed_at": None},
            {"evidence": {}},
        ]
        for change in changes:
            with pytest.raises(DatabaseError, match="closed period stays"), transaction.atomic():
                SubscriptionPeriod.objects.filter(pk=period.pk).update(**change)
        with pytest.raises(DatabaseError, match="closed period stays"), transaction.atomic():
            period.delete()
        mark_assessed([(period.pk, period.measurement)])
        mark_assessed([(period.pk, 0)])
        assert delivered.period("2026-10").assessed == period.measurement == 1
        assert close_periods([period.pk], now=NOW + timedelta(days=1)) == 0


def test_a_period_is_not_closed_too_early(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        november = delivered.period("2026-11")
        assert close_periods([november.pk], now=november.closes_at - timedelta(microseconds=1)) == 0
        assert close_periods([november.pk], now=november.closes_at) == 1


def test_a_late_fact_makes_the_second_revision(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        first = delivered.period("2026-10")
        late_outage(delivered)
        open_one = delivered.period("2026-10")
        assert (open_one.revision, open_one.closed_at, open_one.measurement, open_one.figures) == (2, None, 0, {})
    swept()
    with delivered.world.inside("admin"):
        second = delivered.period("2026-10")
        assert (second.pk, second.closed_at, second.measurement) == (open_one.pk, NOW, 1)
        assert second.figures["availability"]["counted_downtime_us"] == 11 * 3_600_000_000
        assert second.inputs_digest != first.inputs_digest
        assert SubscriptionPeriod.objects.get(pk=first.pk).figures == first.figures
        assert [row.revision for row in revisions_of(first)] == [2, 1]
        assert latest_revision(first) == second
        assert (Event.objects.get(action="period_revised").after or {})["revision"] == 2
        late_outage(delivered, "10-26 10:00", "10-26 11:00")
        late_outage(delivered, "10-27 10:00", "10-27 11:00")
        assert delivered.period("2026-10").revision == 3
    swept()
    with delivered.world.inside("admin"):
        assert [row.revision for row in revisions_of(first)] == [3, 2, 1]
        assert delivered.period("2026-10").closed_at == NOW
        assert list(differences([row.pk for row in revisions_of(first)], now=NOW)) == []


def test_a_late_fact_that_changes_nothing_leaves_no_revision(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        outage = record_outage(
            delivered.provider,
            "o",
            services=[delivered.service],
            starts_at=day("11-10 11:00"),
            ends_at=day("11-10 12:00"),
            actor="test",
            at=NOW,
        )
        first = delivered.period("2026-10")
        held = delivered.subscription.coverages.get().service
        add_samples(held, [("latency_ms", "eu", day("10-12 10:00"), Decimal("0.000"))], at=NOW)
        assert delivered.period("2026-10").revision == 2
    swept()
    with delivered.world.inside("admin"):
        assert delivered.period("2026-10") == first
        correct_outage(outage, reason="x", actor="test", at=NOW, title="Another")
    swept()
    with delivered.world.inside("admin"):
        assert [row.revision for row in revisions_of(first)] == [1]
        assert not SubscriptionPeriod.objects.exclude(marked_at=None).exists()


@pytest.mark.differs
def test_rebuilding_names_what_differs(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        ids = list(SubscriptionPeriod.objects.values_list("pk", flat=True))
        close_periods([delivered.period("2026-09").pk], now=NOW)
        delivered.worked_out("2026-11")
        assert list(differences(ids, now=NOW)) == []
        delivered.outage("11-10 10:00", "11-10 11:00")
        delivered.outage("10-10 18:00", "10-10 19:00")
        found = list(differences(None, now=NOW))
        assert len(found) == 5
        assert "further revision" in found[0]
        assert "percent is kept" in found[1]
        assert "met is kept as True" in found[2]
        assert found[3].startswith(f"{delivered.subscription.pk} 2026-11 ")
        assert "detail is kept as None" in found[4]
        SubscriptionPeriod.objects.filter(text="2026-11").update(marked_at=NOW)
        assert len(list(differences(None, now=NOW))) == 1


def test_a_service_that_is_covered_later_does_not_reach_back_into_closed_periods(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        second = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=START)
        outage = delivered.outage("10-10 18:00", "10-10 19:00")
        outage.services.update(service=second)
        cover_service(delivered.subscription, second, actor="test", at=NOW)
        assert list(differences([delivered.period("2026-10").pk], now=NOW)) == []


def test_details_that_were_closed_as_objects_stay_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside("admin"):
        delivered = deliver(world)
        delivered.outage("10-10 18:00", "10-10 19:00")
        outage = {"start": 0, "end": 1, "cause": "provider", "impact": "down", "pieces": []}
        with monkeypatch.context() as before_rows:
            before_rows.setattr("uptime.figures.detail_of", lambda _measured: {"outages": [outage]})
            close_periods([delivered.period("2026-10").pk], now=NOW)
        period = delivered.period("2026-10")
        assert period.figures["detail"]["outages"] == [outage]
        assert list(differences([period.pk], now=NOW)) == []
