"""Background work: queues, timetable, and what is set so that a killed worker loses nothing."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from celery.schedules import crontab, schedule
from django.db import connection

from slaportal.celery import BACKLOG, LONGEST_TASK_S, QUEUES, TIMETABLE, CalmScheduler, app
from slaportal.settings import BASE_DIR
from slaportal.site.models import Heartbeat
from slaportal.site.tasks import beat_heart
from slaportal.tenancy.task import PortalTask
from tests.conftest import Login
from tests.site.conftest import Lines


def tasks() -> dict[str, Any]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_all_that_the_timetable_names_exists() -> None:
    assert {entry["task"] for entry in TIMETABLE.values()} <= set(tasks())


def test_no_message_expires_by_somebodys_clock() -> None:
    assert not [name for name, entry in TIMETABLE.items() if "options" in entry]


def test_a_queue_that_nobody_empties_gets_no_more_of_the_timetable(tmp_path: Path) -> None:
    scheduler = CalmScheduler(app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    often = scheduler.Entry("often", "slaportal.audit.tasks.seal", schedule=schedule(5), app=app)
    daily = scheduler.Entry("daily", "slaportal.audit.tasks.publish_heads", schedule=crontab("5", "0"), app=app)
    with app.connection_for_write() as link:
        channel: Any = link.default_channel
        channel.client.delete("audit")
        try:
            for _ in range(BACKLOG + 5):
                scheduler.apply_entry(often)
            assert channel.client.llen("audit") == BACKLOG
            scheduler.apply_entry(daily)
            assert channel.client.llen("audit") == BACKLOG + 1
        finally:
            channel.client.delete("audit")


def test_every_task_says_its_plane_and_comes_back_after_a_kill() -> None:
    for task in tasks().values():
        assert isinstance(task, PortalTask)
        assert task.acks_late
        assert task.reject_on_worker_lost
        assert task.ignore_result


def test_tasks_go_to_the_queue_of_their_app() -> None:
    queue_of = {
        name: app.amqp.router.route({}, name)["queue"].name
        for name in (
            "slaportal.site.tasks.beat_heart",
            "slaportal.outbox.tasks.send_due",
            "slaportal.outbox.tasks.deliver_events",
            "slaportal.audit.tasks.seal",
            "tickets.tasks.work",
            "uptime.tasks.look",
            "credits.tasks.assess_due",
        )
    }
    assert list(queue_of.values()) == ["default", "messages", "webhooks", "audit", "clocks", "periods", "periods"]
    assert [(queue.name, queue.exchange.name, queue.routing_key) for queue in app.conf.task_queues] == [
        (name, name, name) for name in QUEUES
    ]


def test_only_json_travels_and_nothing_runs_in_the_web() -> None:
    assert app.conf.accept_content == [app.conf.task_serializer] == ["json"]
    assert not app.conf.task_always_eager
    assert app.conf.result_backend is None


def test_redis_gives_a_lost_message_back_soon_but_not_while_it_is_worked_on() -> None:
    with app.connection_for_read() as link:
        channel: Any = link.default_channel
        assert channel.visibility_timeout > 2 * LONGEST_TASK_S
        assert (channel.unacked_restore_interval, channel.unacked_restore_throttle) == (5, 1)
    assert app.conf.task_time_limit == LONGEST_TASK_S
    assert app.conf.task_soft_time_limit < LONGEST_TASK_S
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.worker_soft_shutdown_timeout > 0


def test_every_thread_of_the_web_finds_the_app() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(current_app.main))
    thread.start()
    thread.join()
    assert found == ["slaportal"]


def test_a_sign_of_life_is_one_row_at_the_databases_clock(as_login: Login, db: None) -> None:
    with as_login("portal_jobs"):
        beat_heart()
        beat_heart()
        heart = Heartbeat.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp() - %s < interval '5 s'", [heart.at])
            assert cursor.fetchone() == (True,)


def test_a_line_of_a_task_has_its_id(as_login: Login, db: None, lines: Lines) -> None:
    with as_login("portal_jobs"):
        result = beat_heart.apply(task_id="one")
    assert result.successful()
    failing = app.task(base=PortalTask, name="failing", plane="itself")(fail)
    failing.apply(task_id="two")
    app.tasks.unregister("failing")
    (line,) = (line for line in lines() if line["event"] == "task_failed")
    assert (line["task_id"], line["level"]) == ("two", "error")
    assert "ValueError: no" in line["exception"]


def fail() -> None:
    raise ValueError("no")


@pytest.mark.parametrize("what", ["worker", "beat"])
def test_a_login_that_passes_the_wall_does_not_start(
    what: str, environment_of: Callable[[str], dict[str, str]], tmp_path: Any
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "slaportal", what],
        cwd=BASE_DIR,
        env={**environment_of("portal_owner"), "PORTAL_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "The login may pass the wall: portal_owner" in done.stderr
