"""`/healthz` says that the process lives, `/readyz` that everything behind it works, and otherwise what to do.

Both are answered before sessions, sign-in and the log of requests: they tell the truth while the database is away.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache

import redis
import structlog
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from redis.backoff import NoBackoff
from redis.retry import Retry

from slaportal.site.models import Heartbeat
from slaportal.tenancy.login import harmful_powers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = structlog.get_logger(__name__)

PATIENCE_S = 2
DEAD_AFTER = timedelta(seconds=60)
STYLES = "portal.css"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, and what to do when it is not well."""

    name: str
    ok: bool
    what: str
    what_now: str = ""


class HealthMiddleware:
    """Answers the two paths; stands before everything that needs the database."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Also under names that are not in ALLOWED_HOSTS: an orchestrator asks by address."""
        if request.path == "/healthz":
            return healthz(request)
        if request.path == "/readyz":
            return readyz(request)
        return self.get_response(request)


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, otherwise 503; `checks` says what is wrong in either case."""
    checks = [*_of_database(), _of_redis(), _of_assets()]
    ok = all(check.ok for check in checks)
    if not ok:
        logger.warning("not_ready", failed=[check.name for check in checks if not check.ok])
    body = {"ok": ok, "checks": [asdict(check) for check in checks]}
    return JsonResponse(body, status=200 if ok else 503)


def _of_database() -> list[Check]:
    try:
        return list(_inside_database())
    except Error as error:
        logger.warning("database_away", exc_info=error)
        return [
            Check(
                "database",
                ok=False,
                what="PostgreSQL does not answer, or refuses; the log has the reason (database_away).",
                what_now="Start PostgreSQL, or correct DATABASE_URL. Login, migrations and workers were not looked at.",
            )
        ]


def _inside_database() -> Iterator[Check]:
    """One connection, one transaction, two seconds for each statement."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_S * 1000)])
        cursor.execute("SELECT current_setting('transaction_read_only') = 'on'")
        yield _of_writing(read_only=cursor.fetchone()[0])
        yield _of_login(harmful_powers())
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = sorted(_known_migrations() - set(cursor.fetchall()))
        yield _of_migrations(missing)
        if not missing:  # otherwise the table may not be there
            yield _of_workers()


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _of_writing(*, read_only: bool) -> Check:
    if read_only:
        return Check(
            "database",
            ok=False,
            what="PostgreSQL answers but takes no changes: it is a standby, or set to read only.",
            what_now="Point DATABASE_URL at the primary, or promote this server.",
        )
    return Check("database", ok=True, what="PostgreSQL answers and takes changes.")


def _of_login(powers: list[str]) -> Check:
    if powers:
        return Check(
            "login",
            ok=False,
            what=f"The login may pass the wall: {'; '.join(powers)}.",
            what_now="Stop the web processes and log in as portal_web: see docs/deploy.md.",
        )
    return Check("login", ok=True, what="The login cannot pass the wall.")


def _of_migrations(missing: list[tuple[str, str]]) -> Check:
    if missing:
        return Check(
            "migrations",
            ok=False,
            what=f"{len(missing)} migrations are not applied, the first is {'.'.join(missing[0])}.",
            what_now="Run: python manage.py migrate",
        )
    return Check("migrations", ok=True, what="All migrations are applied.")


def _of_workers() -> Check:
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    found = Heartbeat.objects.filter(name="worker").annotate(age=age).values_list("age", flat=True).first()
    if found is not None and found <= DEAD_AFTER:
        return Check("workers", ok=True, what=f"A worker gave a sign of life {int(found.total_seconds())} s ago.")
    ago = "ever" if found is None else f"for {int(found.total_seconds())} s"
    return Check(
        "workers",
        ok=False,
        what=f"No worker gave a sign of life {ago}: mail, jobs and the sealing of the record wait.",
        what_now="Start them, read their logs: celery -A slaportal worker and celery -A slaportal beat, with Redis.",
    )


def _of_redis() -> Check:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=PATIENCE_S,
            socket_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        ) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        logger.warning("redis_away", exc_info=error)
        return Check(
            "redis",
            ok=False,
            what="Redis does not answer; pages work, but mail and jobs are late. The log has the reason (redis_away).",
            what_now="Start Redis, or correct REDIS_URL. Nothing is lost: the database holds what is due.",
        )
    return Check("redis", ok=True, what="Redis answers.")


def _of_assets() -> Check:
    try:
        staticfiles_storage.url(STYLES)
    except ValueError:  # not in the manifest
        return Check(
            "assets",
            ok=False,
            what="The styles and scripts of the pages are not built.",
            what_now="Run: python -m slaportal.assets.build, then python manage.py collectstatic --noinput",
        )
    return Check("assets", ok=True, what="The styles and scripts of the pages are built.")
