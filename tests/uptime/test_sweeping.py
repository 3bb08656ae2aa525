"""The workers: what is marked, what is due, what changed; two at once never do a period twice."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from contracts.actions.catalogue import add_service
from contracts.actions.subscriptions import change_term, cover_service, set_account_standing
from contracts.models import Change, Reader
from tests import clones
from tests.conftest import logged_in_as
from tests.uptime.delivered import FEE, NOW, START, TEXT, Delivered, day, deliver, publish, subscribed
from tests.world import World
from uptime import tasks
from uptime.actions.outages import record_outage
from uptime.changes import work_through_changes
from uptime.models import SubscriptionPeriod
from uptime.queries import period_containing, periods_of, unassessed_periods
from uptime.rebuilding import differences
from uptime.sweeping import sweep_changes, sweep_look, sweep_marked


@pytest.fixture
def delivered(world: World) -> Delivered:
    with world.inside("admin"):
        return deliver(world)


def test_what_is_marked_is_worked_out_and_closed_where_it_is_time(delivered: Delivered) -> None:
    with logged_in_as("portal_jobs"):
        assert sweep_marked(at=NOW, most=2) == 3
        assert sweep_marked(at=NOW) == 0
    with delivered.world.inside("admin"):
        rows = periods_of(delivered.subscription).order_by("starts_at")
        assert [row.closed_at for row in rows] == [NOW, NOW, None]
        assert {row.percent for row in rows} == {Decimal(100)}
        assert unassessed_periods(10).count() == 3
        assert period_containing(delivered.subscription, NOW) == delivered.period("2026-11")


def test_an_outage_goes_on_by_itself_and_the_next_month_opens(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("lead"):
        record_outage(
            delivered.provider,
            "o",
            services=[delivered.service],
            starts_at=day("11-24 11:00"),
            actor="test",
            at=NOW,
        )
    with logged_in_as("portal_jobs"):
        sweep_marked(at=NOW)
        assert sweep_look(at=NOW) == 0
        assert sweep_look(at=NOW + timedelta(seconds=61)) == 1
    with world.inside("admin"):
        assert delivered.period().figures["availability"]["counted_downtime_us"] == 3_661_000_000
    november_ends = day("11-30 23:00")
    with logged_in_as("portal_jobs"):
        assert sweep_look(at=november_ends) == 1
        assert sweep_marked(at=november_ends) == 1
    with world.inside("admin"):
        december = delivered.period("2026-12")
        assert december.figures["availability"]["counted_downtime_us"] == 0
        assert december.look_at == november_ends + timedelta(minutes=1)
        assert delivered.period().closed_at is None
    closes_at = day("12-05 23:00")
    with logged_in_as("portal_jobs"):
        sweep_look(at=closes_at)
    with world.inside("admin"):
        assert delivered.period().closed_at == closes_at
        assert list(differences(None, now=closes_at)) == []


def test_a_mark_after_the_end_opens_the_next_month_too(delivered: Delivered) -> None:
    with logged_in_as("portal_jobs"):
        sweep_marked(at=NOW)
    with delivered.world.inside("admin"):
        SubscriptionPeriod.objects.filter(text="2026-11").update(marked_at=NOW)
    with logged_in_as("portal_jobs"):
        sweep_marked(at=day("12-02 00:00"), most=1)
    with delivered.world.inside("admin"):
        assert delivered.period("2026-12").worked_out_at == day("12-02 00:00")


@pytest.mark.differs
def test_what_fails_is_put_off_and_keeps_nobody_else(delivered: Delivered) -> None:
    with delivered.world.inside("admin"):
        SubscriptionPeriod.objects.filter(text="2026-11").update(text="garbage")
    with logged_in_as("portal_jobs"):
        assert sweep_marked(at=NOW) == 3
    with delivered.world.inside("admin"):
        bad = delivered.period("garbage")
        assert (bad.marked_at, bad.worked_out_at, bad.look_at) == (None, None, NOW + timedelta(hours=1))
        assert delivered.period("2026-10").closed_at == NOW


def test_each_provider_is_worked_out_within_its_wall(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("cora"):
        other = world.providers["p2"]
        publish(other)
        service = add_service(other, "api", "API", tenant=None, actor="test", at=START)
        subscribed(world, "c", "Theirs", services=[service])
    with logged_in_as("portal_jobs"):
        assert sweep_changes(at=NOW) >= 3
        assert sweep_changes(at=NOW) == 0
        assert sweep_marked(at=NOW) == 6
    with world.inside("cora"):
        assert SubscriptionPeriod.objects.filter(worked_out_at=NOW).count() == 3


def test_changes_open_pin_and_mark(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("admin"):
        made = subscribed(world, "b", "New")
        while work_through_changes(delivered.provider.pk, at=NOW):
            pass
        assert periods_of(made).count() == 3
        delivered.marked()
        second = add_service(delivered.provider, "mail", "Mail", tenant=None, actor="test", at=START)
        cover_service(made, second, actor="test", at=NOW)
        assert work_through_changes(delivered.provider.pk, at=NOW)
        assert set(SubscriptionPeriod.objects.exclude(marked_at=None).values_list("subscription", flat=True)) == {
            made.pk
        }
        assert delivered.marked() == {"2026-09", "2026-10", "2026-11"}
        set_account_standing(made, current=False, reason="x", actor="test", at=NOW)
        assert work_through_changes(delivered.provider.pk, at=NOW)
        assert delivered.marked() == set()
        change_term(made, plan="bare", fee=FEE, starts_at=day("10-31 23:00"), actor="test", at=NOW)
        assert work_through_changes(delivered.provider.pk, at=NOW)
        assert delivered.marked() == {"2026-11"}
        assert periods_of(made)[0].plan == "bare"
        assert not work_through_changes(delivered.provider.pk, at=NOW)


def test_a_new_version_is_worked_through_in_chunks(delivered: Delivered) -> None:
    world = delivered.world
    with world.inside("admin"):
        made = [subscribed(world, "b", f"More {n}", starts_at=day("11-25 00:00")) for n in range(4)]
        while work_through_changes(delivered.provider.pk, at=NOW):
            pass
        delivered.marked()
        newer = publish(delivered.provider, TEXT.replace('"99.9"', '"99.5"'), at=day("11-24 13:00"))
        steps = []
        while work_through_changes(delivered.provider.pk, at=NOW, chunk=2):
            reader = Reader.objects.get(name="uptime")
            steps.append((reader.cursor, reader.done))
        assert steps == [(made[0].pk, 2), (made[2].pk, 4), (0, 0)]
        assert {periods_of(one).get().version_id for one in made} == {newer.pk}
        assert delivered.period().version == delivered.version
        assert Change.objects.filter(what="policy").count() == 2


def test_the_tasks_look_at_the_clock_of_the_database(delivered: Delivered) -> None:
    with logged_in_as("portal_jobs"):
        tasks.read_changes()
        tasks.work_out_marked()
        tasks.look()
    with delivered.world.inside("admin"):
        rows = SubscriptionPeriod.objects.exclude(worked_out_at=None)
        assert rows.count() >= 3
        assert all(
            row.worked_out_at is not None and abs(row.worked_out_at - timezone.now()) < timedelta(minutes=5)
            for row in rows
        )


SET_UP = """
from datetime import UTC, datetime
from django.db import connection
from slaportal.tenancy.scope import STAFF, presenting, scope
from slaportal.tenancy.models import Provider, Tenant
from tests.world import World
from tests.uptime.delivered import NOW, deliver, subscribed
with presenting(), connection.cursor() as cursor:
    cursor.execute("SELECT tenancy_create_provider('p1', 'P1')")
    pk = cursor.fetchone()[0]
with scope(STAFF, provider=pk):
    world = World()
    world.providers["p1"] = Provider.objects.get()
    world.tenants["a"] = Tenant.objects.create(provider_id=pk, name="A")
    delivered = deliver(world)
    from uptime.opening import open_for
    more = [subscribed(world, "a", f"S{n}", services=[delivered.service]).pk for n in range(60)]
    open_for(more, until=NOW, at=NOW)
print(pk)
"""
SWEEP = """
import django; django.setup()
import os, time
from tests.uptime.delivered import NOW
from uptime.sweeping import sweep_marked
print("ready", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.005)
print(sweep_marked(at=NOW, most=5))
"""
READ = """
import json
from slaportal.tenancy.scope import STAFF, scope
from uptime.models import SubscriptionPeriod
with scope(STAFF, provider={pk}):
    rows = SubscriptionPeriod.objects.values_list("measurement", "revision", "marked_at", "percent")
    print(json.dumps([[m, r, k is None, str(p)] for m, r, k, p in rows]))
"""


@pytest.mark.slow
def test_two_workers_at_once_do_no_period_twice(clone: str, tmp_path: Path) -> None:
    pk = clones.run(clone, "portal_jobs", SET_UP).stdout.split()[-1]
    go = tmp_path / "go"
    workers = [clones.start(clone, "portal_jobs", ["-c", SWEEP.format(go=str(go))]) for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    go.touch()
    said = [worker.communicate(timeout=60)[0] for worker in workers]
    done = [int(text.split()[-1]) for text in said]
    assert sum(done) == 61 * 3
    assert all(done), "both had something to do"
    rows = json.loads(clones.run(clone, "portal_jobs", READ.format(pk=pk)).stdout.split("\n")[-2])
    assert rows == [[1, 1, True, "100.000000"]] * 61 * 3


CLOSE_SLOWLY = """
import django; django.setup()
import time
from slaportal.tenancy.scope import STAFF, scope
from tests.uptime.delivered import NOW
from uptime.closing import close_periods
from uptime.models import SubscriptionPeriod
with scope(STAFF, provider={pk}):
    assert close_periods(SubscriptionPeriod.objects.filter(text="2026-10").values_list("pk", flat=True), now=NOW) == 61
    print("closing", flush=True)
    time.sleep(3)
"""
RECORD = """
from contracts.models import Service
from slaportal.tenancy.models import Provider
from slaportal.tenancy.scope import STAFF, scope
from tests.uptime.delivered import NOW, day
from uptime.actions.outages import record_outage
with scope(STAFF, provider={pk}):
    record_outage(Provider.objects.get(), "late", services=Service.objects.all(), starts_at=day("10-10 10:00"),
        ends_at=day("10-10 11:00"), actor="test", at=NOW)
"""


@pytest.mark.slow
def test_what_is_recorded_while_a_worker_closes_the_month_is_not_lost(clone: str) -> None:
    """The action waits for the worker's rows, finds them closed, and makes their next revision."""
    pk = clones.run(clone, "portal_jobs", SET_UP).stdout.split()[-1]
    worker = clones.start(clone, "portal_jobs", ["-c", CLOSE_SLOWLY.format(pk=pk)])
    assert worker.stdout is not None
    while "closing" not in (line := worker.stdout.readline()):
        assert line, "the worker ended"
    clones.run(clone, "portal_jobs", RECORD.format(pk=pk))
    assert worker.wait(timeout=30) == 0
    worker.stdout.close()
    clones.run(clone, "portal_jobs", SWEEP.format(go="/"))
    rows = json.loads(clones.run(clone, "portal_jobs", READ.format(pk=pk)).stdout.split("\n")[-2])
    second = [row for row in rows if row[1] == 2]
    assert second == [[1, 2, True, "99.865771"]] * 61
    assert len(rows) == 61 * 4
