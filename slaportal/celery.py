"""Background work: the Celery app, its queues and its timetable.

The broker is only a hint, the database is the truth: whatever is due lies in a row, and the timetable's sweeps find it
when a message is lost. So all tasks are idempotent, and results are kept nowhere.
"""

import os
from logging.config import dictConfig
from typing import Any

import django
from celery import Celery
from celery.beat import PersistentScheduler, ScheduleEntry
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init, worker_ready
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections
from django_structlog.celery.receivers import CeleryReceiver
from kombu import Exchange, Producer, Queue
from kombu.exceptions import OperationalError as BrokerAway
from redis import RedisError

from slaportal.embedded import places
from slaportal.site.collecting import collect_seldom
from slaportal.site.secret_key import refuse_weak_key
from slaportal.tenancy.login import refuse_harmful_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
os.environ.setdefault("PORTAL_LOGIN", "portal_jobs")

LONGEST_TASK_S = 300
# A queue with so many messages gets no more of the timetable's: workers that were away find some, not thousands.
BACKLOG = 200
QUEUES = ("default", "messages", "webhooks", "jobs", "audit", "clocks", "periods")


def _every(task: str, schedule: int | crontab) -> dict[str, Any]:
    """No message expires: the instant would be one of the sender's clock, and a worker ahead of it would drop all."""
    return {"task": task, "schedule": schedule}


TIMETABLE = {
    "beat-heart": _every("slaportal.site.tasks.beat_heart", 10),
    "send-due": _every("slaportal.outbox.tasks.send_due", 2),
    "deliver-events": _every("slaportal.outbox.tasks.deliver_events", 2),
    "work-due": _every("slaportal.jobs.tasks.work_due", 5),
    "work-on-tickets": _every("tickets.tasks.work", 2),
    "work-out-periods": _every("uptime.tasks.work_out_marked", 5),
    "look-at-periods": _every("uptime.tasks.look", 10),
    "read-changes-for-uptime": _every("uptime.tasks.read_changes", 5),
    "assess-credits": _every("credits.tasks.assess_due", 3),
    "read-changes-for-credits": _every("credits.tasks.read_changes", 10),
    "find-all-breaches": _every("credits.tasks.find_all_breaches", crontab("40", "2")),
    "seal": _every("slaportal.audit.tasks.seal", 5),
    "publish-heads": _every("slaportal.audit.tasks.publish_heads", crontab("5", "0")),
    "forget-calls": _every("slaportal.api.tasks.forget", crontab("10", "3")),
    "forget-sent": _every("slaportal.outbox.tasks.forget", crontab("30", "3")),
    "clear-sessions": _every("slaportal.people.tasks.clear_sessions", crontab("20", "3")),
}

app = Celery("slaportal")
app.set_default()  # for every thread of the web process, not only for the one that imports this
app.conf.update(
    broker_url=settings.BROKER_URL,
    result_backend=None,
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
    task_ignore_result=True,
    # Queues.
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],  # else each gets all messages
    task_default_queue="default",
    task_create_missing_queues=False,
    task_routes={
        "slaportal.outbox.tasks.deliver_events": {"queue": "webhooks"},
        "slaportal.outbox.*": {"queue": "messages"},
        "slaportal.jobs.*": {"queue": "jobs"},
        "slaportal.audit.*": {"queue": "audit"},
        "tickets.*": {"queue": "clocks"},
        "uptime.*": {"queue": "periods"},
        "credits.*": {"queue": "periods"},
    },
    beat_schedule=TIMETABLE,
    beat_scheduler="slaportal.celery:CalmScheduler",
    beat_schedule_filename=str(places.VAR / "celerybeat-schedule"),
    # When a worker or its child is killed the message comes back. Two tasks long, since one may wait for another.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=LONGEST_TASK_S - 60,
    task_time_limit=LONGEST_TASK_S,
    broker_transport_options={
        "visibility_timeout": 2 * LONGEST_TASK_S + 60,
        # kombu looks for unacknowledged messages every interval x throttle: 100 s by default.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "health_check_interval": 30,
    },
    # Redis may be away at the start and at any time; who only leaves a hint does not wait for it.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=2,
    task_publish_retry=False,
    worker_soft_shutdown_timeout=20,
    worker_enable_soft_shutdown_on_idle=True,
    worker_max_tasks_per_child=2000,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)
app.autodiscover_tasks()

# The context of the request that left a task goes with it, and every line of a task has its id. (The boot step of
# django-structlog does so in workers only, and its setting would load Celery into every command of manage.py.)
RECEIVER = CeleryReceiver()
RECEIVER.connect_worker_signals()


class CalmScheduler(PersistentScheduler):
    """Sends nothing of short intervals into a queue that nobody empties; what runs once a day is always sent."""

    def apply_entry(self, entry: ScheduleEntry, producer: Producer | None = None) -> None:
        """As beat does it, or not at all this time."""
        if isinstance(entry.schedule, crontab) or _waiting(str(entry.task)) < BACKLOG:
            super().apply_entry(entry, producer=producer)


def _waiting(task: str) -> int:
    """How many messages wait in the queue of that task; none where the broker is away, which beat finds by itself."""
    queue = app.amqp.router.route({}, task)["queue"].name
    try:
        with app.connection_for_write() as link:
            channel: Any = link.default_channel
            return int(channel.client.llen(queue))
    except (RedisError, BrokerAway, OSError):
        return 0


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Celery logs as the rest of the portal does."""
    dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def refuse_to_start(**_: Any) -> None:
    """A login that could pass the wall, or that nobody could judge, stops the start.

    By SystemExit: Celery swallows every other exception of a signal.
    """
    django.setup()
    try:
        refuse_harmful_login()
        refuse_weak_key()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    except Error as error:
        raise SystemExit(f"The portal does not start without its database: {error}") from None
    finally:
        connections.close_all()  # a connection must not be shared by the children that are forked next


@worker_process_init.connect
def begin_child(**_: Any) -> None:
    """A child of the pool has what it needs."""
    collect_seldom()


@worker_ready.connect
def give_first_sign_of_life(**_: Any) -> None:
    """The portal is ready as soon as its workers are, not at the next beat of the heart."""
    app.send_task("slaportal.site.tasks.beat_heart")
